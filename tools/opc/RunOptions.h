//===- RunOptions.h - Options of what runs a program ------------*- C++ -*-===//
#ifndef OPC_TOOLS_OPC_RUNOPTIONS_H
#define OPC_TOOLS_OPC_RUNOPTIONS_H

#include "Command.h"

#include "opc-c/opc.h"

namespace opc::cli {

// Rows of tables of options.
inline constexpr char kThreadsHelp[] = "threads that the program may use (1)";
inline constexpr char kDimHelp[] =
    "gives a symbolic dimension of the inputs an extent; one without a\n"
    "name is called INPUT.AXIS";
inline constexpr char kInputHelp[] =
    "an input's values: an .npy file, random or zeros. Inputs that are not\n"
    "given are random";

inline constexpr Option kThreads = {"threads", "N", kThreadsHelp};
inline constexpr Option kDim = {"dim", "NAME=N", kDimHelp, true};
inline constexpr Option kInput = {"input", "NAME=FILE|random|zeros", kInputHelp,
                                  true};
inline constexpr Option kJson = {"json", nullptr, "print JSON"};
inline constexpr Option kOutputs = {"output", "DIR",
                                    "write each output to DIR as .npy"};

/// The status that a function of either library returned, with its message.
Status toStatus(opc_status code);

/// --threads N; `threads` stays as it is where the option is not given.
Status parseThreads(const Arguments &arguments, int64_t &threads);

/// All --dim NAME=N.
Status parseDims(const Arguments &arguments,
                 std::map<std::string, int64_t> &dims);

/// Whether a file is a compiled program: named so, or an ELF file.
bool isProgram(const std::string &path);

/// Opens what the first operand names: `opc` loads a program or compiles a
/// model, a standalone program is itself what it runs.
Status openProgram(const Arguments &arguments, opc_program *&program);

} // namespace opc::cli

#endif // OPC_TOOLS_OPC_RUNOPTIONS_H
