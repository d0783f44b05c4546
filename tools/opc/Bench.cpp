//===- Bench.cpp - opc bench ----------------------------------------------===//
//
// Times are of whole runs, allocation of outputs included, as an application
// sees them.
//
//===----------------------------------------------------------------------===//
#include "CompileOptions.h"
#include "Inputs.h"
#include "ProfileReport.h"

#include "opc/Runtime/Program.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fmt/format.h>

using namespace opc::cli;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

struct Settings {
  int64_t threads = 0; ///< 0: as the program was compiled
  double seconds = 1;
};

Status readSettings(const Arguments &arguments, Settings &settings) {
  if (Status status = parseThreads(arguments, settings.threads); !status.ok())
    return status;
  if (!arguments.has("time"))
    return {};
  std::string text = arguments.get("time");
  char *end = nullptr;
  settings.seconds = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || *end || !(settings.seconds > 0) ||
      settings.seconds > 3600)
    return Status::usage(fmt::format(
        "--time is '{}', not a number of seconds up to 3600", text));
  return {};
}

/// Milliseconds of each run, sorted. One run before is not counted.
Status measure(opc_program *program,
               const std::vector<opc::runtime::NpyArray> &arrays,
               double seconds, std::vector<double> &times) {
  constexpr size_t leastRuns = 5, mostRuns = 1000000;
  auto start = Clock::now();
  while (
      times.size() < leastRuns + 1 ||
      (std::chrono::duration<double>(Clock::now() - start).count() < seconds &&
       times.size() < mostRuns)) {
    opc_results *raw = nullptr;
    auto begin = Clock::now();
    if (Status status = runOnce(program, arrays, &raw); !status.ok())
      return status;
    opc::Results results(raw);
    times.push_back(
        std::chrono::duration<double, std::milli>(Clock::now() - begin)
            .count());
  }
  times.erase(times.begin());
  std::sort(times.begin(), times.end());
  return {};
}

/// The least of the sorted times that as large a share of the runs needs at
/// most.
double percentile(const std::vector<double> &times, double share) {
  auto runs = static_cast<double>(times.size());
  return times[static_cast<size_t>(std::ceil(share * runs)) - 1];
}

int threadsOf(const opc_program *program, const Settings &settings) {
  if (settings.threads)
    return static_cast<int>(settings.threads);
  json manifest = json::parse(opc_manifest(program), nullptr, false);
  return manifest.is_object() ? manifest.value("threads", 1) : 1;
}

Status profile(const Arguments &arguments, opc::Program &program,
               const std::vector<opc::runtime::NpyArray> &arrays, int threads,
               json &report) {
  // One run for the trace, a few for the table.
  constexpr int runs = 5;
  std::string text;
  for (int run = 0; run < runs; ++run) {
    if (run == 0 && !program.startProfile())
      return toStatus(OPC_ERROR_INTERNAL);
    opc_results *raw = nullptr;
    if (Status status = runOnce(program.get(), arrays, &raw); !status.ok())
      return status;
    opc::Results results(raw);
    if (run == 0 && arguments.has("trace")) {
      Status status = writeTrace(program.stopProfile(), arguments.get("trace"));
      if (!status.ok())
        return status;
      program.startProfile();
    }
  }
  report = profileReport(program.stopProfile(), measureRoof(threads),
                         program.manifest());
  return {};
}

} // namespace

Status opc::cli::benchCommand(const Arguments &arguments) {
  Settings settings;
  if (Status status = readSettings(arguments, settings); !status.ok())
    return status;
  if (arguments.has("trace"))
    if (Status status = checkOutput(arguments, arguments.get("trace"));
        !status.ok())
      return status;
  opc_program *opened = nullptr;
  if (Status status = openProgram(arguments, opened); !status.ok())
    return status;
  opc::Program program(opened);
  int threads = threadsOf(opened, settings);
  std::vector<runtime::NpyArray> arrays;
  std::vector<double> times;
  Status status = toStatus(opc_set_threads(opened, threads));
  if (status.ok())
    status = makeInputs(arguments, opened, arrays);
  if (status.ok())
    status = measure(opened, arrays, settings.seconds, times);
  if (!status.ok())
    return status;
  json report = {{"runs", times.size()},
                 {"threads", threads},
                 {"min_ms", times.front()},
                 {"median_ms", times[times.size() / 2]},
                 {"p90_ms", percentile(times, 0.9)},
                 {"p99_ms", percentile(times, 0.99)}};
  if (arguments.has("profile") || arguments.has("trace")) {
    json kernels;
    status = profile(arguments, program, arrays, threads, kernels);
    if (!status.ok())
      return status;
    if (arguments.has("profile"))
      report["profile"] = std::move(kernels);
  }
  if (arguments.has("json")) {
    fmt::print("{}\n", report.dump(2));
    return {};
  }
  fmt::print("min {:.4g} ms, median {:.4g} ms, p90 {:.4g} ms, p99 {:.4g} ms of "
             "{} runs, {} thread{}\n",
             times.front(), times[times.size() / 2], percentile(times, 0.9),
             percentile(times, 0.99), times.size(), threads,
             threads == 1 ? "" : "s");
  if (report.contains("profile"))
    printProfile(report["profile"]);
  return {};
}
