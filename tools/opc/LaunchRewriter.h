//===- LaunchRewriter.h - Kernels as standard C++ can read them -*- C++ -*-===//
//
// Two things that only the vendors' compilers read are written in other words:
//   k<T><<<grid, block>>>(x)        OPC_LAUNCH((k<T>), grid, block)(x)
//   extern __shared__ float s[];    OPCSIM_DYNAMIC_SHARED(s, float);
// Lines stay where they are. Comments and literals are left alone.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TOOLS_OPC_LAUNCHREWRITER_H
#define OPC_TOOLS_OPC_LAUNCHREWRITER_H

#include "Command.h"

#include <filesystem>

namespace opc::cli {

/// `text` in other words; itself where there is nothing to be said otherwise.
std::string rewriteLaunches(const std::string &text);

/// Writes a kernel to `folder`, and those files beside it that it includes and
/// that must be rewritten, too; `result` is the file to compile.
Status rewriteKernel(const std::filesystem::path &kernel,
                     const std::filesystem::path &folder,
                     std::filesystem::path &result);

} // namespace opc::cli

#endif // OPC_TOOLS_OPC_LAUNCHREWRITER_H
