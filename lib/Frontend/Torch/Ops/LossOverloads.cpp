//===- LossOverloads.cpp - losses and their gradients ---------------------===//
#include "PromotedOperands.h"
#include "opc/Frontend/Graph/Arrays/Indexing.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

/// What becomes of one loss for each element.
enum class Reduction { None = 0, Mean = 1, Sum = 2 };

std::optional<Reduction> readReduction(Node &n) {
  int64_t number = n.integer("reduction");
  if (number < 0 || number > 2)
    n.fail(formatv("reduction {0} is not known", number));
  return n.failed() ? std::nullopt
                    : std::optional(static_cast<Reduction>(number));
}
Value reduceAll(Node &n, Value x, Reduction reduction) {
  Ints axes = axesUpTo(n.rank(x));
  return reduction == Reduction::None   ? x
         : reduction == Reduction::Mean ? n.mean(x, axes, false)
                                        : n.reduce("sum", x, axes, false);
}

/// A loss of the difference of two tensors.
template <typename Body> void buildDifference(Node &n, Body body) {
  Pair p = pairOf(n, n.operand("self"), n.operand("target"));
  std::optional<Reduction> reduction = readReduction(n);
  if (!reduction || !n.isFloat(p.a))
    return n.refuse("integers are not supported", "reals");
  Value loss = body(n.sub(p.a, p.b));
  n.out(n.cast(reduceAll(n, loss, *reduction), p.element));
}
void buildMse(Node &n) {
  buildDifference(n, [&](Value d) { return n.mul(d, d); });
}
void buildL1(Node &n) {
  buildDifference(n, [&](Value d) { return n.unary<AbsOp>(d); });
}
void buildSmoothL1(Node &n) {
  double beta = n.real("beta");
  buildDifference(n, [&](Value d) {
    Value far = n.unary<AbsOp>(d);
    if (beta == 0)
      return far;
    Value near = n.div(n.mul(n.mul(n.like(d, 0.5), d), d), n.like(d, beta));
    Value isNear = n.compare<LessOp>(far, n.like(d, beta));
    return n.select(isNear, near, n.sub(far, n.like(d, 0.5 * beta)));
  });
}
void buildMseGradient(Node &n) {
  Value grad = n.tensor("grad_output");
  Pair p = pairOf(n, n.operand("self"), n.operand("target"));
  std::optional<Reduction> reduction = readReduction(n);
  if (!reduction || !n.isFloat(p.a))
    return n.refuse("integers are not supported", "reals");
  Value d = n.sub(p.a, p.b);
  Value y = n.mul(n.mul(d, n.like(d, 2)), n.cast(grad, n.elementOf(d)));
  if (*reduction == Reduction::Mean)
    y = n.div(y, n.extentAs(n.elementOf(d), n.size(d)));
  n.out(n.cast(y, p.element));
}

/// -weight[target] * x[n, target, ...] of scores [N, C, ...] and labels [N,
/// ...]; without a batch, of [C] and one label.
struct Labels {
  Value x;       ///< with an axis of classes
  int64_t axis;  ///< which it is
  Value target;  ///< i64, 0 where it is ignored
  Value ignored; ///< where a label counts for nothing
  Value weight;  ///< of each label, 0 where ignored
  Type element;  ///< of the result
};
std::optional<Labels> readLabels(Node &n) {
  Value x = n.tensor("self"), target = n.tensor("target"),
        weight = n.optionalTensor("weight");
  int64_t skipped = n.integer("ignore_index");
  if (n.failed() || n.rank(x) < 1 || !n.isFloat(x) ||
      n.rank(target) != n.rank(x) - 1 || n.isFloat(target)) {
    n.refuse("labels of this form are not supported",
             "scores [N, C, ...] and labels [N, ...]");
    return std::nullopt;
  }
  Labels l{wide(n, x), n.rank(x) == 1 ? 0 : 1, {}, {}, {}, n.elementOf(x)};
  target = n.cast(target, n.i64Type());
  l.ignored = n.compare<EqualOp>(target, n.scalarInt(n.i64Type(), skipped));
  l.target =
      n.select(l.ignored, n.scalarInt(n.i64Type(), 0), fromTheFront(n, target));
  Value one = n.broadcast(n.like(l.x, 1), n.dims(target));
  Value each =
      weight ? n.cast(n.gather(weight, l.target, 0), n.elementOf(l.x)) : one;
  l.weight = n.select(l.ignored, n.like(l.x, 0), each);
  return n.failed() ? std::nullopt : std::optional(l);
}

