//===- LazyCompiler.h - libopc, opened when it is first needed --*- C++ -*-===//
//
// Running a compiled program needs no compiler, and loading LLVM costs more
// than all else that `import opc` does.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PYTHON_LAZYCOMPILER_H
#define OPC_PYTHON_LAZYCOMPILER_H

#include "opc-c/compiler.h"
#include "opc-c/explain.h"
#include "opc-c/survey.h"

namespace opc::python {

/// The functions of opc-c/compiler.h that Python calls.
struct CompilerApi {
  decltype(&::opc_build_id) buildId;
  decltype(&::opc_compile) compile;
  decltype(&::opc_save) save;
  decltype(&::opc_targets) targets;
  decltype(&::opc_inspect_model) inspectModel;
  decltype(&::opc_survey_model) surveyModel;
  decltype(&::opc_explain_model) explainModel;
  decltype(&::opc_observe) observe;
};

/// Opens libopc.so, once in a process; raises opc.InternalError if that fails.
const CompilerApi &compiler();

} // namespace opc::python

#endif // OPC_PYTHON_LAZYCOMPILER_H
