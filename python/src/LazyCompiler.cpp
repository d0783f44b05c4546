//===- LazyCompiler.cpp - libopc, opened when it is first needed ----------===//
//
// The library is searched where this module's run path says.
//
//===----------------------------------------------------------------------===//
#include "LazyCompiler.h"
#include "Exceptions.h"

#include <dlfcn.h>

using namespace opc::python;

template <typename Function>
static void find(void *library, const char *name, Function &function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (!function)
    raiseError(OPC_ERROR_INTERNAL, std::string("the compiler library has no ") +
                                       name + ": " + dlerror());
}

static CompilerApi open() {
  void *library = dlopen("libopc.so", RTLD_NOW | RTLD_LOCAL);
  if (!library) // most often for want of memory
    raiseError(OPC_ERROR_INPUT,
               std::string("cannot load the compiler: ") + dlerror());
  CompilerApi api;
  find(library, "opc_build_id", api.buildId);
  find(library, "opc_compile", api.compile);
  find(library, "opc_save", api.save);
  find(library, "opc_targets", api.targets);
  find(library, "opc_inspect_model", api.inspectModel);
  find(library, "opc_survey_model", api.surveyModel);
  find(library, "opc_explain_model", api.explainModel);
  find(library, "opc_observe", api.observe);
  return api;
}

const CompilerApi &opc::python::compiler() {
  static const CompilerApi api = open();
  return api;
}
