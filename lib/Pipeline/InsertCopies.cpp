//===- InsertCopies.cpp - Values go where they are used -------------------===//
//
//   %0 = opc.launch @on_board(%x) : ...
//   return %0
//   // becomes, where kernels of @on_board's target have memory of their own
//   %1 = opc.copy %x {space = "board"} : ...
//   %0 = opc.launch @on_board(%1) : ...
//   %2 = opc.copy %0 {space = "host"} : ...
//   return %2
//
//===----------------------------------------------------------------------===//
#include "OverlapOrder.h"
#include "opc/Conversion/OpcToHost/HostProgram.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Pipeline/Passes.h"
#include "opc/Targets/Core/Target.h"

#include "mlir/IR/SymbolTable.h"

namespace opc {
#define GEN_PASS_DEF_INSERTCOPIESPASS
#include "opc/Pipeline/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

namespace {

/// Says on a kernel of a device which device and memory are its own.
LogicalResult mark(func::FuncOp kernel) {
  FailureOr<const TargetDesc *> desc = targetOf(kernel);
  if (failed(desc))
    return failure();
  Builder b(kernel.getContext());
  if (!(*desc)->device.name.empty())
    kernel->setAttr(kDeviceAttr, b.getStringAttr((*desc)->device.name));
  if (findTarget((*desc)->target)->emit)
    kernel->setAttr(kOwnImageAttr, b.getUnitAttr());
  if ((*desc)->memorySpace() != kHostSpace)
    kernel->setAttr(kSpaceAttr, b.getStringAttr((*desc)->memorySpace()));
  return success();
}

/// Walks @main in the order of the program, so that the first use that is met
/// of a value comes before all others.
class Copier {
public:
  explicit Copier(ModuleOp module)
      : symbols(module),
        host(StringAttr::get(module.getContext(), kHostSpace)) {}

  void run(Block &block) {
    for (Operation &op : llvm::make_early_inc_range(block)) {
      placeOperands(&op);
      for (Region &region : op.getRegions())
        for (Block &inner : region)
          run(inner);
    }
  }

private:
  void placeOperands(Operation *op);
  StringAttr spaceOf(Value value);
  StringAttr spaceOf(LaunchOp launch);
  Value copyOf(Value value, StringAttr space, Operation *user);

  SymbolTable symbols;
  StringAttr host;
  DenseMap<std::pair<Value, StringAttr>, Value> copies;
};

StringAttr Copier::spaceOf(LaunchOp launch) {
  Operation *kernel = symbols.lookup(launch.getKernel());
  auto space =
      kernel ? kernel->getAttrOfType<StringAttr>(kSpaceAttr) : StringAttr();
  return space ? space : host;
}

StringAttr Copier::spaceOf(Value value) {
  if (auto reshape = value.getDefiningOp<ReshapeOp>())
    return spaceOf(reshape.getX());
  if (auto launch = value.getDefiningOp<LaunchOp>())
    return spaceOf(launch);
  if (auto copy = value.getDefiningOp<CopyOp>())
    return copy.getSpaceAttr();
  return host;
}

/// The value in another space, from before the op in its block that holds
/// `user`. What is reshaped is copied once for all its shapes.
Value Copier::copyOf(Value value, StringAttr space, Operation *user) {
  if (spaceOf(value) == space)
    return value;
  Value &known = copies[{value, space}];
  if (known)
    return known;
  Value made;
  OpBuilder b(value.getParentBlock()->findAncestorOpInBlock(*user));
  if (auto reshape = value.getDefiningOp<ReshapeOp>()) {
    Value whole = copyOf(reshape.getX(), space, user);
    made = ReshapeOp::create(b, value.getLoc(), value.getType(), whole,
                             reshape.getDims());
  } else {
    bool isBetweenDevices = spaceOf(value) != host && space != host;
    Value from = isBetweenDevices ? copyOf(value, host, user) : value;
    made = CopyOp::create(b, value.getLoc(), value.getType(), from, space);
  }
  return copies[{value, space}] = made;
}

/// An op that asks for extents alone, or gives a view, takes any space.
void Copier::placeOperands(Operation *op) {
  if (isa<BindDimOp, ReshapeOp, CopyOp>(op))
    return;
  auto launch = dyn_cast<LaunchOp>(op);
  StringAttr space = launch ? spaceOf(launch) : host;
  for (OpOperand &operand : op->getOpOperands())
    operand.set(copyOf(operand.get(), space, op));
}

struct InsertCopies : opc::impl::InsertCopiesPassBase<InsertCopies> {
  /// Copies come before the first use, so that where the uses are says when
  /// the host waits.
  void order(func::FuncOp main) {
    SymbolTable symbols(getOperation());
    auto deviceOf = [&](Operation *op) {
      auto launch = dyn_cast<LaunchOp>(op);
      Operation *kernel = launch ? symbols.lookup(launch.getKernel()) : nullptr;
      return kernel ? kernel->getAttrOfType<StringAttr>(kDeviceAttr)
                    : StringAttr();
    };
    auto isMovable = [](Operation *op) {
      return isa<LaunchOp, ReshapeOp, ConstantOp>(op);
    };
    main.walk([&](Operation *op) {
      for (Region &region : op->getRegions())
        for (Block &block : region)
          orderForOverlap(block, deviceOf, isMovable);
    });
  }

  void runOnOperation() override {
    bool hasSpaces = false;
    for (auto kernel : getOperation().getOps<func::FuncOp>()) {
      if (!kernel->hasAttr(kKernelAttr))
        continue;
      if (failed(mark(kernel)))
        return signalPassFailure();
      hasSpaces |= kernel->hasAttr(kSpaceAttr);
    }
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!hasSpaces || !main || main.isExternal())
      return;
    order(main);
    Copier(getOperation()).run(main.front());
  }
};

} // namespace
