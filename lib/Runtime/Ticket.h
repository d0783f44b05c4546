//===- Ticket.h - The word from which a job's chunks are claimed -*- C++
//-*-===//
//
// One 64-bit word says all that a claim depends on, so one compare-and-swap
// claims a chunk and cannot claim it from a job that has ended meanwhile:
//
//   generation:32 | seats:10 | next:11 | total:11
//
// `seats` is how many more workers may join, `next` the first unclaimed chunk.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_TICKET_H
#define OPC_LIB_RUNTIME_TICKET_H

#include <cstdint>

namespace opc::runtime {

class Ticket {
public:
  static constexpr int maxChunks = (1 << 11) - 1;
  static constexpr int maxSeats = (1 << 10) - 1;

  explicit Ticket(uint64_t word) : word_(word) {}
  Ticket(uint32_t generation, int seats, int total)
      : word_(uint64_t(generation) << 32 | uint64_t(seats) << 22 |
              uint64_t(total)) {}

  uint64_t word() const { return word_; }
  uint32_t generation() const { return static_cast<uint32_t>(word_ >> 32); }
  int seats() const { return word_ >> 22 & maxSeats; }
  int next() const { return word_ >> 11 & maxChunks; }
  int total() const { return word_ & maxChunks; }
  bool exhausted() const { return next() >= total(); }

  /// After chunk next() was claimed, by one who joins or by a participant.
  Ticket claimed() const { return Ticket(word_ + (1u << 11)); }
  Ticket joined() const { return Ticket(word_ + (1u << 11) - (1u << 22)); }

private:
  uint64_t word_;
};

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_TICKET_H
