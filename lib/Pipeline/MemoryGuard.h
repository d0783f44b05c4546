//===- MemoryGuard.h - Running out of memory is an error --------*- C++ -*-===//
//
// LLVM and MLIR have no way to report that memory ran out; they are built
// without exceptions, yet with tables for unwinding. So an exception that an
// allocation throws passes through them to here, and what the compilation held
// is left as it is: no destructor may look at what was half changed. Our own
// frames on the way are built without exceptions, too, so none runs.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_PIPELINE_MEMORYGUARD_H
#define OPC_LIB_PIPELINE_MEMORYGUARD_H

#include "opc/Runtime/Error.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/ThreadPool.h"
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace opc {

/// Runs `work` and reports its status, or that memory ran out in it.
opc_status guarded(llvm::function_ref<runtime::Status()> work);

/// Holds `mutex`, which every thread of the process shares, while `work` runs,
/// even if that runs out of memory.
void locked(std::mutex &mutex, llvm::function_ref<void()> work);

/// A thread in which memory may run out: who joins it finds that.
class GuardedThread {
public:
  ~GuardedThread();
  /// Gives whether the thread could be started.
  bool start(std::function<void()> work);
  void join();

private:
  std::thread thread;
  std::exception_ptr failure;
};

/// Threads for one compilation, as many as there can be: where none can be
/// started, who waits for the tasks runs them. That memory ran out in a task is
/// found by who waits.
std::unique_ptr<llvm::ThreadPoolInterface> makeThreadPool();

} // namespace opc

#endif // OPC_LIB_PIPELINE_MEMORYGUARD_H
