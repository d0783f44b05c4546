//===- ApiStreams.h - Streams and events ------------------------*- C++ -*-===//
//
// A part of Api.h.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_APISTREAMS_H
#define OPC_SIM_SIMT_APISTREAMS_H

#include "Api.h"

OPCSIM_FUNCTION(StreamCreate)(OPCSIM_NAME(Stream_t) * stream) {
  *stream = opcsim::simt::createStream(true);
  return OPCSIM_NAME(Success);
}
OPCSIM_FUNCTION(StreamCreateWithFlags)(OPCSIM_NAME(Stream_t) * stream,
                                       unsigned flags) {
  *stream = opcsim::simt::createStream(flags != OPCSIM_NAME(StreamNonBlocking));
  return OPCSIM_NAME(Success);
}
OPCSIM_FUNCTION(StreamCreateWithPriority)(OPCSIM_NAME(Stream_t) * stream,
                                          unsigned flags, int) {
  return OPCSIM_NAME(StreamCreateWithFlags)(stream, flags);
}
OPCSIM_FUNCTION(StreamDestroy)(OPCSIM_NAME(Stream_t) stream, OPCSIM_PLACE) {
  OPCSIM_DO(destroy(stream, OPCSIM_CALL(StreamDestroy), place));
}
OPCSIM_FUNCTION(StreamSynchronize)(OPCSIM_NAME(Stream_t) stream, OPCSIM_PLACE) {
  OPCSIM_DO(synchronize(stream, OPCSIM_CALL(StreamSynchronize), place));
}
OPCSIM_FUNCTION(StreamQuery)(OPCSIM_NAME(Stream_t) stream, OPCSIM_PLACE) {
  OPCSIM_DO(query(stream, OPCSIM_CALL(StreamQuery), place));
}
OPCSIM_FUNCTION(StreamWaitEvent)(OPCSIM_NAME(Stream_t) stream,
                                 OPCSIM_NAME(Event_t) event, unsigned = 0,
                                 OPCSIM_PLACE) {
  OPCSIM_DO(waitEvent(stream, event, OPCSIM_CALL(StreamWaitEvent), place));
}

OPCSIM_FUNCTION(EventCreate)(OPCSIM_NAME(Event_t) * event) {
  OPCSIM_DO(createEvent(event));
}
OPCSIM_FUNCTION(EventCreateWithFlags)(OPCSIM_NAME(Event_t) * event, unsigned) {
  OPCSIM_DO(createEvent(event));
}
OPCSIM_FUNCTION(EventDestroy)(OPCSIM_NAME(Event_t) event, OPCSIM_PLACE) {
  OPCSIM_DO(destroy(event, OPCSIM_CALL(EventDestroy), place));
}
OPCSIM_FUNCTION(EventRecord)(OPCSIM_NAME(Event_t) event,
                             OPCSIM_NAME(Stream_t) stream = nullptr,
                             OPCSIM_PLACE) {
  OPCSIM_DO(record(event, stream, OPCSIM_CALL(EventRecord), place));
}
OPCSIM_FUNCTION(EventSynchronize)(OPCSIM_NAME(Event_t) event, OPCSIM_PLACE) {
  OPCSIM_DO(synchronize(event, OPCSIM_CALL(EventSynchronize), place));
}
OPCSIM_FUNCTION(EventQuery)(OPCSIM_NAME(Event_t) event, OPCSIM_PLACE) {
  OPCSIM_DO(query(event, OPCSIM_CALL(EventQuery), place));
}
OPCSIM_FUNCTION(EventElapsedTime)(float *milliseconds,
                                  OPCSIM_NAME(Event_t) start,
                                  OPCSIM_NAME(Event_t) stop, OPCSIM_PLACE) {
  OPCSIM_DO(
      elapsed(milliseconds, start, stop, OPCSIM_CALL(EventElapsedTime), place));
}

#endif // OPC_SIM_SIMT_APISTREAMS_H
