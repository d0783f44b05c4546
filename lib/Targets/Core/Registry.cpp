//===- Registry.cpp - Finds targets and chips by name ---------------------===//
//
// The list of the tree's own is written by CMake from the folders that exist.
//
//===----------------------------------------------------------------------===//
#include "Simulated.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Runtime/Suggest.h"
#include "opc/Targets/Core/Target.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

using namespace opc;

namespace opc {
/// Those of lib/Targets; CMake writes it.
llvm::ArrayRef<const Target *> targetsOfTree();
} // namespace opc

static std::vector<const Target *> &knownTargets() {
  static std::vector<const Target *> known(targetsOfTree().begin(),
                                           targetsOfTree().end());
  return known;
}

llvm::ArrayRef<const Target *> opc::allTargets() { return knownTargets(); }

void opc::registerTarget(const Target &target) {
  if (!llvm::is_contained(knownTargets(), &target))
    knownTargets().push_back(&target);
}

const Target *opc::findTarget(llvm::StringRef name) {
  if (name.consume_front(kSimulated)) {
    const Target *target = findTarget(name);
    return target ? simulated(*target) : nullptr;
  }
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
  for (TargetDesc &desc : chips)
    if (target.simulates)
      desc.device = simulator();
  auto order = [](const TargetDesc &desc) {
    return std::make_tuple(!isForThisProcessor(desc), desc.llvm.triple,
                           -desc.rank);
  };
  llvm::sort(chips, [&](const TargetDesc &a, const TargetDesc &b) {
    return order(a) < order(b);
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
  // The last that is for this processor, if any, is the simplest.
  std::string missing;
  for (const TargetDesc &desc : chipsOf(target)) {
    if (!missing.empty() && !isForThisProcessor(desc))
      break;
    if (runsHere(desc, missing))
      return &desc;
  }
  return llvm::createStringError(
      llvm::formatv(
          "this machine can run no chip of target '{0}': the simplest "
          "one needs {1}; name one to compile for another machine: {2}",
          target.name, missing, llvm::join(chipNames(target), ", "))
          .str());
}

static llvm::Error unknownTarget(llvm::StringRef name) {
  bool simulates = name.consume_front(kSimulated);
  std::vector<std::string> known =
      simulates ? simulatedTargets() : targetNames();
  return llvm::createStringError(
      llvm::formatv(simulates ? "nothing simulates '{0}'{1}: 'sim:' stands "
                                "before one of {2}"
                              : "unknown target '{0}'{1}: there are {2}",
                    name, runtime::suggestion(name, known),
                    llvm::join(known, ", "))
          .str());
}

/// "TARGET" and "CHIP" of "TARGET:CHIP", where TARGET may be behind kSimulated.
static std::pair<llvm::StringRef, llvm::StringRef>
splitName(llvm::StringRef name) {
  size_t before = name.starts_with(kSimulated) ? kSimulated.size() : 0;
  llvm::StringRef target =
      name.substr(0, before + name.drop_front(before).split(':').first.size());
  return {target, name.drop_front(target.size())};
}

llvm::Expected<const TargetDesc *> opc::findChip(llvm::StringRef name) {
  auto [targetName, chipName] = splitName(name);
  const Target *target = findTarget(targetName);
  if (!target)
    return unknownTarget(targetName);
  if (!chipName.consume_front(":") || chipName == "host")
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

llvm::Expected<const TargetDesc *> opc::hostChip(const TargetDesc &desc) {
  if (desc.device.name.empty())
    return &desc;
  return findChip(kDefaultTarget);
}

/// The nearest op around `op`, or itself, that has the attribute.
template <typename Attr>
static Attr nearestAttr(mlir::Operation *op, llvm::StringRef name) {
  for (; op; op = op->getParentOp())
    if (auto found = op->getAttrOfType<Attr>(name))
      return found;
  return {};
}

llvm::FailureOr<const TargetDesc *> opc::targetOf(mlir::Operation *op) {
  auto name = nearestAttr<mlir::StringAttr>(op, kTargetAttr);
  llvm::Expected<const TargetDesc *> desc =
      findChip(name ? name.getValue() : llvm::StringRef(kDefaultTarget));
  if (desc)
    return *desc;
  op->emitError(llvm::toString(desc.takeError()));
  return llvm::failure();
}

int64_t opc::threadsOf(mlir::Operation *op) {
  auto threads = nearestAttr<mlir::IntegerAttr>(op, kThreadsAttr);
  return threads ? std::max<int64_t>(threads.getInt(), 1) : 1;
}
