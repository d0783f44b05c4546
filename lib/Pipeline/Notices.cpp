//===- Notices.cpp - What a user should know though nothing failed --------===//
//
// Not through llvm::errs(): a stream of LLVM that met an error ends the process
// when it is destroyed.
//
//===----------------------------------------------------------------------===//
#include "Notices.h"

#include "MemoryGuard.h"
#include <set>
#include <unistd.h>

void opc::notice(const std::string &text) {
  std::string line = "opc: " + text;
  // Names of files may hold anything.
  for (char &c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = ' ';
  line += '\n';
  if (write(STDERR_FILENO, line.data(), line.size()) < 0)
    return;
}

void opc::warnOnce(const std::string &text) {
  struct Said {
    std::mutex mutex;
    std::set<std::string> texts;
  };
  static Said *const said = new Said;
  bool isNew = false;
  locked(said->mutex, [&] { isNew = said->texts.insert(text).second; });
  if (isNew)
    notice("warning: " + text);
}
