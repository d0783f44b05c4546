//===- OpTables.cpp - All ops that the importer knows ---------------------===//
//
// Each family has a table in its own file; here they are put together and
// searched by name and opset.
//
//===----------------------------------------------------------------------===//
#include "Node.h"

namespace opc::onnx {

ArrayRef<ArrayRef<OpRow>> opTables() {
  static const ArrayRef<OpRow> kTables[] = {
      elementwiseRows(),   activationRows(), movementRows(),
      shapeRows(),         reduceRows(),     contractionRows(),
      convolutionRows(),   poolingRows(),    samplingRows(),
      normalisationRows(), softmaxRows(),    attentionRows(),
      recurrentRows(),     indexingRows(),   selectionRows(),
      controlRows(),       quantiseRows(),   integerContractionRows(),
      randomRows(),        lossRows(),       signalRows()};
  return kTables;
}

static const OpRow *findContrib(StringRef op) {
  for (ArrayRef<OpRow> table : {contribRows(), quantisedContribRows()}) {
    const OpRow *row = llvm::find_if(
        table, [&](const OpRow &candidate) { return candidate.name == op; });
    if (row != table.end())
      return row;
  }
  return nullptr;
}

const OpRow *findRow(StringRef domain, StringRef op, int64_t opset) {
  if (domain == "com.microsoft")
    return findContrib(op);
  if (domain != "ai.onnx")
    return nullptr;
  static const llvm::StringMap<SmallVector<const OpRow *>> kRows = [] {
    llvm::StringMap<SmallVector<const OpRow *>> rows;
    for (ArrayRef<OpRow> table : opTables())
      for (const OpRow &row : table)
        rows[row.name].push_back(&row);
    return rows;
  }();
  auto found = kRows.find(op);
  if (found == kRows.end())
    return nullptr;
  for (const OpRow *row : found->second)
    if (row->since <= opset && opset <= row->until)
      return row;
  return nullptr;
}

} // namespace opc::onnx
