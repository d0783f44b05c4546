//===- Progress.cpp - A sign of life for a person -------------------------===//
#include "Progress.h"

#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

using namespace opc::cli;

Progress::Progress(std::string what) : what(std::move(what)) {
  if (isatty(STDERR_FILENO))
    thread = std::thread([this] { show(); });
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
    fmt::print(stderr, "\r{} ... {} s\033[K", what, seconds.count());
    std::fflush(stderr);
    shown = true;
    next += std::chrono::seconds(1);
  }
  if (shown)
    fmt::print(stderr, "\r\033[K");
}
