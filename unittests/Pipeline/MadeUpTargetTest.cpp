//===- MadeUpTargetTest.cpp - A vendor that no file of lib knows ----------===//
//
// A target with a dialect of its own joins as one struct: it inherits
// simplification, folding and fusion, its schedule writes what it likes, and
// what it declares legal may stay until its own lowering.
//
//===----------------------------------------------------------------------===//
#include "Inputs/AcmeDialect.h"
#include "mlir/Parser/Parser.h"
#include "opc/Conversion/OpcToHost/HostProgram.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"
#include "opc/Pipeline/InitAll.h"
#include "opc/Pipeline/Jit.h"
#include "opc/Pipeline/Stages.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace opc;
using testing::HasSubstr;

namespace {

/// Sorts before all others and lowers its dialect itself.
const Target &first() {
  static const Target target = {.name = "aaa",
                                .summary = "made up, ahead of all",
                                .chips = findTarget("reference")->chips,
                                .schedules = acme::kSchedules,
                                .registerDialects = acme::registerDialects,
                                .finishKernel = acme::lowerHere};
  return target;
}

/// Sorts behind all others and keeps its dialect to the end of its stages.
const Target &last() {
  static const Target target = {.name = "zzz",
                                .summary = "made up, behind all",
                                .chips = findTarget("reference")->chips,
                                .schedules = acme::kSchedules,
                                .legalDialects = acme::kDialects,
                                .registerDialects = acme::registerDialects};
  return target;
}

/// The same without saying that its dialect may stay.
const Target &silent() {
  static const Target target = {.name = "silent",
                                .summary = "made up, says too little",
                                .chips = findTarget("reference")->chips,
                                .schedules = acme::kSchedules,
                                .registerDialects = acme::registerDialects};
  return target;
}

/// Takes softmax whole.
void keepSoftmax(OpPassManager &pm, const TargetDesc &) {
  DecomposePassOptions options;
  options.keep = {"opc.softmax"};
  pm.addNestedPass<func::FuncOp>(createDecomposePass(options));
}
const Target &whole() {
  static const Target target = {.name = "whole",
                                .summary = "made up, breaks nothing down",
                                .chips = findTarget("reference")->chips,
                                .buildLegalise = keepSoftmax};
  return target;
}

/// A processor of another kind than the host's.
const Target &foreign() {
  static const std::string chip = [] {
    std::string text = findTarget("reference")->chips[0].text.str();
    return text.replace(text.find("x86_64-"), 6, "aarch64");
  }();
  static const EmbeddedFile chips[] = {{"plain", chip}};
  static const Target target = {
      .name = "foreign", .summary = "made up, elsewhere", .chips = chips};
  return target;
}

constexpr llvm::StringLiteral kSoftmaxes = R"(
func.func @main(%x: tensor<4x8xf32> {opc.name = "x"})
    -> (tensor<4x8xf32> {opc.name = "y"}, tensor<4x8xf32> {opc.name = "z"})
    attributes {opc.symbols = []} {
  %0 = opc.softmax %x {axis = 1 : i64, opc.target = "whole"} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = opc.softmax %x {axis = 0 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0, %1 : tensor<4x8xf32>, tensor<4x8xf32>
}
)";

/// Takes attention whole, and breaks down all else.
const Target &taker() {
  static const Target target = {
      .name = "taker",
      .summary = "made up, takes attention whole",
      .chips = findTarget("reference")->chips,
      .schedules = acme::kSchedules,
      .registerDialects = acme::registerDialects,
      .buildLegalise =
          [](OpPassManager &pm, const TargetDesc &) {
            DecomposePassOptions options;
            options.keep = {"opc.attention"};
            pm.addNestedPass<func::FuncOp>(createDecomposePass(options));
          },
  };
  return target;
}

constexpr llvm::StringLiteral kAttention = R"(
func.func @main(%x: tensor<1x2x5x8xf32> {opc.name = "x"})
    -> (tensor<1x2x5x8xf32> {opc.name = "y"}) {
  %0 = opc.softmax %x {axis = 3 : i64} : (tensor<1x2x5x8xf32>) -> tensor<1x2x5x8xf32>
  %1 = opc.attention %0, %0, %x {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>, causal = true} : (tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>) -> tensor<1x2x5x8xf32>
  return %1 : tensor<1x2x5x8xf32>
}
)";

