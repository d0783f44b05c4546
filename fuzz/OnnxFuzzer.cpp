//===- OnnxFuzzer.cpp - Any bytes as an ONNX model ------------------------===//
//
// The importer must answer any bytes with a module or with lines of text. The
// seeds are small models (scripts/fuzz_corpus.py); most mutants are models,
// too.
//
//===----------------------------------------------------------------------===//
#include "Reader/Node.h"
#include "WireMutator.h"
#include "mlir/IR/MLIRContext.h"
#include "opc/Frontend/ONNX/Import.h"

#include <cstring>

using namespace opc::onnx;

namespace {

/// Where a mutant's time and memory go without finding anything new.
constexpr size_t kLargestMutant = 1 << 16;

const std::vector<std::string> &opNames() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (llvm::ArrayRef<OpRow> table : opTables())
      for (const OpRow &row : table)
        names.push_back(row.name.str());
    return names;
  }();
  return kNames;
}

size_t copyOut(const std::string &bytes, uint8_t *data, size_t limit) {
  if (bytes.empty() || bytes.size() > std::min(limit, kLargestMutant))
    return 0;
  std::memcpy(data, bytes.data(), bytes.size());
  return bytes.size();
}

std::string textOf(const uint8_t *data, size_t size) {
  return {reinterpret_cast<const char *>(data), size};
}

} // namespace

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t limit);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t limit, unsigned seed) {
  std::mt19937 random(seed);
  if (random() % 16 == 0)
    return LLVMFuzzerMutate(data, size, limit);
  opc::fuzz::Field model = opc::fuzz::parseModel(textOf(data, size));
  const opc::fuzz::Field donor = model;
  opc::fuzz::mutate(model, donor, random, opNames());
  size_t written = copyOut(serialize(model), data, limit);
  return written ? written : size;
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size,
                                            const uint8_t *other,
                                            size_t otherSize, uint8_t *out,
                                            size_t limit, unsigned seed) {
  std::mt19937 random(seed);
  opc::fuzz::Field model = opc::fuzz::parseModel(textOf(data, size));
  opc::fuzz::Field donor = opc::fuzz::parseModel(textOf(other, otherSize));
  opc::fuzz::mutate(model, donor, random, opNames());
  return copyOut(serialize(model), out, limit);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // Attributes live as long as their context: start afresh now and then.
  static std::unique_ptr<mlir::MLIRContext> context;
  static unsigned runs = 0;
  if (runs++ % 512 == 0)
    context = std::make_unique<mlir::MLIRContext>(
        mlir::MLIRContext::Threading::DISABLED);
  llvm::StringRef bytes(reinterpret_cast<const char *>(data), size);
  std::vector<opc::runtime::Diagnostic> errors;
  auto module =
      importOnnx(*context, llvm::MemoryBufferRef(bytes, "fuzz"), {}, errors);
  // Each refusal says why, in one line, and is the model's fault.
  if (mlir::failed(module) && errors.empty())
    std::abort();
  for (const opc::runtime::Diagnostic &error : errors) {
    std::string line = error.line();
    if (!error.reason.empty() && line.find('\n') == std::string::npos &&
        error.code != opc::runtime::Diagnostic::Code::Internal)
      continue;
    fprintf(stderr, "bad line: %s\n", line.c_str());
    std::abort();
  }
  return 0;
}
