//===- Waiting.h - Waits that end, and say who waits where ------*- C++ -*-===//
#ifndef OPC_SIM_CORE_WAITING_H
#define OPC_SIM_CORE_WAITING_H

#include "TimeLine.h"

#include <condition_variable>

namespace opcsim {

/// Everyone that waits, for the report of a deadlock.
class WaitBoard {
public:
  static WaitBoard &get() {
    static WaitBoard *board = new WaitBoard;
    return *board;
  }

  struct Wait {
    std::string who, what;
    Place place;
  };

  size_t enter(Wait wait) {
    std::lock_guard lock(mutex);
    waits.emplace(++last, std::move(wait));
    return last;
  }
  void leave(size_t number) {
    std::lock_guard lock(mutex);
    waits.erase(number);
  }
  /// "core 0 waits for X at FILE:LINE; core 1 ..."
  std::string all() {
    std::lock_guard lock(mutex);
    std::string text;
    for (auto &[number, wait] : waits)
      text += (text.empty() ? "" : "; ") + wait.who + " waits for " +
              wait.what + " at " + toString(wait.place);
    return text;
  }

private:
  std::mutex mutex;
  std::map<size_t, Wait> waits;
  size_t last = 0;
};

/// "core 3" or "block (0,0,0), thread (1,0,0)" of the calling host thread.
inline std::string whoAmI() {
  if (!currentPosition)
    return "the host";
  Position position = currentPosition();
  return position.core +
         (position.core.empty() || position.thread.empty() ? "" : ", ") +
         position.thread;
}

/// Waits on `condition` until `ready`; past the deadlock limit ends the process
/// with a fault that says who waits for what. `lock` is held, as for
/// std::condition_variable.
template <class Ready>
void waitWithLimit(std::condition_variable &condition,
                   std::unique_lock<std::mutex> &lock, Ready ready,
                   const std::string &what, const Place &place) {
  if (ready())
    return;
  size_t number = WaitBoard::get().enter({whoAmI(), what, place});
  std::chrono::duration<double> limit(Settings::get().deadlockSeconds);
  if (!condition.wait_for(lock, limit, ready))
    fail(FaultKind::Deadlock,
         say("nothing moves for %g s: ", limit.count()) +
             WaitBoard::get().all(),
         place);
  WaitBoard::get().leave(number);
}

} // namespace opcsim

#endif // OPC_SIM_CORE_WAITING_H
