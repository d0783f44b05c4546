//===- opc-opt.cpp - Runs passes on IR, for tests -------------------------===//
//
// mlir-opt with opc's dialects and passes, and the few upstream ones that tests
// of this project use.
//
//===----------------------------------------------------------------------===//
#include "opc/InitAll.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  opc::registerAllDialects(registry);
  opc::registerAllPasses();
  mlir::registerTransformsPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "runs passes on opc's IR\n", registry));
}
