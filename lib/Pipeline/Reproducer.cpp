//===- Reproducer.cpp - What a bug report needs ---------------------------===//
//
// Which opc, which model (by name, size and hash: weights may be secret), which
// options, what went wrong, and the graph as IR. One text file, so that it can
// be read before it is sent; it is IR itself, so that opc reads it, too.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Reproducer.h"
#include "TargetSet.h"

#include "opc/Pipeline/BuildInfo.h"
#include "opc/Runtime/AtomicFile.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"

using namespace opc;

/// The IR of a larger model says no more than the model itself.
static constexpr size_t kMostIR = 1 << 20;

/// The command that compiles the model in the same way.
static std::string commandLine(const ModelSource &source,
                               const CompileOptions &options) {
  TargetSet set;
  std::string target = options.target;
  if (TargetSet::parse(options.target, set).ok())
    target = set.name();
  std::string text =
      llvm::formatv("opc compile '{0}' -o out.so --no-cache --target {1} "
                    "--threads {2}",
                    source.name, target, options.threads);
  for (const auto &[name, extent] : options.dims)
    text += llvm::formatv(" --dim '{0}={1}'", name, extent).str();
  return text;
}

/// The model as IR after import, with the data of large constants left out.
static std::string importedIR(const ModelSource &source,
                              const CompileOptions &options) {
  CompileOptions importOnly = options;
  importOnly.emit = Emit::MLIR;
  importOnly.stopAfter = "import";
  importOnly.dumpStages.clear();
  std::string text;
  if (Status status = compileText(source, importOnly, TextForm::Short, text);
      !status.ok())
    return "// no IR: " + status.message() + "\n";
  if (text.size() <= kMostIR)
    return text;
  text.resize(text.rfind('\n', kMostIR) + 1);
  return text + "// the rest of the IR is left out\n";
}

/// `text` as comments of MLIR.
static std::string commented(llvm::StringRef text) {
  std::string result;
  for (llvm::StringRef line : llvm::split(text.rtrim('\n'), '\n'))
    result += ("// " + line + "\n").str();
  return result;
}

static std::string describe(const Status &status, const ModelSource &source,
                            const CompileOptions &options) {
  llvm::StringRef bytes = source.bytes->getBuffer();
  std::string head = llvm::formatv(
      "A defect of opc. Please report it with this file and the "
      "model.\n"
      "opc {0}, build {1}, LLVM {2}\n"
      "model: {3}, {4} bytes, xxh3 {5:x}\n"
      "command: {6}\n"
      "options: {7}\n"
      "error: {8}\n"
      "The IR after import, without the data of large constants, "
      "follows:\n",
      version(), buildId(), LLVM_VERSION_STRING, source.name, bytes.size(),
      llvm::xxh3_64bits(bytes), commandLine(source, options),
      options.fingerprint(), status.message());
  return commented(head) + importedIR(source, options);
}

/// A new, empty file in `directory`; "" if there can be none.
static std::string newFile(llvm::StringRef directory) {
  llvm::SmallString<128> model(directory), file;
  llvm::sys::path::append(model, "opc-reproducer-%%%%%%.mlir");
  if (llvm::sys::fs::createUniqueFile(model, file))
    return "";
  return file.str().str();
}

Status opc::withReproducer(Status status, const ModelSource &source,
                           const CompileOptions &options) {
  if (status.code() != OPC_ERROR_INTERNAL)
    return status;
  std::string file = newFile("");
  if (file.empty()) {
    llvm::SmallString<128> temporary;
    llvm::sys::path::system_temp_directory(/*ErasedOnReboot=*/true, temporary);
    file = newFile(temporary);
  }
  if (file.empty() ||
      !runtime::writeFile(file, {describe(status, source, options)}).ok())
    return status;
  return Status::internal(status.message() + "; reproducer: " + file);
}
