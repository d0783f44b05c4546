//===- Ending.h - How a command ends ----------------------------*- C++ -*-===//
#ifndef OPC_TOOLS_OPC_ENDING_H
#define OPC_TOOLS_OPC_ENDING_H

#include "Command.h"

#include <functional>

namespace opc::cli {

/// Opens the standard streams that the caller has closed. The next file that is
/// opened would have the number of one, and receive what is said there. Writing
/// to it fails as it would.
void openStreams();

/// Says what is wrong, if anything is; the exit code.
int finish(const Status &status);

/// The exit code of `work`, also where it throws.
int guarded(const std::function<int()> &work);

} // namespace opc::cli

#endif // OPC_TOOLS_OPC_ENDING_H
