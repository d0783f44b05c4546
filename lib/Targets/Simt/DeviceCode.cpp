//===- DeviceCode.cpp - kernels as a device's machine code ----------------===//
#include "opc/Targets/Simt/DeviceCode.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/GPUCommon/GPUCommonPass.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"
#include "opc/Conversion/OpcToHost/KernelEntries.h"
#include "opc/Targets/Core/TargetMachines.h"
#include "opc/Targets/Schedule/VectorMath.h"
#include "opc/Targets/Simt/GridSchedules.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
namespace opc::simt {
namespace {

llvm::Error failure(const TargetDesc &desc, const Twine &why) {
  return llvm::createStringError(desc.name() + ": " + why.str());
}

/// Functions of f32 become arithmetic; the first that is left is returned.
Operation *expandFunctions(ModuleOp kernels) {
  SmallVector<Operation *> ours;
  Operation *left = nullptr;
  static const llvm::StringSet<> native = {
      "math.absf",  "math.absi",      "math.ceil",  "math.copysign",
      "math.ctlz",  "math.cttz",      "math.ctpop", "math.floor",
      "math.fma",   "math.isfinite",  "math.isinf", "math.isnan",
      "math.rsqrt", "math.roundeven", "math.round", "math.sqrt",
      "math.trunc"};
  kernels.walk([&](Operation *op) {
    if (hasFunctionForm(op))
      ours.push_back(op);
    else if (isa<math::MathDialect>(op->getDialect()) &&
             !native.contains(op->getName().getStringRef()))
      left = left ? left : op;
  });
  for (Operation *op : ours) {
    OpBuilder b(op);
    op->getResult(0).replaceAllUsesWith(functionForm(op, op->getOperand(0), b));
    op->erase();
  }
  return left;
}

/// Rows of a kernel's own go where the device has them: those that a group
/// shares become globals, others stay where they are.
void placeRows(ModuleOp kernels, const CodeForm &form) {
  SmallVector<memref::AllocaOp> rows;
  kernels.walk([&](memref::AllocaOp op) { rows.push_back(op); });
  unsigned number = 0;
  for (memref::AllocaOp row : rows) {
    MemRefType type = row.getType();
    OpBuilder b(row);
    bool isShared = type.getMemorySpace() != nullptr;
    auto space =
        b.getI64IntegerAttr(isShared ? form.sharedSpace : form.privateSpace);
    auto placed = MemRefType::get(type.getShape(), type.getElementType(),
                                  AffineMap(), space);
    if (!isShared) {
      row.getResult().setType(placed);
      continue;
    }
    std::string name = "shared_" + std::to_string(number++);
    OpBuilder top = OpBuilder::atBlockBegin(kernels.getBody());
    memref::GlobalOp::create(
        top, row.getLoc(), name, top.getStringAttr("private"), placed,
        top.getUnitAttr(), /*constant=*/false, top.getI64IntegerAttr(16));
    Value there = memref::GetGlobalOp::create(b, row.getLoc(), placed, name);
    row.getResult().replaceAllUsesWith(there);
    row.erase();
  }
}

LogicalResult convert(ModuleOp kernels, const CodeForm &form) {
  MLIRContext *context = kernels.getContext();
  RewritePatternSet steps(context);
  vector::populateVectorBroadcastLoweringPatterns(steps);
  vector::populateVectorMaskMaterializationPatterns(steps, false);
  arith::populateCeilFloorDivExpandOpsPatterns(steps);
  memref::populateExpandStridedMetadataPatterns(steps);
  if (failed(applyPatternsGreedily(kernels, std::move(steps))))
    return mlir::failure();
  LLVMTypeConverter types(context);
  RewritePatternSet patterns(context);
  arith::populateArithToLLVMConversionPatterns(types, patterns);
  cf::populateControlFlowToLLVMConversionPatterns(types, patterns);
  populateFinalizeMemRefToLLVMConversionPatterns(types, patterns);
  populateVectorToLLVMConversionPatterns(types, patterns);
  // Before calls of a vendor's library, which a program does not have.
  populateMathToLLVMConversionPatterns(types, patterns,
                                       /*approximateLog1p=*/false,
                                       /*benefit=*/20);
  ub::populateUBToLLVMConversionPatterns(types, patterns);
  form.populate(types, patterns);
  LLVMConversionTarget target(*context);
  target.addLegalOp<ModuleOp>();
  target.addLegalDialect("nvvm", "rocdl");
  return applyFullConversion(kernels, target, std::move(patterns));
}

void optimise(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::PassBuilder builder(&machine);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager graphs;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graphs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graphs, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2)
      .run(module, modules);
}

llvm::Error write(ModuleOp kernels, const TargetDesc &desc,
                  const CodeForm &form, llvm::SmallVectorImpl<char> &image) {
  std::string error;
  std::unique_ptr<llvm::TargetMachine> machine = makeMachine(desc, error);
  if (!machine)
    return failure(desc, error);
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module =
      translateModuleToLLVMIR(kernels, context, "opc");
  if (!module)
    return failure(desc, "translation to LLVM IR failed");
  module->setDataLayout(machine->createDataLayout());
  module->setTargetTriple(machine->getTargetTriple());
  optimise(*module, *machine);
  llvm::raw_svector_ostream out(image);
  llvm::legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, out, nullptr,
                                   form.isText
                                       ? llvm::CodeGenFileType::AssemblyFile
                                       : llvm::CodeGenFileType::ObjectFile))
    return failure(desc, "LLVM writes no such file");
  passes.run(*module);
  return llvm::Error::success();
}

} // namespace

llvm::Error emitDeviceCode(ModuleOp kernels, const TargetDesc &desc,
                           const CodeForm &form,
                           llvm::SmallVectorImpl<char> &image) {
  if (Operation *left = expandFunctions(kernels))
    return llvm::make_error<KernelRefusal>(
        desc.name(), left->getParentOfType<func::FuncOp>().getName(),
        llvm::formatv("{0} of {1} is no function that its machine code has",
                      left->getName(), left->getResult(0).getType())
            .str());
  placeRows(kernels, form);
  PassManager loops(kernels.getContext());
  loops.addPass(createCanonicalizerPass());
  loops.addPass(createCSEPass());
  loops.addPass(createSCFToControlFlowPass());
  if (failed(loops.run(kernels)))
    return failure(desc, "kernels could not be made ready");
  for (auto kernel : llvm::to_vector(kernels.getOps<func::FuncOp>())) {
    int64_t items = kernel->getAttrOfType<IntegerAttr>(kGroupAttr).getInt();
    form.mark(lowerKernelArguments(kernel), items);
  }
  PassManager casts(kernels.getContext());
  casts.addPass(createReconcileUnrealizedCastsPass());
  if (failed(convert(kernels, form)) || failed(casts.run(kernels)))
    return failure(desc, "kernels could not be lowered");
  return write(kernels, desc, form, image);
}

} // namespace opc::simt
