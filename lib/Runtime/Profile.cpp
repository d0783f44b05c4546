//===- Profile.cpp - Timing the launches of a program ---------------------===//
//
// The JSON is described at opc_profile_stop (opc-c/opc.h).
//
//===----------------------------------------------------------------------===//
#include "Profile.h"
#include "Futex.h"
#include "Lock.h"

#include <algorithm>
#include <nlohmann/json.hpp>

using namespace opc::runtime;
using Json = nlohmann::json;

Profile::Profile() : startNs(nowNs()) {}

int64_t Profile::now() const { return nowNs() - startNs; }

void Profile::add(const std::vector<LaunchEvent> &added) {
  std::lock_guard guard(mutex);
  for (const LaunchEvent &event : added) {
    // Program and manifest may disagree: a kernel without entry is not counted.
    if (event.kernel < 0 || event.kernel > int64_t(maxEvents))
      continue;
    if (totals.size() <= size_t(event.kernel))
      totals.resize(event.kernel + 1);
    Total &total = totals[event.kernel];
    ++total.calls;
    total.ns += event.durationNs;
    total.flops += event.flops;
    total.bytes += event.bytes;
  }
  size_t room = std::min(maxEvents - events.size(), added.size());
  events.insert(events.end(), added.begin(), added.begin() + room);
  dropped += added.size() - room;
}

static std::string kernelName(const Manifest &manifest, size_t index) {
  return index < manifest.kernels.size() ? manifest.kernels[index].name
                                         : "kernel " + std::to_string(index);
}

/// The places in the model that a kernel computes.
static Json nodesOf(const Manifest &manifest, size_t index) {
  Json nodes = Json::array();
  if (index < manifest.kernels.size())
    for (int64_t location : manifest.kernels[index].locations)
      nodes.push_back(manifest.locations[size_t(location)]);
  return nodes;
}

std::string Profile::json(const Manifest &manifest) {
  std::lock_guard guard(mutex);
  Json kernels = Json::array(), trace = Json::array();
  for (size_t i = 0; i < totals.size(); ++i)
    if (totals[i].calls)
      kernels.push_back({{"kernel", kernelName(manifest, i)},
                         {"index", i},
                         {"nodes", nodesOf(manifest, i)},
                         {"calls", totals[i].calls},
                         {"ns", totals[i].ns},
                         {"flops", totals[i].flops},
                         {"bytes", totals[i].bytes}});
  for (const LaunchEvent &event : events)
    trace.push_back({{"kernel", kernelName(manifest, event.kernel)},
                     {"ts_ns", event.beginNs},
                     {"dur_ns", event.durationNs},
                     {"thread", event.thread}});
  Json all = {{"kernels", kernels}, {"events", trace}, {"dropped", dropped}};
  // A name need not be UTF-8: what is not becomes U+FFFD.
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void ProfileSwitch::start() {
  auto fresh = std::make_shared<Profile>();
  std::lock_guard guard(sharedLock());
  profile = std::move(fresh);
  on.store(true, std::memory_order_relaxed);
}

std::shared_ptr<Profile> ProfileSwitch::stop() {
  std::lock_guard guard(sharedLock());
  on.store(false, std::memory_order_relaxed);
  return std::move(profile);
}

std::shared_ptr<Profile> ProfileSwitch::current() const {
  if (!on.load(std::memory_order_relaxed))
    return nullptr;
  std::lock_guard guard(sharedLock());
  return profile;
}

int opc::runtime::profileThread() {
  static std::atomic<int> count{0};
  static thread_local const int number = count.fetch_add(1);
  return number;
}
