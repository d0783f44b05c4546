//===- Faults.h - Faults are records, and one line each ---------*- C++ -*-===//
//
// A fault is reported where it is seen; the program goes on where it safely
// can, so that one run shows all. A program with faults that nobody asked for
// (Library.h) ends with kFaultExit.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_CORE_FAULTS_H
#define OPC_SIM_CORE_FAULTS_H

#include "FaultKinds.h"
#include "Json.h"
#include "Place.h"
#include "Settings.h"

#include <cstdarg>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace opcsim {

/// The exit code of a program in which a fault was seen.
inline constexpr int kFaultExit = 66;

/// Who is running, in the words of the API: "block (0,1,0)", "thread (3,0,0)".
struct Position {
  std::string kernel, core, thread;
};

/// Tells the position of the calling host thread; set by whoever runs kernels.
inline thread_local Position (*currentPosition)() = nullptr;

struct Fault {
  FaultKind kind;
  std::string text; ///< what was observed, with values
  Place place;      ///< where
  const void *address = nullptr;
  size_t size = 0;            ///< bytes
  const char *operation = ""; ///< "read", "write", "copy", the call
};

class FaultLog {
public:
  static FaultLog &get() {
    // Never destroyed: other static objects may report when they end.
    static FaultLog *log = new FaultLog;
    return *log;
  }

  void add(const Fault &fault);
  size_t count() const { return total; }
  /// How many there were since this was last asked; `line` tells the first.
  size_t take(std::string &line) {
    std::lock_guard lock(mutex);
    line = std::exchange(firstUntold, {});
    return std::exchange(untold, 0);
  }
  /// `check` is called when the program ends, before faults are summed up.
  void atEnd(std::function<void()> check) {
    std::lock_guard lock(mutex);
    checks.push_back(std::move(check));
  }
  /// As atEnd, also where the process ends in the middle of a fault.
  void atAnyEnd(std::function<void()> write) {
    std::lock_guard lock(mutex);
    writers.push_back(std::move(write));
  }
  /// Runs the checks, if the program has come to its end, and writes the JSON
  /// file. Only the first call does that.
  void finish(bool checkToo);

private:
  FaultLog() {
    std::atexit([] {
      get().finish(true);
      if (get().untold) {
        std::fflush(nullptr);
        std::_Exit(kFaultExit);
      }
    });
  }
  std::string lineOf(const Fault &fault, const Position &position,
                     const std::string &place) const;
  void writeFile();

  std::recursive_mutex mutex;
  std::vector<std::function<void()>> checks, writers;
  std::set<std::pair<FaultKind, std::string>> seen;
  std::map<std::pair<const void *, FaultKind>, bool> seenCode;
  std::vector<std::string> records;
  size_t total = 0, untold = 0;
  std::string firstUntold;
  bool finished = false;
};

inline std::string FaultLog::lineOf(const Fault &fault,
                                    const Position &position,
                                    const std::string &place) const {
  std::string line = std::string(info(fault.kind).name) + ": " + fault.text;
  const char *separator = "; ";
  for (auto &[word, value] :
       {std::pair("kernel ", &position.kernel), std::pair("", &position.core),
        std::pair("", &position.thread), std::pair("at ", &place)}) {
    if (value->empty())
      continue;
    line += separator + (word + *value);
    separator = ", ";
  }
  return line;
}

inline void FaultLog::add(const Fault &fault) {
  std::lock_guard lock(mutex);
  ++total;
  bool isFirst = ++untold == 1;
  auto whoRuns = [] {
    return currentPosition ? currentPosition() : Position();
  };
  if (isFirst)
    firstUntold = lineOf(fault, whoRuns(), "");
  // The same fault of the next thread says nothing new.
  if (fault.place.code &&
      !seenCode.try_emplace({fault.place.code, fault.kind}, true).second)
    return;
  std::string place = toString(fault.place);
  std::string key = place.empty() ? fault.text : place;
  if (!seen.emplace(fault.kind, key).second)
    return;
  Position position = whoRuns();
  std::string line = lineOf(fault, position, place);
  if (isFirst)
    firstUntold = line;
  char address[32];
  std::snprintf(address, sizeof address, "%p", fault.address);
  records.push_back(json::object({
      {"kind", json::text(info(fault.kind).name)},
      {"meaning", json::text(info(fault.kind).meaning)},
      {"text", json::text(fault.text)},
      {"kernel", json::text(position.kernel)},
      {"core", json::text(position.core)},
      {"thread", json::text(position.thread)},
      {"address", json::text(fault.address ? address : "")},
      {"size", std::to_string(fault.size)},
      {"operation", json::text(fault.operation)},
      {"place", json::text(place)},
  }));
  if (static_cast<int>(records.size()) > Settings::get().maxFaults)
    return;
  std::fflush(stdout);
  std::fprintf(stderr, "opcsim: %s\n", line.c_str());
}

inline void FaultLog::writeFile() {
  const std::string &path = Settings::get().faults;
  if (path.empty())
    return;
  std::string text = json::array(records) + "\n";
  FILE *file = std::fopen(path.c_str(), "w");
  if (!file || std::fwrite(text.data(), 1, text.size(), file) != text.size())
    std::fprintf(stderr, "opcsim: cannot write %s\n", path.c_str());
  if (file)
    std::fclose(file);
}

inline void FaultLog::finish(bool checkToo) {
  std::lock_guard lock(mutex);
  if (std::exchange(finished, true))
    return;
  for (size_t i = 0; checkToo && i != checks.size(); ++i)
    checks[i]();
  for (auto &write : writers)
    write();
  if (total > 1)
    std::fprintf(stderr, "opcsim: %zu faults, %zu different\n", total,
                 records.size());
  writeFile();
}

inline void report(const Fault &fault) { FaultLog::get().add(fault); }

inline void report(FaultKind kind, std::string text, const Place &place) {
  report(Fault{kind, std::move(text), place});
}

/// Ends the process at once; for what no kernel can go on after.
[[noreturn]] inline void endProcess() {
  FaultLog::get().finish(false);
  std::fflush(nullptr);
  std::_Exit(kFaultExit);
}

[[noreturn]] inline void fail(const Fault &fault) {
  report(fault);
  endProcess();
}

[[noreturn]] inline void fail(FaultKind kind, std::string text,
                              const Place &place) {
  fail(Fault{kind, std::move(text), place});
}

/// printf to a string.
[[gnu::format(printf, 1, 2)]] inline std::string say(const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  std::string text(std::vsnprintf(nullptr, 0, format, arguments), '\0');
  std::vsnprintf(text.data(), text.size() + 1, format, again);
  va_end(again);
  va_end(arguments);
  return text;
}

} // namespace opcsim

#include "Library.h"

#endif // OPC_SIM_CORE_FAULTS_H
