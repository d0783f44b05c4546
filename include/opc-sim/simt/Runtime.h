//===- Runtime.h - Memory, streams and events of one device -----*- C++ -*-===//
//
// What all APIs of the family say in other words. Work is asynchronous, as the
// mode says; streams are queues of the copy engine, and the null stream, as
// documented, waits for the blocking ones and they for it.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_RUNTIME_H
#define OPC_SIM_SIMT_RUNTIME_H

#include "HostMemory.h"

namespace opcsim::simt {

/// Errors that calls return; the numbers are those that the APIs share.
enum class Code {
  Success = 0,
  InvalidValue = 1,
  OutOfMemory = 2,
  InvalidConfiguration = 9,
  InvalidDevice = 101,
  InvalidHandle = 400,
  NotReady = 600,
  IllegalAddress = 700,
  NotSupported = 801,
};

struct CodeInfo {
  Code code;
  const char *name; ///< behind the API's prefix
  const char *text;
};
inline constexpr CodeInfo kCodes[] = {
    {Code::Success, "Success", "no error"},
    {Code::InvalidValue, "ErrorInvalidValue", "invalid argument"},
    {Code::OutOfMemory, "ErrorOutOfMemory", "out of memory"},
    {Code::InvalidConfiguration, "ErrorInvalidConfiguration",
     "invalid configuration argument"},
    {Code::InvalidDevice, "ErrorInvalidDevice", "invalid device ordinal"},
    {Code::InvalidHandle, "ErrorInvalidHandle", "invalid resource handle"},
    {Code::NotReady, "ErrorNotReady", "device not ready"},
    {Code::IllegalAddress, "ErrorIllegalAddress",
     "an illegal memory access was encountered"},
    {Code::NotSupported, "ErrorNotSupported", "operation not supported"},
};
inline const CodeInfo &infoOf(Code code) {
  for (const CodeInfo &each : kCodes)
    if (each.code == code)
      return each;
  return kCodes[1];
}

inline thread_local Code lastError = Code::Success;

/// Keeps an error for the call that asks for the last one.
inline Code result(Code code) {
  if (code != Code::Success && code != Code::NotReady)
    lastError = code;
  return code;
}

struct Stream {
  int queue;
  bool blocking; ///< ordered with the null stream
  bool live = true;
};

struct Event {
  CopyEngine::Token token = 0;
  bool recorded = false, live = true;
  std::shared_ptr<std::atomic<double>> time; ///< microseconds
};

/// A handle that is null is the null stream.
inline bool isLive(const Stream *stream, const char *call, const Place &place) {
  if (!stream || stream->live)
    return true;
  report(FaultKind::BadHandle, say("%s of a stream that was destroyed", call),
         place);
  return false;
}
inline bool isLive(const Event *event, const char *call, const Place &place) {
  if (event && event->live)
    return true;
  report(FaultKind::BadHandle,
         say("%s of an event that %s", call,
             event ? "was destroyed" : "was never created"),
         place);
  return false;
}

inline CopyEngine::Token enqueue(Stream *stream, CopyRequest request) {
  request.queue = stream ? stream->queue : 0;
  request.fence = !stream;
  request.unfenced = stream && !stream->blocking;
  request.track = {"device", "stream " + std::to_string(request.queue)};
  return engine().start(std::move(request));
}

/// The host waits; a row of the time line shows it.
template <class Wait> Code hostWaits(const char *call, Wait wait) {
  Span span({"host", "main"}, call, "wait");
  wait();
  return Code::Success;
}

inline Code synchronizeDevice(const char *call, const Place &place) {
  return hostWaits(call, [&] { engine().waitAll(place); });
}

inline Code synchronize(Stream *stream, const char *call, const Place &place) {
  if (!isLive(stream, call, place))
    return Code::InvalidHandle;
  if (stream)
    return hostWaits(call, [&] { engine().waitQueue(stream->queue, place); });
  auto token = enqueue(nullptr, {.name = call, .work = [] {}, .place = place});
  return hostWaits(call, [&] { engine().waitFence(token, place); });
}

// Memory.

inline Code allocate(void **pointer, size_t size, const char *call,
                     const Place &place, bool managed = false) {
  if (!pointer)
    return Code::InvalidValue;
  *pointer = nullptr;
  if (size == 0)
    return Code::Success;
  *pointer = globalMemory().allocate(size, call, place);
  if (!*pointer)
    return Code::OutOfMemory;
  globalMemory().nearest(*pointer)->trackWrites = !managed;
  return Code::Success;
}

/// Waits for the device first, as documented.
inline Code release(void *pointer, const char *call, const Place &place) {
  if (!pointer)
    return Code::Success;
  synchronizeDevice(call, place);
  return globalMemory().release(pointer, call, place) ? Code::Success
                                                      : Code::InvalidValue;
}

/// When what the stream has to do before is done.
inline Code releaseInStream(void *pointer, Stream *stream, const char *call,
                            const Place &place) {
  if (!isLive(stream, call, place))
    return Code::InvalidHandle;
  if (pointer)
    enqueue(stream,
            {.name = call,
             .work = [=] { globalMemory().release(pointer, call, place); },
             .place = place,
             .mustBeWaitedFor = false});
  return Code::Success;
}

inline Code allocateHost(void **pointer, size_t size) {
  constexpr size_t kPage = 4096;
  if (!pointer)
    return Code::InvalidValue;
  *pointer = std::aligned_alloc(kPage, (size + kPage) / kPage * kPage);
  if (!*pointer)
    return Code::OutOfMemory;
  pinnedMemory().add(*pointer, size);
  return Code::Success;
}

inline Code releaseHost(void *pointer, const char *call, const Place &place) {
  if (!pointer)
    return Code::Success;
  synchronizeDevice(call, place);
  if (!pinnedMemory().remove(pointer)) {
    report(FaultKind::BadFree,
           say("%s of %p, which is no pinned memory", call, pointer), place);
    return Code::InvalidValue;
  }
  std::free(pointer);
  return Code::Success;
}

/// Whether a side of a copy is on the device; what the caller says it is.
enum class Side { Host, Device, Any };

struct CopyKind {
  Side to, from;
};
/// By the number that all APIs of the family give it.
inline constexpr CopyKind kCopyKinds[] = {{Side::Host, Side::Host},
                                          {Side::Device, Side::Host},
                                          {Side::Host, Side::Device},
                                          {Side::Device, Side::Device},
                                          {Side::Any, Side::Any}};

/// Reports a side that is not what the copy says, or not allocated.
inline bool checkSide(const void *address, size_t size, Side side,
                      const char *call, const Place &place) {
  bool isDevice = globalMemory().contains(address);
  if (isDevice && side == Side::Host) {
    report(
        Fault{FaultKind::DevicePointer,
              say("%s takes %p for memory of the host, it is ", call, address) +
                  globalMemory().describe(address, size),
              place, address, size, call});
    return false;
  }
  if (isDevice)
    return globalMemory().check(address, size, call, place);
  bool allowed = side != Side::Device || pinnedMemory().contains(address, size);
  if (!allowed)
    report(Fault{address ? FaultKind::HostPointer : FaultKind::NullPointer,
                 say("%s takes %p for memory of the device", call, address),
                 place, address, size, call});
  return allowed;
}

/// Rows of a copy, or one row. Strides in bytes.
struct Rows {
  size_t width, count = 1, toStride = 0, fromStride = 0;

