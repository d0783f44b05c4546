//===- ImportTorch.cpp - graphs of ATen ops into the opc dialect ----------===//
//
// The public entry: bytes to JSON to ProgramReader.
//
//===----------------------------------------------------------------------===//
#include "opc/Frontend/Torch/ImportTorch.h"
#include "ProgramReader.h"
#include "mlir/IR/Verifier.h"
#include "opc/Frontend/Graph/Quoted.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

constexpr llvm::StringLiteral kArchiveStart("PK\x03\x04"), kGraphStart("{");
constexpr llvm::StringLiteral kGraphMember("models/model.json");
constexpr int64_t kMajor = 8;

/// Opens what the bytes are; the text of the graph, or nothing with `error`.
std::optional<StringRef> open(StringRef bytes, Archive &archive,
                              Weights &weights, Objection &error) {
  if (!bytes.starts_with(kArchiveStart))
    return bytes;
  if (!archive.open(bytes, error) || !weights.open(archive, error))
    return std::nullopt;
  if (std::optional<StringRef> order = archive.find("byteorder");
      order && *order != "little") {
    error = Objection::unsupported(
        "data in byte order " + graph::quoted(*order) + " is not supported",
        "little");
    return std::nullopt;
  }
  std::optional<StringRef> graph = archive.find(kGraphMember);
  if (!graph)
    error = "is no archive of torch.export.save: it has no member '" +
            kGraphMember + "'";
  return graph;
}

bool checkVersion(const json::Object &program, Objection &error) {
  const json::Object *version = program.getObject("schema_version");
  std::optional<int64_t> major =
      version ? version->getInteger("major") : std::nullopt;
  if (!major)
    error = "is no exported program: it has no schema version";
  else if (*major != kMajor)
    error = Objection::unsupported(
        formatv("schema version {0} is not supported", *major),
        formatv("{0}, of torch 2.9 and later", kMajor));
  return !error;
}

/// A verified module, or an internal error.
bool checkModule(MLIRContext &context, ModuleOp module,
                 std::vector<Diagnostic> &errors) {
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
    if (message.empty())
      message = diagnostic.str();
    return success();
  });
  if (succeeded(verify(module)))
    return true;
  Diagnostic &diagnostic = errors.emplace_back();
  diagnostic.code = Diagnostic::Code::Internal;
  diagnostic.reason = std::move(message);
  return false;
}

} // namespace

bool startsLikeTorch(StringRef bytes) {
  return bytes.starts_with(kArchiveStart) || bytes.starts_with(kGraphStart);
}

FailureOr<OwningOpRef<ModuleOp>> importTorch(MLIRContext &context,
                                             llvm::MemoryBufferRef model,
                                             const ImportOptions &options,
                                             std::vector<Diagnostic> &errors) {
  context.loadDialect<OpcDialect, func::FuncDialect>();
  Archive archive;
  Weights weights;
  Objection error;
  std::string name = graph::printable(model.getBufferIdentifier());
  std::optional<StringRef> text =
      open(model.getBuffer(), archive, weights, error);
  std::optional<json::Value> parsed =
      text ? parseJson(*text, error) : std::nullopt;
  const json::Object *program = parsed ? parsed->getAsObject() : nullptr;
  if (parsed && !program)
    error = "is no exported program";
  if (!program || !checkVersion(*program, error)) {
    errors.push_back(std::move(error).in(name).of());
    return failure();
  }
  ProgramReader reader(context, options, weights, errors);
  OwningOpRef<ModuleOp> module = reader.run(*program);
  if (!module || !checkModule(context, *module, errors))
    return failure();
  return module;
}

} // namespace opc::torch
