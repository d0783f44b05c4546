//===- Library.h - A simulation that is a shared library --------*- C++ -*-===//
//
// What a process asks that has opened one. Such a library shows these functions
// by name.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_CORE_LIBRARY_H
#define OPC_SIM_CORE_LIBRARY_H

#include "Faults.h"

#define OPCSIM_SHOWN extern "C" [[gnu::used, gnu::visibility("default")]] inline

/// Says before any other call whose sizes are meant; OPCSIM_CHIP has
/// precedence.
OPCSIM_SHOWN void opcsim_choose_chip(const char *chip) {
  opcsim::Settings::proposeChip(chip);
}

/// How many faults were seen since the last call; `first` has the line of the
/// first of them, as much as `size` bytes hold with a NUL. The process does not
/// end with kFaultExit for these.
OPCSIM_SHOWN size_t opcsim_take_faults(char *first, size_t size) {
  std::string line;
  size_t count = opcsim::FaultLog::get().take(line);
  std::snprintf(first, size, "%s", line.c_str());
  return count;
}

#endif // OPC_SIM_CORE_LIBRARY_H
