//===- CarriedNumericsTest.cpp - No pass loses the contract of an op ------===//
//
// Every registered pass runs on a graph in which all that adds up has a
// contract other than the default, as import leaves the graph and as each stage
// up to the kernels does. Afterwards every op that adds up has the contract
// that the op at its place in the text had, as far as it can honour it. The
// passes come from the registry: a new one is tested as soon as it is there.
//
//===----------------------------------------------------------------------===//
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "opc/Conversion/OpcToHost/HostProgram.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Pipeline/Compiler.h"
#include "opc/Pipeline/InitAll.h"
#include "opc/Pipeline/Stages.h"
#include "gtest/gtest.h"
#include <map>
#include <mutex>
#include <regex>
#include <set>

using namespace mlir;
using namespace opc;

namespace {

constexpr llvm::StringLiteral kGraph = R"(
#sum = #opc.numerics<acc = f64>
#order = #opc.numerics<order = sequential>
#product = #opc.numerics<acc = f64, fma = off>
func.func @main(%x: tensor<2x8x6x6xf32> {opc.name = "x"},
                %h: tensor<4x8xf16> {opc.name = "h"},
                %q: tensor<1x2x5x8xf32> {opc.name = "q"},
                %m: tensor<4x8xf32> {opc.name = "m"})
    -> (tensor<2x8x6x6xf32> {opc.name = "r0"}, tensor<4x4xf16> {opc.name = "r1"},
        tensor<1x2x5x8xf32> {opc.name = "r2"}, tensor<4x8xf32> {opc.name = "r3"},
        tensor<4x1xf32> {opc.name = "r4"}, tensor<4xf32> {opc.name = "r5"},
        tensor<2xf32> {opc.name = "r6"}, tensor<2x4x11x11xf32> {opc.name = "r7"},
        tensor<4x4xf32> {opc.name = "r8"}, tensor<2x8x6x6xf32> {opc.name = "r9"},
        tensor<2x8xf32> {opc.name = "r10"}) attributes {opc.symbols = []} {
  %w = opc.constant {value = dense<0.5> : tensor<8x8x3x3xf32>} : tensor<8x8x3x3xf32>
  %0 = opc.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 1 : i64, numerics = #product} : (tensor<2x8x6x6xf32>, tensor<8x8x3x3xf32>) -> tensor<2x8x6x6xf32>
  %w1 = opc.constant {value = dense<0.25> : tensor<8x8x1x1xf32>} : tensor<8x8x1x1xf32>
  %1 = opc.conv %0, %w1 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, group = 1 : i64, numerics = #product} : (tensor<2x8x6x6xf32>, tensor<8x8x1x1xf32>) -> tensor<2x8x6x6xf32>
  %w2 = opc.constant {value = dense<0.75> : tensor<8x1x3x3xf32>} : tensor<8x1x3x3xf32>
  %2 = opc.conv %1, %w2 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 8 : i64, numerics = #product} : (tensor<2x8x6x6xf32>, tensor<8x1x3x3xf32>) -> tensor<2x8x6x6xf32>
  %3 = opc.matmul %h, %h {transpose_b = true, numerics = #opc.numerics<fma = off>} : (tensor<4x8xf16>, tensor<4x8xf16>) -> tensor<4x4xf16>
  %4 = opc.attention %q, %q, %q {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>, scale = 0.5 : f64, numerics = #product} : (tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>) -> tensor<1x2x5x8xf32>
  %5 = opc.softmax %m {axis = 1 : i64, numerics = #order} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %6 = opc.log_softmax %5 {axis = 0 : i64, numerics = #sum} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %7 = opc.normalize %6 {axes = array<i64: 1>, epsilon = 1.0e-5 : f64, center = true, numerics = #sum} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %8 = opc.reduce %m {kind = "sum", axes = array<i64: 1>, keepdims = true, numerics = #order} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  %9 = opc.fold %m {axes = array<i64: 1>, keepdims = false, neutral = 0.0 : f32, numerics = #order} : (tensor<4x8xf32>) -> tensor<4xf32> {
  ^bb0(%total: f32, %next: f32):
    %s = arith.addf %total, %next : f32
    opc.element %s : f32
  }
  %c = opc.constant {value = dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>} : tensor<2x2xf32>
  %10 = opc.reduce %c {kind = "prod", axes = array<i64: 1>, keepdims = false, numerics = #sum} : (tensor<2x2xf32>) -> tensor<2xf32>
  %w3 = opc.constant {value = dense<0.125> : tensor<8x4x2x2xf32>} : tensor<8x4x2x2xf32>
  %11 = opc.conv_transpose %x, %w3 {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 0, 0>, group = 1 : i64, numerics = #product} : (tensor<2x8x6x6xf32>, tensor<8x4x2x2xf32>) -> tensor<2x4x11x11xf32>
  %i = opc.constant {value = dense<3> : tensor<8x4xui8>} : tensor<8x4xui8>
  %u = opc.constant {value = dense<0.5> : tensor<8x4xf32>} : tensor<8x4xf32>
  %d = opc.dequantize %i, %u {axis = 0 : i64, block = 1 : i64} : (tensor<8x4xui8>, tensor<8x4xf32>) -> tensor<8x4xf32>
  %12 = opc.matmul %m, %d {numerics = #product} : (tensor<4x8xf32>, tensor<8x4xf32>) -> tensor<4x4xf32>
  %n = opc.constant {value = dense<6.0> : tensor<1x1x1x1xf32>} : tensor<1x1x1x1xf32>
  %e = opc.constant {value = dense<1.0e-5> : tensor<1x1x1x1xf32>} : tensor<1x1x1x1xf32>
  %13 = opc.reduce %2 {kind = "sum", axes = array<i64: 3>, keepdims = true, numerics = #sum} : (tensor<2x8x6x6xf32>) -> tensor<2x8x6x1xf32>
  %14 = opc.div %13, %n : (tensor<2x8x6x1xf32>, tensor<1x1x1x1xf32>) -> tensor<2x8x6x1xf32>
  %15 = opc.sub %2, %14 : (tensor<2x8x6x6xf32>, tensor<2x8x6x1xf32>) -> tensor<2x8x6x6xf32>
  %16 = opc.mul %15, %15 : (tensor<2x8x6x6xf32>, tensor<2x8x6x6xf32>) -> tensor<2x8x6x6xf32>
  %17 = opc.reduce %16 {kind = "sum", axes = array<i64: 3>, keepdims = true, numerics = #sum} : (tensor<2x8x6x6xf32>) -> tensor<2x8x6x1xf32>
  %18 = opc.div %17, %n : (tensor<2x8x6x1xf32>, tensor<1x1x1x1xf32>) -> tensor<2x8x6x1xf32>
  %19 = opc.add %18, %e : (tensor<2x8x6x1xf32>, tensor<1x1x1x1xf32>) -> tensor<2x8x6x1xf32>
  %20 = opc.sqrt %19 : (tensor<2x8x6x1xf32>) -> tensor<2x8x6x1xf32>
  %21 = opc.div %15, %20 : (tensor<2x8x6x6xf32>, tensor<2x8x6x1xf32>) -> tensor<2x8x6x6xf32>
  %22 = opc.reduce %1 {kind = "sum", axes = array<i64: 2, 3>, keepdims = false, numerics = #sum} : (tensor<2x8x6x6xf32>) -> tensor<2x8xf32>
  return %2, %3, %4, %7, %8, %9, %10, %11, %12, %21, %22 : tensor<2x8x6x6xf32>, tensor<4x4xf16>, tensor<1x2x5x8xf32>, tensor<4x8xf32>, tensor<4x1xf32>, tensor<4xf32>, tensor<2xf32>, tensor<2x4x11x11xf32>, tensor<4x4xf32>, tensor<2x8x6x6xf32>, tensor<2x8xf32>
}
)";

/// Passes that need what only a later stage leaves.
constexpr const char *kForLater[] = {"opc-lower-host", "opc-lower-to-llvm",
                                     "opc-verify-cores", "opc-verify-tile"};

/// The names of all registered passes.
std::vector<std::string> passNames() {
  static std::once_flag once;
  std::call_once(once, [] {
    registerAllPasses();
    registerTransformsPasses();
  });
  llvm::outs().flush();
  testing::internal::CaptureStdout();
  printRegisteredPasses();
  llvm::outs().flush();
  std::string text = testing::internal::GetCapturedStdout();
  std::regex line("--([a-z0-9-]+) +- ");
  std::vector<std::string> names;
  for (std::sregex_iterator at(text.begin(), text.end(), line), end; at != end;
       ++at)
    if (std::string name = (*at)[1]; PassInfo::lookup(name))
      names.push_back(name); // no option of one
  return names;
}

/// The contracts of the graph, by file and line of its text.
using Contracts = std::map<std::pair<std::string, unsigned>, NumericsAttr>;

std::pair<std::string, unsigned> keyOf(FileLineColLoc place) {
  return {place.getFilename().str(), place.getLine()};
}

Contracts contractsOf(ModuleOp module) {
  Contracts contracts;
  module.walk([&](Operation *op) {
    if (auto place = dyn_cast<FileLineColLoc>(op->getLoc()); numericsOf(op))
      contracts[keyOf(place)] = numericsOf(op);
  });
  return contracts;
}

/// Those of the ops that `op` stands for; all where its place tells nothing.
std::vector<NumericsAttr> origins(Operation *op, const Contracts &contracts) {
  std::vector<NumericsAttr> found, all;
  op->getLoc()->walk([&](Location part) {
    if (auto place = dyn_cast<FileLineColLoc>(part))
      if (auto it = contracts.find(keyOf(place)); it != contracts.end())
        found.push_back(it->second);
    return WalkResult::advance();
  });
  for (const auto &[place, contract] : contracts)
    all.push_back(contract);
  return found.empty() ? all : found;
}

struct Sums {
  bool ran = false;
  unsigned all = 0;
  std::vector<std::string> changed; ///< those with another contract
};

Sums sumsOf(ModuleOp module, const Contracts &contracts) {
  Sums sums{true};
  module.walk([&](Operation *op) {
    unsigned fields = honouredFields(op);
    if (fields == 0)
      return;
    ++sums.all;
    bool carried = llvm::any_of(origins(op, contracts), [&](NumericsAttr own) {
      NumericsAttr rest = restrictTo(own, fields);
      return rest && rest == numericsOf(op);
    });
    if (!carried) {
      llvm::raw_string_ostream text(sums.changed.emplace_back());
      op->print(text);
    }
  });
  return sums;
}

class CarriedNumerics : public testing::TestWithParam<const char *> {
protected:
  void SetUp() override {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    module = parseSourceString<ModuleOp>(kGraph, &context);
    ASSERT_TRUE(module);
    contracts = contractsOf(*module);
    options.target = GetParam();
    options.verifyEach = true;
    Status status = resolveTarget(options, desc);
    ASSERT_TRUE(status.ok()) << status.message();
    module.get()->setAttr(kTargetAttr, StringAttr::get(&context, desc->name()));
  }

  /// Runs one stage on what the one before it left.
  void runStage(size_t stage) {
    HostProgram host;
    StageContext all{options, *desc, host};
    Status status = runStages(*module, all, stage - 1, stage);
    ASSERT_TRUE(status.ok()) << status.message();
  }

  /// Runs a pass on a copy of the module; what it refuses at this stage is left
  /// as it is.
  Sums sumsAfter(const std::string &name) {
    OwningOpRef<ModuleOp> copy = module->clone();
    PassManager pm(&context, ModuleOp::getOperationName(),
                   OpPassManager::Nesting::Implicit);
    const PassInfo *info = PassInfo::lookup(name);
    auto ignore = [](const Twine &) { return failure(); };
    ScopedDiagnosticHandler quiet(&context, [](Diagnostic &) {});
    if (!info || failed(info->addToPipeline(pm, "", ignore)) ||
        failed(pm.run(*copy)))
      return {};
    return sumsOf(*copy, contracts);
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  Contracts contracts;
  CompileOptions options;
  const TargetDesc *desc = nullptr;
};

} // namespace

TEST_P(CarriedNumerics, ByEveryPass) {
  std::vector<std::string> names = passNames(), none;
  ASSERT_GT(names.size(), 30u);
  std::set<std::string> refusing(names.begin(), names.end());
  for (size_t stage = 0; stage <= *findStage("form-kernels"); ++stage) {
    if (stage > 0)
      runStage(stage);
    std::string after = " after stage " + allStages()[stage].name.str();
    Sums before = sumsOf(*module, contracts);
    ASSERT_GT(before.all, 12u) << after;
    EXPECT_EQ(before.changed, none) << after;
    for (const std::string &name : names) {
      Sums sums = sumsAfter(name);
      EXPECT_EQ(sums.changed, none) << name << after;
      if (sums.ran)
        refusing.erase(name);
    }
  }
  EXPECT_EQ(refusing,
            std::set<std::string>(std::begin(kForLater), std::end(kForLater)));
}

INSTANTIATE_TEST_SUITE_P(Targets, CarriedNumerics,
                         testing::Values("cpu:x86-64-v3", "cpu:x86-64-amx",
                                         "reference"),
                         [](const auto &info) {
                           std::string name = info.param;
                           return name.substr(name.find_last_of(":-") + 1);
                         });
