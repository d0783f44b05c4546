//===- AscendCPrinter.cpp - kernels as Ascend C ---------------------------===//
#include "AscendCPrinter.h"
#include "AscendC.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "opc/Targets/Source/Passes.h"
#include "opc/Targets/Tile/CoreFamily.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace opc::source;
using namespace opc::tile;
namespace opc::ascend {

const Spelling kSpelling = {
    .language = "Ascend C",
    .suffix = "asc",
    .header = R"c(// Kernels for the AI cores; device.asc launches them.
#include "kernel_operator.h"

using namespace AscendC;
)c",
    .prelude = kPrelude,
    .function = "__aicore__ inline",
    .integers = {{"int8_t", "int16_t", "int32_t", "int64_t"}},
    .unsignedIntegers = {{"uint8_t", "uint16_t", "uint32_t", "uint64_t"}},
    .longSuffix = "LL",
    .vectorType = "{0}{1}",
    .bits = "opc_bits_{0}({1})",
    .splat = "{0}({1})",
    .lane = "{0}[{1}]",
    .vectorLoad = "opc_load_{0}({1})",
    .vectorStore = "opc_store_{0}({2}, {1})",
    .exchange = "opc_exchange({0}, {1})",
    .math = "opc_",
};

//===----------------------------------------------------------------------===//
// The head and what is in global memory
//===----------------------------------------------------------------------===//

static bool isGlobal(Value memory) {
  return isa<BlockArgument>(memory) && isa<MemRefType>(memory.getType());
}

/// Whether something is written there, by an element or by a tile.
static bool isTarget(Value memory) {
  if (isWritten(memory))
    return true;
  return llvm::any_of(memory.getUsers(), [](Operation *user) {
    auto global = dyn_cast<GlobalOp>(user);
    return global && llvm::any_of(global->getUsers(), [&](Operation *copy) {
             auto async = dyn_cast<CopyAsyncOp>(copy);
             return async && async.getY() == global;
           });
  });
}

static bool isTiled(Value memory) {
  return llvm::any_of(memory.getUsers(),
                      [](Operation *user) { return isa<GlobalOp>(user); });
}

std::string AscendCPrinter::argumentName(BlockArgument argument) {
  unsigned number = argument.getArgNumber();
  if (!isa<MemRefType>(argument.getType()))
    return number + 1 == function.getNumArguments() ? "units" : fresh("extent");
  return number == 0          ? "fault"
         : isTarget(argument) ? fresh("out")
                              : fresh("in");
}

void AscendCPrinter::printKernelHead() {
  SmallVector<std::string> parameters;
  for (BlockArgument argument : function.getArguments()) {
    std::string name = argumentName(argument);
    bind(argument, {name});
    bool isMemory = isa<MemRefType>(argument.getType());
    parameters.push_back(isMemory ? "GM_ADDR " + name + "Address"
                                  : typeOf(argument) + " " + name);
  }
  out << "extern \"C\" __global__ __aicore__ void " << function.getName() << "("
      << llvm::join(parameters, ", ") << ") {\n"
      << "  KERNEL_TASK_TYPE_DEFAULT(KERNEL_TYPE_AIV_ONLY);\n";
  printGlobals();
  printPipe();
}

void AscendCPrinter::printGlobals() {
  for (BlockArgument argument : function.getArguments()) {
    if (!isGlobal(argument) || argument.use_empty())
      continue;
    Type type = cast<MemRefType>(argument.getType()).getElementType();
    std::string name = use(argument).text;
    std::string element =
        isTiled(argument) ? elementName(type) : elementOf(argument);
    out << llvm::formatv("  GlobalTensor<{1}> {0};\n"
                         "  {0}.SetGlobalBuffer((__gm__ {1} *){0}Address);\n",
                         name, element);
  }
}

