//===- CachedProgram.cpp - A program whose code is a file of the cache ----===//
//
// The file stays open: another process may evict the entry at any time, and the
// program must still be able to write itself to a place of the user's.
//
//===----------------------------------------------------------------------===//
#include "LoadedProgram.h"

#include "opc/Pipeline/Jit.h"
#include "opc/Runtime/AtomicFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

using namespace opc;

namespace {

class CachedProgram : public LoadedProgram {
public:
  ~CachedProgram() override {
    if (library)
      dlclose(library);
    if (file >= 0)
      close(file);
  }

  Status open(const std::string &path) {
    file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    library = file < 0 ? nullptr : dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library)
      return Status::input(path + ": cannot be loaded");
    return {};
  }

  const opc_program_descriptor *descriptor() const {
    return static_cast<const opc_program_descriptor *>(
        dlsym(library, OPC_PROGRAM_SYMBOL));
  }

  Status save(llvm::StringRef path) const override {
    auto buffer = llvm::MemoryBuffer::getOpenFile(file, "entry of the cache",
                                                  /*FileSize=*/-1, false);
    if (!buffer)
      return Status::input(buffer.getError().message());
    return runtime::writeFile(path.str(), {(*buffer)->getBuffer()});
  }

private:
  int file = -1;
  void *library = nullptr;
};

} // namespace

Status opc::loadFromCache(llvm::StringRef path, opc_program *&program) {
  auto owner = std::make_unique<CachedProgram>();
  if (Status status = owner->open(path.str()); !status.ok())
    return status;
  const opc_program_descriptor *descriptor = owner->descriptor();
  if (!descriptor)
    return Status::input(path.str() + ": is no program of opc");
  return adoptProgram(*descriptor, std::move(owner), program);
}
