//===- MemoryLimit.h - How much memory this process can have ----*- C++ -*-===//
//
// Linux grants an absurd allocation and kills the process that touches it; a
// size above what the machine holds is refused before.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_MEMORYLIMIT_H
#define OPC_LIB_RUNTIME_MEMORYLIMIT_H

#include <cstddef>

namespace opc::runtime {

/// Bytes of RAM and swap, or of the control group if it allows less.
size_t memoryLimit();

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_MEMORYLIMIT_H
