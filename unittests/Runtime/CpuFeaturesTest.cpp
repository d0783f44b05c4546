//===- CpuFeaturesTest.cpp - The table of features beside the kernel's ----===//
#include "CpuFeatures.h"
#include "opc/Runtime/MachineFeatures.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <random>
#include <sched.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace opc::runtime;

/// LLVM's names of features and Linux's names of the same.
static constexpr struct {
  const char *llvm, *linux;
} names[] = {
    {"avx", "avx"},
    {"avx2", "avx2"},
    {"fma", "fma"},
    {"f16c", "f16c"},
    {"bmi", "bmi1"},
    {"bmi2", "bmi2"},
    {"lzcnt", "abm"},
    {"movbe", "movbe"},
    {"popcnt", "popcnt"},
    {"sse4.2", "sse4_2"},
    {"avx512f", "avx512f"},
    {"avx512bw", "avx512bw"},
    {"avx512cd", "avx512cd"},
    {"avx512dq", "avx512dq"},
    {"avx512vl", "avx512vl"},
    {"avx512vnni", "avx512_vnni"},
    {"avx512bf16", "avx512_bf16"},
    {"avx512fp16", "avx512_fp16"},
    {"avx512ifma", "avx512ifma"},
    {"avx512vbmi", "avx512vbmi"},
    {"avx512vbmi2", "avx512_vbmi2"},
    {"avx512bitalg", "avx512_bitalg"},
    {"avx512vpopcntdq", "avx512_vpopcntdq"},
    {"avx512vp2intersect", "avx512_vp2intersect"},
    {"avxvnni", "avx_vnni"},
    {"gfni", "gfni"},
    {"vaes", "vaes"},
    {"amx-tile", "amx_tile"},
    {"amx-int8", "amx_int8"},
    {"amx-bf16", "amx_bf16"},
    {"cldemote", "cldemote"},
    {"clwb", "clwb"},
    {"sse4a", "sse4a"},
    {"xop", "xop"},
    {"fma4", "fma4"},
};

static std::vector<std::string> linuxFlags() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("flags")) {
      std::istringstream words(line.substr(line.find(':') + 1));
      return {std::istream_iterator<std::string>(words), {}};
    }
  return {};
}

TEST(CpuFeatures, AgreeWithTheKernel) {
  auto flags = linuxFlags();
  if (flags.empty())
    GTEST_SKIP() << "/proc/cpuinfo lists no flags";
  for (auto [llvm, linux] : names)
    EXPECT_EQ(hasCpuFeature(llvm),
              std::find(flags.begin(), flags.end(), linux) != flags.end())
        << llvm;
}

TEST(CpuFeatures, AreRefusedByName) {
  std::vector<std::string> wanted = {"+warp9", "sse2"};
  EXPECT_EQ(checkCpuFeatures(wanted).message(),
            "the program needs CPU features: 'warp9' is not known to this "
            "runtime");
  bool oldAmd = hasCpuFeature("xop");
  wanted = {"xop"};
  EXPECT_EQ(checkCpuFeatures(wanted).message(),
            oldAmd ? ""
                   : "the program needs CPU features: 'xop' is missing on this "
                     "machine");
  EXPECT_TRUE(checkCpuFeatures({}).ok());
}

#if defined(__x86_64__)
// Without the permission that the check asks for, this instruction kills.
__attribute__((target("amx-tile"))) static void useTiles() {
  alignas(64) unsigned char config[64] = {1};
  config[16] = 64; // tile 0: 64 bytes a row
  config[48] = 16; // 16 rows
  asm volatile("ldtilecfg %0\n tilezero %%tmm0\n tilerelease" ::"m"(config));
}

TEST(CpuFeatures, AllowsTiles) {
  std::vector<std::string> wanted = {"amx-tile"};
  if (!hasCpuFeature("amx-tile"))
    GTEST_SKIP() << "this machine has no tiles";
  ASSERT_TRUE(checkCpuFeatures(wanted).ok());
  useTiles();
}

namespace {
/// Signed bytes a[16][64] by b[64][16], of which a tile has four k beside each
/// other.
struct TileProduct {
  alignas(64) int8_t a[16][64], b[16][64];
  int32_t sums[16][16], exact[16][16];

  explicit TileProduct(unsigned seed) {
    std::mt19937 random(seed);
    for (int i = 0; i < 16; ++i)
      for (int j = 0; j < 64; ++j) {
        a[i][j] = static_cast<int8_t>(random());
        b[i][j] = static_cast<int8_t>(random());
      }
    for (int i = 0; i < 16; ++i)
      for (int j = 0; j < 16; ++j) {
        exact[i][j] = 0;
        for (int k = 0; k < 64; ++k)
          exact[i][j] += a[i][k] * b[k / 4][j * 4 + k % 4];
      }
  }

  /// Lets another process run while the operands are in tiles.
  void compute() {
    alignas(64) unsigned char config[64] = {1};
    for (int tile = 0; tile < 3; ++tile) {
      config[16 + 2 * tile] = 64;
      config[48 + tile] = 16;
    }
    asm volatile("ldtilecfg %0\n tilezero %%tmm0" ::"m"(config));
    asm volatile("tileloadd (%0,%1), %%tmm1" ::"r"(a), "r"(64L) : "memory");
    asm volatile("tileloadd (%0,%1), %%tmm2" ::"r"(b), "r"(64L) : "memory");
    sched_yield();
    asm volatile("tdpbssd %tmm2, %tmm1, %tmm0");
    sched_yield();
    asm volatile("tilestored %%tmm0, (%0,%1)\n tilerelease" ::"r"(sums),
                 "r"(64L)
                 : "memory");
  }
};
} // namespace

/// In a process of its own: whether every product is exact.
static pid_t multiplyTiles(unsigned seed) {
  pid_t child = fork();
  if (child)
    return child;
  std::vector<std::string> wanted = {"amx-int8"};
  bool right = checkCpuFeatures(wanted).ok();
  for (unsigned i = 0; right && i < 20; ++i) {
    TileProduct product(seed + i);
    product.compute();
    right = !std::memcmp(product.sums, product.exact, sizeof(product.sums));
  }
  _exit(right ? 0 : 1);
}

TEST(CpuFeatures, KeepsTilesOfProcessesApart) {
  if (!hasCpuFeature("amx-int8"))
    GTEST_SKIP() << "this machine has no tiles";
  pid_t children[] = {multiplyTiles(100), multiplyTiles(200)};
  for (pid_t child : children) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
}
#endif
