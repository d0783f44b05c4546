//===- AArch64.cpp - Features of AArch64 ----------------------------------===//
//
// Bits of the auxiliary vector as Linux documents them (asm/hwcap.h,
// Documentation/arch/arm64/elf_hwcaps.rst), under LLVM's names. "sve-N-bits" is
// of opc's chips: registers of N bits, no more and no less.
//
//===----------------------------------------------------------------------===//
#if defined(__aarch64__)
#include "Cpu/Features.h"

#include <string>
#include <sys/auxv.h>
#include <sys/prctl.h>

using namespace opc::runtime;

namespace {
struct Feature {
  const char *name;
  unsigned long list; // AT_HWCAP or AT_HWCAP2
  uint64_t bits;      // all must be set
};

constexpr uint64_t bit(unsigned n) { return uint64_t(1) << n; }
} // namespace

static constexpr Feature table[] = {
    {"fp-armv8", AT_HWCAP, bit(0)},
    {"neon", AT_HWCAP, bit(1)},
    {"aes", AT_HWCAP, bit(3) | bit(4)},
    {"sha2", AT_HWCAP, bit(5) | bit(6)},
    {"crc", AT_HWCAP, bit(7)},
    {"lse", AT_HWCAP, bit(8)},
    {"fullfp16", AT_HWCAP, bit(9) | bit(10)},
    {"rdm", AT_HWCAP, bit(12)},
    {"jsconv", AT_HWCAP, bit(13)},
    {"complxnum", AT_HWCAP, bit(14)},
    {"rcpc", AT_HWCAP, bit(15)},
    {"dotprod", AT_HWCAP, bit(20)},
    {"sve", AT_HWCAP, bit(22)},
    {"fp16fml", AT_HWCAP, bit(23)},
    {"sve2", AT_HWCAP2, bit(1)},
    {"i8mm", AT_HWCAP2, bit(13)},
    {"bf16", AT_HWCAP2, bit(14)},
};

/// Bits of a register of SVE, as this thread sees them; 0 without SVE.
static int registerBits() {
  constexpr int getVectorLength = 51, lengthMask = 0xffff; // linux/prctl.h
  int answer = prctl(getVectorLength);
  return answer < 0 ? 0 : (answer & lengthMask) * 8;
}

FeatureState opc::runtime::stateOf(std::string_view name) {
  auto state = [](bool present) {
    return present ? FeatureState::Present : FeatureState::Missing;
  };
  if (name.starts_with("sve-") && name.ends_with("-bits"))
    return state(name == "sve-" + std::to_string(registerBits()) + "-bits");
  for (const Feature &feature : table)
    if (name == feature.name)
      return state((getauxval(feature.list) & feature.bits) == feature.bits);
  return FeatureState::Unknown;
}

bool opc::runtime::permitFeature(std::string_view) { return true; }
#endif
