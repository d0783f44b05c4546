//===- Hooks.h - What instrumented code calls -----------------*- C++ -*-===//
//
// The names are those of clang's ThreadSanitizer and of the bounds check of its
// UndefinedBehaviorSanitizer. No library of theirs is linked.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ATHREAD_SIM_HOOKS_H
#define OPC_SIM_ATHREAD_SIM_HOOKS_H

#include "Array.h"

namespace opcsim::sw {

inline void onAccess(const void *address, size_t size, bool writes,
                     const void *code) {
  if (Cpe *cpe = Cpe::current()) {
    if (!writes)
      cpe->poll(address);
    cpe->access(address, size, writes, Place(code));
  } else if (Array::running()) {
    hostAccess(address, size, writes, Place(code));
  }
}

/// The part of UBSan's data that is read here.
struct BoundsCheck {
  const char *file;
  uint32_t line, column;
};

} // namespace opcsim::sw

#define OPCSIM_HOOK extern "C" __attribute__((noinline, used))
#define OPCSIM_ACCESS_HOOKS(bytes)                                             \
  OPCSIM_HOOK void __tsan_read##bytes(void *address) {                         \
    opcsim::sw::onAccess(address, bytes, false, __builtin_return_address(0));  \
  }                                                                            \
  OPCSIM_HOOK void __tsan_write##bytes(void *address) {                        \
    opcsim::sw::onAccess(address, bytes, true, __builtin_return_address(0));   \
  }                                                                            \
  OPCSIM_HOOK void __tsan_unaligned_read##bytes(void *address) {               \
    opcsim::sw::onAccess(address, bytes, false, __builtin_return_address(0));  \
  }                                                                            \
  OPCSIM_HOOK void __tsan_unaligned_write##bytes(void *address) {              \
    opcsim::sw::onAccess(address, bytes, true, __builtin_return_address(0));   \
  }
OPCSIM_ACCESS_HOOKS(1)
OPCSIM_ACCESS_HOOKS(2)
OPCSIM_ACCESS_HOOKS(4)
OPCSIM_ACCESS_HOOKS(8)
OPCSIM_ACCESS_HOOKS(16)
#undef OPCSIM_ACCESS_HOOKS

OPCSIM_HOOK void __tsan_init() {}

OPCSIM_HOOK void *__tsan_memcpy(void *to, const void *from, size_t size) {
  const void *code = __builtin_return_address(0);
  opcsim::sw::onAccess(from, size, false, code);
  opcsim::sw::onAccess(to, size, true, code);
  return std::memcpy(to, from, size);
}
OPCSIM_HOOK void *__tsan_memmove(void *to, const void *from, size_t size) {
  const void *code = __builtin_return_address(0);
  opcsim::sw::onAccess(from, size, false, code);
  opcsim::sw::onAccess(to, size, true, code);
  return std::memmove(to, from, size);
}
OPCSIM_HOOK void *__tsan_memset(void *to, int value, size_t size) {
  opcsim::sw::onAccess(to, size, true, __builtin_return_address(0));
  return std::memset(to, value, size);
}

OPCSIM_HOOK void __ubsan_handle_out_of_bounds(opcsim::sw::BoundsCheck *check,
                                              uintptr_t index) {
  opcsim::Place place;
  place.file = check->file;
  place.line = check->line;
  // Nothing sound can follow: the element may be anything of the stack.
  opcsim::fail(opcsim::FaultKind::OutOfBounds,
               opcsim::say("index %ld of an array that has no such element",
                           static_cast<long>(index)),
               place);
}

#undef OPCSIM_HOOK

#endif // OPC_SIM_ATHREAD_SIM_HOOKS_H
