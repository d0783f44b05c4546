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

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>

using namespace opc::runtime;

namespace {
struct FaultText {
  const char *inKernel;
  const char *onHost; // {0} observed, {1} expected
};
} // namespace

/// In the order of opc_fault.
static constexpr FaultText texts[] = {
    {"no fault", "no fault"},
    {"an index lies outside of its dimension",
     "index {0} lies outside of a dimension of {1}"},
    {"two dimensions do not fit", "a dimension is {0} where {1} is needed"},
    {"an integer was divided by zero", "an integer was divided by zero"},
    {"no memory", "no memory for {0} bytes"},
    {"a size is negative or too large to address",
     "size {0} is negative or too large to address"},
};

static bool known(int64_t fault) {
  return fault > 0 && fault < int64_t(std::size(texts));
}

static std::string place(const Manifest &manifest, int64_t location) {
  return location >= 0 && location < int64_t(manifest.locations.size())
             ? printable(manifest.locations[location], shownBytes)
             : std::string("the program");
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
  std::string at = place(manifest, location);
  if (!known(fault))
    return Status::internal(fmt::format("{}: unknown fault {}", at, fault));
  return Status::input(fmt::format(
      "{}: {}", at,
      fmt::format(fmt::runtime(texts[fault].onHost), observed, expected)));
}

Status opc::runtime::kernelFault(const Manifest &manifest, int64_t fault,
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
  if (!known(fault))
    return Status::internal(fmt::format("{}: unknown fault {}", at, fault));
  return Status::input(fmt::format("{}: {}", at, texts[fault].inKernel));
}
