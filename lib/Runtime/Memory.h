//===- Memory.h - The caching pool of blocks --------------------*- C++ -*-===//
//
// Fresh pages cost more than most kernels (0.8 us each; a 16 MB output takes
// four times as long into fresh memory as into reused memory), and the C
// library returns large blocks to the system at once. So blocks are kept:
// arenas, outputs, and whatever a program allocates while it runs.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_MEMORY_H
#define OPC_LIB_RUNTIME_MEMORY_H

#include <cstddef>
#include <cstdint>

namespace opc::runtime {

/// Precedes each block's data. The links belong to whoever holds the block: the
/// pool while it is free, the running call (Call.cpp) while it is not.
struct alignas(64) Block {
  uint64_t magic;
  size_t capacity; // bytes of data
  void *mapping;   // what the system gave, with its size
  size_t mappedBytes;
  Block *next;
  Block *previous;

  void *data() { return this + 1; }
  static Block *of(void *data) { return static_cast<Block *>(data) - 1; }
};
static_assert(sizeof(Block) == 64);

/// Who holds a block: its user for as long as wanted, or the run that takes it
/// and gives it back at its end, which a free block of up to four times the
/// size serves as well.
enum class Lifetime { User, Run };

/// Uninitialised memory at a multiple of OPC_ALIGNMENT; blocks of 2 MB and more
/// at a multiple of 2 MB, in huge pages where the system has them. NULL for a
/// negative size and for one that this machine cannot hold.
void *allocate(int64_t bytes, Lifetime lifetime = Lifetime::User);

/// Returns a block to the pool. NULL is fine.
void deallocate(void *data);

/// Bytes that free blocks hold; never above the limit.
size_t cachedBytes();
size_t cacheLimit();
/// Returns all free blocks to the system.
void trimMemory();

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_MEMORY_H
