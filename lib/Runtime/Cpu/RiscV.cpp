//===- RiscV.cpp - Features of RISC-V -------------------------------------===//
//
// Extensions of one letter are bits of the auxiliary vector (Linux,
// Documentation/arch/riscv/uabi.rst), others are asked of riscv_hwprobe
// (hwprobe.rst). "zvlNb" says that registers have at least N bits; the register
// vlenb has their bytes (RISC-V "V" extension, version 1.0, 3.1).
//
//===----------------------------------------------------------------------===//
#if defined(__riscv)
#include "Cpu/Features.h"

#include <charconv>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

using namespace opc::runtime;

namespace {
struct Feature {
  const char *name;
  uint64_t bit; // of RISCV_HWPROBE_KEY_IMA_EXT_0
};

struct Probe {
  int64_t key;
  uint64_t value;
};
} // namespace

static constexpr Feature table[] = {
    {"zba", 3},     {"zbb", 4},   {"zbs", 5},      {"zfh", 27},
    {"zfhmin", 28}, {"zvfh", 30}, {"zvfhmin", 31},
};

static bool hasLetter(char letter) {
  return getauxval(AT_HWCAP) >> (letter - 'a') & 1;
}

static uint64_t extensions() {
  constexpr long hwprobe = 258;
  constexpr int64_t imaExtensions = 4;
  Probe probe = {imaExtensions, 0};
  if (syscall(hwprobe, &probe, 1L, 0L, nullptr, 0L) != 0 || probe.key < 0)
    return 0;
  return probe.value;
}

/// Version 1.0 of the vector extension, and this thread may use it. Without
/// riscv_hwprobe the letter has to do, which old kernels also give to version
/// 0.7.
static bool hasVectors() {
  constexpr uint64_t v = 1 << 2;
  constexpr int getControl = 70, current = 3, off = 1; // PR_RISCV_V_GET_CONTROL
  uint64_t known = extensions();
  int control = prctl(getControl);
  return (known ? (known & v) != 0 : hasLetter('v')) &&
         (control < 0 || (control & current) != off);
}

/// Bits of a vector register; 0 without any.
static uint64_t registerBits() {
  if (!hasVectors())
    return 0;
  uint64_t bytes;
  asm volatile("csrr %0, 0xc22" : "=r"(bytes)); // vlenb
  return bytes * 8;
}

/// N of "zvlNb", or 0.
static uint64_t leastBits(std::string_view name) {
  uint64_t bits = 0;
  if (name.starts_with("zvl") && name.ends_with("b"))
    std::from_chars(name.data() + 3, name.data() + name.size() - 1, bits);
  return bits;
}

FeatureState opc::runtime::stateOf(std::string_view name) {
  auto state = [](bool present) {
    return present ? FeatureState::Present : FeatureState::Missing;
  };
  if (name == "v")
    return state(hasVectors());
  if (name.size() == 1)
    return state(hasLetter(name[0]));
  if (uint64_t bits = leastBits(name))
    return state(registerBits() >= bits);
  for (const Feature &feature : table)
    if (name == feature.name)
      return state(extensions() >> feature.bit & 1);
  return FeatureState::Unknown;
}

bool opc::runtime::permitFeature(std::string_view) { return true; }
#endif
