//===- ApiMemory.h - Allocations, copies, fills -----------------*- C++ -*-===//
//
// A part of Api.h.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_APIMEMORY_H
#define OPC_SIM_SIMT_APIMEMORY_H

#include "Api.h"

// Pointers of any type, as compilers of the vendors take them.
template <class T>
OPCSIM_NAME(Error_t)
OPCSIM_NAME(Malloc)(T **pointer, size_t size, OPCSIM_PLACE) {
  OPCSIM_DO(allocate(reinterpret_cast<void **>(pointer), size,
                     OPCSIM_CALL(Malloc), place));
}
template <class T>
OPCSIM_NAME(Error_t)
OPCSIM_NAME(MallocAsync)(T **pointer, size_t size, OPCSIM_NAME(Stream_t),
                         OPCSIM_PLACE) {
  OPCSIM_DO(allocate(reinterpret_cast<void **>(pointer), size,
                     OPCSIM_CALL(MallocAsync), place));
}
template <class T>
OPCSIM_NAME(Error_t)
OPCSIM_NAME(MallocManaged)(T **pointer, size_t size,
                           unsigned = OPCSIM_NAME(MemAttachGlobal),
                           OPCSIM_PLACE) {
  OPCSIM_DO(allocate(reinterpret_cast<void **>(pointer), size,
                     OPCSIM_CALL(MallocManaged), place, true));
}
template <class T>
OPCSIM_NAME(Error_t)
OPCSIM_NAME(MallocPitch)(T **pointer, size_t *pitch, size_t width,
                         size_t height, OPCSIM_PLACE) {
  constexpr size_t kUnit = opcsim::simt::kAllocationAlignment;
  *pitch = (width + kUnit - 1) / kUnit * kUnit;
  OPCSIM_DO(allocate(reinterpret_cast<void **>(pointer), *pitch * height,
                     OPCSIM_CALL(MallocPitch), place));
}
OPCSIM_FUNCTION(Free)(void *pointer, OPCSIM_PLACE) {
  OPCSIM_DO(release(pointer, OPCSIM_CALL(Free), place));
}
OPCSIM_FUNCTION(FreeAsync)(void *pointer, OPCSIM_NAME(Stream_t) stream,
                           OPCSIM_PLACE) {
  OPCSIM_DO(releaseInStream(pointer, stream, OPCSIM_CALL(FreeAsync), place));
}
template <class T>
OPCSIM_NAME(Error_t)
OPCSIM_NAME(MallocHost)(T **pointer, size_t size, unsigned = 0) {
  OPCSIM_DO(allocateHost(reinterpret_cast<void **>(pointer), size));
}
OPCSIM_FUNCTION(FreeHost)(void *pointer, OPCSIM_PLACE) {
  OPCSIM_DO(releaseHost(pointer, OPCSIM_CALL(FreeHost), place));
}
OPCSIM_FUNCTION(HostRegister)(void *pointer, size_t size, unsigned) {
  opcsim::simt::pinnedMemory().add(pointer, size);
  return OPCSIM_NAME(Success);
}
OPCSIM_FUNCTION(HostUnregister)(void *pointer) {
  OPCSIM_DO(pinnedMemory().remove(pointer) ? opcsim::simt::Code::Success
                                           : opcsim::simt::Code::InvalidValue);
}
template <class T>
OPCSIM_NAME(Error_t)
OPCSIM_NAME(HostGetDevicePointer)(T **pointer, void *host, unsigned) {
  *pointer = static_cast<T *>(host);
  return OPCSIM_NAME(Success);
}
OPCSIM_FUNCTION(MemGetInfo)(size_t *free, size_t *total) {
  *total = opcsim::simt::kGlobalMemory;
  *free = *total - opcsim::simt::globalMemory().used();
  return OPCSIM_NAME(Success);
}

