//===- AtenTables.cpp - all overloads that the reader knows ---------------===//
//
// Each family has a table in its own file; here they are put together and
// searched by name.
//
//===----------------------------------------------------------------------===//
#include "AtenNode.h"
#include "Ops/ListRows.h"
#include "opc/Frontend/Torch/ImportTorch.h"
#include <set>

namespace opc::torch {
namespace {

using Known = llvm::StringMap<KnownOp>;

SmallVector<ArrayRef<OpRow>> tables() {
  return {pointwiseRows(),
          functionRows(),
          comparisonRows(),
          creationRows(),
          viewRows(),
          joinRows(),
          reductionRows(),
          productRows(),
          windowRows(),
          normRows(),
          attentionRows(),
          pickRows(),
          gradientRows(),
          layerGradientRows(),
          lossRows(),
          recurrentRows(),
          foreachRows(),
          resampleGradientRows(),
          attentionGradientRows(),
          scatterRows(),
          orderRows(),
          specialFunctionRows()};
}

Known readTables() {
  Known known;
  for (ArrayRef<OpRow> table : tables())
    for (const OpRow &row : table) {
      OverloadSchema schema = parseSchema(row.schema);
      std::string name = schema.name;
      known.try_emplace(name, KnownOp{std::move(schema), row.build});
    }
  return known;
}

const Known &knownByName() {
  static const Known kKnown = readTables();
  return kKnown;
}

} // namespace

const KnownOp *findOp(StringRef target) {
  auto found = knownByName().find(target);
  return found == knownByName().end() ? nullptr : &found->second;
}

std::vector<std::string> knownOps() {
  std::vector<std::string> names;
  for (const auto &op : knownByName())
    names.push_back(op.getKey().str());
  llvm::sort(names);
  return names;
}

void printOps(llvm::raw_ostream &out) {
  std::set<StringRef> schemas;
  for (ArrayRef<OpRow> table : tables())
    for (const OpRow &row : table)
      schemas.insert(row.schema);
  out << "# Operators of PyTorch graphs\n\nThe " << schemas.size()
      << " overloads that are known, as torch declares them; forms that are "
         "refused\nare named when a graph is compiled. In-place variants "
         "(`add_`) are read as what they\ncompute. Generated from the tables "
         "of `lib/Frontend/Torch`.\n\n";
  for (StringRef schema : schemas)
    out << "- `" << schema << "`\n";
}

} // namespace opc::torch
