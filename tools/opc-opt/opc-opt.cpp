//===- opc-opt.cpp - runs passes on IR, for tests ---------------*- C++ -*-===//
//
// mlir-opt with opc's dialects and passes.
//
//===----------------------------------------------------------------------===//
#include "opc/Conversion/OpcToLoops/Passes.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<opc::OpcDialect>();
  mlir::registerAllPasses();
  opc::registerConversionOpcToLoopsPasses();
  return mlir::failed(
      mlir::MlirOptMain(argc, argv, "opc optimizer driver\n", registry));
}
