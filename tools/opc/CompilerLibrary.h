//===- CompilerLibrary.h - libopc.so, opened when needed --------*- C++ -*-===//
#ifndef OPC_TOOLS_OPC_COMPILERLIBRARY_H
#define OPC_TOOLS_OPC_COMPILERLIBRARY_H

#include "opc-c/compiler.h"
#include "opc/Runtime/Error.h"

namespace opc::cli {

/// The functions of opc-c/compiler.h.
struct CompilerLibrary {
  decltype(&opc_build_id) buildId;
  decltype(&opc_compile) compile;
  decltype(&opc_compile_file) compileFile;
  decltype(&opc_inspect_model) inspectModel;
  decltype(&opc_targets) targets;

  /// Opens it, the first time; it stays open.
  static runtime::Status get(const CompilerLibrary *&library);
};

} // namespace opc::cli

#endif // OPC_TOOLS_OPC_COMPILERLIBRARY_H
