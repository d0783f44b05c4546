//===- SimMemory.cpp - One memory over those of simulators ----------------===//
#include "SimMemory.h"

#include <cstring>
#include <fmt/format.h>
#include <sys/mman.h>

using namespace opc::devices;

static char *hostAt(opc_device_address address) {
  return reinterpret_cast<char *>(address);
}

Failure SimMemory::alloc(int64_t bytes, opc_device_address &address) {
  // What is empty may lie at the end of it.
  constexpr int64_t behind = 4096;
  int64_t reserved = bytes + behind;
  void *memory =
      mmap(nullptr, static_cast<size_t>(reserved), PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    return fmt::format("there are no {} bytes of memory", bytes);
  address = reinterpret_cast<opc_device_address>(memory);
  allocations[address] = {.bytes = bytes, .reserved = reserved};
  return {};
}

void SimMemory::free(opc_device_address address) {
  auto found = allocations.find(address);
  if (found == allocations.end())
    return;
  Allocation &allocation = found->second;
  if (allocation.owner)
    allocation.owner->free(allocation.there);
  munmap(hostAt(address), static_cast<size_t>(allocation.reserved));
  allocations.erase(found);
}

SimMemory::Allocations::iterator SimMemory::find(opc_device_address address) {
  auto behind = allocations.upper_bound(address);
  if (behind == allocations.begin())
    return allocations.end();
  auto found = std::prev(behind);
  bool inside = address - found->first <
                static_cast<opc_device_address>(found->second.reserved);
  return inside ? found : allocations.end();
}

static Failure nowhere(opc_device_address address) {
  return fmt::format("{:#x} is no address of this device", address);
}

Failure SimMemory::write(opc_device_address to, const void *from,
                         int64_t bytes) {
  if (bytes == 0)
    return {};
  auto found = find(to);
  if (found == allocations.end())
    return nowhere(to);
  auto &[base, allocation] = *found;
  if (allocation.owner)
    return allocation.owner->ask(&opc_device_api::copy_from_host,
                                 allocation.there + (to - base), from, bytes);
  std::memcpy(hostAt(to), from, static_cast<size_t>(bytes));
  allocation.written.push_back({static_cast<int64_t>(to - base), bytes});
  return {};
}

Failure SimMemory::read(void *to, opc_device_address from, int64_t bytes) {
  if (bytes == 0)
    return {};
  auto found = find(from);
  if (found == allocations.end())
    return nowhere(from);
  auto &[base, allocation] = *found;
  if (allocation.owner)
    return allocation.owner->ask(&opc_device_api::copy_to_host, to,
                                 allocation.there + (from - base), bytes);
  std::memcpy(to, hostAt(from), static_cast<size_t>(bytes));
  return {};
}

Failure SimMemory::leave(opc_device_address base, Allocation &allocation) {
  if (Failure failure = allocation.owner->ask(
          &opc_device_api::copy_to_host, static_cast<void *>(hostAt(base)),
          allocation.there, allocation.bytes))
    return failure;
  allocation.owner->free(allocation.there);
  allocation.owner = nullptr;
  allocation.written = {{0, allocation.bytes}};
  return {};
}

Failure SimMemory::enter(SimObject &object, opc_device_address base,
                         Allocation &allocation) {
  if (Failure failure = object.ask(&opc_device_api::alloc, allocation.bytes,
                                   &allocation.there))
    return failure;
  allocation.owner = &object;
  for (const auto &[offset, bytes] : allocation.written)
    if (Failure failure =
            object.ask(&opc_device_api::copy_from_host,
                       allocation.there + static_cast<uint64_t>(offset),
                       static_cast<const void *>(hostAt(base) + offset), bytes))
      return failure;
  allocation.written.clear();
  madvise(hostAt(base), static_cast<size_t>(allocation.reserved),
          MADV_DONTNEED);
  return {};
}

Failure SimMemory::place(SimObject &object, int64_t &word) {
  auto address = static_cast<opc_device_address>(word);
  auto found = find(address);
  if (found == allocations.end())
    return {};
  auto &[base, allocation] = *found;
  if (allocation.owner && allocation.owner != &object)
    if (Failure failure = leave(base, allocation))
      return failure;
  if (!allocation.owner)
    if (Failure failure = enter(object, base, allocation))
      return failure;
  word = static_cast<int64_t>(allocation.there + (address - base));
  return {};
}
