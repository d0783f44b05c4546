//===- AccessMap.h - Who wrote and who read each byte ---------*- C++ -*-===//
//
// A map of one memory: for each range the last write and the reads since then.
// An access that does not know of an earlier one that it depends on, by its
// clock, is a conflict; so is a read of what nobody has written.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_TILE_ACCESSMAP_H
#define OPC_SIM_TILE_ACCESSMAP_H

#include "Clock.h"

#include <map>
#include <optional>
#include <source_location>
#include <utility>

namespace opcsim::tile {

/// One operation's access to memory. `atomic` writes may meet one another.
struct Access {
  Stamp stamp;
  const char *operation = "";
  std::source_location where;
  bool atomic = false;
};

/// What is wrong with an access: it reads what was never written, reads or
/// overwrites what `other` may still be writing, or overwrites what `other` may
/// still be reading.
struct Conflict {
  enum Kind { Uninitialised, ReadTooEarly, WriteAfterWrite, WriteAfterRead };
  Kind kind;
  uint64_t address;
  Access other;
};

/// How much of what is read must have been written.
enum class Need { Nothing, Some, All };

class AccessMap {
public:
  /// The bytes are as nobody had written them.
  void forget(uint64_t begin, uint64_t end) {
    cut(begin, end);
    segments.erase(segments.lower_bound(begin), segments.lower_bound(end));
  }

  void clear() { segments.clear(); }

  /// Reads [begin, end).
  std::optional<Conflict> read(uint64_t begin, uint64_t end,
                               const Access &access, const Clock &clock,
                               Need need) {
    cut(begin, end);
    std::optional<Conflict> found;
    bool anyWritten = false;
    uint64_t at = begin;
    auto it = segments.lower_bound(begin);
    while (at < end) {
      if (it == segments.end() || it->first > at) {
        uint64_t gap = it == segments.end() ? end : std::min(end, it->first);
        it = segments.emplace(at, Segment{gap, {}, {}}).first;
      }
      Segment &segment = it->second;
      anyWritten |= segment.writer.has_value();
      if (!found)
        found = badRead(segment, at, clock, need);
      segment.addReader(access);
      at = segment.end;
      ++it;
    }
    if (!found && need == Need::Some && !anyWritten && begin < end)
      found = Conflict{Conflict::Uninitialised, begin, {}};
    return found;
  }

  /// Writes [begin, end).
  std::optional<Conflict> write(uint64_t begin, uint64_t end,
                                const Access &access, const Clock &clock) {
    cut(begin, end);
    std::optional<Conflict> found;
    auto first = segments.lower_bound(begin);
    auto last = segments.lower_bound(end);
    for (auto it = first; it != last && !found; ++it)
      found = badWrite(it->second, it->first, access, clock);
    segments.erase(first, last);
    if (begin < end)
      segments.emplace(begin, Segment{end, access, {}});
    return found;
  }

private:
  struct Segment {
    uint64_t end;
    std::optional<Access> writer;
    std::vector<Access> readers;

    void addReader(const Access &access) {
      for (Access &reader : readers) {
        if (reader.stamp.actor != access.stamp.actor)
          continue;
        reader = access;
        return;
      }
      readers.push_back(access);
    }
  };

  static std::optional<Conflict> badRead(const Segment &segment, uint64_t at,
                                         const Clock &clock, Need need) {
    if (segment.writer && !clock.knows(segment.writer->stamp))
      return Conflict{Conflict::ReadTooEarly, at, *segment.writer};
    if (!segment.writer && need == Need::All)
      return Conflict{Conflict::Uninitialised, at, {}};
    return std::nullopt;
  }

  static std::optional<Conflict> badWrite(const Segment &segment, uint64_t at,
                                          const Access &access,
                                          const Clock &clock) {
    for (const Access &reader : segment.readers)
      if (!clock.knows(reader.stamp))
        return Conflict{Conflict::WriteAfterRead, at, reader};
    const std::optional<Access> &writer = segment.writer;
    if (writer && !clock.knows(writer->stamp) &&
        !(writer->atomic && access.atomic))
      return Conflict{Conflict::WriteAfterWrite, at, *writer};
    return std::nullopt;
  }

  /// Makes `begin` and `end` boundaries of segments.
  void cut(uint64_t begin, uint64_t end) {
    cutAt(begin);
    cutAt(end);
  }

  void cutAt(uint64_t at) {
    auto it = segments.upper_bound(at);
    if (it == segments.begin())
      return;
    --it;
    if (it->first >= at || it->second.end <= at)
      return;
    Segment tail = it->second;
    it->second.end = at;
    segments.emplace(at, std::move(tail));
  }

  std::map<uint64_t, Segment> segments;
};

} // namespace opcsim::tile

#endif // OPC_SIM_TILE_ACCESSMAP_H
