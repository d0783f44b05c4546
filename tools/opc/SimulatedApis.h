//===- SimulatedApis.h - The APIs that can be simulated ---------*- C++ -*-===//
//
// Each is a folder of include/opc-sim with a file api.json: no name of one is
// known here.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TOOLS_OPC_SIMULATEDAPIS_H
#define OPC_TOOLS_OPC_SIMULATEDAPIS_H

#include "Command.h"

#include <filesystem>

namespace opc::cli {

/// What an api.json says, with what its "base" says before it.
struct SimulatedApi {
  std::string name;                  ///< of the folder
  std::string summary;               ///< one line
  std::vector<std::string> suffixes; ///< of kernels: ".cu"
  std::vector<std::string> headers;  ///< included before the kernel
  std::vector<std::string> compile;  ///< options of clang++
  std::vector<std::string> link;     ///< options of clang++, when it links
  std::vector<std::string> sources;  ///< in C++, linked to every kernel
  std::filesystem::path include;     ///< the folder that has opc-sim
};

/// All of them, by name; an error where the headers are not installed.
Status simulatedApis(std::vector<SimulatedApi> &apis);

/// Names alone; none where the headers are not installed.
std::vector<std::string> simulatedApiNames();

/// The one with that name; without one, that of the kernel's suffix.
Status chooseApi(const std::string &name, const std::string &kernel,
                 SimulatedApi &api);

} // namespace opc::cli

#endif // OPC_TOOLS_OPC_SIMULATEDAPIS_H
