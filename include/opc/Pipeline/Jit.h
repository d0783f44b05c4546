//===- Jit.h - Programs in this process -------------------------*- C++ -*-===//
//
// A compiled program becomes an opc_program either through ORC, from the
// objects in memory, or from a .so in the cache. Both know how to write
// themselves as a file of the user's later (opc_save).
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PIPELINE_JIT_H
#define OPC_PIPELINE_JIT_H

#include "opc/Pipeline/Cache.h"

namespace opc {

/// Links `compiled` into this process. The memory goes with opc_close.
Status loadIntoProcess(CompiledProgram compiled, opc_program *&program);

/// Loads an entry of the cache, which stays open as long as the program.
Status loadFromCache(CacheEntry entry, opc_program *&program);

/// Writes a program that one of the above loaded as a .so.
Status saveProgram(const opc_program *program, llvm::StringRef path);

} // namespace opc

#endif // OPC_PIPELINE_JIT_H
