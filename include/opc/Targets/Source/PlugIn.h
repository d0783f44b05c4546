//===- PlugIn.h - the plug-in of a folder of source -------------*- C++ -*-===//
//
// Every folder of source has a plug-in (opc-c/device.h) that knows its kernels
// by name. What a vendor's runtime is called by is the vendor's; all else is
// here.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_SOURCE_PLUGIN_H
#define OPC_TARGETS_SOURCE_PLUGIN_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace opc::source {

/// The text of each part, in C or in C++. `calls` defines `opened`, `closed`,
/// `allocate`, `release`, `copyFromHost`, `copyToHost`, `launch` and `sync`
/// with the types of opc_device_api.
struct PlugIn {
  std::string head;     ///< comment and headers
  std::string members;  ///< of a kernel, besides its `name`
  std::string starters; ///< a function for each kernel, that launches it
  std::string table;    ///< of kernels: {"name", members},
  std::string calls;
};
std::string plugInOf(const PlugIn &parts);

using Words = llvm::ArrayRef<std::pair<llvm::StringRef, std::string>>;
/// `text` with each of the words replaced.
std::string filled(llvm::StringRef text, Words words);

} // namespace opc::source

#endif // OPC_TARGETS_SOURCE_PLUGIN_H
