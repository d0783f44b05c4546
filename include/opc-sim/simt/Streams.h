//===- Streams.h - Streams and events of the device -------------*- C++ -*-===//
//
// The rest of Runtime.h, which includes it.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_STREAMS_H
#define OPC_SIM_SIMT_STREAMS_H

#include "Runtime.h"

namespace opcsim::simt {

/// Handles are never freed, so that one that was destroyed is known as such.
inline Stream *createStream(bool blocking) {
  static std::atomic<int> last = 0;
  return new Stream{++last, blocking};
}

inline Code destroy(Stream *stream, const char *call, const Place &place) {
  if (!stream || !isLive(stream, call, place))
    return Code::InvalidHandle;
  stream->live = false;
  return Code::Success;
}

/// Ready when nothing of the stream is in flight.
inline Code query(Stream *stream, const char *call, const Place &place) {
  if (Settings::get().mode != Mode::Delayed)
    return synchronize(stream, call, place);
  return isLive(stream, call, place) ? Code::NotReady : Code::InvalidHandle;
}

inline Code createEvent(Event **event) {
  if (!event)
    return Code::InvalidValue;
  *event = new Event;
  return Code::Success;
}

inline Code destroy(Event *event, const char *call, const Place &place) {
  if (!isLive(event, call, place))
    return Code::InvalidHandle;
  event->live = false;
  return Code::Success;
}

inline Code record(Event *event, Stream *stream, const char *call,
                   const Place &place) {
  if (!isLive(event, call, place) || !isLive(stream, call, place))
    return Code::InvalidHandle;
  auto time = std::make_shared<std::atomic<double>>(0);
  event->time = time;
  event->recorded = true;
  event->token = enqueue(stream, {.name = call,
                                  .work = [time] { *time = TimeLine::now(); },
                                  .place = place,
                                  .mustBeWaitedFor = false});
  return Code::Success;
}

/// Reports an event that nothing was recorded in.
inline bool isRecorded(const Event *event, const char *call,
                       const Place &place) {
  if (!isLive(event, call, place))
    return false;
  if (!event->recorded)
    report(FaultKind::UnmatchedWait,
           say("%s of an event that was never recorded", call), place);
  return event->recorded;
}

/// The host waits for all that was in the stream before the event.
inline Code synchronize(Event *event, const char *call, const Place &place) {
  if (!isRecorded(event, call, place))
    return Code::InvalidHandle;
  return hostWaits(call, [&] { engine().waitUpTo(event->token, place); });
}

inline Code query(Event *event, const char *call, const Place &place) {
  if (!isLive(event, call, place))
    return Code::InvalidHandle;
  bool ready = !event->recorded || engine().done(event->token);
  return ready ? Code::Success : Code::NotReady;
}

/// Later work of the stream comes after the event.
inline Code waitEvent(Stream *stream, Event *event, const char *call,
                      const Place &place) {
  if (!isRecorded(event, call, place) || !isLive(stream, call, place))
    return Code::InvalidHandle;
  enqueue(stream, {.name = call,
                   .work = [] {},
                   .place = place,
                   .after = {event->token},
                   .mustBeWaitedFor = false});
  return Code::Success;
}

inline Code elapsed(float *milliseconds, Event *start, Event *stop,
                    const char *call, const Place &place) {
  if (!milliseconds || !isRecorded(start, call, place) ||
      !isRecorded(stop, call, place))
    return Code::InvalidHandle;
  if (engine().isInFlight(start->token) || engine().isInFlight(stop->token)) {
    report(FaultKind::MissingSync,
           say("%s before the events were waited for", call), place);
    return Code::NotReady;
  }
  *milliseconds = static_cast<float>((*stop->time - *start->time) / 1000);
  return Code::Success;
}

inline const bool checkedAtEnd = [] {
  FaultLog::get().atEnd([] { engine().finish(); });
  return true;
}();

} // namespace opcsim::simt

#endif // OPC_SIM_SIMT_STREAMS_H
