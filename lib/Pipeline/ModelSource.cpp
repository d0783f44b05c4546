//===- ModelSource.cpp - A model as the user gave it ----------------------===//
//
// Files are mapped, not read: weights of a large model are looked at once.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Compiler.h"

#include "opc-c/module.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Path.h"
#include <cstdlib>

using namespace opc;

Status ModelSource::open(llvm::StringRef path, ModelSource &source) {
  if (llvm::sys::fs::is_directory(path))
    return Status::input(path.str() + ": is a directory");
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return Status::input(path.str() + ": " + buffer.getError().message());
  source.bytes = std::move(*buffer);
  source.name = path.str();
  llvm::StringRef folder = llvm::sys::path::parent_path(path);
  source.directory = folder.empty() ? "." : folder.str();
  source.isText = llvm::sys::path::extension(path) == ".mlir";
  return {};
}

ModelSource ModelSource::inMemory(llvm::StringRef bytes,
                                  llvm::StringRef directory) {
  ModelSource source;
  source.bytes = llvm::MemoryBuffer::getMemBuffer(
      bytes, "model", /*RequiresNullTerminator=*/false);
  source.name = "model";
  source.directory = directory.empty() ? "." : directory.str();
  return source;
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
