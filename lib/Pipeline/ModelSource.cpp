//===- ModelSource.cpp - A model as the user gave it ----------------------===//
//
// Files are mapped, not read: weights of a large model are looked at once.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Survey.h"

#include "opc-c/module.h"
#include "opc/Frontend/Torch/ImportTorch.h"
#include "opc/Runtime/Escape.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include <cstdlib>
#include <sys/mman.h>

using namespace opc;

namespace fs = llvm::sys::fs;

/// What cannot hold a model: reading a device may never end.
static Status checkKind(llvm::StringRef path) {
  fs::file_status status;
  if (fs::status(path, status))
    return {}; // opening it says why
  switch (status.type()) {
  case fs::file_type::directory_file:
    return Status::input(runtime::printable(path) + ": is a directory");
  case fs::file_type::character_file:
  case fs::file_type::block_file:
  case fs::file_type::socket_file:
    return Status::input(runtime::printable(path) + ": is no regular file");
  default:
    return {};
  }
}

namespace {
struct Format {
  llvm::StringLiteral start;
  llvm::StringLiteral what;
};
} // namespace

// What users mistake for models, by the first bytes: writers of ONNX start with
// the field of its version, a byte of 8.
static constexpr Format kOthers[] = {
    {"\x7f"
     "ELF",
     "a compiled program or library"},
    {"version https://git-lfs", "a pointer of Git LFS: fetch the file itself"},
    {"\x93NUMPY", "an array of numpy"},
    {"\x1f\x8b", "compressed by gzip"},
    {"\x80\x02", "a pickle of Python"},
    {"\x89HDF", "an HDF5 file, as Keras writes them"},
    {"<", "text: a web page, XML or ONNX's text form"},
};

Status ModelSource::checkFormat() const {
  llvm::StringRef start = bytes->getBuffer();
  if (start.empty())
    return Status::input(name + ": is empty");
  for (const Format &other : kOthers)
    if (start.starts_with(other.start))
      return Status::input(name + ": is no ONNX model but " + other.what.str());
  return {};
}

bool opc::isTorch(const ModelSource &source) {
  return !source.isText && torch::startsLikeTorch(source.bytes->getBuffer());
}

Status ModelSource::open(llvm::StringRef path, ModelSource &source) {
  if (Status status = checkKind(path); !status.ok())
    return status;
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return Status::input(runtime::printable(path) + ": " +
                         buffer.getError().message());
  source.bytes = std::move(*buffer);
  source.name = runtime::printable(path);
  source.file = path.str();
  llvm::StringRef folder = llvm::sys::path::parent_path(path);
  source.directory = folder.empty() ? "." : folder.str();
  source.isText = llvm::sys::path::extension(path) == ".mlir";
  return {};
}

/// Whether bytes are IR as text. None of its beginnings is that of ONNX: behind
/// comments they read as fields that a model does not have, or as a domain that
/// is named after an op.
static bool startsLikeText(llvm::StringRef bytes) {
  static constexpr llvm::StringLiteral kStarts[] = {
      "module", "func.func", "\"builtin.module\"", "#", "!", "{-#"};
  for (bytes = bytes.ltrim(); bytes.starts_with("//"); bytes = bytes.ltrim())
    bytes = bytes.drop_front(std::min(bytes.find('\n'), bytes.size()));
  return llvm::any_of(
      kStarts, [&](llvm::StringRef start) { return bytes.starts_with(start); });
}

ModelSource ModelSource::inMemory(llvm::StringRef bytes,
                                  llvm::StringRef directory) {
  ModelSource source;
  source.bytes = llvm::MemoryBuffer::getMemBuffer(
      bytes, "model", /*RequiresNullTerminator=*/false);
  source.name = "model";
  source.directory = directory.empty() ? "." : directory.str();
  source.isText = startsLikeText(bytes);
  return source;
}

void ModelSource::giveBackPages() const {
  // Of other memory the kernel would give back the contents.
  if (bytes->getBufferKind() != llvm::MemoryBuffer::MemoryBuffer_MMap)
    return;
  uintptr_t page = llvm::sys::Process::getPageSizeEstimate();
  uintptr_t begin = reinterpret_cast<uintptr_t>(bytes->getBufferStart());
  uintptr_t first = llvm::alignDown(begin, page);
  // Not by LLVM's dontNeedIfMmap: posix_madvise ignores that wish in glibc.
  madvise(reinterpret_cast<void *>(first),
          begin + bytes->getBufferSize() - first, MADV_DONTNEED);
}

Status AlignedBytes::allocate(size_t size, AlignedBytes &bytes) {
  size_t rounded = llvm::alignTo(std::max<size_t>(size, 1), OPC_ALIGNMENT);
  bytes.memory.reset(
      static_cast<char *>(std::aligned_alloc(OPC_ALIGNMENT, rounded)));
  if (!bytes.memory)
    return Status::input("no memory for " + std::to_string(size) +
                         " bytes of constants");
  bytes.count = size;
  return {};
}

void AlignedBytes::Free::operator()(char *memory) const { std::free(memory); }
