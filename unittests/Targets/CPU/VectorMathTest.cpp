//===- VectorMathTest.cpp - functions of vectors against float64 ----------===//
//
// Each function runs on four million floats: every 1021st bit pattern, which
// meets all exponents, both signs, subnormals, infinities and NaN, and all
// patterns near the places where the code changes its mind. The bounds are
// those of VectorMath.h; libm's functions, which the reference has, must keep
// them too.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/CodeGen.h"
#include "opc/Pipeline/InitAll.h"
#include "opc/Pipeline/Passes.h"
#include "opc/Targets/CPU/Passes.h"
#include "opc/Targets/Core/Target.h"

#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/TargetSelect.h"
#include "gtest/gtest.h"
#include <cfloat>
#include <cmath>

using namespace opc;
namespace orc = llvm::orc;

namespace {

/// Most lanes of any chip: samples come in multiples of them.
constexpr size_t kMostLanes = 16;

struct Function {
  const char *name;
  const char *operation; ///< of MLIR, on the value %x of the type {0}
  double (*exact)(double);
  double ulp; ///< VectorMath.h
  /// Places where the code chooses another way.
  std::vector<float> seams;
  /// Whether vectors give 0 for results below FLT_MIN.
  bool flushes = false;
};

const Function kFunctions[] = {
    {"exp",
     "math.exp %x : {0}",
     std::exp,
     1.1,
     {-103.97f, -89.0f, -87.33654f, 88.722839f, 89.0f},
     /*flushes=*/true},
    {"expm1",
     "math.expm1 %x : {0}",
     std::expm1,
     1.5,
     {-18.0f, 1e-9f, -1e-9f, 0.34657359f, -0.34657359f, 88.722839f}},
    {"log",
     "math.log %x : {0}",
     std::log,
     1,
     {FLT_MIN, 0.7f, 1.0f, 1.4f, 2.0f}},
    {"log1p",
     "math.log1p %x : {0}",
     std::log1p,
     1.5,
     {-1.0f, -0.3f, 1e-9f, -1e-9f, 0.4f, 1.0f, 16777216.0f}},
    {"tanh", "math.tanh %x : {0}", std::tanh, 6, {9.02f, -9.02f}},
    {"erf", "math.erf %x : {0}", std::erf, 6.5, {3.92f, -3.92f}},
    {"erfc",
     "math.erfc %x : {0}",
     std::erfc,
     8,
     {9.34f, -9.34f, 0.0f},
     /*flushes=*/true},
    {"sin",
     "math.sin %x : {0}",
     std::sin,
     2,
     {2e-4f, 0.78539816f, 1.5707964f, 3.1415927f, 6.2831855f, 99999.0f, 1e5f}},
    {"cos",
     "math.cos %x : {0}",
     std::cos,
     2,
     {0.78539816f, 1.5707964f, 3.1415927f, 4.712389f, 99999.0f, 1e5f}},
    {"asin",
     "math.asin %x : {0}",
     std::asin,
     2.5,
     {0.5f, -0.5f, 1.0f, -1.0f, 0.70710677f, 1e-9f}},
    {"acos",
     "math.acos %x : {0}",
     std::acos,
     1.5,
     {0.5f, -0.5f, 1.0f, -1.0f, 0.70710677f, 1e-9f}},
    {"atan",
     "math.atan %x : {0}",
     std::atan,
     2,
     {1.0f, -1.0f, 0.41421357f, 2.4142135f, 1e-9f}},
};

void addNear(uint32_t bits, uint32_t reach, std::vector<float> &samples) {
  for (uint32_t at = bits - reach; at != bits + reach; ++at)
    samples.push_back(llvm::bit_cast<float>(at));
}

std::vector<float> samplesFor(const Function &function) {
  std::vector<float> samples;
  for (uint64_t bits = 0; bits < uint64_t(1) << 32; bits += 1021)
    samples.push_back(llvm::bit_cast<float>(uint32_t(bits)));
  for (uint32_t exponent = 0; exponent < 512; ++exponent)
    addNear(exponent << 23, 64, samples);
  for (float seam : function.seams)
    addNear(llvm::bit_cast<uint32_t>(seam), 4096, samples);
  samples.resize(llvm::alignTo(samples.size(), kMostLanes));
  return samples;
}

/// A loop that applies the function to `lanes` floats at a time, or to one.
std::string loopOf(const Function &function, int64_t lanes) {
  std::string type =
      lanes == 1 ? "f32" : llvm::formatv("vector<{0}xf32>", lanes).str();
  std::string memory = lanes == 1 ? "memref" : "vector";
  std::string both = lanes == 1 ? "memref<?xf32>" : "memref<?xf32>, " + type;
  return llvm::formatv(
             R"(func.func @run(%from: memref<?xf32>, %to: memref<?xf32>) {{
                  %zero = arith.constant 0 : index
                  %step = arith.constant {0} : index
                  %size = memref.dim %from, %zero : memref<?xf32>
                  scf.for %i = %zero to %size step %step {{
                    %x = {1}.load %from[%i] : {2}
                    %y = {3}
                    {1}.store %y, %to[%i] : {2}
                  }
                  return
                })",
             lanes, memory, both, llvm::formatv(function.operation, type).str())
      .str();
}

