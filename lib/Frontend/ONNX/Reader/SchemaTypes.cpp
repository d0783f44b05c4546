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

/// What holds for the node, and what came later; empty where nothing is said.
ArrayRef<const SchemaRow *> rowsOf(const Node &node) {
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
    return {};
  ArrayRef<const SchemaRow *> all = rows->second;
  auto later = llvm::partition_point(
      all, [&](const SchemaRow *row) { return row->since <= node.opset; });
  return later == all.begin() ? ArrayRef<const SchemaRow *>()
                              : all.drop_front(later - all.begin() - 1);
}

/// Bools, integers, and reals: what an op means for one of them it means for
/// those of other widths.
enum class Kind { Bool, Integer, Real };
Kind kindOf(StringRef type) {
  if (type == "bool")
    return Kind::Bool;
  return type.starts_with("i") || type.starts_with("u") ? Kind::Integer
                                                        : Kind::Real;
}

/// The names, and the types that value `i` may have.
struct Allowed {
  SmallVector<StringRef> names, types;

  Allowed(const SchemaValues &schema, size_t &i) {
    schema.names.split(names, ' ', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
    if (names.empty())
      return;
    i = std::min(i, names.size() - 1);
    kTypeSets[schema.sets[i]].split(types, ' ');
  }
  bool hasKind(Kind kind) const {
    return llvm::any_of(types,
                        [&](StringRef type) { return kindOf(type) == kind; });
  }
};

/// "f16, f32 or f64".
std::string inWords(ArrayRef<StringRef> types) {
  std::string last = types.back().str();
  types = types.drop_back();
  return types.empty() ? last : llvm::join(types, ", ") + " or " + last;
}

void check(Node &node, StringRef what, size_t i, Value value,
           SchemaValues SchemaRow::*values) {
  ArrayRef<const SchemaRow *> rows = rowsOf(node);
  if (!value || rows.empty() || node.failed())
    return;
  std::string type = dtypeName(Emitter::elementOf(value));
  auto takes = [&](const SchemaRow *row) {
    size_t at = i;
    Allowed allowed(row->*values, at);
    return allowed.names.empty() || allowed.hasKind(kindOf(type));
  };
  if (llvm::any_of(rows, takes))
    return;
  Allowed allowed(rows.front()->*values, i);
  node.fail(formatv("{0} '{1}' is {2}, not {3}", what, allowed.names[i], type,
                    inWords(allowed.types)));
}

} // namespace

void checkInputTypes(Node &node) {
  for (int64_t i = 0; i < node.numInputs(); ++i)
    check(node, "input", i, node.peek(i), &SchemaRow::inputs);
}

void checkOutputTypes(Node &node) {
  for (auto [i, value] : llvm::enumerate(node.outputs()))
    check(node, "output", i, value, &SchemaRow::outputs);
}

} // namespace opc::onnx
