//===- HostFacts.cpp - Gathers what the manifest says ---------------------===//
#include "HostFacts.h"
#include "HostPlan.h"
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"
#include "opc/Runtime/Escape.h"

using namespace mlir;
using namespace opc;

/// The nodes in a location, outermost first:
/// `loc("Conv_3"("Conv"("model.onnx":3:0)))` is one.
void HostFacts::collectNodes(Location loc, SmallVectorImpl<Node> &nodes) {
  if (auto name = dyn_cast<NameLoc>(loc)) {
    auto op = dyn_cast<NameLoc>(name.getChildLoc());
    nodes.push_back({name.getName().str(), op ? op.getName().str() : ""});
  } else if (auto fused = dyn_cast<FusedLoc>(loc)) {
    for (Location part : fused.getLocations())
      collectNodes(part, nodes);
  } else if (auto call = dyn_cast<CallSiteLoc>(loc)) {
    collectNodes(call.getCallee(), nodes);
  } else if (auto file = dyn_cast<FileLineColLoc>(loc)) {
    nodes.push_back(
        {(file.getFilename().getValue() + ":" + Twine(file.getLine())).str(),
         ""});
  }
}

int64_t HostFacts::intern(Node node) {
  auto [entry, isNew] = known.try_emplace(node, program.locations.size());
  if (isNew) {
    program.locations.push_back(std::move(node.first));
    program.operators.push_back(std::move(node.second));
  }
  return entry->second;
}

int64_t HostFacts::place(Location loc) {
  SmallVector<Node> nodes;
  collectNodes(loc, nodes);
  return intern(nodes.empty() ? Node("?", "") : nodes.front());
}

int64_t HostFacts::demand(Location loc, StringRef text) {
  std::pair<int64_t, std::string> key{place(loc), text.str()};
  auto [entry, isNew] = knownDemands.try_emplace(key, program.demands.size());
  if (isNew)
    program.demands.push_back({key.first, key.second});
  return -1 - entry->second;
}

int64_t HostFacts::device(StringRef name, bool ownMemory) {
  auto isIt = [&](const HostProgram::Device &each) {
    return each.name == name;
  };
  auto found = llvm::find_if(program.devices, isIt);
  if (found != program.devices.end())
    return found - program.devices.begin();
  program.devices.push_back({name.str(), ownMemory});
  return program.devices.size() - 1;
}

int64_t HostFacts::image(Operation *function) {
  auto target = function->getAttrOfType<StringAttr>(kTargetAttr);
  auto isIt = [&](const HostProgram::Image &each) {
    return target.getValue() == each.target;
  };
  auto found = llvm::find_if(program.images, isIt);
  if (found != program.images.end())
    return found - program.images.begin();
  StringRef name = function->getAttrOfType<StringAttr>(kDeviceAttr).getValue();
  program.images.push_back(
      {device(name, function->hasAttr(kSpaceAttr)), target.str()});
  return program.images.size() - 1;
}

int64_t HostFacts::addKernel(LaunchOp launch, Operation *function) {
  HostProgram::Kernel kernel;
  kernel.name = launch.getKernel().str();
  if (auto ops = function->getAttrOfType<ArrayAttr>(kKernelOpsAttr))
    for (auto op : ops.getAsRange<StringAttr>())
      kernel.ops.push_back(op.str());
  SmallVector<Node> nodes;
  collectNodes(launch.getLoc(), nodes);
  for (Node &node : nodes)
    kernel.locations.push_back(intern(std::move(node)));
  if (function->hasAttr(kDeviceAttr))
    kernel.image = image(function);
  if (auto placed = function->getAttrOfType<DictionaryAttr>(kPlacementAttr)) {
    auto chip = placed.getAs<StringAttr>("chip");
    kernel.chip = chip.str();
    kernel.estimate =
        cast<FloatAttr>(placed.getAs<DictionaryAttr>("times").get(chip))
            .getValueAsDouble();
  }
  program.kernels.push_back(std::move(kernel));
  return program.kernels.size() - 1;
}

static std::string dtypeName(Type type) {
  if (type.isInteger(1))
    return "bool";
  // An integer of fewer bits has a byte.
  if (isBelowByte(type))
    return type.isUnsignedInteger() ? "u8" : "i8";
  if (type.isUnsignedInteger())
    return "u" + std::to_string(type.getIntOrFloatBitWidth());
  StringRef kind = type.isBF16() ? "bf" : isa<FloatType>(type) ? "f" : "i";
  return (kind + Twine(type.getIntOrFloatBitWidth())).str();
}

HostProgram::Tensor HostFacts::describe(Value value, StringAttr name,
                                        ArrayAttr symbols) {
  HostProgram::Tensor tensor;
  tensor.name = name ? name.str() : "";
  tensor.dtype = dtypeName(getElementTypeOrSelf(value.getType()));
  for (AffineExpr dim : env.dims(value)) {
    auto symbol = dyn_cast<AffineSymbolExpr>(dim);
    std::string text = "?";
    if (symbol && symbols && symbol.getPosition() < symbols.size())
      text = cast<StringAttr>(symbols[symbol.getPosition()]).str();
    if (auto extent = constantOf(dim))
      tensor.shape.push_back(*extent);
    else
      tensor.shape.push_back(text.empty() ? "?" : runtime::toText(text));
  }
  return tensor;
}

void HostFacts::addTensors(func::FuncOp main, const HostPlan &plan) {
  auto symbols = main->getAttrOfType<ArrayAttr>(kSymbolsAttr);
  for (BlockArgument argument : main.getArguments()) {
    unsigned number = argument.getArgNumber();
    program.inputs.push_back(
        describe(argument, main.getArgAttrOfType<StringAttr>(number, kNameAttr),
                 symbols));
    if (auto taker = main.getArgAttrOfType<IntegerAttr>(number, kDonatedAttr))
      program.inputs.back().donatedTo = taker.getInt();
    program.inputs.back().isLent = plan.isLent(number);
  }
  for (OpOperand &result : main.front().getTerminator()->getOpOperands())
    program.outputs.push_back(
        describe(result.get(),
                 main.getResultAttrOfType<StringAttr>(result.getOperandNumber(),
                                                      kNameAttr),
                 symbols));
}
