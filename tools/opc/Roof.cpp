//===- Roof.cpp - What this machine could do ------------------------------===//
//
// The compiler's vector extensions, compiled once for each width that
// processors have; the widest that this one has is used.
//
//===----------------------------------------------------------------------===//
#include "Roof.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <system_error>
#include <thread>
#include <vector>

using namespace opc::cli;

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr int64_t steps = 200000;
constexpr int chains = 12; // more than latency times ports

// Independent chains of multiply-adds in registers; how many floating-point
// operations one call does. `sink` keeps the compiler from dropping the work.
#define OPC_FLOPS_KERNEL(name, bytes, ...)                                     \
  __VA_ARGS__ double name(volatile float *sink) {                              \
    typedef float Vector __attribute__((vector_size(bytes)));                  \
    Vector sums[chains] = {};                                                  \
    Vector x = {};                                                             \
    x = x + 0.999f;                                                            \
    for (int64_t i = 0; i < steps; ++i) {                                      \
      _Pragma("clang loop unroll(full)") for (int c = 0; c < chains; ++c)      \
          sums[c] = __builtin_elementwise_fma(sums[c], x, x);                  \
    }                                                                          \
    for (int c = 1; c < chains; ++c)                                           \
      sums[0] += sums[c];                                                      \
    *sink = sums[0][0];                                                        \
    return 2.0 * chains * steps * (bytes / sizeof(float));                     \
  }

// Reads `count` vectors `rounds` times; how many bytes that is.
#define OPC_READ_KERNEL(name, bytes, ...)                                      \
  __VA_ARGS__ double name(const char *from, size_t size, int rounds,           \
                          volatile float *sink) {                              \
    typedef float Vector __attribute__((vector_size(bytes)));                  \
    Vector sums[8] = {};                                                       \
    for (int round = 0; round < rounds; ++round)                               \
      for (const char *at = from; at < from + size; at += 8 * bytes) {         \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < 8; ++i)         \
            sums[i] += *reinterpret_cast<const Vector *>(at + i * bytes);      \
      }                                                                        \
    for (int i = 1; i < 8; ++i)                                                \
      sums[0] += sums[i];                                                      \
    *sink = sums[0][0];                                                        \
    return double(size) * rounds;                                              \
  }

struct Kernels {
  double (*flops)(volatile float *sink);
  double (*read)(const char *from, size_t size, int rounds,
                 volatile float *sink);
};

#if defined(__x86_64__) && defined(__clang__)
OPC_FLOPS_KERNEL(flops512, 64, __attribute__((target("avx512f"))))
OPC_FLOPS_KERNEL(flops256, 32, __attribute__((target("avx2,fma"))))
OPC_FLOPS_KERNEL(flops128, 16, )
OPC_READ_KERNEL(read512, 64, __attribute__((target("avx512f"))))
OPC_READ_KERNEL(read256, 32, __attribute__((target("avx2"))))
OPC_READ_KERNEL(read128, 16, )

Kernels chooseKernels() {
  if (__builtin_cpu_supports("avx512f"))
    return {flops512, read512};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return {flops256, read256};
  return {flops128, read128};
}
#else
OPC_FLOPS_KERNEL(flops128, 16, )
OPC_READ_KERNEL(read128, 16, )
Kernels chooseKernels() { return {flops128, read128}; }
#endif

/// The best of a few rounds of `work`, which gives how much it did, on
/// `threads` threads at once.
template <typename Work> double bestRate(int threads, Work work) {
  constexpr int rounds = 4;
  double best = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<double> done(threads);
    auto start = Clock::now();
    std::vector<std::thread> others;
    // With fewer threads than that the program has no more, either.
    for (int i = 1; i < threads; ++i)
      try {
        others.emplace_back([&, i] { done[i] = work(i); });
      } catch (const std::system_error &) {
        break;
      }
    done[0] = work(0);
    for (std::thread &other : others)
      other.join();
    double total = 0;
    for (double amount : done)
      total += amount;
    best = std::max(best, total / secondsSince(start));
  }
  return best;
}

/// Bytes that each thread reads, over and over: what the first and the second
/// cache, the last one, and memory alone hold on processors of today.
constexpr size_t footprints[] = {16 << 10, 512 << 10, 8 << 20, 96 << 20};

double measureReads(int threads, size_t footprint, const Kernels &kernels) {
  constexpr size_t least = 32 << 20; // a round that a clock can measure
  int rounds = int(std::max<size_t>(least / footprint, 1));
  struct Free {
    void operator()(char *memory) const { std::free(memory); }
  };
  std::vector<std::unique_ptr<char, Free>> data(threads);
  for (auto &part : data) {
    part.reset(static_cast<char *>(std::aligned_alloc(64, footprint)));
    if (!part)
      return 0;
    std::fill_n(part.get(), footprint, char(0));
  }
  return bestRate(threads, [&](int thread) {
    volatile float sink = 0;
    return kernels.read(data[thread].get(), footprint, rounds, &sink);
  });
}

} // namespace

double Roof::bytesPerSecond(double bytes) const {
  for (const Level &level : levels)
    if (bytes <= level.bytes)
      return level.bytesPerSecond;
  return levels.empty() ? 0 : levels.back().bytesPerSecond;
}

double Roof::seconds(double flops, double bytes) const {
  double rate = bytesPerSecond(bytes);
  return std::max(flops / flopsPerSecond, rate > 0 ? bytes / rate : 0);
}

Roof opc::cli::measureRoof(int threads) {
  Kernels kernels = chooseKernels();
  Roof roof;
  roof.flopsPerSecond = bestRate(threads, [&](int) {
    volatile float sink = 0;
    return kernels.flops(&sink);
  });
  for (size_t footprint : footprints)
    roof.levels.push_back({double(footprint) * threads,
                           measureReads(threads, footprint, kernels)});
  // A nearer level is never slower: what was measured so was disturbed.
  for (size_t i = roof.levels.size() - 1; i > 0; --i)
    roof.levels[i - 1].bytesPerSecond = std::max(
        roof.levels[i - 1].bytesPerSecond, roof.levels[i].bytesPerSecond);
  return roof;
}
