//===- SoftmaxNodes.cpp - Softmax, LogSoftmax, Hardmax
//-------------------------===//
#include "Reader/Node.h"

using namespace mlir;

namespace opc::onnx {
namespace {

Value softmax(Node &n, Value x, int64_t axis) {
  return n.unary<SoftmaxOp>(x, {{"axis", n.i64(axis)}});
}
Value logSoftmax(Node &n, Value x, int64_t axis) {
  return n.unary<LogSoftmaxOp>(x, {{"axis", n.i64(axis)}});
}
/// 1 at the first maximum, 0 elsewhere.
Value hardmax(Node &n, Value x, int64_t axis) {
  Value first = n.emit<ArgReduceOp>(x,
                                    {{"kind", n.text("max")},
                                     {"axis", n.i64(axis)},
                                     {"keepdims", n.boolean(true)},
                                     {"select_last", n.boolean(false)}},
                                    n.i64Type());
  Dims line(n.rank(x), n.expr(1));
  if (n.failed())
    return {};
  line[axis] = n.dim(x, axis);
  Value position = n.iota(n.i64Type(), axis, line);
  return n.cast(n.compare<EqualOp>(position, first), n.elementOf(x));
}

using AxisFunction = Value (*)(Node &, Value, int64_t);

template <AxisFunction function> void buildAxis(Node &n) {
  Value x = n.need(0);
  n.out(0, function(n, x, n.axisIn(n.integer("axis", -1), n.rank(x))));
}

/// Before opset 13 the axes from `axis` on were taken as one.
template <AxisFunction function> void buildFlattened(Node &n) {
  Value x = n.need(0);
  int64_t rank = n.rank(x), axis = n.integer("axis", 1);
  axis = axis == rank ? rank : n.axisIn(axis, rank);
  Value flat = n.reshape(x, {n.sizeOf(x, 0, axis), n.sizeOf(x, axis, rank)});
  n.out(0, n.reshape(function(n, flat, 1), n.dims(x)));
}

constexpr OpRow kRows[] = {
    {"Hardmax", 1, 12, buildFlattened<hardmax>},
    {"Hardmax", 13, kLatest, buildAxis<hardmax>},
    {"LogSoftmax", 1, 12, buildFlattened<logSoftmax>},
    {"LogSoftmax", 13, kLatest, buildAxis<logSoftmax>},
    {"Softmax", 1, 12, buildFlattened<softmax>},
    {"Softmax", 13, kLatest, buildAxis<softmax>},
};

} // namespace

ArrayRef<OpRow> softmaxRows() { return kRows; }

} // namespace opc::onnx
