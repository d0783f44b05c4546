//===- OpTables.cpp - All ops that the importer knows ---------------------===//
//
// Each family has a table in its own file; here they are put together and
// searched by name and opset.
//
//===----------------------------------------------------------------------===//
#include "Ops/Contrib.h"
#include "Refusals.h"
#include "opc/Frontend/ONNX/Ops.h"
#include <set>

namespace opc::onnx {

ArrayRef<ArrayRef<OpRow>> opTables() {
  static const ArrayRef<OpRow> kTables[] = {elementwiseRows(),
                                            activationRows(),
                                            movementRows(),
                                            reshapeRows(),
                                            sliceRows(),
                                            padRows(),
                                            shapeRows(),
                                            reduceRows(),
                                            contractionRows(),
                                            convolutionRows(),
                                            poolingRows(),
                                            samplingRows(),
                                            normalisationRows(),
                                            softmaxRows(),
                                            attentionRows(),
                                            rotaryRows(),
                                            recurrentRows(),
                                            indexingRows(),
                                            selectionRows(),
                                            controlRows(),
                                            loopRows(),
                                            quantiseRows(),
                                            integerContractionRows(),
                                            randomRows(),
                                            lossRows(),
                                            signalRows(),
                                            fourierRows(),
                                            foldRows()};
  return kTables;
}

SmallVector<ArrayRef<OpRow>> tablesOf(StringRef domain) {
  if (domain == "ai.onnx")
    return SmallVector<ArrayRef<OpRow>>(opTables());
  if (domain == "com.microsoft")
    return {contribRows(),       contribAttentionRows(),
            contribRotaryRows(), contribNormalisationRows(),
            groupQueryRows(),    quantisedContribRows(),
            blockQuantisedRows()};
  if (domain == "ai.onnx.preview")
    return {previewRows()};
  if (domain == "ai.onnx.preview.training")
    return {trainingRows()};
  return {};
}

namespace {
constexpr llvm::StringLiteral kDomainNames[] = {
    "ai.onnx", "com.microsoft", "ai.onnx.preview", "ai.onnx.preview.training"};

using Rows = llvm::StringMap<SmallVector<const OpRow *>>;
} // namespace

static Rows rowsByName(StringRef domain) {
  Rows rows;
  for (ArrayRef<OpRow> table : tablesOf(domain))
    for (const OpRow &row : table)
      rows[row.name].push_back(&row);
  return rows;
}

const OpRow *findRow(StringRef domain, StringRef op, int64_t opset) {
  static const llvm::StringMap<Rows> kDomains = [] {
    llvm::StringMap<Rows> domains;
    for (StringRef name : kDomainNames)
      domains[name] = rowsByName(name);
    return domains;
  }();
  auto rows = kDomains.find(domain);
  if (rows == kDomains.end())
    return nullptr;
  // The rows of com.microsoft hold for every version.
  bool anyVersion = domain == "com.microsoft";
  for (const OpRow *row : rows->second.lookup(op))
    if (anyVersion || (row->since <= opset && opset <= row->until))
      return row;
  return nullptr;
}

void printOps(llvm::raw_ostream &out) {
  out << "# Ops of ONNX models\n\nBy domain, with the opsets whose form is "
         "supported; forms that are refused are\nnamed when a model is "
         "compiled. Those of com.microsoft hold for its only\nversion. "
         "Generated from the tables of `lib/Frontend/ONNX`.\n";
  for (StringRef domain : kDomainNames) {
    std::set<StringRef> names;
    for (ArrayRef<OpRow> table : tablesOf(domain))
      for (const OpRow &row : table)
        names.insert(row.name);
    out << "\n## " << domain << " (" << names.size() << ")\n\n";
    if (domain == "com.microsoft") {
      for (StringRef name : names)
        out << "- " << name << "\n";
      continue;
    }
    out << "| op | opsets |\n|---|---|\n";
    for (StringRef name : names)
      out << "| " << name << " | " << opsetsOf(domain, name) << " |\n";
  }
}

} // namespace opc::onnx
