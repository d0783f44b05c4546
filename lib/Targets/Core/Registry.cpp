//===- Registry.cpp - Finds targets and chips by name ---------------------===//
//
// The list itself (allTargets) is written by CMake from the folders that exist.
//
//===----------------------------------------------------------------------===//
#include "opc/Runtime/Suggest.h"
#include "opc/Targets/Core/Target.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <map>
#include <mutex>
#include <vector>

using namespace opc;

const Target *opc::findTarget(llvm::StringRef name) {
  for (const Target *target : allTargets())
    if (target->name == name)
      return target;
  return nullptr;
}

/// The files are part of this library and a unit test has read each, so one
/// that does not parse is a build of a damaged tree.
static std::vector<TargetDesc> parseChips(const Target &target) {
  std::vector<TargetDesc> chips;
  for (const EmbeddedFile &file : target.chips)
    chips.push_back(
        llvm::cantFail(TargetDesc::parse(target.name, file.name, file.text)));
  llvm::sort(chips, [](const TargetDesc &a, const TargetDesc &b) {
    return a.rank > b.rank;
  });
  return chips;
}

llvm::ArrayRef<TargetDesc> opc::chipsOf(const Target &target) {
  static std::mutex mutex;
  static std::map<const Target *, std::vector<TargetDesc>> parsed;
  std::lock_guard<std::mutex> lock(mutex);
  auto found = parsed.find(&target);
  if (found == parsed.end())
    found = parsed.try_emplace(&target, parseChips(target)).first;
  return found->second;
}

static std::vector<std::string> targetNames() {
  std::vector<std::string> names;
  for (const Target *target : allTargets())
    names.push_back(target->name.str());
  return names;
}

static std::vector<std::string> chipNames(const Target &target) {
  std::vector<std::string> names{"host"};
  for (const TargetDesc &desc : chipsOf(target))
    names.push_back(desc.chip);
  return names;
}

static llvm::Expected<const TargetDesc *> detect(const Target &target) {
  std::string missing;
  for (const TargetDesc &desc : chipsOf(target))
    if (runsHere(desc, missing))
      return &desc;
  return llvm::createStringError(
      llvm::formatv(
          "this machine can run no chip of target '{0}': the simplest "
          "one needs {1}; name one to compile for another machine: {2}",
          target.name, missing, llvm::join(chipNames(target), ", "))
          .str());
}

llvm::Expected<const TargetDesc *> opc::findChip(llvm::StringRef name) {
  auto [targetName, chipName] = name.split(':');
  const Target *target = findTarget(targetName);
  if (!target)
    return llvm::createStringError(
        llvm::formatv("unknown target '{0}'{1}: there are {2}", targetName,
                      runtime::suggestion(targetName, targetNames()),
                      llvm::join(targetNames(), ", "))
            .str());
  if (!name.contains(':') || chipName == "host")
    return detect(*target);
  for (const TargetDesc &desc : chipsOf(*target))
    if (desc.chip == chipName)
      return &desc;
  return llvm::createStringError(
      llvm::formatv("target '{0}' has no chip '{1}'{2}: there are {3}",
                    targetName, chipName,
                    runtime::suggestion(chipName, chipNames(*target)),
                    llvm::join(chipNames(*target), ", "))
          .str());
}

/// The value of a discardable attribute of the outermost module around `op`.
template <typename Attr>
static Attr moduleAttr(mlir::Operation *op, llvm::StringRef name) {
  Attr found;
  for (; op; op = op->getParentOp())
    if (auto attr = op->getAttrOfType<Attr>(name))
      found = attr;
  return found;
}

const TargetDesc &opc::targetOf(mlir::Operation *op) {
  auto name = moduleAttr<mlir::StringAttr>(op, kTargetAttr);
  llvm::Expected<const TargetDesc *> desc =
      findChip(name ? name.getValue() : "cpu");
  if (desc)
    return **desc;
  // A module written by hand may name what does not exist, or this machine may
  // be older than every chip: the most modest description is always right.
  llvm::consumeError(desc.takeError());
  return chipsOf(*findTarget("reference")).back();
}

int64_t opc::threadsOf(mlir::Operation *op) {
  auto threads = moduleAttr<mlir::IntegerAttr>(op, kThreadsAttr);
  return threads ? std::max<int64_t>(threads.getInt(), 1) : 1;
}
