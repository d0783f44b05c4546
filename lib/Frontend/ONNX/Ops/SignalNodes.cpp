//===- SignalNodes.cpp - window functions ---------------------------------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Signals/CosineWindow.h"

using namespace mlir;

namespace opc::onnx {
namespace {

void buildCosineWindow(Node &n, CosineWindow window) {
  AffineExpr size = n.resolveScalar(n.need(0), "size", 0);
  Type element = n.elementAttr("output_datatype", n.f32Type());
  window.periodic = n.flag("periodic", true);
  if (!n.failed())
    n.out(0, cosineWindow(n, window, size, element));
}
void buildHann(Node &n) { buildCosineWindow(n, {0.5, 0.5, 0}); }
void buildHamming(Node &n) {
  buildCosineWindow(n, {25.0 / 46.0, 1 - 25.0 / 46.0, 0});
}
void buildBlackman(Node &n) { buildCosineWindow(n, {0.42, 0.5, 0.08}); }

constexpr OpRow kRows[] = {
    {"BlackmanWindow", 17, kLatest, buildBlackman},
    {"HammingWindow", 17, kLatest, buildHamming},
    {"HannWindow", 17, kLatest, buildHann},
};

} // namespace

ArrayRef<OpRow> signalRows() { return kRows; }

} // namespace opc::onnx
