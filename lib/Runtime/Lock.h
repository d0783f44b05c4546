//===- Lock.h - The one lock around the runtime's shared state --*- C++ -*-===//
//
// The memory pool, the list of open files and the profiles are shared by all
// threads. They share one lock, because a fork must hold every lock that the
// child will want: a lock held by a thread that is gone would never open again.
// Nothing slow happens under it.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_LOCK_H
#define OPC_LIB_RUNTIME_LOCK_H

#include <mutex>

namespace opc::runtime {

/// The lock. The first use registers the handlers that carry it over a fork.
std::mutex &sharedLock();

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_LOCK_H