/// What the scalar unit has written is in its cache, which nobody else sees.
void AscendCPrinter::printTail() {
  if (!isKernel())
    return;
  auto *written =
      llvm::find_if(function.getArguments(), [](BlockArgument argument) {
        return isGlobal(argument) && isWritten(argument);
      });
  if (written == function.getArguments().end())
    return;
  line() << "DataCacheCleanAndInvalid<" << elementOf(*written)
         << ", CacheLine::ENTIRE_DATA_CACHE, DcciDst::CACHELINE_OUT>("
         << use(*written).text << ");\n";
}

void AscendCPrinter::printLoad(memref::LoadOp op) {
  if (!isGlobal(op.getMemRef()))
    return FunctionPrinter::printLoad(op);
  std::string at = op.getIndices().empty() ? "0" : use(op.getIndices()[0]).text;
  define(op.getResult(), "v",
         use(op.getMemRef()).text + ".GetValue(" + at + ")");
}

void AscendCPrinter::printStore(memref::StoreOp op) {
  if (!isGlobal(op.getMemRef()))
    return FunctionPrinter::printStore(op);
  std::string at = op.getIndices().empty() ? "0" : use(op.getIndices()[0]).text;
  line() << use(op.getMemRef()).text << ".SetValue(" << at << ", "
         << use(op.getValueToStore()).text << ");\n";
}

/// One core alone writes what is exchanged (opc-core-loops).
void AscendCPrinter::printExchange(memref::AtomicRMWOp op) {
  if (op.getKind() != arith::AtomicRMWKind::assign ||
      !isGlobal(op.getMemref())) {
    unknown = op;
    return;
  }
  std::string memory = use(op.getMemref()).text;
  std::string at = use(op.getIndices()[0]).text;
  define(op.getResult(), "before", memory + ".GetValue(" + at + ")");
  line() << memory << ".SetValue(" << at << ", " << use(op.getValue()).text
         << ");\n";
}

//===----------------------------------------------------------------------===//
// All kernels
//===----------------------------------------------------------------------===//

/// Whether the scalar unit can compute `op`: not in f64, and of functions those
/// that the prelude has.
static bool hasForm(Operation *op) {
  static const llvm::StringSet<> functions = {
      "math.absf",  "math.absi",      "math.ceil",     "math.copysign",
      "math.floor", "math.fma",       "math.isfinite", "math.isinf",
      "math.isnan", "math.round",     "math.rsqrt",    "math.sqrt",
      "math.trunc", "math.roundeven", "math.ctpop"};
  auto isDouble = [](Type type) { return getElementTypeOrSelf(type).isF64(); };
  if (llvm::any_of(op->getOperandTypes(), isDouble) ||
      llvm::any_of(op->getResultTypes(), isDouble))
    return false;
  return !isa<math::MathDialect>(op->getDialect()) ||
         functions.contains(op->getName().getStringRef());
}

static llvm::Error check(ModuleOp kernels, const TargetDesc &desc) {
  Operation *unknown = nullptr;
  kernels.walk([&](Operation *op) {
    if (hasForm(op))
      return WalkResult::advance();
    unknown = op;
    return WalkResult::interrupt();
  });
  if (!unknown)
    return llvm::Error::success();
  auto kernel = unknown->getParentOfType<func::FuncOp>();
  Type type = unknown->getNumResults() ? unknown->getResult(0).getType()
                                       : unknown->getOperand(0).getType();
  std::string spelled;
  llvm::raw_string_ostream(spelled) << getElementTypeOrSelf(type);
  return llvm::createStringError(
      llvm::formatv("{0}: kernel {1}: {2} of {3} has no form in {4}",
                    desc.name(), kernel.getName(), unknown->getName(), spelled,
                    kSpelling.language)
          .str());
}

llvm::Expected<std::string> printAscendC(ModuleOp kernels,
                                         const TargetDesc &desc) {
  if (llvm::Error error = makeReady(kernels, desc))
    return error;
  if (llvm::Error error = check(kernels, desc))
    return error;
  return printKernels(kernels, kSpelling, desc,
                      [](func::FuncOp function, llvm::raw_ostream &out) {
                        return std::make_unique<AscendCPrinter>(function, out);
                      });
}

} // namespace opc::ascend
