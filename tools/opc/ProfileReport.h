//===- ProfileReport.h - Where the time goes --------------------*- C++ -*-===//
#ifndef OPC_TOOLS_OPC_PROFILEREPORT_H
#define OPC_TOOLS_OPC_PROFILEREPORT_H

#include "Roof.h"
#include "opc/Runtime/Error.h"

#include <nlohmann/json.hpp>

namespace opc::cli {

/// From the JSON of opc_profile_stop: "roof" (GFLOP/s, GB/s) and "kernels", the
/// slowest first, each with its nodes, calls, ms for all calls, share of the
/// whole, GFLOP/s, GB/s, and the fraction of the roof that it reaches; in a
/// program for several chips, by its manifest, "chip" and "estimate_us" of a
/// call, too.
nlohmann::json profileReport(const std::string &profile, const Roof &roof,
                             const std::string &manifest);
void printProfile(const nlohmann::json &report);

/// Writes the launches of a profile in Chrome's trace format, which Perfetto
/// opens.
runtime::Status writeTrace(const std::string &profile, const std::string &path);

} // namespace opc::cli

#endif // OPC_TOOLS_OPC_PROFILEREPORT_H
