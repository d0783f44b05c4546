//===- RecurrentLayer.cpp - layers that go through steps ------------------===//
#include "opc/Frontend/Graph/Layers/RecurrentLayer.h"

using namespace mlir;

namespace opc::graph {

namespace {

/// What `v` has for `direction`, without its first axis, the directions; null
/// if `v` is.
Value ofDirection(Emitter &n, Value v, int64_t direction) {
  if (!v)
    return v;
  return n.squeeze(n.slice(v, 0, n.expr(direction), n.expr(1)), {0});
}

void checkStates(Emitter &n, const RecurrentLayer &l, AffineExpr hidden) {
  AffineExpr directions = n.expr(l.activations.size());
  for (Value state : l.initial) {
    if (!state)
      continue;
    n.requireEqual(n.dim(state, 0), directions);
    n.requireEqual(n.dim(state, 1), n.dim(l.x, 1));
    n.requireEqual(n.dim(state, -1), hidden);
  }
}

bool checkShapes(Emitter &n, const RecurrentLayer &l) {
  if (n.failed() || n.rank(l.x) != 3 || n.rank(l.w) != 3 || n.rank(l.r) != 3) {
    n.fail("X, W or R has no rank of 3");
    return false;
  }
  AffineExpr hidden = n.dim(l.r, 2), directions = n.expr(l.activations.size());
  if (!constantOf(hidden)) {
    n.refuse("the last extent of R, the hidden size, is not known", "a number");
    return false;
  }
  n.requireEqual(n.dim(l.w, 0), directions);
  n.requireEqual(n.dim(l.r, 0), directions);
  n.requireEqual(n.dim(l.w, 1), hidden * l.gates);
  n.requireEqual(n.dim(l.r, 1), hidden * l.gates);
  n.requireEqual(n.dim(l.w, 2), n.dim(l.x, 2));
  if (l.bias) {
    n.requireEqual(n.dim(l.bias, 0), directions);
    n.requireEqual(n.dim(l.bias, -1), hidden * (2 * l.gates));
  }
  if (l.lengths)
    n.requireEqual(n.dim(l.lengths, 0), n.dim(l.x, 1));
  checkStates(n, l, hidden);
  return !n.failed();
}

/// Halves run in f32 from the first step to the last, and are rounded once.
Type stateType(Emitter &n, Type element) {
  return element.isF16() || element.isBF16() ? Type(n.f32Type()) : element;
}

bool isLstm(const RecurrentLayer &l) {
  return l.op == LstmOp::getOperationName();
}

/// Operands of one direction's op, and which of those that may be absent are
/// there.
struct Operands {
  SmallVector<Value> values;
  SmallVector<int32_t> segments;
};

Operands operandsOf(Emitter &n, const RecurrentLayer &l, int64_t direction) {
  Operands result;
  Type inside = stateType(n, n.elementOf(l.x));
  auto add = [&](Value v, bool optional) {
    if (v)
      result.values.push_back(isa<FloatType>(n.elementOf(v)) ? n.cast(v, inside)
                                                             : v);
    result.segments.push_back(v || !optional ? 1 : 0);
  };
  add(l.x, false);
  add(ofDirection(n, l.w, direction), false);
  add(ofDirection(n, l.r, direction), false);
  add(ofDirection(n, l.bias, direction), true);
  add(l.lengths, true);
  for (Value state : l.initial)
    add(ofDirection(n, state, direction), true);
  if (isLstm(l))
    add(ofDirection(n, l.peephole, direction), true);
  return result;
}

/// Results of one direction: y [steps, batch, hidden] and last states.
SmallVector<Value> runDirection(Emitter &n, const RecurrentLayer &l,
                                int64_t direction) {
  Operands operands = operandsOf(n, l, direction);
  const Activations &a = l.activations[direction];
  SmallVector<std::pair<StringRef, Attribute>> attrs{
      {"reverse", n.boolean(direction == 1 || l.reverse)},
      {"activations", n.state.builder.getStrArrayAttr(a.names)},
      {"alphas", n.doubles(a.alphas)},
      {"betas", n.doubles(a.betas)},
      {"operandSegmentSizes",
       n.state.builder.getDenseI32ArrayAttr(operands.segments)}};
  if (l.clip)
    attrs.push_back({"clip", n.f64(*l.clip)});
  if (isLstm(l))
    attrs.push_back({"input_forget", n.boolean(l.inputForget)});
  if (l.op == GruOp::getOperationName())
    attrs.push_back({"linear_before_reset", n.boolean(l.linearBeforeReset)});
  Type element = n.elementOf(l.x);
  SmallVector<Type> types(isLstm(l) ? 3 : 2, stateType(n, element));
  SmallVector<Value> results = n.emitAll(l.op, operands.values, attrs, types);
  for (Value &result : results)
    result = n.cast(result, element);
  return results;
}

} // namespace

SmallVector<Value> runLayer(Emitter &n, const RecurrentLayer &layer) {
  RecurrentLayer l = layer;
  if (l.batchFirst)
    l.x = n.transpose(l.x, {1, 0, 2});
  for (Value &state : l.initial)
    state = state && l.batchFirst ? n.transpose(state, {1, 0, 2}) : state;
  if (!checkShapes(n, l))
    return {};
  SmallVector<SmallVector<Value>> parts(isLstm(l) ? 3 : 2);
  for (size_t d = 0; d < l.activations.size(); ++d)
    for (auto [i, value] : llvm::enumerate(runDirection(n, l, d)))
      parts[i].push_back(n.unsqueeze(value, {i == 0 ? 1 : 0}));
  SmallVector<Value> joined;
  for (auto [i, values] : llvm::enumerate(parts)) {
    Value all = n.concat(values, i == 0 ? 1 : 0);
    if (l.batchFirst)
      all = n.transpose(all, i == 0 ? Ints{2, 0, 1, 3} : Ints{1, 0, 2});
    joined.push_back(all);
  }
  return joined;
}

} // namespace opc::graph
