//===- X86.cpp - Features of x86-64 ---------------------------------------===//
//
// The table follows Intel's Software Developer's Manual, volume 2A, CPUID: the
// leaf, register and bit of each feature under the name that LLVM gives it, and
// the state that the operating system must save (XCR0, volume 1, 13.3).
//
//===----------------------------------------------------------------------===//
#if defined(__x86_64__)
#include "Cpu/Features.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace opc::runtime;

namespace {
enum Register : uint8_t { EAX, EBX, ECX, EDX };

struct Feature {
  const char *name;
  uint32_t leaf;
  uint32_t subleaf;
  Register reg;
  uint8_t bit;
  uint32_t state; // bits of XCR0 that must be set
};
} // namespace

static constexpr uint32_t ymm = 0x6, zmm = 0xe6, tiles = 0x60000;

static constexpr Feature table[] = {
    {"cx8", 1, 0, EDX, 8, 0},
    {"cmov", 1, 0, EDX, 15, 0},
    {"mmx", 1, 0, EDX, 23, 0},
    {"fxsr", 1, 0, EDX, 24, 0},
    {"sse", 1, 0, EDX, 25, 0},
    {"sse2", 1, 0, EDX, 26, 0},
    {"sse3", 1, 0, ECX, 0, 0},
    {"pclmul", 1, 0, ECX, 1, 0},
    {"ssse3", 1, 0, ECX, 9, 0},
    {"fma", 1, 0, ECX, 12, ymm},
    {"cx16", 1, 0, ECX, 13, 0},
    {"sse4.1", 1, 0, ECX, 19, 0},
    {"sse4.2", 1, 0, ECX, 20, 0},
    {"crc32", 1, 0, ECX, 20, 0},
    {"movbe", 1, 0, ECX, 22, 0},
    {"popcnt", 1, 0, ECX, 23, 0},
    {"aes", 1, 0, ECX, 25, 0},
    {"xsave", 1, 0, ECX, 26, 0},
    {"avx", 1, 0, ECX, 28, ymm},
    {"f16c", 1, 0, ECX, 29, ymm},
    {"rdrnd", 1, 0, ECX, 30, 0},
    {"fsgsbase", 7, 0, EBX, 0, 0},
    {"bmi", 7, 0, EBX, 3, 0},
    {"avx2", 7, 0, EBX, 5, ymm},
    {"bmi2", 7, 0, EBX, 8, 0},
    {"avx512f", 7, 0, EBX, 16, zmm},
    {"avx512dq", 7, 0, EBX, 17, zmm},
    {"rdseed", 7, 0, EBX, 18, 0},
    {"adx", 7, 0, EBX, 19, 0},
    {"avx512ifma", 7, 0, EBX, 21, zmm},
    {"clflushopt", 7, 0, EBX, 23, 0},
    {"clwb", 7, 0, EBX, 24, 0},
    {"avx512cd", 7, 0, EBX, 28, zmm},
    {"sha", 7, 0, EBX, 29, 0},
    {"avx512bw", 7, 0, EBX, 30, zmm},
    {"avx512vl", 7, 0, EBX, 31, zmm},
    {"avx512vbmi", 7, 0, ECX, 1, zmm},
    {"avx512vbmi2", 7, 0, ECX, 6, zmm},
    {"gfni", 7, 0, ECX, 8, 0},
    {"vaes", 7, 0, ECX, 9, ymm},
    {"vpclmulqdq", 7, 0, ECX, 10, ymm},
    {"avx512vnni", 7, 0, ECX, 11, zmm},
    {"avx512bitalg", 7, 0, ECX, 12, zmm},
    {"avx512vpopcntdq", 7, 0, ECX, 14, zmm},
    {"cldemote", 7, 0, ECX, 25, 0},
    {"avx512vp2intersect", 7, 0, EDX, 8, zmm},
    {"amx-bf16", 7, 0, EDX, 22, tiles},
    {"avx512fp16", 7, 0, EDX, 23, zmm},
    {"amx-tile", 7, 0, EDX, 24, tiles},
    {"amx-int8", 7, 0, EDX, 25, tiles},
    {"avxvnni", 7, 1, EAX, 4, ymm},
    {"avx512bf16", 7, 1, EAX, 5, zmm},
    {"amx-fp16", 7, 1, EAX, 21, tiles},
    {"avxifma", 7, 1, EAX, 23, ymm},
    {"avxvnniint8", 7, 1, EDX, 4, ymm},
    {"avxneconvert", 7, 1, EDX, 5, ymm},
    {"amx-complex", 7, 1, EDX, 8, tiles},
    {"avxvnniint16", 7, 1, EDX, 10, ymm},
    {"xsaveopt", 13, 1, EAX, 0, 0},
    {"xsavec", 13, 1, EAX, 1, 0},
    {"xsaves", 13, 1, EAX, 3, 0},
    {"sahf", 0x80000001, 0, ECX, 0, 0},
    {"lzcnt", 0x80000001, 0, ECX, 5, 0},
    {"sse4a", 0x80000001, 0, ECX, 6, 0},
    {"prfchw", 0x80000001, 0, ECX, 8, 0},
    {"xop", 0x80000001, 0, ECX, 11, ymm},
    {"fma4", 0x80000001, 0, ECX, 16, ymm},
    {"64bit", 0x80000001, 0, EDX, 29, 0},
};

/// What the operating system saves at a context switch.
static uint64_t savedState() {
  unsigned a, b, c, d;
  constexpr unsigned osxsave = 1u << 27;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & osxsave))
    return 0;
  uint32_t low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t(high) << 32 | low;
}

static bool present(const Feature &feature) {
  unsigned r[4] = {};
  if (!__get_cpuid_count(feature.leaf, feature.subleaf, &r[EAX], &r[EBX],
                         &r[ECX], &r[EDX]))
    return false;
  return (r[feature.reg] >> feature.bit & 1) &&
         (savedState() & feature.state) == feature.state;
}

/// Asks Linux for the 8 KB of tile state; granted once per process.
static bool requestTiles() {
  constexpr int reqXcompPerm = 0x1023, xfeatureXtiledata = 18;
  return syscall(SYS_arch_prctl, reqXcompPerm, xfeatureXtiledata) == 0;
}

static const Feature *find(std::string_view name) {
  for (const Feature &feature : table)
    if (name == feature.name)
      return &feature;
  return nullptr;
}

FeatureState opc::runtime::stateOf(std::string_view name) {
  const Feature *feature = find(name);
  if (!feature)
    return FeatureState::Unknown;
  return present(*feature) ? FeatureState::Present : FeatureState::Missing;
}

bool opc::runtime::permitFeature(std::string_view name) {
  return find(name)->state != tiles || requestTiles();
}
#endif