constexpr llvm::StringLiteral kGraph = R"(
func.func @main(%x: tensor<?xf32> {opc.name = "x",
    opc.dims = affine_map<()[s0] -> (s0)>})
    -> (tensor<?xf32> {opc.name = "y"}, tensor<?xf32> {opc.name = "z"})
    attributes {opc.symbols = ["n"]} {
  %0 = opc.neg %x : (tensor<?xf32>) -> tensor<?xf32>
  %1 = opc.relu %0 : (tensor<?xf32>) -> tensor<?xf32>
  %2 = opc.cumulative %x {kind = "sum", axis = 0 : i64, exclusive = false, reverse = false} : (tensor<?xf32>) -> tensor<?xf32>
  return %1, %2 : tensor<?xf32>, tensor<?xf32>
}
)";

class MadeUpTarget : public testing::Test {
protected:
  static void SetUpTestSuite() {
    for (const Target *target :
         {&first(), &last(), &silent(), &whole(), &foreign(), &taker()})
      registerTarget(*target);
  }

  void read(const char *target, StringRef text = kGraph) {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    module = parseSourceString<ModuleOp>(text, &context);
    ASSERT_TRUE(module);
    options.target = target;
    options.verifyEach = true;
    Status status = resolveTarget(options, desc);
    ASSERT_TRUE(status.ok()) << status.message();
    auto name = StringAttr::get(&context, desc->name());
    module.get()->setAttr(kTargetAttr, name);
  }

  /// Moves the ops of a kind to another target.
  template <typename Op> void place(StringRef target) {
    module->walk([&](Op op) {
      op->setAttr(kTargetAttr, StringAttr::get(&context, target));
    });
  }

  Status runTo(const char *stage) {
    HostProgram host;
    StageContext around{options, *desc, host};
    return runStages(*module, around, 0, *findStage(stage));
  }

  /// The attribute of the kernel that has this op, as text.
  std::string attribute(StringRef op, StringRef name) {
    for (Operation &kernel : *module->getBody())
      if (SymbolTable::getSymbolName(&kernel).getValue().contains(op))
        if (Attribute attr = kernel.getAttr(name)) {
          std::string text;
          llvm::raw_string_ostream(text) << attr;
          return text;
        }
    return "";
  }

  /// How many ops of a name there are.
  int count(StringRef name) {
    int found = 0;
    module->walk(
        [&](Operation *op) { found += op->getName().getStringRef() == name; });
    return found;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  CompileOptions options;
  const TargetDesc *desc = nullptr;
};

TEST_F(MadeUpTarget, InheritsFusionAndRuns) {
  ASSERT_NO_FATAL_FAILURE(read("aaa"));
  CompiledProgram compiled;
  Status status = compileGraph(*module, options, *desc, compiled);
  ASSERT_TRUE(status.ok()) << status.message();
  opc_program *program = nullptr;
  status = loadIntoProcess(std::move(compiled), program);
  ASSERT_TRUE(status.ok()) << status.message();
  float x[] = {1, -2, 3, -4};
  int64_t shape[] = {4};
  opc_tensor input = {x, OPC_F32, 1, shape};
  opc_results *results = nullptr;
  ASSERT_EQ(opc_run(program, &input, 1, nullptr, 0, &results), OPC_OK);
  const auto *y = static_cast<const float *>(opc_result(results, 0)->data);
  EXPECT_THAT(std::vector<float>(y, y + 4), testing::ElementsAre(0, 2, 0, 4));
  const auto *z = static_cast<const float *>(opc_result(results, 1)->data);
  EXPECT_THAT(std::vector<float>(z, z + 4), testing::ElementsAre(1, -1, 2, -2));
  opc_free_results(results);
  opc_close(program);
}

TEST_F(MadeUpTarget, TakesAttentionWhole) {
  ASSERT_NO_FATAL_FAILURE(read("taker", kAttention));
  Status status = runTo("legalise");
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(count("opc.attention"), 1);
  EXPECT_EQ(count("opc.softmax"), 0);
  EXPECT_EQ(count("opc.matmul"), 0);
}

TEST_F(MadeUpTarget, InheritsHowAttentionBreaksDown) {
  ASSERT_NO_FATAL_FAILURE(read("aaa", kAttention));
  Status status = runTo("legalise");
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(count("opc.attention"), 0);
  EXPECT_EQ(count("opc.matmul"), 2);
}

TEST_F(MadeUpTarget, StampsWhatTookAKernelAndWhoDeclined) {
  ASSERT_NO_FATAL_FAILURE(read("aaa"));
  Status status = runTo("schedule");
  ASSERT_TRUE(status.ok()) << status.message();
  // One kernel for both: it inherits fusion.
  EXPECT_EQ(attribute("neg_relu", kScheduleAttr), "\"negation\"");
  EXPECT_EQ(attribute("cumulative", kScheduleAttr), "\"plain-loops\"");
  EXPECT_EQ(attribute("cumulative", kDeclinedAttr),
            "{negation = \"nothing to negate\"}");
  EXPECT_EQ(attribute("neg_relu", kTargetAttr), "\"aaa:plain\"");
}

TEST_F(MadeUpTarget, ItsDialectStaysWhereItSaysSo) {
  ASSERT_NO_FATAL_FAILURE(read("zzz"));
  Status status = runTo("host");
  ASSERT_TRUE(status.ok()) << status.message();
  unsigned negations = 0;
  module->walk([&](acme::NegateOp) { ++negations; });
  EXPECT_EQ(negations, 1u);
}

TEST_F(MadeUpTarget, ItsDialectIsNamedWhereItDoesNot) {
  ASSERT_NO_FATAL_FAILURE(read("silent"));
  Status status = runTo("schedule");
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.message(), HasSubstr("stage schedule left acme.negate"));
}

