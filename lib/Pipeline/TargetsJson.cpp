//===- TargetsJson.cpp - All targets, for people's scripts ----------------===//
//
// What `opc targets --json` and the generated page of targets are made from.
//
//===----------------------------------------------------------------------===//
#include "TargetsJson.h"

#include "opc/Pipeline/Stages.h"
#include "opc/Targets/Core/Target.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace opc;
namespace json = llvm::json;

static json::Array cachesOf(const TargetDesc &desc) {
  json::Array caches;
  for (const CacheLevel &level : desc.caches)
    caches.push_back(json::Object{{"bytes", level.bytes}});
  return caches;
}

static json::Array matrixUnitsOf(const TargetDesc &desc) {
  json::Array units;
  for (const MatrixUnit &unit : desc.matrixUnits)
    units.push_back(json::Object{{"name", unit.name},
                                 {"a", unit.a},
                                 {"b", unit.b},
                                 {"acc", unit.acc},
                                 {"m", unit.m},
                                 {"n", unit.n},
                                 {"k", unit.k}});
  return units;
}

static json::Object chipOf(const TargetDesc &desc) {
  std::string missing;
  bool here = runsHere(desc, missing);
  json::Object chip{
      {"name", desc.chip},
      {"summary", desc.summary},
      {"runs_here", here},
      {"requires", json::Array(desc.requiredFeatures)},
      {"triple", desc.llvm.triple},
      {"device", json::Object{{"name", desc.device.name},
                              {"own_memory", desc.device.ownMemory}}},
      {"caches", cachesOf(desc)},
      {"vector", json::Object{{"bits", desc.vector.bits},
                              {"registers", desc.vector.registers},
                              {"scales", desc.vector.scales}}},
      {"matrix_units", matrixUnitsOf(desc)}};
  if (!desc.machines.empty())
    chip["machines"] = json::Array(desc.machines);
  if (desc.simt)
    chip["simt"] = json::Object{{"wave", desc.simt->wave},
                                {"group", desc.simt->group},
                                {"shared_bytes", desc.simt->sharedBytes},
                                {"register_bytes", desc.simt->registerBytes},
                                {"vector_bits", desc.simt->vectorBits}};
  if (!here)
    chip["missing"] = missing;
  return chip;
}

std::string opc::targetsJson() {
  json::Array targets;
  for (const Target *target : allTargets()) {
    json::Array chips;
    for (const TargetDesc &desc : chipsOf(*target))
      chips.push_back(chipOf(desc));
    llvm::Expected<const TargetDesc *> host = findChip(target->name);
    json::Object object{{"name", target->name},
                        {"summary", target->summary},
                        {"chips", std::move(chips)}};
    if (host)
      object["host"] = (*host)->chip;
    else
      llvm::consumeError(host.takeError());
    targets.push_back(std::move(object));
  }
  json::Array stages;
  for (const Stage &stage : allStages())
    stages.push_back(
        json::Object{{"name", stage.name}, {"purpose", stage.purpose}});
  std::string text;
  llvm::raw_string_ostream(text) << json::Value(
      json::Object{{"targets", std::move(targets)},
                   {"simulated", json::Array(simulatedTargets())},
                   {"stages", std::move(stages)}});
  return text;
}
