//===- Executor.h - Runs the blocks of a grid, one after another -*- C++
//-*-===//
//
// Each thread of a block runs until it must wait: for the block, for its wave,
// or because it spins. In the modes other than immediate, the seed chooses who
// goes first.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_EXECUTOR_H
#define OPC_SIM_SIMT_EXECUTOR_H

#include "Device.h"
#include "Lane.h"
#include "Shared.h"

namespace opcsim::simt {

struct LaunchConfig {
  std::string kernel;
  dim3 grid, block;
  size_t shared = 0; ///< dynamic, in bytes
  Place place;
};

class Executor {
public:
  static Executor &get() {
    static Executor *executor = new Executor;
    return *executor;
  }
  /// Of the calling host thread; null outside of a kernel.
  static inline thread_local Executor *current = nullptr;

  void run(const LaunchConfig &config, const std::function<void()> &kernel);

  // For the thread that runs.
  /// Waits for the whole block; how many threads' predicates hold.
  unsigned barrier(bool predicate, const Place &place);
  const Outcome &meet(const Contribution &contribution, const Place &place);
  /// Lets others go on.
  void yield();
  /// Another block's accesses before its fence are seen from here on.
  void fence() { fenced = true; }
  void atomicOnGlobal() { otherBlocksOrdered |= fenced; }

  Lane &lane() { return lanes[running]; }
  size_t thread() const { return running; }
  Wave &wave() { return waves[running / static_cast<size_t>(waveSize)]; }
  unsigned laneInWave() const {
    return static_cast<unsigned>(running % static_cast<size_t>(waveSize));
  }
  SharedMemory &sharedMemory() { return shared; }
  Stacks &threadStacks() { return stacks; }
  const std::string &kernelName() const { return launch.kernel; }
  uint3 indexOf(size_t thread) const { return lanes[thread].index; }
  std::string whoWaitsWhere() const;

  // What orders accesses: they count from here on.
  uint32_t segment = 0;       ///< since the last barrier
  uint32_t firstOfBlock = 0;  ///< since the block began
  uint32_t firstOfLaunch = 0; ///< since the kernel began
  bool otherBlocksOrdered = false;

  std::atomic<uint64_t> progress = 0; ///< changes as long as something moves
  std::atomic<bool> active = false;

private:
  Executor();
  static void entry();
  static Position position();
  void watch();

  void startBlock(const uint3 &index);
  void runBlock();
  void runLane(size_t number);
  bool runLanes();
  bool releaseBarrier();
  bool resolveWaves();
  bool resolve(Wave &wave, bool force);
  void finish(Wave &wave, LaneMask members);
  LaneMask groupOf(const Wave &wave, const Lane &lane) const;
  LaneMask absent(const Wave &wave, LaneMask members) const;
  void giveFrom(Wave &wave, Lane &lane, LaneMask members);
  void stuck();
  void reportAbsent(const Wave &wave, size_t lane, LaneMask members);
  bool all(LaneState state) const;
  size_t count(LaneState state) const;
  void park(LaneState state, const Place &place);

