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
#include <pthread.h>

namespace opc {

/// Runs `work` and reports its status, or that memory ran out in it.
opc_status guarded(llvm::function_ref<runtime::Status()> work);

/// Holds `mutex`, which every thread of the process shares, while `work` runs,
/// even if that runs out of memory.
void locked(std::mutex &mutex, llvm::function_ref<void()> work);

/// Bytes of the stack of a thread that works on programs: MLIR and the front
/// end call themselves for each body in a body, and the caller's own stack may
/// be of any size. Only what is used of it becomes memory.
inline constexpr size_t kDeepStack = size_t(16) << 20;

/// A thread with a stack of kDeepStack bytes.
class DeepThread {
public:
  /// Gives whether the thread could be started. `work` may not throw.
  bool start(std::function<void()> work);
  void join();
  bool joinable() const { return running; }

private:
  pthread_t thread;
  bool running = false;
};

/// A thread in which memory may run out: who joins it finds that.
class GuardedThread {
public:
  ~GuardedThread();
  /// Gives whether the thread could be started.
  bool start(std::function<void()> work);
  void join();

private:
  DeepThread thread;
  std::exception_ptr failure;
};

/// Runs `work` in a thread of its own, on a stack of kDeepStack bytes, and
/// waits; gives whether it did: not where no thread can be started, nor where
/// the process may not have much address space.
bool onDeepStack(llvm::function_ref<void()> work);

/// Threads for one compilation, as many as there can be: where none can be
/// started, who waits for the tasks runs them. That memory ran out in a task is
/// found by who waits.
std::unique_ptr<llvm::ThreadPoolInterface> makeThreadPool();

} // namespace opc

#endif // OPC_LIB_PIPELINE_MEMORYGUARD_H
