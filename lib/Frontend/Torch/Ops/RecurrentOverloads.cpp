//===- RecurrentOverloads.cpp - layers that go through steps --------------===//
//
// Each layer has, for each direction, weights of the input and of the state
// and, where there are any, two biases. Gates come in another order than opc
// has them.
//
//===----------------------------------------------------------------------===//
#include "ListRows.h"
#include "PromotedOperands.h"
#include "opc/Frontend/Graph/Layers/RecurrentLayer.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

/// A kind of cell: opc's op, and where each of its gates lies in torch's order.
struct Cell {
  StringRef op;
  SmallVector<int64_t, 4> gates;
  SmallVector<StringRef, 3> activations;
  bool isLstm() const { return op == LstmOp::getOperationName(); }
};
Cell gruCell() {
  return {GruOp::getOperationName(), {1, 0, 2}, {"Sigmoid", "Tanh"}};
}
Cell lstmCell() {
  return {
      LstmOp::getOperationName(), {0, 3, 1, 2}, {"Sigmoid", "Tanh", "Tanh"}};
}
Cell rnnCell(StringRef activation) {
  return {RnnOp::getOperationName(), {0}, {activation}};
}

/// Parameters of one direction with the gates in opc's order, as one of
/// several directions.
Value reordered(Node &n, Value v, const Cell &cell) {
  int64_t count = cell.gates.size();
  if (n.failed())
    return {};
  AffineExpr part = n.dim(v, 0).floorDiv(count);
  n.requireEqual(part * count, n.dim(v, 0), "{0} rows of gates for {1}");
  SmallVector<Value> parts;
  for (int64_t gate : cell.gates)
    parts.push_back(n.slice(v, 0, part * gate, part));
  return n.unsqueeze(n.concat(parts, 0), {0});
}

struct Stack {
  Value x;
  SmallVector<Value> first; ///< [layers * directions, batch, hidden]
  SmallVector<Value> parameters;
  bool biases, bothWays, batchFirst;
  int64_t layers;

  int64_t directions() const { return bothWays ? 2 : 1; }
  int64_t perDirection() const { return biases ? 4 : 2; }
};

std::optional<Stack> readStack(Node &n, const Cell &cell) {
  Stack s{n.tensor("input"),       {},
          n.tensors("params"),     n.flag("has_biases"),
          n.flag("bidirectional"), n.flag("batch_first"),
          n.integer("num_layers")};
  if (cell.isLstm())
    s.first = n.tensors("hx");
  else
    s.first.push_back(n.tensor("hx"));
  double dropout = n.real("dropout");
  if (n.flag("train") && dropout != 0 && s.layers > 1)
    n.refuse("dropout between layers is not supported", "train=False");
  if (n.failed())
    return std::nullopt;
  int64_t wanted = s.layers * s.directions() * s.perDirection();
  if (static_cast<int64_t>(s.parameters.size()) != wanted)
    n.refuse(formatv("{0} parameters for {1} are not supported",
                     s.parameters.size(), wanted),
             "no projection");
  if (n.rank(s.x) != 3)
    n.refuse("an input without a batch is not supported",
             "[steps, batch, input]");
  if (!n.failed() && !n.isFloat(s.x))
    n.refuse("integers are not supported", "reals");
  return n.failed() ? std::nullopt : std::optional(s);
}

RecurrentLayer layerOf(Node &n, const Stack &s, const Cell &cell, Value x,
                       int64_t which) {
  SmallVector<Value> w, r, bias, states;
  for (int64_t d = 0; d < s.directions(); ++d) {
    size_t at = (which * s.directions() + d) * s.perDirection();
    w.push_back(reordered(n, s.parameters[at], cell));
    r.push_back(reordered(n, s.parameters[at + 1], cell));
    if (s.biases)
      bias.push_back(n.concat({reordered(n, s.parameters[at + 2], cell),
                               reordered(n, s.parameters[at + 3], cell)},
                              1));
  }
  RecurrentLayer layer;
  layer.op = cell.op;
  layer.gates = cell.gates.size();
  layer.x = x;
  layer.w = n.concat(w, 0);
  layer.r = n.concat(r, 0);
  if (s.biases)
    layer.bias = n.concat(bias, 0);
  for (Value first : s.first)
    layer.initial.push_back(n.slice(first, 0, n.expr(which * s.directions()),
                                    n.expr(s.directions())));
  Activations activations{SmallVector<StringRef>(cell.activations), {}, {}};
  activations.alphas.assign(cell.activations.size(), 0);
  activations.betas.assign(cell.activations.size(), 0);
  layer.activations.assign(s.directions(), activations);
  layer.linearBeforeReset = true;
  return layer;
}

void build(Node &n, const Cell &cell) {
  std::optional<Stack> s = readStack(n, cell);
  if (!s)
    return;
  Value x = s->batchFirst ? n.transpose(s->x, {1, 0, 2}) : s->x;
  SmallVector<Value> hidden, cells;
  for (int64_t which = 0; which < s->layers && !n.failed(); ++which) {
    SmallVector<Value> y = runLayer(n, layerOf(n, *s, cell, x, which));
    if (n.failed())
      return;
    // [steps, directions, batch, hidden] -> [steps, batch, all hidden].
    Value turned = n.transpose(y[0], {0, 2, 1, 3});
    x = n.reshape(turned, {n.dim(turned, 0), n.dim(turned, 1),
                           n.dim(turned, 2) * n.dim(turned, 3)});
    hidden.push_back(y[1]);
    if (cell.isLstm())
      cells.push_back(y[2]);
  }
  n.out(0, s->batchFirst ? n.transpose(x, {1, 0, 2}) : x);
  n.out(1, n.concat(hidden, 0));
  if (cell.isLstm())
    n.out(2, n.concat(cells, 0));
}
void buildGru(Node &n) { build(n, gruCell()); }
void buildLstm(Node &n) { build(n, lstmCell()); }
void buildRnnTanh(Node &n) { build(n, rnnCell("Tanh")); }
void buildRnnRelu(Node &n) { build(n, rnnCell("Relu")); }

constexpr OpRow kRows[] = {
    {"aten::gru.input(Tensor input, Tensor hx, Tensor[] params, bool "
     "has_biases, int num_layers, float dropout, bool train, bool "
     "bidirectional, bool batch_first) -> (Tensor, Tensor)",
     buildGru},
    {"aten::lstm.input(Tensor input, Tensor[] hx, Tensor[] params, bool "
     "has_biases, int num_layers, float dropout, bool train, bool "
     "bidirectional, bool batch_first) -> (Tensor, Tensor, Tensor)",
     buildLstm},
    {"aten::rnn_tanh.input(Tensor input, Tensor hx, Tensor[] params, bool "
     "has_biases, int num_layers, float dropout, bool train, bool "
     "bidirectional, bool batch_first) -> (Tensor, Tensor)",
     buildRnnTanh},
    {"aten::rnn_relu.input(Tensor input, Tensor hx, Tensor[] params, bool "
     "has_biases, int num_layers, float dropout, bool train, bool "
     "bidirectional, bool batch_first) -> (Tensor, Tensor)",
     buildRnnRelu},
};

} // namespace

ArrayRef<OpRow> recurrentRows() { return kRows; }

} // namespace opc::torch
