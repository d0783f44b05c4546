//===- Faults.h - A crash is one line and a file ----------------*- C++ -*-===//
#ifndef OPC_TOOLS_OPC_FAULTS_H
#define OPC_TOOLS_OPC_FAULTS_H

namespace opc::cli {

/// From now on a crash of this process ends it with exit code 3, one line that
/// says so, and a file for the bug report with this command line in it.
void reportFaults(int argc, char **argv);

} // namespace opc::cli

#endif // OPC_TOOLS_OPC_FAULTS_H
