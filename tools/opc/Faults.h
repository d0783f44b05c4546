//===- Faults.h - A crash is one line and a file ----------------*- C++ -*-===//
#ifndef OPC_TOOLS_OPC_FAULTS_H
#define OPC_TOOLS_OPC_FAULTS_H

#include <string>

namespace opc::cli {

/// From now on a crash of this process ends it with exit code 3, one line that
/// says so, and a file for the bug report: the versions, this command line and
/// the files that it names, the machine, the signal and the stack.
void reportFaults(int argc, char **argv);

/// Adds a line to that file.
void addToFaultReport(const std::string &line);

} // namespace opc::cli

#endif // OPC_TOOLS_OPC_FAULTS_H