TEST_F(MadeUpTarget, KernelsOfAProgramForAnotherGoByTheirOwn) {
  ASSERT_NO_FATAL_FAILURE(read("cpu:x86-64-v3"));
  place<NegOp>("zzz");
  Status status = runTo("host");
  ASSERT_TRUE(status.ok()) << status.message();
  unsigned negations = 0;
  module->walk([&](acme::NegateOp) { ++negations; });
  EXPECT_EQ(negations, 1u) << "its dialect may stay, and only it lowers it";
  EXPECT_EQ(attribute("neg_", kScheduleAttr), "\"negation\"");
  EXPECT_EQ(attribute("neg_", kTargetAttr), "\"zzz:plain\"");
  EXPECT_EQ(attribute("relu_", kScheduleAttr), "\"pointwise\"");
  EXPECT_EQ(attribute("relu_", kTargetAttr), "\"cpu:x86-64-v3\"");
}

TEST_F(MadeUpTarget, WhatTheProgramsTargetAllowsIsNoOthers) {
  ASSERT_NO_FATAL_FAILURE(read("zzz"));
  place<NegOp>("silent");
  Status status = runTo("schedule");
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.message(), HasSubstr("stage schedule left acme.negate"));
}

TEST_F(MadeUpTarget, EachLastPassesRunOnItsOwnKernels) {
  ASSERT_NO_FATAL_FAILURE(read("zzz"));
  place<NegOp>("aaa");
  Status status = runTo("schedule");
  ASSERT_TRUE(status.ok()) << status.message();
  module->walk([](acme::NegateOp op) {
    ADD_FAILURE() << "the program's target keeps it, that of the kernel does "
                     "not";
  });
  EXPECT_EQ(attribute("neg_", kScheduleAttr), "\"negation\"");
}

TEST_F(MadeUpTarget, CompositesAreWhatTheirOwnTargetTakes) {
  ASSERT_NO_FATAL_FAILURE(read("cpu:x86-64-v3", kSoftmaxes));
  Status status = runTo("legalise");
  ASSERT_TRUE(status.ok()) << status.message();
  unsigned count = 0;
  module->walk([&](SoftmaxOp op) {
    ++count;
    EXPECT_EQ(op.getAxis(), 1);
    EXPECT_EQ(op->getAttr(kTargetAttr),
              StringAttr::get(&context, "whole:plain"));
  });
  EXPECT_EQ(count, 1u);
}

TEST_F(MadeUpTarget, TheHostCallsNoProcessorOfAnotherKind) {
  ASSERT_NO_FATAL_FAILURE(read("cpu:x86-64-v3"));
  place<NegOp>("foreign:plain");
  Status status = runTo("simplify");
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.message(),
              HasSubstr("foreign:plain is of aarch64, and the host program of "
                        "x86_64"));
}

TEST_F(MadeUpTarget, AnUnknownOneIsNoOther) {
  ASSERT_NO_FATAL_FAILURE(read("aaa"));
  Status status = runTo("form-kernels");
  ASSERT_TRUE(status.ok()) << status.message();
  for (auto kernel : module->getOps<func::FuncOp>())
    if (kernel->hasAttr(kKernelAttr))
      kernel->setAttr(kTargetAttr, StringAttr::get(&context, "nowhere"));
  HostProgram host;
  StageContext around{options, *desc, host};
  status = runStages(*module, around, *findStage("form-kernels"),
                     *findStage("schedule"));
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.message(), HasSubstr("unknown target 'nowhere'"));
}

} // namespace
