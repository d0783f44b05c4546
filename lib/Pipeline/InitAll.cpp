//===- InitAll.cpp - Everything that opc's tools know of ------------------===//
//
// Only the dialects that opc's IR goes through: registering all of MLIR's costs
// every start of the compiler.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/InitAll.h"

#include "opc/Conversion/OpcToHost/Passes.h"
#include "opc/Conversion/OpcToLoops/Passes.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"
#include "opc/Dialect/Tile/IR/TileDialect.h"
#include "opc/Dialect/Tile/Transforms/Passes.h"
#include "opc/Layout/Passes.h"
#include "opc/Pipeline/Passes.h"
#include "opc/Targets/Core/Target.h"

#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMIRToLLVMTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"

void opc::registerAllDialects(mlir::DialectRegistry &registry) {
  registry.insert<OpcDialect, mlir::arith::ArithDialect,
                  mlir::cf::ControlFlowDialect, mlir::DLTIDialect,
                  mlir::func::FuncDialect, mlir::index::IndexDialect,
                  mlir::LLVM::LLVMDialect, mlir::math::MathDialect,
                  mlir::memref::MemRefDialect, mlir::scf::SCFDialect,
                  mlir::tensor::TensorDialect, tile::TileDialect,
                  mlir::ub::UBDialect, mlir::vector::VectorDialect>();
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerLLVMDialectImport(registry);
  mlir::registerLLVMDialectTranslation(registry);
  for (const Target *target : allTargets())
    if (target->registerDialects)
      target->registerDialects(registry);
}

void opc::registerAllPasses() {
  registerConversionOpcToHostPasses();
  registerConversionOpcToLoopsPasses();
  registerDialectOpcTransformsPasses();
  registerDialectTileTransformsPasses();
  registerLayoutPasses();
  registerPipelinePasses();
  for (const Target *target : allTargets())
    if (target->registerPasses)
      target->registerPasses();
}
