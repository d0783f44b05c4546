//===- MachinesOfTree.h - every description of a machine ------------------===//
#ifndef OPC_UNITTESTS_DIALECT_TILE_IR_MACHINESOFTREE_H
#define OPC_UNITTESTS_DIALECT_TILE_IR_MACHINESOFTREE_H

#include "opc/Dialect/Tile/IR/Machine.h"

#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"
#include <string>
#include <vector>

namespace opc::tile {

/// The files Machines/*.json of all targets, by name.
inline std::vector<std::string> machineFiles() {
  std::vector<std::string> files;
  std::error_code failed;
  llvm::sys::fs::recursive_directory_iterator file(OPC_TARGETS_FOLDER, failed);
  for (; !failed && file != decltype(file)(); file.increment(failed)) {
    llvm::StringRef path = file->path();
    if (path.ends_with(".json") && path.contains("/Machines/"))
      files.push_back(path.str());
  }
  std::sort(files.begin(), files.end());
  EXPECT_FALSE(files.empty());
  return files;
}

} // namespace opc::tile

#endif // OPC_UNITTESTS_DIALECT_TILE_IR_MACHINESOFTREE_H
