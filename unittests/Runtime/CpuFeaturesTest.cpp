//===- CpuFeaturesTest.cpp - The table of features beside the kernel's ----===//
#include "CpuFeatures.h"

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
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
#endif
