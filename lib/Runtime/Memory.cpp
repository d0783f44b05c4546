//===- Memory.cpp - The caching pool of blocks ----------------------------===//
//
// Free blocks wait in one list per size class (four classes per power of two,
// so at most a quarter is wasted) under the shared lock. Large ones that a run
// uses by itself are shared by runs of all sizes: programs that take turns, as
// the steps of a training do, need together what the greatest needs. The header
// of a large block lies in the page before its data, which keeps the data 2 MB
// aligned.
//
//===----------------------------------------------------------------------===//
#include "Memory.h"
#include "Lock.h"
#include "MemoryLimit.h"
#include "opc-c/module.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <new>
#include <sys/mman.h>
#include <utility>

using namespace opc::runtime;

#if defined(__SANITIZE_ADDRESS__)
#define OPC_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OPC_ASAN 1
#endif
#endif
#ifndef OPC_ASAN
#define OPC_ASAN 0
#endif

static constexpr uint64_t liveMagic = 0x6f7063426c6f636b; // "opcBlock"
static constexpr uint64_t freeMagic = 0x6f70634672656521; // "opcFree!"
static constexpr size_t hugePage = size_t(2) << 20;
static constexpr size_t smallPage = 4096;
static constexpr size_t smallest = 256;
static constexpr int numClasses = 4 * 48;
static constexpr int upToFourTimes = 8; // classes

/// Free blocks by class, most recently used first. Guarded by sharedLock().
static constinit Block *freeLists[numClasses] = {};
static constinit size_t freeBytes = 0;

/// The class whose blocks hold at least `bytes`, and their capacity.
static std::pair<int, size_t> sizeClass(size_t bytes) {
  bytes = std::max(bytes, smallest);
  // 2^e <= bytes-1 < 2^(e+1), cut into four steps.
  int exponent = std::bit_width(bytes - 1) - 1;
  size_t step = size_t(1) << (exponent - 2);
  size_t capacity = (bytes + step - 1) / step * step;
  size_t base = size_t(1) << exponent;
  int index = 4 * (exponent - 7) + static_cast<int>((capacity - base) / step);
  return {index, capacity};
}

static Block *mapLarge(size_t capacity) {
  // Room for the header's page before the first 2 MB boundary.
  size_t length = capacity + hugePage + smallPage;
  void *mapping = mmap(nullptr, length, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED)
    return nullptr;
  auto base = reinterpret_cast<uintptr_t>(mapping) + smallPage;
  uintptr_t data = (base + hugePage - 1) / hugePage * hugePage;
  // Advice: a system without huge pages works as well, only slower.
  (void)madvise(reinterpret_cast<void *>(data), capacity, MADV_HUGEPAGE);
  return new (reinterpret_cast<void *>(data - sizeof(Block)))
      Block{liveMagic, capacity, mapping, length, nullptr, nullptr};
}

static Block *mapSmall(size_t capacity) {
  size_t length = sizeof(Block) + (capacity + 63) / 64 * 64;
  void *memory = std::aligned_alloc(OPC_ALIGNMENT, length);
  if (!memory)
    return nullptr;
  return new (memory)
      Block{liveMagic, capacity, nullptr, length, nullptr, nullptr};
}

static Block *map(size_t capacity) {
  return capacity >= hugePage && !OPC_ASAN ? mapLarge(capacity)
                                           : mapSmall(capacity);
}

static void unmap(Block *block) {
  if (block->mapping)
    munmap(block->mapping, block->mappedBytes);
  else
    std::free(block);
}

static void unmapAll(Block *list) {
  while (list)
    unmap(std::exchange(list, list->next));
}

/// Detaches the block used last of a class that has one. Call with the lock
/// held.
static Block *detachFrom(int index) {
  Block *block = freeLists[index];
  freeLists[index] = block->next;
  freeBytes -= block->capacity;
  return block;
}

/// Detaches free blocks of the classes [first, last), largest first, until they
/// hold `bytes`. Call with the lock held; unmap the result without it.
static Block *detach(int first, int last, size_t bytes) {
  Block *detached = nullptr;
  size_t sum = 0;
  for (int index = last; index-- > first && sum < bytes;)
    while (freeLists[index] && sum < bytes) {
      Block *block = detachFrom(index);
      sum += block->capacity;
      block->next = std::exchange(detached, block);
    }
  return detached;
}

/// A free block of the smallest class of [first, last) that has one.
static Block *takeFree(int first, int last) {
  std::lock_guard guard(sharedLock());
  auto begin = freeLists + first, end = freeLists + last;
  Block **list = std::find_if(begin, end, [](Block *each) { return each; });
  return list == end ? nullptr : detachFrom(int(list - freeLists));
}

/// Gives the system free blocks too small for one of class `index`, which takes
/// their place.
static void unmapSmaller(int index, size_t capacity) {
  static const int large = sizeClass(hugePage).first;
  Block *smaller;
  {
    std::lock_guard guard(sharedLock());
    smaller = detach(large, index, capacity);
  }
  unmapAll(smaller);
}

size_t opc::runtime::cacheLimit() {
  // Under AddressSanitizer every block is fresh, so that its errors are seen.
  static const size_t limit =
      OPC_ASAN ? 0 : std::min<size_t>(size_t(1) << 30, memoryLimit() / 8);
  return limit;
}

void *opc::runtime::allocate(int64_t bytes, Lifetime lifetime) {
  if (bytes < 0 || static_cast<uint64_t>(bytes) > memoryLimit())
    return nullptr;
  auto [index, capacity] = sizeClass(static_cast<size_t>(bytes));
  if (OPC_ASAN)
    capacity = std::max<size_t>(bytes, 1);
  bool isShared = lifetime == Lifetime::Run && capacity >= hugePage;
  int last = isShared ? std::min(index + upToFourTimes, numClasses - 1) : index;
  Block *block = takeFree(index, last + 1);
  if (!block && isShared)
    unmapSmaller(index, capacity);
  if (!block)
    block = map(capacity);
  if (!block) {
    trimMemory();
    block = map(capacity);
  }
  if (!block)
    return nullptr;
  block->magic = liveMagic;
  return block->data();
}

void opc::runtime::deallocate(void *data) {
  if (!data)
    return;
  Block *block = Block::of(data);
  if (block->magic != liveMagic)
    std::abort(); // freed twice, or not ours: going on would corrupt memory
  block->magic = freeMagic;
  if (block->capacity > cacheLimit())
    return unmap(block);
  int index = sizeClass(block->capacity).first;
  Block *surplus;
  {
    std::lock_guard guard(sharedLock());
    // Make room before the block joins: it is the one most worth keeping.
    size_t room = cacheLimit() - block->capacity;
    surplus = detach(0, numClasses, freeBytes - std::min(freeBytes, room));
    block->next = std::exchange(freeLists[index], block);
    freeBytes += block->capacity;
  }
  unmapAll(surplus);
}

size_t opc::runtime::cachedBytes() {
  std::lock_guard guard(sharedLock());
  return freeBytes;
}

void opc::runtime::trimMemory() {
  Block *all;
  {
    std::lock_guard guard(sharedLock());
    all = detach(0, numClasses, freeBytes);
  }
  unmapAll(all);
}
