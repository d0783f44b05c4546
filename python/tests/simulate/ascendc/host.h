// What the host programs of these tests have in common: buffers in global
// memory, and files of raw numbers.
#pragma once

#include "acl/acl.h"

#include <cstdio>
#include <string>
#include <vector>

/// Memory of the device that goes with its scope.
struct Buffer {
  explicit Buffer(size_t size) : size(size) {
    aclrtMalloc(&device, size, ACL_MEM_MALLOC_HUGE_FIRST);
    aclrtMemset(device, size, 0, size);
  }
  ~Buffer() {
    if (device)
      aclrtFree(device);
  }
  Buffer(const Buffer &) = delete;

  void fromFile(const char *path) {
    std::vector<char> bytes(size);
    FILE *file = std::fopen(path, "rb");
    if (!file || std::fread(bytes.data(), 1, size, file) != size)
      std::exit(3);
    std::fclose(file);
    aclrtMemcpy(device, size, bytes.data(), size, ACL_MEMCPY_HOST_TO_DEVICE);
  }
  void toFile(const char *path) {
    std::vector<char> bytes(size);
    aclrtMemcpy(bytes.data(), size, device, size, ACL_MEMCPY_DEVICE_TO_HOST);
    FILE *file = std::fopen(path, "wb");
    if (!file || std::fwrite(bytes.data(), 1, size, file) != size)
      std::exit(3);
    std::fclose(file);
  }

  size_t size;
  void *device = nullptr;
};
