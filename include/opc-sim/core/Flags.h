//===- Flags.h - Flags that are set and waited for in pairs -----*- C++ -*-===//
#ifndef OPC_SIM_CORE_FLAGS_H
#define OPC_SIM_CORE_FLAGS_H

#include "Waiting.h"

namespace opcsim {

/// Flags by name ("MTE2_V 0"), each a count of sets that nothing has waited
/// for.
class Flags {
public:
  /// `most` sets may be open at once; one more is a fault.
  explicit Flags(int most = 1) : most(most) {}

  void set(const std::string &flag, const Place &place) {
    std::lock_guard lock(mutex);
    std::vector<Place> &open = sets[flag];
    if (static_cast<int>(open.size()) >= most)
      report(FaultKind::UnmatchedSet,
             "flag " + flag + " is set again before anything waited for it",
             place);
    open.push_back(place);
    changed.notify_all();
  }

  /// Blocks until the flag is set, and takes the set away.
  void wait(const std::string &flag, const Place &place) {
    std::unique_lock lock(mutex);
    waitWithLimit(
        changed, lock, [&] { return !sets[flag].empty(); }, "flag " + flag,
        place);
    sets[flag].erase(sets[flag].begin());
  }

  /// Takes a set away; where there is none, a fault: for flags that only the
  /// caller itself can have set.
  bool take(const std::string &flag, const Place &place) {
    std::lock_guard lock(mutex);
    if (sets[flag].empty()) {
      report(FaultKind::UnmatchedWait,
             "flag " + flag + " is waited for, but never set", place);
      return false;
    }
    sets[flag].erase(sets[flag].begin());
    return true;
  }

  /// At the end of a kernel: reports what was set and not waited for.
  void finish() {
    std::lock_guard lock(mutex);
    for (auto &[flag, open] : sets)
      for (const Place &place : open)
        report(FaultKind::UnmatchedSet,
               "flag " + flag + " is set, but nothing waits for it", place);
    sets.clear();
  }

private:
  const int most;
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, std::vector<Place>> sets;
};

} // namespace opcsim

#endif // OPC_SIM_CORE_FLAGS_H
