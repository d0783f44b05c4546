//===- ModelFiles.cpp - The files that a model consists of ----------------===//
//
// External files are found by the bytes that name them: that is much faster
// than reading the model.
//
//===----------------------------------------------------------------------===//
#include "ModelFiles.h"

#include "opc/Runtime/AtomicFile.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace opc;

// An ONNX tensor names its external file by an entry {key: "location", value:
// PATH}: field 1 with 8 characters, then field 2, in the protobuf encoding.
static constexpr llvm::StringLiteral kLocation("\x0a\x08location");

/// Reads a protobuf length; nothing where the bytes are none.
static std::optional<uint64_t> readLength(llvm::StringRef &bytes) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 35 && !bytes.empty(); shift += 7) {
    uint8_t byte = bytes.front();
    bytes = bytes.drop_front();
    value |= uint64_t(byte & 0x7f) << shift;
    if (!(byte & 0x80))
      return value;
  }
  return std::nullopt;
}

bool opc::externalFiles(llvm::StringRef model,
                        std::vector<std::string> &names) {
  for (size_t at = model.find(kLocation); at != llvm::StringRef::npos;
       at = model.find(kLocation, at + 1)) {
    llvm::StringRef rest = model.drop_front(at + kLocation.size());
    if (!rest.consume_front("\x12"))
      return false;
    std::optional<uint64_t> length = readLength(rest);
    if (!length || *length > rest.size())
      return false;
    names.push_back(rest.take_front(*length).str());
  }
  llvm::sort(names);
  names.erase(llvm::unique(names), names.end());
  return true;
}

std::string opc::pathOfExternal(const ModelSource &source,
                                llvm::StringRef name) {
  llvm::SmallString<128> path(source.directory);
  llvm::sys::path::append(path, name);
  return path.str().str();
}

std::vector<std::string> opc::filesOf(const ModelSource &source) {
  std::vector<std::string> names, files;
  (void)externalFiles(source.bytes->getBuffer(), names);
  if (!source.file.empty())
    files.push_back(source.file);
  for (const std::string &name : names)
    files.push_back(pathOfExternal(source, name));
  for (std::string &file : files) {
    llvm::SmallString<128> absolute(file);
    if (!llvm::sys::fs::make_absolute(absolute))
      file = absolute.str().str();
  }
  return files;
}

Status opc::checkOutput(llvm::StringRef output,
                        llvm::ArrayRef<std::string> files) {
  for (const std::string &file : files)
    if (Status status = runtime::checkIsNot(output.str(), file); !status.ok())
      return status;
  return {};
}
