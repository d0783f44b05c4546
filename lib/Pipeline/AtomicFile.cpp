//===- AtomicFile.cpp - Files that appear whole or not at all -------------===//
//
// The rename is what makes it atomic, for readers in other processes too.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/AtomicFile.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

using namespace opc;
using runtime::Status;
namespace fs = llvm::sys::fs;

static Status failure(llvm::StringRef path, std::error_code error) {
  return Status::input(path.str() + ": " + error.message());
}

/// What a new file of this process would be readable for: createUniqueFile
/// makes files for their owner alone.
static void useNormalPermissions(llvm::StringRef path) {
  unsigned mask = fs::getUmask();
  fs::setPermissions(path, static_cast<fs::perms>(0666 & ~mask));
}

/// Whether `path` is a device, a pipe or the like: renaming a file over it
/// would take it away from everybody.
static bool isSpecial(llvm::StringRef path) {
  fs::file_status status;
  return !fs::status(path, status) &&
         status.type() != fs::file_type::regular_file;
}

Status opc::writeAtomically(
    llvm::StringRef path,
    llvm::function_ref<Status(llvm::StringRef temporary)> write) {
  if (fs::is_directory(path))
    return Status::input(path.str() + ": is a directory");
  if (isSpecial(path))
    return Status::input(path.str() + ": is not a regular file");
  llvm::SmallString<128> temporary;
  int descriptor = -1;
  if (std::error_code error =
          fs::createUniqueFile(path + ".%%%%%%%%.tmp", descriptor, temporary))
    return failure(path, error);
  llvm::sys::Process::SafelyCloseFileDescriptor(descriptor);
  llvm::sys::RemoveFileOnSignal(temporary);
  Status status = write(temporary);
  if (status.ok()) {
    useNormalPermissions(temporary);
    if (std::error_code error = fs::rename(temporary, path))
      status = failure(path, error);
  } else {
    status = std::move(status).in(path.str());
  }
  if (!status.ok())
    fs::remove(temporary);
  llvm::sys::DontRemoveFileOnSignal(temporary);
  return status;
}

static Status writeStream(llvm::raw_fd_ostream &out,
                          llvm::ArrayRef<llvm::StringRef> pieces) {
  for (llvm::StringRef piece : pieces)
    out << piece;
  out.flush();
  if (!out.has_error())
    return {};
  std::error_code error = out.error();
  out.clear_error();
  return Status::input(error.message());
}

Status opc::writeInPlace(llvm::StringRef path,
                         llvm::ArrayRef<llvm::StringRef> pieces) {
  std::error_code error;
  llvm::raw_fd_ostream out(path, error);
  if (error)
    return Status::input(error.message());
  Status status = writeStream(out, pieces);
  out.close();
  if (status.ok() && out.has_error())
    status = Status::input(out.error().message());
  out.clear_error();
  return status;
}

Status opc::writeFile(llvm::StringRef path, llvm::StringRef bytes) {
  if (path == "-")
    return writeStream(llvm::outs(), bytes).in("standard output");
  if (!fs::is_directory(path) && isSpecial(path))
    return writeInPlace(path, bytes).in(path.str());
  return writeAtomically(path, [&](llvm::StringRef temporary) {
    return writeInPlace(temporary, bytes);
  });
}
