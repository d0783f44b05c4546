//===- Profile.h - Timing the launches of a program -------------*- C++ -*-===//
//
// A call notes its launches in a list of its own and hands the list in when it
// ends, so profiled threads do not wait for one another.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_PROFILE_H
#define OPC_LIB_RUNTIME_PROFILE_H

#include "Manifest.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace opc::runtime {

struct LaunchEvent {
  int64_t kernel;
  int64_t beginNs, durationNs; // since the profile started
  int64_t flops, bytes;
  int thread; // of the caller, in order of first profiles
};

/// What was recorded between a start and a stop.
class Profile {
public:
  Profile();

  int64_t now() const;
  void add(const std::vector<LaunchEvent> &events);
  std::string json(const Manifest &manifest);

private:
  struct Total {
    int64_t calls = 0, ns = 0, flops = 0, bytes = 0;
  };
  /// More events than a trace viewer opens; the totals go on.
  static constexpr size_t maxEvents = 1 << 20;

  const int64_t startNs;
  std::mutex mutex;
  std::vector<LaunchEvent> events;
  std::vector<Total> totals; // by kernel
  int64_t dropped = 0;
};

/// Whether a program is being profiled; costs one load when it is not.
class ProfileSwitch {
public:
  void start();
  /// NULL if no profile was started.
  std::shared_ptr<Profile> stop();
  std::shared_ptr<Profile> current() const;

private:
  std::atomic<bool> on{false};
  std::shared_ptr<Profile> profile; // guarded by sharedLock()
};

/// Number of the calling thread in profiles.
int profileThread();

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_PROFILE_H