OPCSIM_FUNCTION(Memcpy)(void *to, const void *from, size_t size,
                        OPCSIM_NAME(MemcpyKind) kind, OPCSIM_PLACE) {
  OPCSIM_DO(
      copy(to, from, {size}, kind, nullptr, true, OPCSIM_CALL(Memcpy), place));
}
OPCSIM_FUNCTION(MemcpyAsync)(void *to, const void *from, size_t size,
                             OPCSIM_NAME(MemcpyKind) kind,
                             OPCSIM_NAME(Stream_t) stream = nullptr,
                             OPCSIM_PLACE) {
  OPCSIM_DO(copy(to, from, {size}, kind, stream, false,
                 OPCSIM_CALL(MemcpyAsync), place));
}
OPCSIM_FUNCTION(Memcpy2D)(void *to, size_t toPitch, const void *from,
                          size_t fromPitch, size_t width, size_t height,
                          OPCSIM_NAME(MemcpyKind) kind, OPCSIM_PLACE) {
  OPCSIM_DO(copy(to, from, {width, height, toPitch, fromPitch}, kind, nullptr,
                 true, OPCSIM_CALL(Memcpy2D), place));
}
OPCSIM_FUNCTION(Memcpy2DAsync)(void *to, size_t toPitch, const void *from,
                               size_t fromPitch, size_t width, size_t height,
                               OPCSIM_NAME(MemcpyKind) kind,
                               OPCSIM_NAME(Stream_t) stream = nullptr,
                               OPCSIM_PLACE) {
  OPCSIM_DO(copy(to, from, {width, height, toPitch, fromPitch}, kind, stream,
                 false, OPCSIM_CALL(Memcpy2DAsync), place));
}
OPCSIM_FUNCTION(Memset)(void *to, int value, size_t size, OPCSIM_PLACE) {
  OPCSIM_DO(fill(to, value, size, nullptr, true, OPCSIM_CALL(Memset), place));
}
OPCSIM_FUNCTION(MemsetAsync)(void *to, int value, size_t size,
                             OPCSIM_NAME(Stream_t) stream = nullptr,
                             OPCSIM_PLACE) {
  OPCSIM_DO(
      fill(to, value, size, stream, false, OPCSIM_CALL(MemsetAsync), place));
}

// Variables of the device are the program's own.
template <class T>
OPCSIM_NAME(Error_t)
OPCSIM_NAME(MemcpyToSymbol)(
    T &symbol, const void *from, size_t size, size_t offset = 0,
    OPCSIM_NAME(MemcpyKind) = OPCSIM_NAME(MemcpyHostToDevice), OPCSIM_PLACE) {
  OPCSIM_DO(copySymbol(&symbol, sizeof symbol, offset, const_cast<void *>(from),
                       size, true, OPCSIM_CALL(MemcpyToSymbol), place));
}
template <class T>
OPCSIM_NAME(Error_t)
OPCSIM_NAME(MemcpyFromSymbol)(
    void *to, const T &symbol, size_t size, size_t offset = 0,
    OPCSIM_NAME(MemcpyKind) = OPCSIM_NAME(MemcpyDeviceToHost), OPCSIM_PLACE) {
  OPCSIM_DO(copySymbol(const_cast<T *>(&symbol), sizeof symbol, offset, to,
                       size, false, OPCSIM_CALL(MemcpyFromSymbol), place));
}

template <class P, class T>
OPCSIM_NAME(Error_t)
OPCSIM_NAME(GetSymbolAddress)(P **pointer, const T &symbol) {
  auto *address = const_cast<T *>(&symbol);
  *pointer = reinterpret_cast<P *>(address);
  // From here on calls take it for memory of the device.
  opcsim::simt::pinnedMemory().add(address, sizeof symbol);
  return OPCSIM_NAME(Success);
}
template <class T>
OPCSIM_NAME(Error_t)
OPCSIM_NAME(GetSymbolSize)(size_t *size, const T &) {
  *size = sizeof(T);
  return OPCSIM_NAME(Success);
}

#endif // OPC_SIM_SIMT_APIMEMORY_H
