//===- SignalNodes.cpp - window functions
//--------------------------------------===//
#include "Reader/Node.h"
#include <cmath>

using namespace mlir;

namespace opc::onnx {
namespace {

/// a0 - a1 cos(2 pi i / n) + a2 cos(4 pi i / n), n one less unless periodic.
void buildCosineWindow(Node &n, double a0, double a1, double a2) {
  AffineExpr size = n.resolveScalar(n.need(0), "size", 0);
  Type element = n.elementAttr("output_datatype", n.f32Type());
  if (n.failed())
    return;
  Type wide = n.state.builder.getF64Type();
  Value length = n.extentAs(wide, size);
  if (!n.flag("periodic", true))
    length = n.sub(length, n.scalar(wide, 1));
  Value angle =
      n.div(n.mul(n.iota(wide, 0, size), n.scalar(wide, 2 * M_PI)), length);
  Value y = n.sub(n.scalar(wide, a0),
                  n.mul(n.scalar(wide, a1), n.unary<CosOp>(angle)));
  if (a2 != 0) {
    Value twice = n.mul(angle, n.scalar(wide, 2));
    y = n.add(y, n.mul(n.scalar(wide, a2), n.unary<CosOp>(twice)));
  }
  n.out(0, n.cast(y, element));
}
void buildHann(Node &n) { buildCosineWindow(n, 0.5, 0.5, 0); }
void buildHamming(Node &n) {
  buildCosineWindow(n, 25.0 / 46.0, 1 - 25.0 / 46.0, 0);
}
void buildBlackman(Node &n) { buildCosineWindow(n, 0.42, 0.5, 0.08); }

constexpr OpRow kRows[] = {
    {"BlackmanWindow", 17, kLatest, buildBlackman},
    {"HammingWindow", 17, kLatest, buildHamming},
    {"HannWindow", 17, kLatest, buildHann},
};

} // namespace

ArrayRef<OpRow> signalRows() { return kRows; }

} // namespace opc::onnx
