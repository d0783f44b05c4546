//===- Fault.cpp - Faults of compiled code as messages --------------------===//
//
// Most faults are the input's: an index or a shape that the model's own
// arithmetic computed from it.
//
//===----------------------------------------------------------------------===//
#include "Fault.h"
#include "Text.h"
#include "opc/Runtime/Demand.h"
#include "opc/Runtime/Escape.h"
#include "opc/Runtime/Index.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>

using namespace opc::runtime;

/// In the order of opc_fault; {0} is what was observed, {1} what was expected.
static constexpr const char *texts[] = {
    "no fault",
    "index {0} lies outside of a dimension of {1}",
    "a dimension is {0} where {1} is needed",
    "an integer was divided by zero",
    "no memory for {0} bytes",
    "size {0} is negative or too large to address",
    "length {0} is not between 0 and {1}",
    "a device failed and gave no reason",
};

static std::string place(const Manifest &manifest, int64_t location) {
  if (location < 0 || location >= int64_t(manifest.locations.size()))
    return "the program";
  std::string name = printable(manifest.locations[location], shownBytes);
  if (location >= int64_t(manifest.operators.size()) ||
      manifest.operators[location].empty())
    return name;
  return fmt::format("{} ({})", name,
                     printable(manifest.operators[location], shownBytes));
}

static Status faultAt(const std::string &at, int64_t fault, int64_t observed,
                      int64_t expected) {
  if (fault == OPC_FAULT_INDEX)
    observed = opc::indexAsGiven(observed);
  if (fault <= 0 || fault >= int64_t(std::size(texts)))
    return Status::internal(fmt::format("{}: unknown fault {}", at, fault));
  return Status::input(
      fmt::format("{}: {}", at,
                  fmt::format(fmt::runtime(texts[fault]), observed, expected)));
}

Status opc::runtime::hostFault(const Manifest &manifest, int64_t fault,
                               int64_t location, int64_t observed,
                               int64_t expected) {
  if (location < 0 && location >= -int64_t(manifest.demands.size())) {
    const DemandSpec &demand = manifest.demands[-1 - location];
    return Status::input(
        fmt::format("{}: {}", place(manifest, demand.location),
                    opc::demandText(demand.text, observed, expected)));
  }
  return faultAt(place(manifest, location), fault, observed, expected);
}

Status opc::runtime::deviceFault(const Manifest &manifest, int64_t location,
                                 const Status &why) {
  return Status::input(place(manifest, location) + ": " + why.message());
}

Status opc::runtime::kernelFault(const Manifest &manifest,
                                 const opc_kernel_fault &fault,
                                 int64_t kernel) {
  std::string at = "the program";
  if (kernel >= 0 && kernel < int64_t(manifest.kernels.size())) {
    const KernelSpec &spec = manifest.kernels[kernel];
    std::vector<std::string> nodes;
    for (int64_t location : spec.locations)
      nodes.push_back(place(manifest, location));
    at = nodes.empty() ? "kernel " + quote(spec.name)
                       : fmt::format("{}", fmt::join(nodes, ", "));
  }
  return faultAt(at, fault.fault, fault.observed, fault.expected);
}
