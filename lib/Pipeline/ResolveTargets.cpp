//===- ResolveTargets.cpp - Ops say which other target they are of --------===//
//
//   opc.if %c {opc.target = "cpu"} { %0 = opc.exp %x ... }
//   // becomes, in a program for another chip than the one at hand
//   opc.if %c { %0 = opc.exp %x {opc.target = "cpu:CHIP"} ... }
//
//===----------------------------------------------------------------------===//
#include "TargetSet.h"
#include "opc/Pipeline/Passes.h"

#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/Core/Target.h"

#include "llvm/TargetParser/Triple.h"

namespace opc {
#define GEN_PASS_DEF_RESOLVETARGETSPASS
#include "opc/Pipeline/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

namespace {

std::string archOf(const TargetDesc &desc) {
  return llvm::Triple(desc.llvm.triple).getArchName().str();
}

/// Gives each computing op the name of its chip, where that is not the
/// program's, or is one of several that the program has.
class Resolver {
public:
  Resolver(const TargetDesc &host, StringAttr whole, bool isMixed)
      : host(host), whole(whole), isMixed(isMixed) {}

  LogicalResult resolve(Operation *op, StringAttr inherited) {
    if (op->hasAttr(kKernelAttr))
      return success();
    StringAttr target = inherited;
    if (Attribute own = op->removeAttr(kTargetAttr)) {
      FailureOr<StringAttr> name = nameOf(op, own);
      if (failed(name))
        return failure();
      target = *name;
    }
    if (isComputing(op)) {
      if (target && (target != whole || isMixed))
        op->setAttr(kTargetAttr, target);
      return success();
    }
    for (Region &region : op->getRegions())
      for (Operation &inner : region.getOps())
        if (failed(resolve(&inner, target)))
          return failure();
    return success();
  }

private:
  static bool isComputing(Operation *op) {
    bool hasBody = op->getNumRegions() != 0;
    return isa<ShapedOp>(op) && !isa<ConstantOp>(op) &&
           (!hasBody || isa<BodyOp>(op));
  }

  /// "target:chip" of what `op` says; fails with an error at it.
  FailureOr<StringAttr> nameOf(Operation *op, Attribute said) {
    auto text = dyn_cast<StringAttr>(said);
    if (!text)
      return op->emitError("opc.target is no name of a target");
    llvm::Expected<const TargetDesc *> found = findChip(text.getValue());
    if (!found)
      return op->emitError(llvm::toString(found.takeError()));
    const TargetDesc &desc = **found;
    if (desc.device.name.empty() && archOf(desc) != archOf(host))
      return op->emitError() << desc.name() << " is of " << archOf(desc)
                             << ", and the host program of " << archOf(host);
    return StringAttr::get(op->getContext(), desc.name());
  }

  const TargetDesc &host;
  StringAttr whole;
  bool isMixed;
};

struct ResolveTargets : opc::impl::ResolveTargetsPassBase<ResolveTargets> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    FailureOr<const TargetDesc *> desc = targetOf(module);
    if (failed(desc))
      return signalPassFailure();
    llvm::Expected<const TargetDesc *> host = hostChip(**desc);
    if (!host) {
      module.emitError(llvm::toString(host.takeError()));
      return signalPassFailure();
    }
    auto whole = StringAttr::get(&getContext(), (*desc)->name());
    Resolver resolver(**host, whole, module->hasAttr(kTargetsAttr));
    for (Operation &op : *module.getBody())
      if (failed(resolver.resolve(&op, StringAttr())))
        return signalPassFailure();
  }
};

} // namespace
