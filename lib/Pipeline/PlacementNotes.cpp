//===- PlacementNotes.cpp - What is known of places of ops ----------------===//
#include "PlacementNotes.h"

#include "mlir/IR/Location.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace opc;

static void collect(Location loc, SmallVectorImpl<std::string> &nodes) {
  if (auto name = dyn_cast<NameLoc>(loc)) {
    nodes.push_back(name.getName().str());
  } else if (auto fused = dyn_cast<FusedLoc>(loc)) {
    for (Location part : fused.getLocations())
      collect(part, nodes);
  } else if (auto call = dyn_cast<CallSiteLoc>(loc)) {
    collect(call.getCallee(), nodes);
  } else if (auto file = dyn_cast<FileLineColLoc>(loc)) {
    nodes.push_back(
        (file.getFilename().getValue() + ":" + Twine(file.getLine())).str());
  }
}

SmallVector<std::string> opc::nodesOf(Location loc) {
  SmallVector<std::string> nodes;
  collect(loc, nodes);
  return nodes;
}

bool opc::learn(llvm::ArrayRef<NodeRefusal> found,
                std::vector<NodeRefusal> &known) {
  size_t before = known.size();
  for (const NodeRefusal &each : found) {
    auto isSame = [&](const NodeRefusal &other) {
      return other.chip == each.chip && other.node == each.node;
    };
    if (llvm::none_of(known, isSame))
      known.push_back(each);
  }
  return known.size() > before;
}

void opc::setRefusals(ModuleOp module, ArrayRef<NodeRefusal> refusals) {
  Builder b(module.getContext());
  SmallVector<Attribute> rows;
  for (const NodeRefusal &each : refusals)
    rows.push_back(b.getDictionaryAttr(
        {b.getNamedAttr("chip", b.getStringAttr(each.chip)),
         b.getNamedAttr("node", b.getStringAttr(each.node)),
         b.getNamedAttr("why", b.getStringAttr(each.why))}));
  if (!rows.empty())
    module->setAttr(kRefusedAttr, b.getArrayAttr(rows));
}

StringAttr opc::refusalOf(ModuleOp module, Location loc, StringRef chip) {
  auto rows = module->getAttrOfType<ArrayAttr>(kRefusedAttr);
  if (!rows)
    return {};
  SmallVector<std::string> nodes = nodesOf(loc);
  for (auto row : rows.getAsRange<DictionaryAttr>()) {
    auto of = row.getAs<StringAttr>("chip"),
         node = row.getAs<StringAttr>("node");
    if (of && node && of.getValue() == chip &&
        llvm::is_contained(nodes, node.getValue()))
      return row.getAs<StringAttr>("why");
  }
  return {};
}
