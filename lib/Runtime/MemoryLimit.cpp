//===- MemoryLimit.cpp - How much memory this process can have ------------===//
//
// Read once: the machine, and the limits of control groups (v2, then v1) as
// they appear inside of a container.
//
//===----------------------------------------------------------------------===//
#include "MemoryLimit.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <sys/sysinfo.h>

using namespace opc::runtime;

static size_t computeLimit() {
  size_t limit = SIZE_MAX / 4;
  struct sysinfo info;
  if (sysinfo(&info) == 0)
    limit = std::min<size_t>(limit, (uint64_t(info.totalram) + info.totalswap) *
                                        info.mem_unit);
  for (const char *path : {"/sys/fs/cgroup/memory.max",
                           "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream file(path);
    uint64_t bytes;
    if (file >> bytes && bytes > 0) // "max" is no number
      limit = std::min<size_t>(limit, bytes);
  }
  return limit;
}

size_t opc::runtime::memoryLimit() {
  static const size_t limit = computeLimit();
  return limit;
}
