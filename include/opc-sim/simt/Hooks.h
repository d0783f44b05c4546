//===- Hooks.h - What instrumented code calls -------------------*- C++ -*-===//
//
// The names are those of clang's ThreadSanitizer and of the alignment check of
// its UndefinedBehaviorSanitizer. No library of theirs is linked.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_HOOKS_H
#define OPC_SIM_SIMT_HOOKS_H

#include "Access.h"

#include <csignal>

#define OPCSIM_HOOK extern "C" __attribute__((weak, noinline, used))

#define OPCSIM_ACCESS_HOOKS(bytes)                                             \
  OPCSIM_HOOK void __tsan_read##bytes(void *address) {                         \
    opcsim::simt::onAccess(address, bytes, opcsim::simt::Kind::Read,           \
                           __builtin_return_address(0));                       \
  }                                                                            \
  OPCSIM_HOOK void __tsan_write##bytes(void *address) {                        \
    opcsim::simt::onAccess(address, bytes, opcsim::simt::Kind::Write,          \
                           __builtin_return_address(0));                       \
  }                                                                            \
  OPCSIM_HOOK void __tsan_unaligned_read##bytes(void *address) {               \
    opcsim::simt::onAccess(address, bytes, opcsim::simt::Kind::Read,           \
                           __builtin_return_address(0));                       \
  }                                                                            \
  OPCSIM_HOOK void __tsan_unaligned_write##bytes(void *address) {              \
    opcsim::simt::onAccess(address, bytes, opcsim::simt::Kind::Write,          \
                           __builtin_return_address(0));                       \
  }

OPCSIM_ACCESS_HOOKS(1)
OPCSIM_ACCESS_HOOKS(2)
OPCSIM_ACCESS_HOOKS(4)
OPCSIM_ACCESS_HOOKS(8)
OPCSIM_ACCESS_HOOKS(16)

#undef OPCSIM_ACCESS_HOOKS

OPCSIM_HOOK void __tsan_init() {}
OPCSIM_HOOK void __tsan_func_entry(void *) {}
OPCSIM_HOOK void __tsan_func_exit() {}
OPCSIM_HOOK void __tsan_vptr_update(void **, void *) {}
OPCSIM_HOOK void __tsan_vptr_read(void **) {}

namespace opcsim::simt {

/// memcpy and its like, which the compiler also makes of loops.
inline void onBulk(void *to, const void *from, size_t size, const void *code) {
  if (size && from)
    onAccess(from, size, Kind::Read, code);
  if (size)
    onAccess(to, size, Kind::Write, code);
}

} // namespace opcsim::simt

OPCSIM_HOOK void *__tsan_memcpy(void *to, const void *from, size_t size) {
  opcsim::simt::onBulk(to, from, size, __builtin_return_address(0));
  return std::memcpy(to, from, size);
}
OPCSIM_HOOK void *__tsan_memmove(void *to, const void *from, size_t size) {
  opcsim::simt::onBulk(to, from, size, __builtin_return_address(0));
  return std::memmove(to, from, size);
}
OPCSIM_HOOK void *__tsan_memset(void *to, int value, size_t size) {
  opcsim::simt::onBulk(to, nullptr, size, __builtin_return_address(0));
  return std::memset(to, value, size);
}

namespace opcsim::simt {

/// The part of UBSan's data that is read here.
struct AlignmentCheck {
  const char *file;
  uint32_t line, column;
  const void *type;
  unsigned char logAlignment, kind;
};

inline void onMisaligned(const AlignmentCheck &check, const void *address) {
  size_t alignment = size_t{1} << check.logAlignment;
  // A null pointer is another fault, which the access itself shows.
  if (!Executor::current || reinterpret_cast<uintptr_t>(address) < 4096 ||
      reinterpret_cast<uintptr_t>(address) % alignment == 0)
    return;
  Place place;
  place.file = check.file;
  place.line = check.line;
  report(Fault{
      FaultKind::Misaligned,
      say("an access at %p, which is no multiple of %zu", address, alignment),
      place, address, alignment, "access"});
}

/// What handled a signal before; nothing where that would end the process.
inline struct sigaction &handlerBefore(int signal) {
  static struct sigaction segmentation = {}, bus = {};
  return signal == SIGBUS ? bus : segmentation;
}

/// Of a signal that an access raised. One that no kernel made is another's,
/// where the process has a handler of its own.
inline void onSignal(int number, siginfo_t *signal, void *) {
  struct sigaction &before = handlerBefore(number);
  if (!Executor::current && before.sa_handler != SIG_DFL) {
    sigaction(number, &before, nullptr);
    return;
  }
  const void *address = signal->si_addr;
  bool stack =
      Executor::current && Executor::current->threadStacks().contains(address);
  fail(Fault{FaultKind::WildAccess,
             stack ? std::string("a thread needs more than 256 KB of stack")
                   : say("an access at %p, where no memory is", address),
             {},
             address});
}

/// Says what is wrong where the program would crash without a word.
inline void catchSignals() {
  static char stack[64 << 10];
  stack_t alternate = {};
  alternate.ss_sp = stack;
  alternate.ss_size = sizeof stack;
  sigaltstack(&alternate, nullptr);
  struct sigaction action = {};
  action.sa_sigaction = onSignal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (int number : {SIGSEGV, SIGBUS})
    sigaction(number, &action, &handlerBefore(number));
}

inline const bool signalsAreCaught = (catchSignals(), true);

} // namespace opcsim::simt

OPCSIM_HOOK void
__ubsan_handle_type_mismatch_v1(const opcsim::simt::AlignmentCheck *check,
                                uintptr_t address) {
  opcsim::simt::onMisaligned(*check, reinterpret_cast<const void *>(address));
}

#endif // OPC_SIM_SIMT_HOOKS_H
