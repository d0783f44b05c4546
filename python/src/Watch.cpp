//===- Watch.cpp - Compilations that can be watched and interrupted -------===//
#include "Watch.h"
#include "Exceptions.h"
#include "LazyCompiler.h"

#include <chrono>
#include <future>

namespace nb = nanobind;
using namespace opc::python;

/// Calls a Python function with a line; what it raises is shown and dropped.
static void tell(void *function, const char *text) {
  nb::gil_scoped_acquire lock;
  try {
    nb::handle(static_cast<PyObject *>(function))(text);
  } catch (nb::python_error &error) {
    error.discard_as_unraisable("the log of a compilation");
  }
}

/// On a thread of its own, or here where the system gives none.
static std::future<void> start(const std::function<void()> &task) {
  try {
    return std::async(std::launch::async, task);
  } catch (const std::system_error &) {
    return std::async(std::launch::deferred, task);
  }
}

void Outcome::check() const {
  if (interrupted)
    nb::raise_python_error();
  if (status != OPC_OK)
    raiseReported(status, message, diagnostics);
}

Outcome opc::python::runWatched(nb::handle log,
                                const std::function<opc_status()> &work) {
  constexpr std::chrono::milliseconds period(20);
  const CompilerApi &api = compiler();
  volatile int interrupt = 0;
  const opc_observer observer = {&interrupt, log.is_none() ? nullptr : tell,
                                 log.ptr()};
  Outcome outcome;
  nb::gil_scoped_release release;
  std::future<void> done = start([&] {
    api.observe(&observer);
    outcome.status = work();
    if (outcome.status != OPC_OK) {
      outcome.message = opc_last_error();
      outcome.diagnostics = opc_last_diagnostics();
    }
    api.observe(nullptr);
  });
  while (done.wait_for(period) == std::future_status::timeout) {
    nb::gil_scoped_acquire lock;
    if (PyErr_CheckSignals() == 0)
      continue;
    outcome.interrupted = true;
    interrupt = 1;
    break;
  }
  done.get();
  return outcome;
}
