//===- MachineFiles.cpp - What executables are linked with ----------------===//
#include "MachineFiles.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/TargetParser/Triple.h"
#include <dlfcn.h>

using namespace opc;
using runtime::Status;

/// The folder of the file that holds this code.
static std::string ownFolder() {
  Dl_info info;
  llvm::SmallString<256> path;
  if (!dladdr(reinterpret_cast<void *>(&findMachineFiles), &info) ||
      llvm::sys::fs::real_path(info.dli_fname, path))
    return ".";
  return llvm::sys::path::parent_path(path).str();
}

Status opc::findMachineFiles(const TargetDesc &desc, MachineFiles &files) {
  std::string arch = llvm::Triple(desc.llvm.triple).getArchName().str();
  std::string folder =
      llvm::formatv("{0}/opc-machines/{1}", ownFolder(), arch).str();
  files = {folder + "/start.o", folder + "/libopc-standalone.a"};
  for (const std::string &file : {files.start, files.archive})
    if (!llvm::sys::fs::exists(file))
      return Status::input(
          llvm::formatv("{0}: this opc has no runtime for {1} to link with; it "
                        "emits so and obj",
                        desc.name(), arch)
              .str());
  return {};
}
