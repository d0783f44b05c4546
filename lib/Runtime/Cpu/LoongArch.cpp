//===- LoongArch.cpp - Features of LoongArch ------------------------------===//
//
// Bits of the auxiliary vector (Linux, arch/loongarch's asm/hwcap.h), under
// LLVM's names.
//
//===----------------------------------------------------------------------===//
#if defined(__loongarch__)
#include "Cpu/Features.h"

#include <sys/auxv.h>

using namespace opc::runtime;

namespace {
struct Feature {
  const char *name;
  unsigned bit;
};
} // namespace

static constexpr Feature table[] = {
    {"ual", 2}, {"f", 3}, {"d", 3}, {"lsx", 4}, {"lasx", 5},
};

FeatureState opc::runtime::stateOf(std::string_view name) {
  for (const Feature &feature : table)
    if (name == feature.name)
      return getauxval(AT_HWCAP) >> feature.bit & 1 ? FeatureState::Present
                                                    : FeatureState::Missing;
  return FeatureState::Unknown;
}

bool opc::runtime::permitFeature(std::string_view) { return true; }
#endif
