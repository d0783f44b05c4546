//===- OnnxFuzzer.cpp - any bytes as an ONNX model ------------------------===//
//
// The importer must answer any bytes with a module or with lines of text. Good
// seeds: the models of the ONNX backend suite.
//
//===----------------------------------------------------------------------===//
#include "opc/Frontend/ONNX/Import.h"
#include "mlir/IR/MLIRContext.h"
#include <cstdint>
#include <cstdlib>
#include <memory>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // Attributes live as long as their context: start afresh now and then.
  static std::unique_ptr<mlir::MLIRContext> context;
  static unsigned runs = 0;
  if (runs++ % 512 == 0)
    context = std::make_unique<mlir::MLIRContext>(
        mlir::MLIRContext::Threading::DISABLED);
  llvm::StringRef bytes(reinterpret_cast<const char *>(data), size);
  std::vector<std::string> errors;
  auto module = opc::onnx::importOnnx(
      *context, llvm::MemoryBufferRef(bytes, "fuzz"), {}, errors);
  // Each refusal says why, in one line.
  if (mlir::failed(module) && errors.empty())
    std::abort();
  for (const std::string &line : errors)
    if (line.empty() || line.find('\n') != std::string::npos ||
        line.rfind("internal:", 0) == 0)
      std::abort();
  return 0;
}
