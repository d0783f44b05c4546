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

#if defined(__x86_64__) && defined(__clang__)
OPC_FLOPS_KERNEL(flops512, 64, __attribute__((target("avx512f"))))
OPC_FLOPS_KERNEL(flops256, 32, __attribute__((target("avx2,fma"))))
OPC_FLOPS_KERNEL(flops128, 16, )

auto chooseKernel() {
  if (__builtin_cpu_supports("avx512f"))
    return flops512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return flops256;
  return flops128;
}
#else
double flops128(volatile float *sink) {
  float sums[chains] = {};
  for (int64_t i = 0; i < steps; ++i)
    for (float &sum : sums)
      sum = __builtin_fmaf(sum, 0.999f, 0.999f);
  *sink = sums[0];
  return 2.0 * chains * steps;
}
auto chooseKernel() { return flops128; }
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
    for (int i = 1; i < threads; ++i)
      others.emplace_back([&, i] { done[i] = work(i); });
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

double measureBandwidth(int threads) {
  // Beyond the second-level cache, and small enough to be quick.
  constexpr size_t words = size_t(8) << 20;
  std::vector<std::vector<uint64_t>> data(threads);
  for (auto &part : data)
    part.assign(words, 1);
  return bestRate(threads, [&](int thread) {
    uint64_t sums[8] = {};
    const uint64_t *at = data[thread].data();
    for (size_t i = 0; i < words; i += 8)
      for (int lane = 0; lane < 8; ++lane)
        sums[lane] += at[i + lane];
    volatile uint64_t sink = 0; // keeps the reads
    for (uint64_t sum : sums)
      sink = sink + sum;
    return double(words * sizeof(uint64_t));
  });
}

} // namespace

double Roof::seconds(double flops, double bytes) const {
  return std::max(flops / flopsPerSecond, bytes / bytesPerSecond);
}

Roof opc::cli::measureRoof(int threads) {
  auto kernel = chooseKernel();
  Roof roof;
  roof.flopsPerSecond = bestRate(threads, [&](int) {
    volatile float sink = 0;
    return kernel(&sink);
  });
  roof.bytesPerSecond = measureBandwidth(threads);
  return roof;
}
