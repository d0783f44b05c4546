//===- Watch.h - Compilations that can be watched and interrupted -*- C++
//-*-===//
//
// Python runs a signal's handler (KeyboardInterrupt is one's) in the main
// thread, between its own instructions. So the compiler works on a thread of
// its own, and the calling one looks for signals.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PYTHON_WATCH_H
#define OPC_PYTHON_WATCH_H

#include "opc-c/opc.h"

#include <functional>
#include <nanobind/nanobind.h>
#include <string>

namespace opc::python {

/// How a call of the compiler ended.
struct Outcome {
  opc_status status = OPC_OK;
  std::string message, diagnostics;
  bool interrupted = false; ///< Python's error is set

  /// Raises what went wrong.
  void check() const;
};

/// Runs `work`, a call of the compiler, without the interpreter's lock. `log`
/// is called with each line that the compiler tells, unless it is None. An
/// exception of a signal's handler stops the work.
Outcome runWatched(nanobind::handle log,
                   const std::function<opc_status()> &work);

} // namespace opc::python

#endif // OPC_PYTHON_WATCH_H
