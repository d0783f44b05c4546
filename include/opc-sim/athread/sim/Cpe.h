//===- Cpe.h - A core: its LDM and the copies that it started -*- C++ -*-===//
//
// A copy is in flight until the core has seen by its reply word that it is
// done: reading the word, in a call that waits or in a loop of the kernel's
// own, is what moves bytes in the deferred mode, and what ends a flight in
// every mode. Of several copies with one word it is known only that all are
// done.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ATHREAD_SIM_CPE_H
#define OPC_SIM_ATHREAD_SIM_CPE_H

#include "../../core/Cores.h"
#include "MainMemory.h"
#include "interface.h"

#include <atomic>
#include <list>

namespace opcsim::sw {

inline constexpr int kCores = 64;
/// Actors of clocks: cores, their copies, the host.
inline constexpr uint32_t kCopyActor = kCores, kHostActor = 2 * kCores;

struct Chip {
  const char *name;
  size_t ldm;
};
inline constexpr Chip kChips[] = {{"sw26010", 64 << 10},
                                  {"sw26010-pro", 256 << 10}};

inline const Chip &chosenChip() {
  const std::string &name = Settings::get().chip;
  if (name.empty())
    return kChips[1];
  for (const Chip &chip : kChips)
    if (name == chip.name)
      return chip;
  std::fprintf(stderr,
               "opcsim: OPCSIM_CHIP is '%s', expected sw26010 or sw26010-pro\n",
               name.c_str());
  std::_Exit(2);
}

inline Place placeOf(opcsim_sw_place place) {
  Place result;
  result.file = place.file;
  result.line = static_cast<unsigned>(place.line);
  return result;
}

/// A copy as the interface asks for it.
struct CopyCall {
  const char *name;
  bool get;
  char *memory, *ldm;
  size_t length;
  volatile int *reply;
  size_t block, stride;
  Place place;
  /// Between cores: whose LDM `memory` is in, as this core says it and as it
  /// is, and the word that tells the other core.
  class Cpe *other = nullptr;
  volatile int *otherReply = nullptr;

  size_t blocks() const { return block ? length / block : 1; }
  size_t blockSize() const { return block ? block : length; }
  size_t pitch() const { return block + stride; }
  size_t extent() const { return (blocks() - 1) * pitch() + blockSize(); }
};

/// A copy that another core makes to or from this one.
struct Arrival {
  const char *name;
  Place place;
  Range written; ///< empty where the other core only reads
  volatile int *reply;
  tile::Clock clock; ///< what the other core knew when it began
  bool arrived = false, delivered = false;
};
using ArrivalPtr = std::shared_ptr<Arrival>;

class Cpe {
public:
  explicit Cpe(int id)
      : id(id), chip(chosenChip()), engine(uint64_t(id) + 1),
        random(uint64_t(id) + 1000), stackTop(nullptr),
        heap({"LDM", chip.ldm, 32, 64, 64, true, 4 * chip.ldm}) {
    locals = Symbols::localsOfThread();
  }

  /// The start of ldm_malloc's addresses.
  char *heapBase() const { return heap.start(); }

  static Cpe *&current() {
    static thread_local Cpe *opcsimCpe = nullptr;
    return opcsimCpe;
  }

  /// Bytes of LDM that are used by variables, the stack and ldm_malloc.
  void checkLdm(const char *frame, const Place &place) {
    size_t stack = static_cast<size_t>(stackTop - frame);
    size_t total = Symbols::get().localBytes + heap.used() + stack;
    if (total > chip.ldm)
      report(FaultKind::SpaceOverflow,
             say("variables of %zu bytes, %zu from ldm_malloc and a stack of "
                 "%zu are more than the %zu bytes of LDM",
                 Symbols::get().localBytes, heap.used(), stack, chip.ldm),
             place);
  }

  bool ownsLocal(const void *address) const {
    auto *byte = static_cast<const char *>(address);
    return (byte >= stackTop - kStack && byte < stackTop) ||
           isVariable(address) || heap.contains(address);
  }

  bool isVariable(const void *address) const {
    auto *byte = static_cast<const char *>(address);
    return byte >= locals && byte < locals + Symbols::get().localSpan;
  }

  void start(CopyCall call);
  /// A loop of the kernel's own reads a word that may be a reply.
  void poll(const void *address);
  void wait(volatile int *reply, long value, const char *name,
            const Place &place);
  void waitAll(const Place &place);
  /// Between cores; addresses of the other core are those of this one.
  void startBetween(CopyCall call);
  /// What this core gives to or takes from others happens, at last now.
  void deliverBetween();
  void access(const void *address, size_t size, bool writes,
              const Place &place);
  void finish();

  const int id;
  const Chip &chip;
  tile::Clock clock, copyClock;

private:
  struct Flight {
    CopyCall call;
    CopyEngine::Token token;
    tile::Stamp stamp;
    bool delivered = false;
  };

  // Far more than LDM, and less than the stack of a host thread.
  static constexpr ptrdiff_t kStack = 4 << 20;

  bool fits(const CopyCall &call);
  bool fitsLocal(const CopyCall &call);
  bool allowed(const CopyCall &call);
  void record(const CopyCall &call);
  void pump(volatile int *reply);
  void deliver(Flight &flight);
  size_t undelivered(volatile int *reply) const;
  void retire(volatile int *reply);
  void recordMain(const void *address, size_t size, bool writes,
                  tile::Stamp stamp, const tile::Clock &known,
                  const char *operation, const Place &place);

  /// The other core's address of what this one calls `address`.
  char *translate(const Cpe &other, const volatile void *address) const;
  bool arrive(const CopyCall &call, const ArrivalPtr &arrival);
  size_t announced(volatile int *reply);
  bool takeArrivals(volatile int *reply);
  bool accessArrival(const Range &range, const char *operation,
                     const Place &place);
  void move(CopyCall call, const ArrivalPtr &arrival);
  bool awaits(const void *address);
  void observe(volatile int *reply);

  CopyEngine engine;
  Random random;
  std::mutex inboxMutex;
  std::list<ArrivalPtr> inbox; ///< guarded, as is `ended`
  std::atomic<bool> hasInbox = false;
  bool ended = false;
  std::list<Flight> flights;
  std::vector<const volatile void *> replies;
  size_t polls = 0;
  double pollsSince = 0;

public:
  char *stackTop;
  char *locals = nullptr;
  Space heap;
};

} // namespace opcsim::sw

#include "CpeCopies.h"

#include "Replies.h"
#include "Rma.h"

#endif // OPC_SIM_ATHREAD_SIM_CPE_H
