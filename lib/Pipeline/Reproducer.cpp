//===- Reproducer.cpp - What a bug report needs ---------------------------===//
//
// Which opc, which model (by name, size and hash: models may be secret), which
// options, and what went wrong. One text file, so that it can be read before it
// is sent.
//
//===----------------------------------------------------------------------===//
#include "Reproducer.h"

#include "opc/Pipeline/AtomicFile.h"
#include "opc/Pipeline/BuildInfo.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"

using namespace opc;

static std::string describe(const Status &status, const ModelSource &source,
                            const CompileOptions &options) {
  llvm::StringRef bytes = source.bytes->getBuffer();
  return llvm::formatv(
             "// A defect of opc. Please report it with this file and the "
             "model.\n"
             "// opc {0}, build {1}, LLVM {2}\n"
             "// model: {3}, {4} bytes, xxh3 {5:x}\n"
             "// target: {6}; {7}\n"
             "// error: {8}\n",
             version(), buildId(), LLVM_VERSION_STRING, source.name,
             bytes.size(), llvm::xxh3_64bits(bytes), options.target,
             options.fingerprint(), status.message())
      .str();
}

/// A new, empty file in `directory`; "" if there can be none.
static std::string newFile(llvm::StringRef directory) {
  llvm::SmallString<128> model(directory), file;
  llvm::sys::path::append(model, "opc-reproducer-%%%%%%.txt");
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
  if (file.empty() || !writeFile(file, describe(status, source, options)).ok())
    return status;
  return Status::internal(status.message() + "; reproducer: " + file);
}
