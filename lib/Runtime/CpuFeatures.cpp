//===- CpuFeatures.cpp - Whether this machine can run a program -----------===//
#include "CpuFeatures.h"
#include "Cpu/Features.h"
#include "Text.h"
#include "opc/Runtime/MachineFeatures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <vector>

using namespace opc::runtime;

/// Empty if a program that needs the feature can run.
static std::string whyNot(std::string_view name) {
  switch (stateOf(name)) {
  case FeatureState::Unknown:
    return "is not known to this runtime";
  case FeatureState::Missing:
    return "is missing on this machine";
  case FeatureState::Present:
    return permitFeature(name) ? "" : "is not permitted by this system";
  }
  return {};
}

bool opc::runtime::hasCpuFeature(std::string_view feature) {
  return stateOf(feature) == FeatureState::Present;
}

Status opc::runtime::checkCpuFeatures(std::span<const std::string> features) {
  std::vector<std::string> problems;
  for (std::string_view name : features) {
    if (name.starts_with('+'))
      name.remove_prefix(1);
    std::string why = whyNot(name);
    if (!why.empty())
      problems.push_back(fmt::format("{} {}", quote(name), why));
  }
  if (problems.empty())
    return {};
  return Status::input(fmt::format("the program needs CPU features: {}",
                                   fmt::join(problems, ", ")));
}
