//===- LowerExternalKernels.cpp - Foreign code joins the program ----------===//
//
//   func.func private @k(%x: tensor<?xf32>) -> tensor<?xf32> {
//     %0 = opc.external_kernel %x {function = "f", ir = "define ...", ...}
//   }
//   // becomes
//   func.func private @k(%status: memref<4xi64>, %x: memref<?xf32>,
//                        %y: memref<?xf32>, %s0: index, %begin, %end) {
//     llvm.call @f.external0(%px, %py, %s0) : (!llvm.ptr, !llvm.ptr, i64) -> ()
//   }
//   llvm.func internal @f.external0(...)
//
// From here on it is code like that of any other kernel. Two kernels that hold
// the same function share it.
//
//===----------------------------------------------------------------------===//
#include "ExternalModule.h"
#include "opc/Conversion/OpcToLoops/LowerKernels.h"
#include "opc/Dialect/Opc/IR/Refusal.h"
#include "opc/Pipeline/Passes.h"
#include "opc/Runtime/Escape.h"
#include "opc/Targets/Core/Target.h"

#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Target/LLVMIR/Import.h"
#include <map>

namespace opc {
#define GEN_PASS_DEF_LOWEREXTERNALKERNELSPASS
#include "opc/Pipeline/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

namespace {

constexpr llvm::StringLiteral kScheduleName = "external";

LogicalResult complain(Operation *op, const Complaint &complaint) {
  auto error = op->emitOpError(complaint.reason);
  return complaint.nearest.empty()
             ? LogicalResult(error)
             : LogicalResult(refusal(std::move(error), complaint.nearest));
}

/// Brings functions into one module, each once.
class Importer {
public:
  explicit Importer(ModuleOp module) : module(module), symbols(module) {}

  /// The function of `op`, for the chip of the kernel around it.
  FailureOr<LLVM::LLVMFuncOp> import(ExternalKernelOp op,
                                     const TargetDesc &desc);

private:
  using Key = std::tuple<const void *, const void *, const TargetDesc *,
                         ExternalSignature>;

  FailureOr<LLVM::LLVMFuncOp> importNew(ExternalKernelOp op,
                                        ExternalModule foreign);
  LogicalResult rename(ModuleOp imported);
  LogicalResult adopt(ModuleOp imported, ExternalKernelOp op);

  ModuleOp module;
  SymbolTable symbols;
  std::map<Key, LLVM::LLVMFuncOp> known;
};

/// LLVM's IR in the dialect, or the first thing that stands against it.
OwningOpRef<ModuleOp> translate(ExternalModule foreign, MLIRContext *context,
                                std::string &why) {
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error && why.empty())
      why = diagnostic.str();
    return success();
  });
  return translateLLVMIRToModule(std::move(foreign.module), context,
                                 /*emitExpensiveWarnings=*/false,
                                 /*dropDICompositeTypeElements=*/true,
                                 /*loadAllDialects=*/false,
                                 /*preferUnregisteredIntrinsics=*/false,
                                 /*importStructsAsLiterals=*/true);
}

bool isDeclaration(Operation &op) {
  auto function = dyn_cast<LLVM::LLVMFuncOp>(op);
  return function && function.isExternal();
}

/// No name of foreign code is one of the program's. Names of libm's functions
/// mean what they say.
LogicalResult Importer::rename(ModuleOp imported) {
  std::string suffix = ".external" + std::to_string(known.size());
  for (Operation &op : imported.getOps()) {
    if (!isa<LLVM::LLVMFuncOp, LLVM::GlobalOp>(op) || isDeclaration(op))
      continue;
    auto name = SymbolTable::getSymbolName(&op).getValue();
    if (failed(SymbolTable::replaceAllSymbolUses(
            &op, StringAttr::get(op.getContext(), name + suffix), imported)))
      return failure();
    SymbolTable::setSymbolName(&op, (name + suffix).str());
  }
  return success();
}

/// Moves functions and tables into the program.
LogicalResult Importer::adopt(ModuleOp imported, ExternalKernelOp op) {
  for (Operation &each : llvm::make_early_inc_range(imported.getOps())) {
    if (!isa<LLVM::LLVMFuncOp, LLVM::GlobalOp>(each))
      continue;
    Operation *other = symbols.lookup(SymbolTable::getSymbolName(&each));
    if (!other) {
      each.remove();
      symbols.insert(&each);
      continue;
    }
    auto ours = dyn_cast<LLVM::LLVMFuncOp>(other);
    auto theirs = cast<LLVM::LLVMFuncOp>(each);
    if (!ours || ours.getFunctionType() != theirs.getFunctionType())
      return op.emitOpError("declares ")
             << theirs.getSymName() << " as " << theirs.getFunctionType()
             << ", and another kernel does otherwise";
  }
  return success();
}