Value lossesOf(Node &n, const Labels &l) {
  Value places = n.unsqueeze(l.target, {l.axis});
  Value picked = n.squeeze(gatherElements(n, l.x, places, l.axis), {l.axis});
  Value losses = n.unary<NegOp>(n.mul(l.weight, picked));
  // What is ignored may be infinite.
  return n.select(l.ignored, n.like(losses, 0), losses);
}
void giveLoss(Node &n, const Labels &l, Reduction reduction,
              bool withWeight = true) {
  Value losses = lossesOf(n, l);
  Ints axes = axesUpTo(n.rank(losses));
  Value total = n.reduce("sum", l.weight, axes, false);
  if (reduction == Reduction::None) {
    n.out(0, n.cast(losses, l.element));
    total = n.like(total, 0);
  } else {
    Value sum = n.reduce("sum", losses, axes, false);
    n.out(0, n.cast(reduction == Reduction::Mean ? n.div(sum, total) : sum,
                    l.element));
  }
  if (withWeight)
    n.out(1, n.cast(total, l.element));
}
void buildNll(Node &n) {
  std::optional<Labels> l = readLabels(n);
  std::optional<Reduction> reduction = readReduction(n);
  if (l && reduction)
    giveLoss(n, *l, *reduction);
}
void buildNllAlone(Node &n) {
  std::optional<Labels> l = readLabels(n);
  std::optional<Reduction> reduction = readReduction(n);
  if (l && reduction)
    giveLoss(n, *l, *reduction, false);
}
void buildCrossEntropy(Node &n) {
  std::optional<Labels> l = readLabels(n);
  std::optional<Reduction> reduction = readReduction(n);
  if (n.real("label_smoothing") != 0)
    n.refuse("label_smoothing is not supported", "0");
  if (!l || !reduction || n.failed())
    return;
  l->x = n.unary<LogSoftmaxOp>(l->x, {{"axis", n.i64(l->axis)}});
  giveLoss(n, *l, *reduction, false);
}
void buildNllGradient(Node &n) {
  Value grad = n.tensor("grad_output"), total = n.tensor("total_weight");
  std::optional<Labels> l = readLabels(n);
  std::optional<Reduction> reduction = readReduction(n);
  if (!l || !reduction)
    return;
  Type wide = n.elementOf(l->x);
  grad = n.cast(grad, wide);
  if (*reduction == Reduction::Mean)
    grad = n.div(grad, n.cast(total, wide));
  Value each = n.unary<NegOp>(n.mul(l->weight, grad));
  each = n.select(l->ignored, n.like(each, 0), each);
  Dims line(n.rank(l->x), n.expr(1));
  line[l->axis] = n.dim(l->x, l->axis);
  Value classes =
      n.reshape(n.iota(n.i64Type(), 0, {n.dim(l->x, l->axis)}), line);
  Value isIt = n.compare<EqualOp>(classes, n.unsqueeze(l->target, {l->axis}));
  Value y = n.select(isIt, n.unsqueeze(each, {l->axis}), n.like(each, 0));
  n.out(n.cast(y, l->element));
}

constexpr OpRow kRows[] = {
    {"aten::mse_loss(Tensor self, Tensor target, int reduction=1) -> Tensor",
     buildMse},
    {"aten::l1_loss(Tensor self, Tensor target, int reduction=1) -> Tensor",
     buildL1},
    {"aten::smooth_l1_loss(Tensor self, Tensor target, int reduction=1, float "
     "beta=1.) -> Tensor",
     buildSmoothL1},
    {"aten::mse_loss_backward(Tensor grad_output, Tensor self, Tensor target, "
     "int reduction) -> Tensor",
     buildMseGradient},
    {"aten::nll_loss_forward(Tensor self, Tensor target, Tensor? weight, int "
     "reduction, SymInt ignore_index) -> (Tensor output, Tensor total_weight)",
     buildNll},
    {"aten::nll_loss2d_forward(Tensor self, Tensor target, Tensor? weight, int "
     "reduction, SymInt ignore_index) -> (Tensor output, Tensor total_weight)",
     buildNll},
    {"aten::nll_loss_nd(Tensor self, Tensor target, Tensor? weight=None, int "
     "reduction=1, SymInt ignore_index=-100) -> Tensor",
     buildNllAlone},
    {"aten::nll_loss(Tensor self, Tensor target, Tensor? weight=None, int "
     "reduction=1, SymInt ignore_index=-100) -> Tensor",
     buildNllAlone},
    {"aten::cross_entropy_loss(Tensor self, Tensor target, Tensor? "
     "weight=None, int reduction=1, SymInt ignore_index=-100, float "
     "label_smoothing=0.) -> Tensor",
     buildCrossEntropy},
    {"aten::nll_loss_backward(Tensor grad_output, Tensor self, Tensor target, "
     "Tensor? weight, int reduction, SymInt ignore_index, Tensor total_weight) "
     "-> Tensor",
     buildNllGradient},
    {"aten::nll_loss2d_backward(Tensor grad_output, Tensor self, Tensor "
     "target, Tensor? weight, int reduction, SymInt ignore_index, Tensor "
     "total_weight) -> Tensor",
     buildNllGradient},
};

} // namespace

ArrayRef<OpRow> lossRows() { return kRows; }

} // namespace opc::torch
