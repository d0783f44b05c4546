//===- Atomics.h - Atomic operations of kernels -----------------*- C++ -*-===//
//
// Each gives the value from before. One thread runs at a time, so that plain
// operations suffice; the check is told that they are atomic.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_ATOMICS_H
#define OPC_SIM_SIMT_ATOMICS_H

#include "Access.h"
#include "Intrinsics.h"

namespace opcsim::simt {

template <class T, class Update>
T atomically(const char *call, T *address, const Source &place, Update update) {
  Executor &executor = inKernel(call, place);
  if (reinterpret_cast<uintptr_t>(address) % sizeof(T) != 0)
    report(Fault{FaultKind::Misaligned,
                 say("%s at %p, which is no multiple of %zu", call,
                     static_cast<const void *>(address), sizeof(T)),
                 place, address, sizeof(T), call});
  onDevice(executor, address, sizeof(T), Kind::Atomic, place);
  T before = *address;
  *address = update(before);
  return before;
}

} // namespace opcsim::simt

// `value` need not have the type of the memory.
#define OPCSIM_ATOMIC(name, expression)                                        \
  template <class T>                                                           \
  T name(T *address, std::type_identity_t<T> value, OPCSIM_PLACE) {            \
    return opcsim::simt::atomically(#name, address, place, [&](T before) {     \
      return static_cast<T>(expression);                                       \
    });                                                                        \
  }                                                                            \
  template <class T>                                                           \
  T name##_block(T *address, std::type_identity_t<T> value, OPCSIM_PLACE) {    \
    return name(address, value, place);                                        \
  }                                                                            \
  template <class T>                                                           \
  T name##_system(T *address, std::type_identity_t<T> value, OPCSIM_PLACE) {   \
    return name(address, value, place);                                        \
  }

OPCSIM_ATOMIC(atomicAdd, before + value)
OPCSIM_ATOMIC(atomicSub, before - value)
OPCSIM_ATOMIC(atomicMin, value < before ? value : before)
OPCSIM_ATOMIC(atomicMax, before < value ? value : before)
OPCSIM_ATOMIC(atomicAnd, before &value)
OPCSIM_ATOMIC(atomicOr, before | value)
OPCSIM_ATOMIC(atomicXor, before ^ value)
OPCSIM_ATOMIC(atomicExch, ((void)before, value))
OPCSIM_ATOMIC(atomicInc, before >= value ? 0 : before + 1)
OPCSIM_ATOMIC(atomicDec, before == 0 || before > value ? value : before - 1)
OPCSIM_ATOMIC(unsafeAtomicAdd, before + value)

#undef OPCSIM_ATOMIC

template <class T>
T atomicCAS(T *address, std::type_identity_t<T> compare,
            std::type_identity_t<T> value, OPCSIM_PLACE) {
  return opcsim::simt::atomically("atomicCAS", address, place, [&](T before) {
    return before == compare ? value : before;
  });
}

#endif // OPC_SIM_SIMT_ATOMICS_H
