//===- Settings.h - How a simulation is run ---------------------*- C++ -*-===//
//
// One struct, filled from environment variables; this file is the documentation
// of both, and docs/Simulators.md repeats the table.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_CORE_SETTINGS_H
#define OPC_SIM_CORE_SETTINGS_H

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace opcsim {

/// When the work of an asynchronous call is done.
enum class Mode {
  Immediate, ///< in the call
  Deferred,  ///< when it is waited for, in shuffled order
  Delayed,   ///< by a helper thread, after a random time
};

struct Settings {
  Mode mode = Mode::Immediate; ///< OPCSIM_MODE: immediate, deferred, delayed
  uint64_t seed = 1;           ///< OPCSIM_SEED: of every shuffle and delay
  /// OPCSIM_DEADLOCK_SECONDS: how long a core may wait before that is a fault
  double deadlockSeconds = 10;
  std::string trace;  ///< OPCSIM_TRACE: file for the time line, none if empty
  std::string faults; ///< OPCSIM_FAULTS: file for the faults as JSON
  int maxFaults = 20; ///< OPCSIM_MAX_FAULTS: different ones that are printed
  int wave = 0;       ///< OPCSIM_WAVE: lanes of a wave; 0: what the API says
  std::string chip;   ///< OPCSIM_CHIP: sizes of which chip; empty: the API's
  /// OPCSIM_AUTO_SYNC: 1 where the vendor's compiler is told to order the
  /// scalar unit's accesses and those of the other pipes of a core by itself
  bool autoSync = false;

  /// The settings of this process.
  static const Settings &get() { return ofProcess(); }
  /// Of which chip the sizes are where the environment names none.
  static void proposeChip(const char *chip) {
    if (ofProcess().chip.empty())
      ofProcess().chip = chip;
  }

  /// The environment's; what it says wrongly ends the process with code 2.
  static Settings fromEnvironment();

private:
  static Settings &ofProcess() {
    // Never destroyed: faults are summed up after static objects are gone.
    static Settings *settings = new Settings(fromEnvironment());
    return *settings;
  }
};

namespace detail {

inline std::string variable(const char *name) {
  const char *value = std::getenv(name);
  return value ? value : "";
}

[[noreturn]] inline void wrongSetting(const char *name, const char *expected) {
  std::fprintf(stderr, "opcsim: %s is '%s', expected %s\n", name,
               variable(name).c_str(), expected);
  std::_Exit(2);
}

/// The number in a variable, `otherwise` if it is not set.
inline double number(const char *name, double otherwise, double least) {
  std::string text = variable(name);
  if (text.empty())
    return otherwise;
  char *end = nullptr;
  double value = std::strtod(text.c_str(), &end);
  if (*end || !(value >= least))
    wrongSetting(name, "a number, not too small");
  return value;
}

inline Mode modeSetting() {
  constexpr std::string_view kNames[] = {"immediate", "deferred", "delayed"};
  std::string text = variable("OPCSIM_MODE");
  if (text.empty())
    return Mode::Immediate;
  for (int i = 0; i != 3; ++i)
    if (text == kNames[i])
      return static_cast<Mode>(i);
  wrongSetting("OPCSIM_MODE", "immediate, deferred or delayed");
}

} // namespace detail

inline Settings Settings::fromEnvironment() {
  using namespace detail;
  Settings result;
  result.mode = modeSetting();
  result.seed = static_cast<uint64_t>(number("OPCSIM_SEED", 1, 0));
  result.deadlockSeconds = number("OPCSIM_DEADLOCK_SECONDS", 10, 0.01);
  result.trace = variable("OPCSIM_TRACE");
  result.faults = variable("OPCSIM_FAULTS");
  result.maxFaults = static_cast<int>(number("OPCSIM_MAX_FAULTS", 20, 1));
  result.wave = static_cast<int>(number("OPCSIM_WAVE", 0, 0));
  if (result.wave != 0 && result.wave != 32 && result.wave != 64 &&
      result.wave != 128)
    wrongSetting("OPCSIM_WAVE", "32, 64 or 128");
  result.chip = variable("OPCSIM_CHIP");
  result.autoSync = number("OPCSIM_AUTO_SYNC", 0, 0) != 0;
  return result;
}

} // namespace opcsim

#endif // OPC_SIM_CORE_SETTINGS_H
