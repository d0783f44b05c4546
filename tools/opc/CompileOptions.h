//===- CompileOptions.h - From arguments to programs ------------*- C++ -*-===//
#ifndef OPC_TOOLS_OPC_COMPILEOPTIONS_H
#define OPC_TOOLS_OPC_COMPILEOPTIONS_H

#include "Command.h"
#include "CompilerLibrary.h"

#include <nlohmann/json.hpp>

namespace opc::cli {

/// The options of opc-c/compiler.h that the arguments stand for.
Status compileOptions(const Arguments &arguments, nlohmann::json &options);

/// --threads N; `threads` stays as it is where the option is not given.
Status parseThreads(const Arguments &arguments, int64_t &threads);

/// All --dim NAME=N.
Status parseDims(const Arguments &arguments,
                 std::map<std::string, int64_t> &dims);

/// Whether a file is a compiled program: named so, or an ELF file.
bool isProgram(const std::string &path);

/// Loads the program that the first operand is, or compiles the model.
Status openProgram(const Arguments &arguments, opc_program *&program);

} // namespace opc::cli

#endif // OPC_TOOLS_OPC_COMPILEOPTIONS_H