  LaunchConfig launch;
  const std::function<void()> *body = nullptr;
  std::vector<Lane> lanes;
  std::vector<Wave> waves;
  std::vector<size_t> order;
  Context scheduler;
  size_t running = 0;
  unsigned barrierVotes = 0, lastVotes = 0;
  bool fenced = false;
  SharedMemory shared;
  Stacks stacks;
  Random random;
};

inline std::string text(const uint3 &index) {
  return say("(%u,%u,%u)", index.x, index.y, index.z);
}

inline Position Executor::position() {
  Executor *executor = current;
  if (!executor)
    return {};
  return {executor->launch.kernel, "block " + text(blockIndex),
          executor->lanes.empty() ? ""
                                  : "thread " + text(executor->lane().index)};
}

inline Executor::Executor() {
  std::thread([this] { watch(); }).detach();
}

/// Ends the process when a kernel hangs.
inline void Executor::watch() {
  using namespace std::chrono;
  uint64_t seen = 0;
  auto since = steady_clock::now();
  while (true) {
    std::this_thread::sleep_for(milliseconds(20));
    uint64_t now = progress;
    if (now != seen || !active) {
      seen = now;
      since = steady_clock::now();
      continue;
    }
    duration<double> stood = steady_clock::now() - since;
    if (stood.count() <= Settings::get().deadlockSeconds)
      continue;
    current = this;
    currentPosition = position;
    fail(FaultKind::Deadlock,
         say("no thread ends or meets another for %g s "
             "(OPCSIM_DEADLOCK_SECONDS): ",
             Settings::get().deadlockSeconds) +
             whoWaitsWhere(),
         launch.place);
  }
}

inline void Executor::entry() {
  Executor &self = *current;
  (*self.body)();
  self.lane().state = LaneState::Ended;
  ++self.progress;
  self.lane().context.switchTo(self.scheduler);
}

inline void Executor::park(LaneState state, const Place &place) {
  Lane &self = lane();
  self.state = state;
  self.place = place;
  self.context.switchTo(scheduler);
}

inline unsigned Executor::barrier(bool predicate, const Place &place) {
  barrierVotes += predicate;
  park(LaneState::AtBarrier, place);
  return lastVotes;
}

inline void Executor::yield() { park(LaneState::Spinning, {}); }

inline void Executor::runLane(size_t number) {
  running = number;
  threadIndex = lanes[number].index;
  lanes[number].state = LaneState::Ready;
  scheduler.switchTo(lanes[number].context);
}

inline bool Executor::all(LaneState state) const {
  return count(state) == lanes.size();
}

inline size_t Executor::count(LaneState state) const {
  return static_cast<size_t>(std::ranges::count(lanes, state, &Lane::state));
}

inline void Executor::startBlock(const uint3 &index) {
  blockIndex = index;
  firstOfBlock = ++segment;
  otherBlocksOrdered = fenced = false;
  barrierVotes = 0;
  shared.start(launch.shared);
  for (size_t i = 0; i != lanes.size(); ++i) {
    lanes[i] = Lane();
    lanes[i].index = unflatten(i, launch.block);
    lanes[i].context.start(stacks.of(i), Stacks::kBytes, entry);
  }
  for (Wave &wave : waves)
    wave.epoch = 0;
}

/// Whether a thread did more than spin.
inline bool Executor::runLanes() {
  if (Settings::get().mode != Mode::Immediate)
    random.shuffle(order);
  bool moved = false;
  for (size_t number : order) {
    if (!lanes[number].runnable())
      continue;
    runLane(number);
    moved |= lanes[number].state != LaneState::Spinning;
  }
  return moved;
}

inline void Executor::runBlock() {
  while (!all(LaneState::Ended)) {
    bool moved = runLanes();
    moved |= resolveWaves();
    moved |= releaseBarrier();
    if (!moved && count(LaneState::Spinning) == 0)
      stuck();
  }
}

inline void Executor::run(const LaunchConfig &config,
                          const std::function<void()> &kernel) {
  launch = config;
  body = &kernel;
  waveSize = device().waveSize;
  gridExtents = toIndex(config.grid);
  blockExtents = toIndex(config.block);
  lanes.assign(product(config.block), Lane());
  order.resize(lanes.size());
  for (size_t i = 0; i != order.size(); ++i)
    order[i] = i;
  waves.clear();
  for (size_t i = 0; i < lanes.size(); i += static_cast<size_t>(waveSize))
    waves.push_back({i,
                     static_cast<unsigned>(std::min(
                         lanes.size() - i, static_cast<size_t>(waveSize))),
                     0});
  Executor *outer = std::exchange(current, this);
  auto outerPosition = std::exchange(currentPosition, position);
  firstOfLaunch = segment + 1;
  active = true;
  for (size_t i = 0; i != product(config.grid); ++i) {
    startBlock(unflatten(i, config.grid));
    Span span({"device", "blocks"}, config.kernel + " " + text(blockIndex),
              "compute");
    runBlock();
    ++progress;
  }
  active = false;
  lanes.clear();
  current = outer;
  currentPosition = outerPosition;
}

} // namespace opcsim::simt

#include "Waves.h"

#endif // OPC_SIM_SIMT_EXECUTOR_H
