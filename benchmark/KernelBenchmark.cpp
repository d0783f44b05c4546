//===- KernelBenchmark.cpp - Compiled programs under Google Benchmark -----===//
//
// Times programs that opc compiled, without Python or anybody else's engine in
// the process: what to look at, or to run a profiler on, when a kernel changes.
//
//   KernelBenchmark [--benchmark_filter=... and the like] PROGRAM.so...
//
// Each program is run with 1 and with 2 threads on random inputs (an extent
// that the model leaves open becomes 1). Rates come from the program's own
// counts of arithmetic and of compulsory traffic.
//
//===----------------------------------------------------------------------===//
#include "opc-c/opc.h"

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

/// One input: its extents, and memory for it at the alignment of a tensor that
/// the runtime itself would make.
struct Input {
  std::vector<int64_t> dims;
  std::unique_ptr<void, decltype(&std::free)> data{nullptr, &std::free};
};

struct Work {
  double flops = 0;
  double bytes = 0;
};

constexpr size_t kAlignment = 64;

[[noreturn]] void fail() {
  std::fprintf(stderr, "error: %s\n", opc_last_error());
  std::exit(1);
}

/// Floats in [-1, 1); zeros for every other type, which any op takes.
void fill(void *data, opc_dtype dtype, size_t count) {
  std::mt19937 random(0);
  std::uniform_real_distribution<float> uniform(-1, 1);
  if (dtype == OPC_F32)
    std::generate_n(static_cast<float *>(data), count,
                    [&] { return uniform(random); });
}

Input makeInput(const opc_spec &spec) {
  Input input;
  size_t count = 1;
  for (int32_t i = 0; i < spec.rank; ++i) {
    input.dims.push_back(spec.dims[i] < 0 ? 1 : spec.dims[i]);
    count *= size_t(input.dims.back());
  }
  size_t bytes = std::max<size_t>(count * opc_dtype_bytes(spec.dtype), 1);
  bytes = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  input.data.reset(std::aligned_alloc(kAlignment, bytes));
  std::memset(input.data.get(), 0, bytes);
  fill(input.data.get(), spec.dtype, count);
  return input;
}

/// A loaded program with inputs to run it on.
class Subject {
public:
  explicit Subject(const std::string &path) {
    if (opc_load(path.c_str(), &program) != OPC_OK)
      fail();
    for (size_t i = 0; i < opc_num_inputs(program); ++i) {
      const opc_spec &spec = *opc_input_spec(program, i);
      inputs.push_back(makeInput(spec));
      tensors.push_back({inputs.back().data.get(), spec.dtype, spec.rank,
                         inputs.back().dims.data()});
    }
  }
  Subject(const Subject &) = delete;
  Subject &operator=(const Subject &) = delete;
  ~Subject() { opc_close(program); }

  void setThreads(int threads) {
    if (opc_set_threads(program, threads) != OPC_OK)
      fail();
  }

  void run() {
    opc_results *results = nullptr;
    if (opc_run(program, tensors.data(), tensors.size(), nullptr, 0,
                &results) != OPC_OK)
      fail();
    opc_free_results(results);
  }

  /// What one run does, by the program's own profile.
  Work work() {
    if (opc_profile_start(program) != OPC_OK)
      fail();
    run();
    std::unique_ptr<char, decltype(&opc_free_data)> text(
        opc_profile_stop(program), &opc_free_data);
    Work total;
    for (const auto &kernel : nlohmann::json::parse(text.get())["kernels"]) {
      total.flops += kernel["flops"].get<double>();
      total.bytes += kernel["bytes"].get<double>();
    }
    return total;
  }

private:
  opc_program *program = nullptr;
  std::vector<Input> inputs;
  std::vector<opc_tensor> tensors;
};

void measure(benchmark::State &state, Subject &subject) {
  subject.setThreads(int(state.range(0)));
  Work work = subject.work();
  for (auto _ : state)
    subject.run();
  using benchmark::Counter;
  state.counters["flop/s"] =
      Counter(work.flops, Counter::kIsIterationInvariantRate);
  state.counters["B/s"] =
      Counter(work.bytes, Counter::kIsIterationInvariantRate);
}

} // namespace

int main(int argc, char **argv) {
  benchmark::Initialize(&argc, argv);
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s [benchmark options] PROGRAM.so...\n",
                 argv[0]);
    return 2;
  }
  std::vector<std::unique_ptr<Subject>> subjects;
  for (int i = 1; i < argc; ++i) {
    subjects.push_back(std::make_unique<Subject>(argv[i]));
    std::string name = std::filesystem::path(argv[i]).stem();
    benchmark::RegisterBenchmark(name.c_str(), measure,
                                 std::ref(*subjects.back()))
        ->ArgName("threads")
        ->Arg(1)
        ->Arg(2)
        ->UseRealTime()
        ->Unit(benchmark::kMicrosecond);
  }
  benchmark::RunSpecifiedBenchmarks();
}