FailureOr<LLVM::LLVMFuncOp> Importer::importNew(ExternalKernelOp op,
                                                ExternalModule foreign) {
  std::string why;
  std::unique_ptr<llvm::LLVMContext> context = std::move(foreign.context);
  OwningOpRef<ModuleOp> imported =
      translate(std::move(foreign), op.getContext(), why);
  if (!imported)
    return op.emitOpError("ir has no form in MLIR: ")
           << runtime::printable(why);
  auto entry = imported->lookupSymbol<LLVM::LLVMFuncOp>(op.getFunction());
  if (!entry || failed(rename(*imported)))
    return op.emitOpError("names of ir cannot be made those of a program");
  entry.setLinkage(LLVM::Linkage::Internal);
  if (failed(adopt(*imported, op)))
    return failure();
  return entry;
}

FailureOr<LLVM::LLVMFuncOp> Importer::import(ExternalKernelOp op,
                                             const TargetDesc &desc) {
  ExternalSignature signature = ExternalSignature::of(op);
  Key key{op.getIrAttr().getAsOpaquePointer(),
          op.getFunctionAttr().getAsOpaquePointer(), &desc, signature};
  if (auto found = known.find(key); found != known.end())
    return found->second;
  ExternalModule foreign;
  if (Complaint complaint =
          foreign.read(op.getIr(), op.getFunction(), signature, desc))
    return complain(op, complaint);
  FailureOr<LLVM::LLVMFuncOp> function = importNew(op, std::move(foreign));
  if (succeeded(function))
    known[key] = *function;
  return function;
}

/// The address of a flat buffer.
Value addressOf(OpBuilder &b, Location loc, Value buffer) {
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  Type i64 = b.getI64Type(), array = LLVM::LLVMArrayType::get(i64, 1);
  // What the lowering to LLVM makes of a memref of rank 1.
  Type descriptor = LLVM::LLVMStructType::getLiteral(
      b.getContext(), {pointer, pointer, i64, array, array});
  Value fields = UnrealizedConversionCastOp::create(b, loc, descriptor, buffer)
                     .getResult(0);
  constexpr int64_t kAligned = 1;
  return LLVM::ExtractValueOp::create(b, loc, fields, kAligned);
}

/// The op that is all of a kernel on tensors, if it is a foreign one.
ExternalKernelOp externalIn(func::FuncOp kernel) {
  if (!kernel->hasAttr(kKernelAttr) || kernel.isExternal() ||
      kernel->hasAttr(kUnitsAttr))
    return {};
  return dyn_cast<ExternalKernelOp>(kernel.front().front());
}

/// Makes a kernel on buffers that calls the function.
LogicalResult callFrom(func::FuncOp kernel, ExternalKernelOp op,
                       LLVM::LLVMFuncOp function) {
  ShapeEnv env(kernel.getContext());
  Location loc = op.getLoc();
  FailureOr<KernelSignature> s = rewriteKernelSignature(kernel, env);
  if (failed(s))
    return failure();
  OpBuilder b(kernel.getBody().front().getTerminator());
  DenseMap<Value, Value> buffers = s->buffers();
  KernelEmitter e(b, loc, env, buffers, s->symbols, s->status);
  SmallVector<Value> arguments;
  for (ValueRange tensors :
       {ValueRange(op.getInputs()), ValueRange(op.getOutputs())})
    for (Value tensor : tensors)
      arguments.push_back(addressOf(b, loc, buffers.lookup(tensor)));
  if (std::optional<AffineMap> extents = op.getExtents())
    for (AffineExpr extent : extents->getResults())
      arguments.push_back(
          arith::IndexCastOp::create(b, loc, b.getI64Type(), e.expr(extent)));
  LLVM::CallOp::create(b, loc, function, arguments);
  setKernelWork(kernel, env.constant(1), kernelCost(*s, env));
  kernel->setAttr(kScheduleAttr, b.getStringAttr(kScheduleName));
  return failure(e.failed());
}

LogicalResult lower(func::FuncOp kernel, Importer &importer) {
  ExternalKernelOp op = externalIn(kernel);
  FailureOr<const TargetDesc *> desc = targetOf(kernel);
  if (failed(desc))
    return failure();
  FailureOr<LLVM::LLVMFuncOp> function = importer.import(op, **desc);
  return failed(function) ? failure() : callFrom(kernel, op, *function);
}

struct LowerExternalKernels
    : opc::impl::LowerExternalKernelsPassBase<LowerExternalKernels> {
  void runOnOperation() override {
    SmallVector<func::FuncOp> kernels;
    for (auto kernel : getOperation().getOps<func::FuncOp>())
      if (externalIn(kernel))
        kernels.push_back(kernel);
    if (kernels.empty())
      return;
    // All that is wrong is said at once.
    Importer importer(getOperation());
    bool allFine = true;
    for (func::FuncOp kernel : kernels)
      allFine &= succeeded(lower(kernel, importer));
    if (!allFine)
      signalPassFailure();
  }
};

} // namespace
