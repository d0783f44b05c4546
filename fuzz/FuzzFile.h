//===- FuzzFile.h - A fuzzer's bytes as a file ------------------*- C++ -*-===//
//
// What reads files by name is fuzzed through a file in memory.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_FUZZ_FUZZFILE_H
#define OPC_FUZZ_FUZZFILE_H

#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

/// Makes the bytes the contents of a file, the same one each time; its path.
inline std::string fuzzFile(const uint8_t *data, size_t size) {
  static const int descriptor = memfd_create("fuzz", 0);
  if (ftruncate(descriptor, 0) != 0 ||
      pwrite(descriptor, data, size, 0) != static_cast<ssize_t>(size))
    std::abort();
  return "/proc/self/fd/" + std::to_string(descriptor);
}

#endif // OPC_FUZZ_FUZZFILE_H
