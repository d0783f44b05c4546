//===- FloatState.h - The floating-point state that kernels run in -*- C++ -*-//
//
// A host may flush subnormals to zero or trap on exceptions (some libraries do
// so for every thread that loads them). Results must not depend on that, nor on
// which thread computes them: kernels run in the default state.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_FLOATSTATE_H
#define OPC_LIB_RUNTIME_FLOATSTATE_H

#include <cstdint>

namespace opc::runtime {

#if defined(__x86_64__)
inline uint64_t floatState() { return __builtin_ia32_stmxcsr(); }
inline void setFloatState(uint64_t state) {
  __builtin_ia32_ldmxcsr(static_cast<uint32_t>(state));
}
/// Nearest even, subnormals kept, all exceptions masked (Intel's Software
/// Developer's Manual, volume 1, 10.2.3).
constexpr uint64_t defaultFloatState = 0x1f80;
#elif defined(__aarch64__)
inline uint64_t floatState() {
  uint64_t state;
  asm volatile("mrs %0, fpcr" : "=r"(state));
  return state;
}
inline void setFloatState(uint64_t state) {
  asm volatile("msr fpcr, %0" ::"r"(state));
}
constexpr uint64_t defaultFloatState = 0;
#elif defined(__riscv)
inline uint64_t floatState() {
  uint64_t state;
  asm volatile("frcsr %0" : "=r"(state));
  return state;
}
inline void setFloatState(uint64_t state) {
  asm volatile("fscsr %0" ::"r"(state));
}
constexpr uint64_t defaultFloatState = 0;
#elif defined(__loongarch__)
inline uint64_t floatState() {
  uint64_t state;
  asm volatile("movfcsr2gr %0, $fcsr0" : "=r"(state));
  return state;
}
inline void setFloatState(uint64_t state) {
  asm volatile("movgr2fcsr $fcsr0, %0" ::"r"(state));
}
constexpr uint64_t defaultFloatState = 0;
#else
#error "opc's runtime does not know how this machine rounds"
#endif

/// The default state, until the end of a scope.
class DefaultFloatState {
public:
  DefaultFloatState() : before(floatState()) {
    setFloatState(defaultFloatState);
  }
  ~DefaultFloatState() { setFloatState(before); }
  DefaultFloatState(const DefaultFloatState &) = delete;
  DefaultFloatState &operator=(const DefaultFloatState &) = delete;

private:
  const uint64_t before;
};

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_FLOATSTATE_H
