//===- TargetDescTest.cpp - Reading descriptions of chips -----------------===//
#include "opc/Targets/Core/TargetDesc.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace opc;
using testing::HasSubstr;

static const char *const kChip = R"({
  "summary": "a chip", "rank": 1, "requires": ["fast"],
  "llvm": {"triple": "x86_64-unknown-linux-gnu", "cpu": "c", "features": "+f",
           "vscale": 2},
  "device": {"name": "board", "own_memory": true},
  "caches": [{"bytes": 1024}],
  "vector": {"bits": 256, "registers": 16, "scales": true,
             "converts_halves": true, "converts_longs": false, "fma_ports": 2, "fma_latency": 4,
             "load_ports": 2, "l2_bytes_per_cycle": 24},
  "matrix_units": [{"name": "u", "a": "bf16", "b": "bf16", "acc": "f32",
                    "m": 16, "n": 8, "k": 32}]
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
  EXPECT_EQ(desc.llvm.vscale, 2);
  EXPECT_EQ(desc.device.name, "board");
  EXPECT_EQ(desc.memorySpace(), "board");
  EXPECT_EQ(desc.cache(1).bytes, 1024);
  EXPECT_EQ(desc.cache(3).bytes, 1024) << "the last level stands for further";
  EXPECT_EQ(desc.vector.lanes(32), 8);
  EXPECT_TRUE(desc.vector.scales);
  EXPECT_TRUE(desc.vector.convertsHalves);
  EXPECT_FALSE(desc.vector.convertsLongs);
  EXPECT_EQ(desc.vector.loadPorts, 2);
  EXPECT_EQ(desc.vector.l2BytesPerCycle, 24);
  ASSERT_EQ(desc.matrixUnits.size(), 1u);
  EXPECT_EQ(desc.matrixUnits.front().acc, "f32");
  EXPECT_EQ(desc.matrixUnits.front().n, 8);
}

TEST(TargetDesc, NamesWhatIsWrong) {
  EXPECT_THAT(complaintAbout("\"summary\"", "\"summery\""),
              HasSubstr("chip t:c: 'summary' is missing"));
  EXPECT_THAT(complaintAbout("\"rank\": 1", "\"rank\": 1, \"rnk\": 2"),
              HasSubstr("chip t:c: 'rnk' is not a known property"));
  EXPECT_THAT(complaintAbout("\"bits\": 256, ", ""),
              HasSubstr("'vector.bits' is missing"));
  EXPECT_THAT(complaintAbout("\"rank\": 1", "\"rank\": \"1\""),
              HasSubstr("'rank' is not an integer"));
  EXPECT_THAT(complaintAbout("\"rank\": 1", "\"rank\": -1"),
              HasSubstr("'rank' is negative"));
  for (const char *name : {"Board", "a/b", "host"})
    EXPECT_THAT(complaintAbout("\"board\"", "\"" + std::string(name) + "\""),
                HasSubstr("'device.name' is no name of lower-case letters"));
  EXPECT_THAT(complaintAbout("\"board\"", "\"\""),
              HasSubstr("'device.own_memory' is that of no device"));
  EXPECT_THAT(complaintAbout("[\"fast\"]", "\"fast\""),
              HasSubstr("'requires' is not a list"));
  EXPECT_THAT(complaintAbout("\"bits\": 256", "\"bits\": 0"),
              HasSubstr("'vector.bits' is not a multiple of 64"));
}

TEST(TargetDesc, SpeedIsAllOrNothing) {
  EXPECT_FALSE(llvm::cantFail(TargetDesc::parse("t", "c", kChip)).speed);
  auto with = [](const std::string &speed) {
    return complaintAbout("\"caches\"",
                          "\"speed\": {" + speed + "}, \"caches\"");
  };
  std::string own = R"("gflops": 2.5, "serial_gflops": 1, "bandwidth_gbs": 20,
                       "launch_us": 3, "link_us": 4)";
  EXPECT_EQ(with(own + R"(, "link_gbs": 0.5)"), "");
  EXPECT_THAT(with(own), HasSubstr("'speed.link_gbs' is missing"));
  EXPECT_THAT(with(own + R"(, "link_gbs": 0)"),
              HasSubstr("'speed.link_gbs' is not above 0"));
  EXPECT_THAT(with(own + R"(, "link_gbs": "fast")"),
              HasSubstr("'speed.link_gbs' is not a number"));
}

TEST(TargetDesc, RefusesOtherText) {
  for (const char *text : {"", "[]", "{", "{}"}) {
    auto desc = TargetDesc::parse("t", "c", text);
    EXPECT_FALSE(bool(desc)) << text;
    llvm::consumeError(desc.takeError());
  }
}

TEST(TargetDesc, ChipsOfMachinesNameTheirKindsOfCore) {
  TargetDesc desc = llvm::cantFail(TargetDesc::parse("t", "c", R"({
    "summary": "", "rank": 1, "device": {"name": "board", "own_memory": true},
    "architecture": "b-1", "machines": ["vector", "cube"]})"));
  EXPECT_EQ(desc.machines.size(), 2u);
  EXPECT_EQ(desc.architecture, "b-1");
  EXPECT_TRUE(desc.caches.empty());
}

static std::string simtChip(const std::string &simt) {
  return R"({"summary": "a chip", "rank": 1,
             "device": {"name": "board", "own_memory": true}, "simt": )" +
         simt + "}";
}

TEST(TargetDesc, ReadsTheFieldsOfItsFamilyAlone) {
  std::string text = simtChip(
      R"({"wave": 64, "group": 256, "shared_bytes": 65536,
          "register_bytes": 256, "vector_bits": 128})");
  TargetDesc desc = llvm::cantFail(TargetDesc::parse("t", "c", text));
  ASSERT_TRUE(desc.simt);
  EXPECT_EQ(desc.simt->wave, 64);
  EXPECT_EQ(desc.simt->group, 256);
  EXPECT_EQ(desc.simt->sharedBytes, 65536);
  EXPECT_EQ(desc.simt->registerBytes, 256);
  EXPECT_EQ(desc.simt->vectorBits, 128);
  EXPECT_TRUE(desc.llvm.triple.empty());
  EXPECT_FALSE(llvm::cantFail(TargetDesc::parse("t", "c", kChip)).simt);
  text.insert(1, R"("caches": [], )");
  EXPECT_THAT(llvm::toString(TargetDesc::parse("t", "c", text).takeError()),
              HasSubstr("'caches' is not a known property"));
}

TEST(TargetDesc, SimtUnitsMakeSense) {
  auto complaint = [](int wave, int group, int shared, int registers,
                      int bits) {
    std::string text =
        simtChip("{\"wave\": " + std::to_string(wave) +
                 ", \"group\": " + std::to_string(group) +
                 ", \"shared_bytes\": " + std::to_string(shared) +
                 ", \"register_bytes\": " + std::to_string(registers) +
                 ", \"vector_bits\": " + std::to_string(bits) + "}");
    auto desc = TargetDesc::parse("t", "c", text);
    return desc ? "" : llvm::toString(desc.takeError());
  };
  EXPECT_EQ(complaint(32, 256, 32768, 256, 128), "");
  EXPECT_THAT(complaint(48, 256, 32768, 256, 128), HasSubstr("power of two"));
  EXPECT_THAT(complaint(32, 16, 32768, 256, 128), HasSubstr("multiple"));
  EXPECT_THAT(complaint(32, 256, 32768, 256, 96), HasSubstr("vector_bits"));
  EXPECT_THAT(complaint(32, 256, 1024, 256, 128), HasSubstr("shared memory"));
}
