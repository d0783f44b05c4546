//===- FileNames.h - Names of tensors as names of files ---------*- C++ -*-===//
#ifndef OPC_TOOLS_OPC_FILENAMES_H
#define OPC_TOOLS_OPC_FILENAMES_H

#include <span>
#include <string>
#include <vector>

namespace opc::cli {

/// A file name for each of the names, no two alike: '_' stands for what
/// separates folders and for control characters, long names are cut off. Where
/// several would then be one file, a number tells them apart; a name that is a
/// file name already stays as it is.
std::vector<std::string> fileNames(std::span<const std::string> names);

} // namespace opc::cli

#endif // OPC_TOOLS_OPC_FILENAMES_H
