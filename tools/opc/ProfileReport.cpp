//===- ProfileReport.cpp - Where the time goes ----------------------------===//
#include "ProfileReport.h"

#include "opc/Runtime/AtomicFile.h"
#include "opc/Runtime/Escape.h"

#include <algorithm>
#include <fmt/format.h>

using namespace opc::cli;
using nlohmann::json;
using opc::runtime::Status;

/// Where the program's kernels were placed, with what they were expected to
/// take.
static void addPlacement(const json &source, const json &manifest,
                         json &kernel) {
  const json known = manifest.value("kernels", json::array());
  size_t index = source.value("index", known.size());
  if (index >= known.size() || !known[index].contains("estimate_us"))
    return;
  kernel["chip"] = known[index]["chip"];
  kernel["estimate_us"] = known[index]["estimate_us"];
}

json opc::cli::profileReport(const std::string &profile, const Roof &roof,
                             const std::string &manifest) {
  json source = json::parse(profile, nullptr, false);
  json program = json::parse(manifest, nullptr, false);
  json kernels = json::array();
  double total = 0;
  for (const json &kernel : source.value("kernels", json::array()))
    total += kernel.value("ns", 0.0);
  for (const json &kernel : source.value("kernels", json::array())) {
    double ns = std::max(kernel.value("ns", 0.0), 1.0);
    double flops = kernel.value("flops", 0.0);
    double bytes = kernel.value("bytes", 0.0);
    double calls = std::max(kernel.value("calls", 0.0), 1.0);
    double least = calls * roof.seconds(flops / calls, bytes / calls);
    kernels.push_back({{"kernel", kernel.value("kernel", "")},
                       {"nodes", kernel.value("nodes", json::array())},
                       {"calls", kernel.value("calls", 0)},
                       {"ms", ns / 1e6},
                       {"share", total > 0 ? ns / total : 0},
                       {"gflops", flops / ns},
                       {"gbytes", bytes / ns},
                       {"roof", least / (ns / 1e9)}});
    addPlacement(kernel, program, kernels.back());
  }
  std::sort(kernels.begin(), kernels.end(), [](const json &a, const json &b) {
    return a["ms"].get<double>() > b["ms"].get<double>();
  });
  json levels = json::array();
  for (const Roof::Level &level : roof.levels)
    levels.push_back(
        {{"bytes", level.bytes}, {"gbytes", level.bytesPerSecond / 1e9}});
  return {
      {"kernels", std::move(kernels)},
      {"roof",
       {{"gflops", roof.flopsPerSecond / 1e9}, {"levels", std::move(levels)}}}};
}

/// "16 KiB" or "96 MiB".
static std::string sizeText(double bytes) {
  if (bytes < 1 << 20)
    return fmt::format("{:.0f} KiB", bytes / (1 << 10));
  return fmt::format("{:.0f} MiB", bytes / (1 << 20));
}

/// "node 'Conv_3' (ai.onnx.Conv) and 2 more".
static std::string nodesText(const json &nodes) {
  if (nodes.empty())
    return "";
  std::string text = nodes[0].get<std::string>();
  if (nodes.size() > 1)
    text += fmt::format(" and {} more", nodes.size() - 1);
  return text;
}

void opc::cli::printProfile(const json &report) {
  fmt::print("\n{:<32} {:>6} {:>9} {:>6} {:>9} {:>7} {:>6}  {}\n", "kernel",
             "calls", "us/call", "share", "GFLOP/s", "GB/s", "roof", "nodes");
  for (const json &kernel : report["kernels"]) {
    double calls = std::max(kernel["calls"].get<double>(), 1.0);
    fmt::print("{:<32.32} {:>6} {:>9.1f} {:>5.1f}% {:>9.1f} {:>7.1f} "
               "{:>5.0f}%  {}\n",
               opc::runtime::printable(kernel["kernel"].get<std::string>()),
               calls, kernel["ms"].get<double>() * 1e3 / calls,
               kernel["share"].get<double>() * 100,
               kernel["gflops"].get<double>(), kernel["gbytes"].get<double>(),
               kernel["roof"].get<double>() * 100,
               opc::runtime::printable(nodesText(kernel["nodes"])));
    if (kernel.contains("estimate_us"))
      fmt::print("{:<32} {:>6} {:>9.1f} {:>6} expected on {}\n", "", "",
                 kernel["estimate_us"].get<double>(), "",
                 opc::runtime::printable(kernel["chip"].get<std::string>()));
  }
  fmt::print("roof of this machine: {:.0f} GFLOP/s (f32); reads of",
             report["roof"]["gflops"].get<double>());
  for (const json &level : report["roof"]["levels"])
    fmt::print(" {} at {:.0f} GB/s{}", sizeText(level["bytes"].get<double>()),
               level["gbytes"].get<double>(),
               &level == &report["roof"]["levels"].back() ? "\n" : ",");
}

static json traceEvents(const json &profile) {
  json events = json::array();
  for (const json &event : profile.value("events", json::array()))
    events.push_back({{"name", event.value("kernel", "")},
                      {"cat", "kernel"},
                      {"ph", "X"},
                      {"ts", event.value("ts_ns", 0.0) / 1e3},
                      {"dur", event.value("dur_ns", 0.0) / 1e3},
                      {"pid", 1},
                      {"tid", event.value("thread", 0)}});
  return {{"traceEvents", std::move(events)}, {"displayTimeUnit", "ns"}};
}

Status opc::cli::writeTrace(const std::string &profile,
                            const std::string &path) {
  std::string text = traceEvents(json::parse(profile, nullptr, false)).dump();
  return opc::runtime::writeFile(path, {text});
}
