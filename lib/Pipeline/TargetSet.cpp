//===- TargetSet.cpp - The chips that a program is compiled for -----------===//
#include "TargetSet.h"

#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FormatVariadic.h"

using namespace opc;
using runtime::Status;

namespace {

bool isHost(const TargetDesc *desc) { return desc->device.name.empty(); }

/// What keeps chips from sharing a program, or "".
std::string conflictOf(llvm::ArrayRef<const TargetDesc *> chips) {
  llvm::StringMap<const TargetDesc *> byDevice;
  for (const TargetDesc *desc : chips) {
    const TargetDesc *&known = byDevice[desc->device.name];
    if (known == desc)
      return desc->name() + " is named twice";
    if (known && isHost(desc))
      return llvm::formatv("{0} and {1} are both run by the host",
                           known->name(), desc->name());
    if (known)
      return llvm::formatv("{0} and {1} are both of device '{2}'",
                           known->name(), desc->name(), desc->device.name);
    known = desc;
    if (!desc->speed)
      return desc->name() + " has no figures of its speed, by which kernels "
                            "would be placed";
  }
  return "";
}

} // namespace

Status TargetSet::parse(llvm::StringRef text, TargetSet &set) {
  llvm::SmallVector<llvm::StringRef> names;
  text.split(names, '+');
  for (llvm::StringRef name : names) {
    llvm::Expected<const TargetDesc *> found = findChip(name);
    if (!found)
      return Status::usage(llvm::toString(found.takeError()));
    set.chips.push_back(*found);
  }
  if (names.size() == 1)
    return {};
  if (llvm::none_of(set.chips, isHost)) {
    llvm::Expected<const TargetDesc *> host = findChip(kDefaultTarget);
    if (!host)
      return Status::usage(llvm::toString(host.takeError()));
    set.chips.push_back(*host);
  }
  if (std::string conflict = conflictOf(set.chips); !conflict.empty())
    return Status::usage("target '" + text.str() + "': " + conflict);
  llvm::sort(set.chips, [](const TargetDesc *a, const TargetDesc *b) {
    return std::make_pair(!isHost(a), a->name()) <
           std::make_pair(!isHost(b), b->name());
  });
  return {};
}

llvm::FailureOr<TargetSet> TargetSet::of(mlir::ModuleOp module) {
  TargetSet set;
  auto names = module->getAttrOfType<mlir::ArrayAttr>(kTargetsAttr);
  if (!names)
    return set;
  for (auto name : names.getAsRange<mlir::StringAttr>()) {
    llvm::Expected<const TargetDesc *> found = findChip(name.getValue());
    if (!found)
      return module.emitError(llvm::toString(found.takeError())),
             mlir::failure();
    set.chips.push_back(*found);
  }
  if (std::string conflict = conflictOf(set.chips); !conflict.empty())
    return module.emitError(conflict), mlir::failure();
  if (set.chips.empty() || !isHost(set.chips.front()))
    return module.emitError("opc.targets begins with no chip of the host"),
           mlir::failure();
  return set;
}

std::string TargetSet::name() const {
  return llvm::join(
      llvm::map_range(chips,
                      [](const TargetDesc *desc) { return desc->name(); }),
      "+");
}

void TargetSet::stamp(mlir::ModuleOp module) const {
  mlir::Builder b(module.getContext());
  module->setAttr(kTargetAttr, b.getStringAttr(whole().name()));
  llvm::SmallVector<mlir::Attribute> names;
  for (const TargetDesc *desc : chips)
    names.push_back(b.getStringAttr(desc->name()));
  if (isMixed())
    module->setAttr(kTargetsAttr, b.getArrayAttr(names));
}
