//===- TrainingNodes.cpp - One step of an optimiser
//----------------------------===//
//
// Adagrad, Adam and Momentum of ai.onnx.preview.training, as their schema
// writes them: inputs are R, T, all X, all G, then the states; outputs all new
// X, then the new states.
//
//===----------------------------------------------------------------------===//
#include "Reader/Node.h"
#include "llvm/Support/FormatVariadic.h"

using llvm::formatv;

namespace opc::onnx {
namespace {

/// Rate and count, and how many tensors are optimised.
struct Step {
  Value rate, count;
  int64_t tensors = 0;

  /// The `which`-th list of inputs behind R and T.
  Value input(Node &n, int64_t which, int64_t i) const {
    return n.need(2 + which * tensors + i);
  }
};

std::optional<Step> readStep(Node &n, int64_t lists) {
  Step step{n.scalarOf(n.need(0), "R"), n.scalarOf(n.need(1), "T")};
  int64_t rest = n.numInputs() - 2;
  if (n.failed() || rest < lists || rest % lists != 0 ||
      !n.isFloat(step.rate)) {
    n.fail(formatv("takes a rate, a count and {0} tensors for each that is "
                   "optimised",
                   lists));
    return std::nullopt;
  }
  step.tensors = rest / lists;
  return step;
}

/// The gradient of the loss and of norm / 2 * |x|^2.
Value regularised(Node &n, Value x, Value gradient, double norm) {
  return n.add(n.mul(n.like(x, norm), x), gradient);
}

/// first where the count is above 0, else second.
Value afterFirst(Node &n, const Step &step, Value first, Value second) {
  Value zero = n.scalarInt(n.elementOf(step.count), 0);
  return n.select(n.compare<GreaterOp>(step.count, zero), first, second);
}

void buildMomentum(Node &n) {
  std::optional<Step> step = readStep(n, 3);
  std::string mode = n.needString("mode");
  double norm = n.needReal("norm_coefficient");
  double momentum = n.needReal("alpha"), later = n.needReal("beta");
  if (!step)
    return;
  if (mode != "standard" && mode != "nesterov")
    return n.fail("mode " + quoted(mode) + " is not known");
  for (int64_t i = 0; i < step->tensors; ++i) {
    Value x = step->input(n, 0, i), v = step->input(n, 2, i);
    Value g = regularised(n, x, step->input(n, 1, i), norm);
    Value alpha = n.like(x, momentum);
    Value beta = afterFirst(n, *step, n.like(x, later), n.like(x, 1));
    Value next = n.add(n.mul(alpha, v), n.mul(beta, g));
    Value direction = mode == "standard" ? next : n.add(g, n.mul(alpha, next));
    Value rate = n.cast(step->rate, n.elementOf(x));
    n.out(i, n.sub(x, n.mul(rate, direction)));
    n.out(step->tensors + i, next);
  }
}

void buildAdagrad(Node &n) {
  std::optional<Step> step = readStep(n, 3);
  if (!step)
    return;
  for (int64_t i = 0; i < step->tensors; ++i) {
    Value x = step->input(n, 0, i), h = step->input(n, 2, i);
    Value g =
        regularised(n, x, step->input(n, 1, i), n.real("norm_coefficient", 0));
    Value count = n.cast(step->count, n.elementOf(x));
    Value decay =
        n.add(n.mul(count, n.like(x, n.real("decay_factor", 0))), n.like(x, 1));
    Value rate = n.div(n.cast(step->rate, n.elementOf(x)), decay);
    Value next = n.add(h, n.mul(g, g));
    Value root = n.add(n.unary<SqrtOp>(next), n.like(x, n.real("epsilon", 0)));
    n.out(i, n.sub(x, n.div(n.mul(rate, g), root)));
    n.out(step->tensors + i, next);
  }
}

/// 1 - base^count.
Value complement(Node &n, const Step &step, Value x, double base) {
  Value count = n.cast(step.count, n.elementOf(x));
  return n.sub(n.like(x, 1), n.binary<PowOp>(n.like(x, base), count));
}

void buildAdam(Node &n) {
  std::optional<Step> step = readStep(n, 4);
  if (!step)
    return;
  double alpha = n.real("alpha", 0.9f), beta = n.real("beta", 0.999f);
  for (int64_t i = 0; i < step->tensors; ++i) {
    Value x = step->input(n, 0, i);
    Value v = step->input(n, 2, i), h = step->input(n, 3, i);
    Value g =
        regularised(n, x, step->input(n, 1, i), n.real("norm_coefficient", 0));
    Value newV =
        n.add(n.mul(n.like(x, alpha), v), n.mul(n.like(x, 1 - alpha), g));
    Value newH = n.add(n.mul(n.like(x, beta), h),
                       n.mul(n.mul(n.like(x, 1 - beta), g), g));
    Value root = n.add(n.unary<SqrtOp>(newH), n.like(x, n.real("epsilon", 0)));
    Value rate = n.cast(step->rate, n.elementOf(x));
    Value adjusted =
        n.div(n.mul(rate, n.unary<SqrtOp>(complement(n, *step, x, beta))),
              complement(n, *step, x, alpha));
    rate = afterFirst(n, *step, adjusted, rate);
    Value moved = n.sub(x, n.div(n.mul(rate, newV), root));
    Value shrink = n.like(x, 1 - n.real("norm_coefficient_post", 0));
    n.out(i, n.mul(shrink, moved));
    n.out(step->tensors + i, newV);
    n.out(2 * step->tensors + i, newH);
  }
}

constexpr OpRow kRows[] = {
    {"Adagrad", 1, 1, buildAdagrad},
    {"Adam", 1, 1, buildAdam},
    {"Momentum", 1, 1, buildMomentum},
};

} // namespace

ArrayRef<OpRow> trainingRows() { return kRows; }

} // namespace opc::onnx
