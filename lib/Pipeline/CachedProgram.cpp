//===- CachedProgram.cpp - A program whose code is a file of the cache ----===//
//
// The file stays open: another process may evict the entry at any time, and the
// program must still be able to write itself to a place of the user's.
//
//===----------------------------------------------------------------------===//
#include "LoadedProgram.h"

#include "opc/Pipeline/Jit.h"
#include <atomic>
#include <dlfcn.h>

using namespace opc;

/// A path of an entry's open file that this process has not used before: asked
/// for a name that it knows, the dynamic linker gives what had that name then.
/// The bits of a counter are written as "./" and "/".
static std::string freshPath(const CacheEntry &entry) {
  static std::atomic<uint64_t> count{1};
  std::string path = entry.path(), spelling;
  for (uint64_t rest = count.fetch_add(1); rest; rest >>= 1)
    spelling += rest & 1 ? "./" : "/";
  return path.insert(path.rfind('/') + 1, spelling);
}

namespace {

class CachedProgram : public LoadedProgram {
public:
  explicit CachedProgram(CacheEntry entry) : entry(std::move(entry)) {}
  ~CachedProgram() override {
    if (library)
      dlclose(library);
  }

  Status open() {
    library = dlopen(freshPath(entry).c_str(), RTLD_NOW | RTLD_LOCAL);
    return library ? Status() : Status::input("an entry cannot be loaded");
  }
  const opc_program_descriptor *descriptor() const {
    return static_cast<const opc_program_descriptor *>(
        dlsym(library, OPC_PROGRAM_SYMBOL));
  }
  Status save(llvm::StringRef path) const override {
    return entry.copyTo(path);
  }

private:
  CacheEntry entry;
  void *library = nullptr;
};

} // namespace

Status opc::loadFromCache(CacheEntry entry, opc_program *&program) {
  auto owner = std::make_unique<CachedProgram>(std::move(entry));
  if (Status status = owner->open(); !status.ok())
    return status;
  const opc_program_descriptor *descriptor = owner->descriptor();
  if (!descriptor)
    return Status::input("an entry is no program of opc");
  return adoptProgram(*descriptor, std::move(owner), program);
}
