//===- MadeUpMovementTest.cpp - An op that only says what it reads --------===//
//
// An op that no file of lib knows says where the elements of its result lie.
// Nothing else makes it fuse with its neighbours, run on every target, and come
// as vectors.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Parser/Parser.h"
#include "opc/Conversion/OpcToHost/HostProgram.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Pipeline/InitAll.h"
#include "opc/Pipeline/Jit.h"
#include "opc/Pipeline/Stages.h"
#include "gtest/gtest.h"
#include <cmath>
#include <nlohmann/json.hpp>

using namespace mlir;
using namespace opc;

namespace {

/// y[i, j] = x[rows - 1 - i, j].
class FlipRowsOp
    : public Op<FlipRowsOp, OpTrait::ZeroRegions, OpTrait::ZeroSuccessors,
                OpTrait::OneResult, OpTrait::OneOperand, AccessOp::Trait,
                ShapedOp::Trait, ConditionallySpeculatable::Trait,
                OpTrait::AlwaysSpeculatableImplTrait,
                MemoryEffectOpInterface::Trait> {
public:
  using Op::Op;
  static StringRef getOperationName() { return "opc.flip_rows"; }
  static ArrayRef<StringRef> getAttributeNames() { return {}; }
  static void
  getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> & /*effects*/) {}

  LogicalResult inferDims(ShapeEnv &env, SmallVectorImpl<Dims> &results) {
    results.push_back(env.dims(getOperand()));
    return success();
  }

  LogicalResult inferAccesses(ShapeEnv &env, Accesses &accesses) {
    AffineExpr row = getAffineDimExpr(0, getContext());
    Access &access = accesses.emplace_back();
    access.at = {env.dim(getOperand(), 0) - 1 - row,
                 getAffineDimExpr(1, getContext())};
    return success();
  }
};

/// Element-wise ops behind it.
constexpr llvm::StringLiteral kGraph = R"(
func.func @main(%x: tensor<?x?xf32> {opc.name = "x",
    opc.dims = affine_map<()[s0, s1] -> (s0, s1)>})
    -> (tensor<?x?xf32> {opc.name = "y"})
    attributes {opc.symbols = ["n", "m"]} {
  %0 = "opc.flip_rows"(%x) : (tensor<?x?xf32>) -> tensor<?x?xf32>
  %1 = opc.neg %0 : (tensor<?x?xf32>) -> tensor<?x?xf32>
  %2 = opc.add %1, %x : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  return %2 : tensor<?x?xf32>
}
)";

struct Expected {
  const char *target;
  size_t kernels;
  bool vectors;
};

class MadeUpMovement : public testing::TestWithParam<Expected> {
protected:
  void SetUp() override {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    auto *dialect = context.getOrLoadDialect<OpcDialect>();
    RegisteredOperationName::insert<FlipRowsOp>(*dialect);
    module = parseSourceString<ModuleOp>(kGraph, &context);
    ASSERT_TRUE(module);
    options.target = GetParam().target;
    options.verifyEach = true;
    Status status = resolveTarget(options, desc);
    ASSERT_TRUE(status.ok()) << status.message();
    auto name = StringAttr::get(&context, desc->name());
    module.get()->setAttr(kTargetAttr, name);
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  CompileOptions options;
  const TargetDesc *desc = nullptr;
};

} // namespace

TEST_P(MadeUpMovement, FusesAndRuns) {
  CompiledProgram compiled;
  Status status = compileGraph(*module, options, *desc, compiled);
  ASSERT_TRUE(status.ok()) << status.message();
  auto manifest = nlohmann::json::parse(compiled.manifest);
  EXPECT_EQ(manifest["kernels"].size(), GetParam().kernels)
      << compiled.manifest;

  opc_program *program = nullptr;
  status = loadIntoProcess(std::move(compiled), program);
  ASSERT_TRUE(status.ok()) << status.message();
  constexpr int64_t rows = 5, columns = 37;
  std::vector<float> x(rows * columns);
  for (size_t i = 0; i < x.size(); ++i)
    x[i] = std::sqrt(float(i));
  int64_t shape[] = {rows, columns};
  opc_tensor input = {x.data(), OPC_F32, 2, shape};
  opc_results *results = nullptr;
  ASSERT_EQ(opc_run(program, &input, 1, nullptr, 0, &results), OPC_OK);
  const auto *y = static_cast<const float *>(opc_result(results, 0)->data);
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      EXPECT_EQ(y[i * columns + j],
                x[i * columns + j] - x[(rows - 1 - i) * columns + j]);
  opc_free_results(results);
  opc_close(program);
}

TEST_P(MadeUpMovement, ComesAsVectors) {
  HostProgram host;
  StageContext stage{options, *desc, host};
  Status status = runStages(*module, stage, 0, *findStage("schedule"));
  ASSERT_TRUE(status.ok()) << status.message();
  unsigned vectors = 0, scalars = 0;
  module->walk([&](arith::NegFOp op) {
    ++(isa<VectorType>(op.getType()) ? vectors : scalars);
  });
  EXPECT_EQ(vectors > 0, GetParam().vectors);
  EXPECT_EQ(scalars > 0, !GetParam().vectors);
}

INSTANTIATE_TEST_SUITE_P(Targets, MadeUpMovement,
                         testing::Values(Expected{"cpu", 1, true},
                                         Expected{"reference", 3, false}),
                         [](const auto &test) { return test.param.target; });
