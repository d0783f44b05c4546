//===- Futex.h - Waiting for a word to change -------------------*- C++ -*-===//
//
// std::atomic::wait spins for a time of its own choosing; the pool chooses how
// long it spins before it sleeps, so it uses the system call.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_FUTEX_H
#define OPC_LIB_RUNTIME_FUTEX_H

#include <atomic>
#include <climits>
#include <cstdint>
#include <ctime>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace opc::runtime {

/// Sleeps while `word` holds `seen`; may return early.
inline void futexWait(std::atomic<uint32_t> &word, uint32_t seen) {
  syscall(SYS_futex, reinterpret_cast<uint32_t *>(&word), FUTEX_WAIT_PRIVATE,
          seen, nullptr, nullptr, 0);
}

/// Wakes at most `waiters` threads that sleep on `word`.
inline void futexWake(std::atomic<uint32_t> &word, int waiters) {
  syscall(SYS_futex, reinterpret_cast<uint32_t *>(&word), FUTEX_WAKE_PRIVATE,
          waiters, nullptr, nullptr, 0);
}

/// Tells the core that this is a spin loop.
inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

/// A clock that only goes forward.
inline int64_t nowNs() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return int64_t(t.tv_sec) * 1000000000 + t.tv_nsec;
}

/// Spins for about `ns` until `done()`; gives whether it came true.
template <typename Done> bool spinFor(int64_t ns, Done done) {
  constexpr int pausesPerLook = 16;
  for (int64_t end = nowNs() + ns;;) {
    for (int i = 0; i < pausesPerLook; ++i) {
      if (done())
        return true;
      pause();
    }
    if (nowNs() >= end)
      return false;
  }
}

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_FUTEX_H
