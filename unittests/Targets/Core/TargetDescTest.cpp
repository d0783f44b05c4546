//===- TargetDescTest.cpp - Reading descriptions of chips -----------------===//
#include "opc/Targets/Core/Target.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/MLIRContext.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace opc;
using testing::HasSubstr;

static const char *const kChip = R"({
  "summary": "a chip", "rank": 1, "requires": ["fast"],
  "llvm": {"triple": "x86_64-unknown-linux-gnu", "cpu": "c", "features": "+f"},
  "cores": 4,
  "caches": [{"bytes": 1024, "line": 64, "ways": 8, "shared_by": 1}],
  "vector": {"bits": 256, "registers": 16, "masks": false, "fma_ports": 2,
             "fma_latency": 4, "load_ports": 2},
  "matrix_units": [{"name": "u", "a": "bf16", "b": "bf16", "acc": "f32",
                    "m": 16, "n": 8, "k": 32, "registers": 8, "fast_steps": 0}],
  "memory_bandwidth_per_core": 1e9,
  "numerics": {"fma": true, "subnormals": true, "native_floats": ["f32"],
               "function_ulp": {"exp": 1.5}}
})";

/// kChip with `from` replaced, and what is said about it.
static std::string complaintAbout(const std::string &from,
                                  const std::string &to) {
  std::string text = kChip;
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  auto desc = TargetDesc::parse("t", "c", text);
  return desc ? "" : llvm::toString(desc.takeError());
}

TEST(TargetDesc, ReadsEveryField) {
  TargetDesc desc = llvm::cantFail(TargetDesc::parse("t", "c", kChip));
  EXPECT_EQ(desc.name(), "t:c");
  EXPECT_EQ(desc.llvm.features, "+f");
  EXPECT_EQ(desc.cores, 4);
  EXPECT_EQ(desc.cache(1).bytes, 1024);
  EXPECT_EQ(desc.cache(3).bytes, 1024) << "the last level stands for further";
  EXPECT_EQ(desc.vector.lanes(32), 8);
  EXPECT_EQ(desc.numerics.functionUlp.lookup("exp"), 1.5);
}

TEST(TargetDesc, FindsMatrixUnitsByType) {
  TargetDesc desc = llvm::cantFail(TargetDesc::parse("t", "c", kChip));
  mlir::MLIRContext context;
  mlir::Type bf16 = mlir::BFloat16Type::get(&context);
  mlir::Type f32 = mlir::Float32Type::get(&context);
  ASSERT_NE(desc.matrixUnitFor(bf16, bf16), nullptr);
  EXPECT_EQ(desc.matrixUnitFor(bf16, bf16)->n, 8);
  EXPECT_EQ(desc.matrixUnitFor(f32, bf16), nullptr);
  EXPECT_TRUE(desc.computesNatively(f32));
  EXPECT_FALSE(desc.computesNatively(bf16));
}

TEST(TargetDesc, NamesWhatIsWrong) {
  EXPECT_THAT(complaintAbout("\"cores\"", "\"coers\""),
              HasSubstr("chip t:c: 'coers' is not a known property"));
  EXPECT_THAT(complaintAbout("\"bits\": 256, ", ""),
              HasSubstr("'vector.bits' is missing"));
  EXPECT_THAT(complaintAbout("\"rank\": 1", "\"rank\": \"1\""),
              HasSubstr("'rank' is not an integer"));
  EXPECT_THAT(complaintAbout("\"rank\": 1", "\"rank\": -1"),
              HasSubstr("'rank' is negative"));
  EXPECT_THAT(complaintAbout("[\"fast\"]", "\"fast\""),
              HasSubstr("'requires' is not a list"));
  EXPECT_THAT(complaintAbout("\"bits\": 256", "\"bits\": 0"),
              HasSubstr("'vector.bits' is not a multiple of 64"));
  EXPECT_THAT(complaintAbout("{\"exp\": 1.5}", "{\"exp\": \"1\"}"),
              HasSubstr("'numerics.function_ulp' is not an object of numbers"));
}

TEST(TargetDesc, RefusesOtherText) {
  for (const char *text : {"", "[]", "{", "{}"}) {
    auto desc = TargetDesc::parse("t", "c", text);
    EXPECT_FALSE(bool(desc)) << text;
    llvm::consumeError(desc.takeError());
  }
}
