//===- CompileOptions.h - From arguments to programs ------------*- C++ -*-===//
#ifndef OPC_TOOLS_OPC_COMPILEOPTIONS_H
#define OPC_TOOLS_OPC_COMPILEOPTIONS_H

#include "CompilerLibrary.h"
#include "RunOptions.h"

#include <nlohmann/json.hpp>

namespace opc::cli {

/// The options of opc-c/compiler.h that the arguments stand for.
Status compileOptions(const Arguments &arguments, nlohmann::json &options);

} // namespace opc::cli

#endif // OPC_TOOLS_OPC_COMPILEOPTIONS_H
