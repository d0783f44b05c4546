//===- Ticket.h - The word that chunks are claimed from ---------*- C++ -*-===//
//
// One 64-bit word says all that a claim depends on, so one compare-and-swap
// claims a chunk and cannot claim it from a job that has ended meanwhile:
//
//   generation:32 | seats:10 | front:11 | back:11
//
// `seats` is how many more workers may join; chunks [front, back) are
// unclaimed. The caller claims at the front and workers at the back, so that in
// a row of launches over the same data a core meets again what its cache holds.
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
  Ticket(uint32_t generation, int seats, int chunks)
      : word_(uint64_t(generation) << 32 | uint64_t(seats) << 22 |
              uint64_t(chunks)) {}

  uint64_t word() const { return word_; }
  uint32_t generation() const { return static_cast<uint32_t>(word_ >> 32); }
  int seats() const { return word_ >> 22 & maxSeats; }
  int front() const { return word_ >> 11 & maxChunks; }
  int back() const { return word_ & maxChunks; }
  bool exhausted() const { return front() >= back(); }

  /// After the first unclaimed chunk went to the caller.
  Ticket withoutFront() const { return Ticket(word_ + (1u << 11)); }
  /// After the last one went to a worker, which takes a seat if it has none.
  Ticket withoutBack(bool seated) const {
    return Ticket(word_ - 1 - (seated ? 0 : 1u << 22));
  }

private:
  uint64_t word_;
};

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_TICKET_H
