//===- SharedObject.cpp - An opened program file --------------------------===//
//
// Keeps which file each loaded name stands for. A name whose file was replaced
// is spelled differently ("dir/./m.so") for the new file. A file that was
// rewritten in place cannot be loaded beside its old self: that is refused.
//
//===----------------------------------------------------------------------===//
#include "SharedObject.h"
#include "File.h"
#include "Lock.h"

#include <climits>
#include <cstdlib>
#include <dlfcn.h>
#include <fmt/format.h>
#include <map>

using namespace opc::runtime;

namespace {
struct Loaded {
  dev_t device;
  ino_t inode;
  timespec modified;
  off_t size;
  int handles;

  bool sameFile(const struct stat &s) const {
    return device == s.st_dev && inode == s.st_ino;
  }
  bool unchanged(const struct stat &s) const {
    return modified.tv_sec == s.st_mtim.tv_sec &&
           modified.tv_nsec == s.st_mtim.tv_nsec && size == s.st_size;
  }
};
using LoadedFiles = std::map<std::string, Loaded>;
} // namespace

/// Guarded by sharedLock(); lives as long as the process, like the handles.
static LoadedFiles &loadedFiles() {
  static auto *files = new LoadedFiles;
  return *files;
}

/// Finds the spelling under which to load the file, and counts it as loaded.
static Status reserveName(const std::string &path, const struct stat &file,
                          std::string &name) {
  size_t base = path.rfind('/') + 1;
  std::lock_guard guard(sharedLock());
  LoadedFiles &files = loadedFiles();
  for (const auto &[_, loaded] : files)
    if (loaded.sameFile(file) && !loaded.unchanged(file))
      return Status::input(fmt::format(
          "{}: was rewritten in place while this process has it loaded: close "
          "the older program first",
          path));
  name = path;
  auto found = files.find(name);
  while (found != files.end() && !found->second.sameFile(file)) {
    name.insert(base, "./");
    found = files.find(name);
  }
  if (found == files.end())
    found = files
                .emplace(name, Loaded{file.st_dev, file.st_ino, file.st_mtim,
                                      file.st_size, 0})
                .first;
  ++found->second.handles;
  return {};
}

static void releaseName(const std::string &name) {
  std::lock_guard guard(sharedLock());
  auto found = loadedFiles().find(name);
  if (--found->second.handles == 0)
    loadedFiles().erase(found);
}

Status SharedObject::open(const std::string &path,
                          std::unique_ptr<SharedObject> &object) {
  char real[PATH_MAX];
  struct stat file;
  if (!realpath(path.c_str(), real) || stat(real, &file) != 0)
    return Status::input(fmt::format("{}: {}", path, systemError()));
  std::string name;
  if (Status s = reserveName(real, file, name); !s.ok())
    return s;
  void *handle = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    releaseName(name);
    const char *why = dlerror();
    return Status::input(
        fmt::format("cannot load {}", why ? why : path.c_str()));
  }
  object.reset(new SharedObject(name, handle));
  return {};
}

SharedObject::~SharedObject() {
  dlclose(handle);
  releaseName(name);
}

void *SharedObject::symbol(const char *name) const {
  return dlsym(handle, name);
}
