//===- Progress.cpp - A sign of life for a person -------------------------===//
#include "Progress.h"

#include "opc/Runtime/Escape.h"

#include <fmt/format.h>
#include <system_error>
#include <unistd.h>

using namespace opc::cli;
namespace runtime = opc::runtime;

void opc::cli::sayOnStderr(std::string_view text) {
  (void)!write(STDERR_FILENO, text.data(), text.size());
}

Progress::Progress(const std::string &what, bool wanted)
    : what(runtime::printable(what, runtime::shownBytes)) {
  if (!wanted || !isatty(STDERR_FILENO))
    return;
  try {
    thread = std::thread([this] { show(); });
  } catch (const std::system_error &) {
    // No more threads: the work itself needs none.
  }
}

Progress::~Progress() {
  {
    std::lock_guard lock(mutex);
    done = true;
  }
  changed.notify_all();
  if (thread.joinable())
    thread.join();
}

void Progress::show() {
  auto start = std::chrono::steady_clock::now();
  auto next = start + std::chrono::seconds(2);
  bool shown = false;
  std::unique_lock lock(mutex);
  while (!changed.wait_until(lock, next, [this] { return done; })) {
    auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(next - start);
    sayOnStderr(fmt::format("\r{} ... {} s\033[K", what, seconds.count()));
    shown = true;
    next += std::chrono::seconds(1);
  }
  if (shown)
    sayOnStderr("\r\033[K");
}
