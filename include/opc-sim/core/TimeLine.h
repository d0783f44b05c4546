//===- TimeLine.h - What happened when, for Perfetto ------------*- C++ -*-===//
//
// Events in the JSON form of Chrome's traces: a process a core, a thread a
// pipe. Times are those of this machine: they show what overlaps and who waits
// for whom, never how fast a chip would be.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_CORE_TIMELINE_H
#define OPC_SIM_CORE_TIMELINE_H

#include "Faults.h"

#include <atomic>
#include <chrono>

namespace opcsim {

/// A row of the time line.
struct Track {
  std::string core; ///< "device", "core 3"
  std::string pipe; ///< "MTE2", "stream 0"
};

class TimeLine {
public:
  static TimeLine &get() {
    static TimeLine *line = new TimeLine;
    return *line;
  }
  bool on() const { return !Settings::get().trace.empty(); }

  static double now() { // microseconds
    using namespace std::chrono;
    static const auto start = steady_clock::now();
    return duration<double, std::micro>(steady_clock::now() - start).count();
  }

  /// Category is "copy", "compute", "wait" or "barrier".
  void add(const Track &track, const std::string &name, const char *category,
           double begin, double end);

private:
  // A viewer takes no more, and no person reads more.
  static constexpr size_t kMostEvents = 500000;

  TimeLine() {
    if (on())
      FaultLog::get().atAnyEnd([] { get().write(); });
  }
  void write();
  int numberOf(std::map<std::string, int> &numbers, const std::string &name,
               const char *kind, int process);

  std::mutex mutex;
  std::map<std::string, int> cores, pipes;
  std::vector<std::string> events;
  size_t dropped = 0;
};

inline int TimeLine::numberOf(std::map<std::string, int> &numbers,
                              const std::string &name, const char *kind,
                              int process) {
  std::string key = process < 0 ? name : std::to_string(process) + "/" + name;
  auto [at, isNew] =
      numbers.try_emplace(key, static_cast<int>(numbers.size()) + 1);
  if (isNew)
    events.push_back(json::object(
        {{"name", json::text(kind)},
         {"ph", "\"M\""},
         {"pid", std::to_string(process < 0 ? at->second : process)},
         {"tid", std::to_string(process < 0 ? 0 : at->second)},
         {"args", json::object({{"name", json::text(name)}})}}));
  return at->second;
}

inline void TimeLine::add(const Track &track, const std::string &name,
                          const char *category, double begin, double end) {
  if (!on())
    return;
  std::lock_guard lock(mutex);
  if (events.size() >= kMostEvents) {
    ++dropped;
    return;
  }
  int core = numberOf(cores, track.core, "process_name", -1);
  int pipe = numberOf(pipes, track.pipe, "thread_name", core);
  events.push_back(json::object({{"name", json::text(name)},
                                 {"cat", json::text(category)},
                                 {"ph", "\"X\""},
                                 {"pid", std::to_string(core)},
                                 {"tid", std::to_string(pipe)},
                                 {"ts", say("%.3f", begin)},
                                 {"dur", say("%.3f", end - begin)}}));
}

inline void TimeLine::write() {
  std::lock_guard lock(mutex);
  const std::string &path = Settings::get().trace;
  std::string text = "{\"traceEvents\": " + json::array(events) + "}\n";
  FILE *file = std::fopen(path.c_str(), "w");
  if (!file || std::fwrite(text.data(), 1, text.size(), file) != text.size())
    std::fprintf(stderr, "opcsim: cannot write %s\n", path.c_str());
  if (file)
    std::fclose(file);
  if (dropped)
    std::fprintf(stderr, "opcsim: %zu events are not in %s\n", dropped,
                 path.c_str());
}

/// An event from here to the end of the scope.
class Span {
public:
  Span(Track track, std::string name, const char *category)
      : track(std::move(track)), name(std::move(name)), category(category),
        begin(TimeLine::now()) {}
  Span(const Span &) = delete;
  ~Span() {
    TimeLine::get().add(track, name, category, begin, TimeLine::now());
  }

private:
  Track track;
  std::string name;
  const char *category;
  double begin;
};

} // namespace opcsim

#endif // OPC_SIM_CORE_TIMELINE_H
