//===- CompilerLibrary.cpp - libopc.so, opened when needed ----------------===//
//
// It lies beside this program: in ../lib, where both are built and installed,
// or in the same folder.
//
//===----------------------------------------------------------------------===//
#include "CompilerLibrary.h"
#include "Faults.h"

#include <dlfcn.h>
#include <filesystem>
#include <fmt/format.h>

using namespace opc::cli;
using opc::runtime::Status;
namespace fs = std::filesystem;

static void *openLibrary(std::string &complaint) {
  std::error_code error;
  fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path &place :
       {folder / "../lib/libopc.so", folder / "libopc.so"}) {
    if (!fs::exists(place, error))
      continue;
    if (void *handle = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL))
      return handle;
    complaint = dlerror();
    return nullptr;
  }
  complaint = fmt::format("there is no libopc.so beside {}", folder.string());
  return nullptr;
}

template <typename Function>
static bool resolve(void *handle, const char *name, Function &function) {
  function = reinterpret_cast<Function>(dlsym(handle, name));
  return function != nullptr;
}

Status CompilerLibrary::get(const CompilerLibrary *&result) {
  static CompilerLibrary library = {};
  result = &library;
  if (library.compile)
    return {};
  std::string complaint;
  void *handle = openLibrary(complaint);
  if (!handle)
    return Status::input("the compiler cannot be loaded: " + complaint);
  if (resolve(handle, "opc_build_id", library.buildId) &&
      resolve(handle, "opc_compile_file", library.compileFile) &&
      resolve(handle, "opc_inspect_model", library.inspectModel) &&
      resolve(handle, "opc_targets", library.targets) &&
      resolve(handle, "opc_compile", library.compile)) {
    addToFaultReport(fmt::format("compiler: build {}", library.buildId()));
    return {};
  }
  return Status::input("the compiler cannot be loaded: libopc.so is of another "
                       "version than this program");
}