/// Machine code for a chip: that of vectors with `lanes`, or with 1 of libm.
class Code {
public:
  Code(const Function &function, const TargetDesc &desc, int64_t lanes) {
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    mlir::MLIRContext context(registry);
    auto module = mlir::parseSourceString<mlir::ModuleOp>(
        loopOf(function, lanes), &context);
    mlir::PassManager passes(&context);
    bool scalef = llvm::is_contained(desc.requiredFeatures, "avx512f");
    if (lanes > 1)
      passes.addPass(cpu::createExpandMathPass({scalef}));
    passes.addPass(mlir::createSCFToControlFlowPass());
    passes.addPass(createLowerToLLVMPass());
    EXPECT_TRUE(mlir::succeeded(passes.run(*module)));
    runtime::Status status = generateObjects(*module, desc, {false}, objects);
    EXPECT_TRUE(status.ok()) << status.message();
    load(desc);
  }

  std::vector<float> run(const std::vector<float> &x) const {
    std::vector<float> y(x.size());
    int64_t size = x.size();
    entry(x.data(), x.data(), 0, size, 1, y.data(), y.data(), 0, size, 1);
    return y;
  }

private:
  /// Two memrefs: allocated and aligned pointer, offset, size, stride.
  using Entry = void (*)(const float *, const float *, int64_t, int64_t,
                         int64_t, float *, float *, int64_t, int64_t, int64_t);

  void load(const TargetDesc &desc) {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    orc::JITTargetMachineBuilder machine{llvm::Triple(desc.llvm.triple)};
    jit = llvm::cantFail(
        orc::LLJITBuilder().setJITTargetMachineBuilder(machine).create());
    jit->getMainJITDylib().addGenerator(
        llvm::cantFail(orc::DynamicLibrarySearchGenerator::Load(
            "libm.so.6", jit->getDataLayout().getGlobalPrefix())));
    for (const ObjectBytes &object : objects)
      llvm::cantFail(jit->addObjectFile(llvm::MemoryBuffer::getMemBuffer(
          {object.data(), object.size()}, "run", false)));
    entry = llvm::cantFail(jit->lookup("run")).toPtr<Entry>();
  }

  std::vector<ObjectBytes> objects;
  std::unique_ptr<orc::LLJIT> jit;
  Entry entry = nullptr;
};

/// Distance in units in the last place of the float that is nearest to `exact`.
double ulpBetween(float got, double exact) {
  int exponent = std::max(std::ilogb(exact), FLT_MIN_EXP - 1);
  return std::fabs(got - exact) / std::ldexp(1.0, exponent - FLT_MANT_DIG + 1);
}

/// What is wrong with `got`, in units in the last place; 0 where it is as it
/// must be.
double errorOf(float got, double exact, bool flushes) {
  constexpr double wrong = HUGE_VAL;
  if (std::isnan(exact))
    return std::isnan(got) ? 0 : wrong;
  if (std::isinf(exact) || exact == 0)
    return got == exact && std::signbit(got) == std::signbit(exact) ? 0 : wrong;
  if (flushes && exact < FLT_MIN && got == 0)
    return 0;
  // The next float above FLT_MAX, if there were one.
  if (std::isinf(got))
    return std::signbit(got) == std::signbit(exact)
               ? std::max(0.0, (std::ldexp(1.0, 128) - std::fabs(exact)) /
                                   std::ldexp(1.0, 104))
               : wrong;
  return ulpBetween(got, exact);
}

class VectorMathTest : public testing::TestWithParam<Function> {};

void expectWithin(const Function &function, const std::vector<float> &x,
                  const std::vector<double> &exact, const TargetDesc &desc,
                  int64_t lanes) {
  std::vector<float> y = Code(function, desc, lanes).run(x);
  double worst = -1;
  size_t where = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    double error = errorOf(y[i], exact[i], function.flushes && lanes > 1);
    if (error > worst)
      worst = error, where = i;
  }
  testing::Test::RecordProperty(desc.name(), std::to_string(worst));
  EXPECT_LE(worst, function.ulp)
      << function.name << " on " << desc.name() << ": "
      << llvm::formatv("{0:e8} gives {1:e8}, exact {2:e8}", double(x[where]),
                       double(y[where]), exact[where])
             .str();
}

TEST_P(VectorMathTest, KeepsItsBoundOnAllFloats) {
  const Function &function = GetParam();
  std::vector<float> x = samplesFor(function);
  std::vector<double> exact(x.begin(), x.end());
  for (double &value : exact)
    value = function.exact(value);
  std::string missing;
  for (const TargetDesc &desc : chipsOf(*findTarget("cpu")))
    if (runsHere(desc, missing))
      expectWithin(function, x, exact, desc, desc.vector.bits / 32);
  for (const TargetDesc &desc : chipsOf(*findTarget("reference")))
    if (runsHere(desc, missing))
      expectWithin(function, x, exact, desc, 1);
}

INSTANTIATE_TEST_SUITE_P(All, VectorMathTest, testing::ValuesIn(kFunctions),
                         [](const testing::TestParamInfo<Function> &info) {
                           return std::string(info.param.name);
                         });

} // namespace