  size_t extent(size_t stride) const {
    return count == 0 ? 0 : (count - 1) * stride + width;
  }
};

inline void moveRows(char *to, const char *from, const Rows &rows) {
  for (size_t i = 0; i != rows.count; ++i) {
    std::memmove(to + i * rows.toStride, from + i * rows.fromStride,
                 rows.width);
    if (globalMemory().contains(to))
      globalMemory().markWritten(to + i * rows.toStride, rows.width);
  }
}

inline Code copy(void *to, const void *from, const Rows &rows, int kind,
                 Stream *stream, bool wait, const char *call,
                 const Place &place) {
  if (rows.width == 0 || rows.count == 0)
    return Code::Success;
  if (kind < 0 || kind >= static_cast<int>(std::size(kCopyKinds))) {
    report(FaultKind::BadArgument, say("%s of kind %d", call, kind), place);
    return Code::InvalidValue;
  }
  if (!isLive(stream, call, place))
    return Code::InvalidHandle;
  size_t toBytes = rows.extent(rows.toStride);
  size_t fromBytes = rows.extent(rows.fromStride);
  auto [toSide, fromSide] = kCopyKinds[kind];
  bool right = checkSide(to, toBytes, toSide, call, place);
  right &= checkSide(from, fromBytes, fromSide, call, place);
  if (!right)
    return Code::InvalidValue;
  auto *source = static_cast<const char *>(from);
  auto *target = static_cast<char *>(to);
  // On the device streams order accesses; what the host does is watched.
  bool toHost = !globalMemory().contains(to);
  bool fromHost = !globalMemory().contains(from);
  CopyRequest request = {
      .name = call,
      .destinations =
          toHost ? std::vector{Range{to, toBytes}} : std::vector<Range>{},
      .sources =
          fromHost ? std::vector{Range{from, fromBytes}} : std::vector<Range>{},
      .work = [=] { moveRows(target, source, rows); },
      .place = place,
      .mustBeWaitedFor = toHost};
  auto token = enqueue(stream, std::move(request));
  if (wait)
    hostWaits(call, [&] { engine().waitFence(token, place); });
  return Code::Success;
}

inline Code fill(void *to, int value, size_t size, Stream *stream, bool wait,
                 const char *call, const Place &place) {
  if (size == 0)
    return Code::Success;
  if (!isLive(stream, call, place))
    return Code::InvalidHandle;
  if (!checkSide(to, size, Side::Device, call, place))
    return Code::InvalidValue;
  auto work = [=] {
    std::memset(to, value, size);
    if (globalMemory().contains(to))
      globalMemory().markWritten(to, size);
  };
  auto token = enqueue(
      stream,
      {.name = call, .work = work, .place = place, .mustBeWaitedFor = false});
  if (wait)
    hostWaits(call, [&] { engine().waitFence(token, place); });
  return Code::Success;
}

/// Copies to or from a variable of the device, once all work is done.
inline Code copySymbol(void *symbol, size_t bytes, size_t offset, void *host,
                       size_t size, bool toSymbol, const char *call,
                       const Place &place) {
  if (offset + size > bytes) {
    report(FaultKind::OutOfBounds,
           say("%s of %zu bytes at byte %zu of a variable of %zu", call, size,
               offset, bytes),
           place);
    return Code::InvalidValue;
  }
  synchronizeDevice(call, place);
  char *inside = static_cast<char *>(symbol) + offset;
  std::memcpy(toSymbol ? inside : host, toSymbol ? host : inside, size);
  return Code::Success;
}

} // namespace opcsim::simt

#include "Streams.h"

#endif // OPC_SIM_SIMT_RUNTIME_H
