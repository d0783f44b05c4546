//===- Inputs.h - Values for the inputs of a program ------------*- C++ -*-===//
#ifndef OPC_TOOLS_OPC_INPUTS_H
#define OPC_TOOLS_OPC_INPUTS_H

#include "Command.h"

#include "opc/Runtime/Npy.h"

namespace opc::cli {

/// Makes one array for each input of `program`, from --input and --dim. Random
/// values are the same in every run: floats from -1 to 1, integers and bool
/// from 0 to 1 (so that they are valid as indices).
Status makeInputs(const Arguments &arguments, const opc_program *program,
                  std::vector<runtime::NpyArray> &arrays);

/// Refuses to write to a file that the command reads: the model or program, or
/// an input's.
Status checkOutput(const Arguments &arguments, const std::string &path);

/// Runs the program and gives its results.
Status runOnce(opc_program *program,
               const std::vector<runtime::NpyArray> &arrays,
               opc_results **results);

/// "[1, batch, ?]" as a spec has it.
std::string shapeText(const opc_spec &spec);

} // namespace opc::cli

#endif // OPC_TOOLS_OPC_INPUTS_H
