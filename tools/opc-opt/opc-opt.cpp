//===- opc-opt.cpp - Runs passes on IR, for tests -------------------------===//
//
//   opc-opt --opc-simplify in.mlir
//   opc-opt --opc-print-stages          the page docs/generated/Stages.md
//   opc-opt --opc-print-onnx-ops        the page docs/generated/OnnxOps.md
//   opc-opt --opc-print-torch-ops       the page docs/generated/TorchOps.md
//
// mlir-opt with opc's dialects and passes, and the few upstream ones that tests
// of this project use.
//
//===----------------------------------------------------------------------===//
#include "opc/Frontend/ONNX/Ops.h"
#include "opc/Frontend/Torch/ImportTorch.h"
#include "opc/Pipeline/InitAll.h"
#include "opc/Pipeline/Stages.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/raw_ostream.h"

int main(int argc, char **argv) {
  if (argc == 2 && llvm::StringRef(argv[1]) == "--opc-print-stages") {
    opc::printStages(llvm::outs());
    return 0;
  }
  if (argc == 2 && llvm::StringRef(argv[1]) == "--opc-print-onnx-ops") {
    opc::onnx::printOps(llvm::outs());
    return 0;
  }
  if (argc == 2 && llvm::StringRef(argv[1]) == "--opc-print-torch-ops") {
    opc::torch::printOps(llvm::outs());
    return 0;
  }
  mlir::DialectRegistry registry;
  opc::registerAllDialects(registry);
  opc::registerAllPasses();
  mlir::registerTransformsPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "runs passes on opc's IR\n", registry));
}
