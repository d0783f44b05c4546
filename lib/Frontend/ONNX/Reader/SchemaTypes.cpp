//===- SchemaTypes.cpp - element types that ONNX allows -------------------===//
//
// scripts/schema_types.py writes the table.
//
//===----------------------------------------------------------------------===//
#include "SchemaTypes.h"
#include "GraphImporter.h"
#include "opc/Frontend/Graph/ElementTypes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <array>

using llvm::formatv;
using llvm::StringLiteral;

namespace opc::onnx {
namespace {

/// The inputs of an op, or its outputs. The last one of an op that takes any
/// number stands for those that follow.
struct SchemaValues {
  StringLiteral names;
  /// Types that each may have, by their places in kTypeSets; 0 behind the last.
  std::array<uint8_t, 9> sets;
};

struct SchemaRow {
  StringLiteral domain, op;
  /// The opset that brought it; it holds up to that of the next row of the op.
  int64_t since;
  SchemaValues inputs, outputs;
};

#include "SchemaTypes.inc"

using Rows = SmallVector<const SchemaRow *, 2>;

const SchemaRow *rowOf(const Node &node) {
  static const llvm::StringMap<Rows> kRows = [] {
    llvm::StringMap<Rows> rows;
    for (const SchemaRow &row : kSchemaRows)
      rows[(row.domain + "." + row.op).str()].push_back(&row);
    return rows;
  }();
  std::string key =
      domainName(node.proto.domain()) + "." + node.proto.op_type();
  auto rows = kRows.find(key);
  if (rows == kRows.end())
    return nullptr;
  for (const SchemaRow *row : llvm::reverse(rows->second))
    if (row->since <= node.opset)
      return row;
  return nullptr;
}

/// "f16, f32 or f64".
std::string inWords(ArrayRef<StringRef> types) {
  std::string last = types.back().str();
  types = types.drop_back();
  return types.empty() ? last : llvm::join(types, ", ") + " or " + last;
}

void check(Node &node, StringRef what, size_t i, Value value,
           const SchemaValues &schema) {
  SmallVector<StringRef> names, allowed;
  schema.names.split(names, ' ', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  if (!value || names.empty() || node.failed())
    return;
  i = std::min(i, names.size() - 1);
  kTypeSets[schema.sets[i]].split(allowed, ' ');
  std::string type = dtypeName(Emitter::elementOf(value));
  if (!llvm::is_contained(allowed, type))
    node.fail(formatv("{0} '{1}' is {2}, not {3}", what, names[i], type,
                      inWords(allowed)));
}

} // namespace

void checkInputTypes(Node &node) {
  if (const SchemaRow *row = rowOf(node))
    for (int64_t i = 0; i < node.numInputs(); ++i)
      check(node, "input", i, node.peek(i), row->inputs);
}

void checkOutputTypes(Node &node) {
  if (const SchemaRow *row = rowOf(node))
    for (auto [i, value] : llvm::enumerate(node.outputs()))
      check(node, "output", i, value, row->outputs);
}

} // namespace opc::onnx
