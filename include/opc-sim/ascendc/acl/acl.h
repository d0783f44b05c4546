//===- acl.h - The host's side of Ascend C ---------------------*- C++ -*-===//
//
// Written from the documented interface. Kernels run when they are launched, so
// streams have nothing to do; what a program forgets to wait for is told.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_ACL_ACL_H
#define OPC_SIM_ASCENDC_ACL_ACL_H

#include "../kernel_operator.h"

using aclError = int;
using aclrtStream = void *;
using aclrtContext = void *;
inline constexpr aclError ACL_SUCCESS = 0;
inline constexpr aclError ACL_ERROR_NONE = 0;
inline constexpr aclError ACL_ERROR_INVALID_PARAM = 100000;
inline constexpr aclError ACL_ERROR_BAD_ALLOC = 200000;

enum aclrtMemMallocPolicy {
  ACL_MEM_MALLOC_HUGE_FIRST,
  ACL_MEM_MALLOC_HUGE_ONLY,
  ACL_MEM_MALLOC_NORMAL_ONLY
};
enum aclrtMemcpyKind {
  ACL_MEMCPY_HOST_TO_HOST,
  ACL_MEMCPY_HOST_TO_DEVICE,
  ACL_MEMCPY_DEVICE_TO_HOST,
  ACL_MEMCPY_DEVICE_TO_DEVICE
};

enum aclDeviceInfo {
  ACL_DEVICE_INFO_AI_CORE_NUM,
  ACL_DEVICE_INFO_VECTOR_CORE_NUM,
  ACL_DEVICE_INFO_L2_SIZE
};
inline aclError aclGetDeviceCapability(uint32_t, aclDeviceInfo info,
                                       int64_t *value) {
  const opcsim::ascend::Chip &chip = opcsim::ascend::chosenChip();
  if (info != ACL_DEVICE_INFO_AI_CORE_NUM &&
      info != ACL_DEVICE_INFO_VECTOR_CORE_NUM)
    return ACL_ERROR_INVALID_PARAM;
  *value = int64_t(chip.cubeCores) *
           (info == ACL_DEVICE_INFO_VECTOR_CORE_NUM ? chip.vectorPerCube : 1);
  return ACL_SUCCESS;
}
inline const char *aclGetRecentErrMsg() { return nullptr; }

inline aclError aclInit(const char *) { return ACL_SUCCESS; }
inline aclError aclFinalize() { return ACL_SUCCESS; }
inline aclError aclrtSetDevice(int32_t) { return ACL_SUCCESS; }
inline aclError aclrtResetDevice(int32_t) { return ACL_SUCCESS; }
inline aclError aclrtCreateContext(aclrtContext *context, int32_t) {
  *context = context;
  return ACL_SUCCESS;
}
inline aclError aclrtDestroyContext(aclrtContext) { return ACL_SUCCESS; }
inline aclError aclrtCreateStream(aclrtStream *stream) {
  *stream = stream;
  return ACL_SUCCESS;
}
inline aclError aclrtDestroyStream(aclrtStream) { return ACL_SUCCESS; }
inline aclError aclrtSynchronizeStream(aclrtStream) { return ACL_SUCCESS; }
inline aclError aclrtSynchronizeDevice() { return ACL_SUCCESS; }

inline aclError aclrtMalloc(void **pointer, size_t size, aclrtMemMallocPolicy,
                            OPCSIM_HERE) {
  if (!pointer || size == 0)
    return ACL_ERROR_INVALID_PARAM;
  *pointer = opcsim::ascend::GlobalMemory::get().allocate(size, where);
  return *pointer ? ACL_SUCCESS : ACL_ERROR_BAD_ALLOC;
}
inline aclError aclrtFree(void *pointer, OPCSIM_HERE) {
  opcsim::ascend::GlobalMemory::get().release(pointer, where);
  return ACL_SUCCESS;
}
inline aclError aclrtMallocHost(void **pointer, size_t size) {
  *pointer = std::malloc(size);
  return *pointer ? ACL_SUCCESS : ACL_ERROR_BAD_ALLOC;
}
inline aclError aclrtFreeHost(void *pointer) {
  std::free(pointer);
  return ACL_SUCCESS;
}

inline aclError aclrtMemcpy(void *to, size_t room, const void *from,
                            size_t size, aclrtMemcpyKind kind, OPCSIM_HERE) {
  using opcsim::ascend::GlobalMemory;
  if (size > room)
    return ACL_ERROR_INVALID_PARAM;
  bool toDevice =
      kind == ACL_MEMCPY_HOST_TO_DEVICE || kind == ACL_MEMCPY_DEVICE_TO_DEVICE;
  bool fromDevice =
      kind == ACL_MEMCPY_DEVICE_TO_HOST || kind == ACL_MEMCPY_DEVICE_TO_DEVICE;
  auto check = [&](const void *pointer, const char *operation) {
    return GlobalMemory::get().check(reinterpret_cast<uint64_t>(pointer), size,
                                     operation, where);
  };
  if ((toDevice && !check(to, "write")) || (fromDevice && !check(from, "read")))
    return ACL_ERROR_INVALID_PARAM;
  std::memcpy(to, from, size);
  return ACL_SUCCESS;
}
inline aclError aclrtMemcpyAsync(void *to, size_t room, const void *from,
                                 size_t size, aclrtMemcpyKind kind, aclrtStream,
                                 OPCSIM_HERE) {
  return aclrtMemcpy(to, room, from, size, kind, where);
}
inline aclError aclrtMemset(void *to, size_t room, int32_t value, size_t size,
                            OPCSIM_HERE) {
  if (size > room || !opcsim::ascend::GlobalMemory::get().check(
                         reinterpret_cast<uint64_t>(to), size, "write", where))
    return ACL_ERROR_INVALID_PARAM;
  std::memset(to, value, size);
  return ACL_SUCCESS;
}

#endif // OPC_SIM_ASCENDC_ACL_ACL_H
