//===- FakeProgram.h - Programs written by hand -----------------*- C++ -*-===//
//
// The runtime cannot tell a compiled program from an entry function in a test:
// these stand for one.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_UNITTESTS_RUNTIME_FAKEPROGRAM_H
#define OPC_UNITTESTS_RUNTIME_FAKEPROGRAM_H

#include "opc-c/opc.h"

#include <memory>
#include <string>
#include <vector>

namespace opc::runtime::test {

struct CloseProgram {
  void operator()(opc_program *program) const { opc_close(program); }
};
using ProgramPtr = std::unique_ptr<opc_program, CloseProgram>;

struct FreeResults {
  void operator()(opc_results *results) const { opc_free_results(results); }
};
using ResultsPtr = std::unique_ptr<opc_results, FreeResults>;

/// The manifest of z[n, 3] = x[n, 3] + y[n, 3].
extern const char *const addManifest;
/// Its entry: one launch over n, through all services of the runtime.
int32_t addEntry(opc_call *call);

/// Adopts an entry with a manifest; fails the test if that fails.
ProgramPtr adopt(opc_entry_fn entry, const std::string &manifest = addManifest);

/// A tensor that owns its data.
struct Tensor {
  std::vector<int64_t> dims;
  std::vector<float> values;

  explicit Tensor(std::vector<int64_t> dims, float first = 0);
  opc_tensor view();
};

} // namespace opc::runtime::test

#endif // OPC_UNITTESTS_RUNTIME_FAKEPROGRAM_H
