//===- AttentionSteps.cpp - attention in terms of simpler ops -------------===//
//
// Scores, bias and masks, softmax, product. Heads that share keys are rows of
// one product, so that keys and values are never repeated.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/ScoreBuilder.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace opc;

namespace {

/// How many heads of queries share one of keys; 1 where nothing says otherwise.
AffineExpr groupOf(AttentionOp op, AffineExpr heads, AffineExpr shared) {
  if (op.getGroup())
    return op.getGroup()->getResult(0);
  return constantOf(shared).value_or(0) > 0
             ? heads.floorDiv(shared)
             : getAffineConstantExpr(1, op.getContext());
}

class Breakdown {
public:
  Breakdown(AttentionOp op, OpBuilder &b)
      : op(op), env(op.getContext()), type(op.scoreType()),
        q(env.dims(op.getQ())), k(env.dims(op.getK())),
        group(groupOf(op, q[1], k[1])),
        t(b, op.getLoc(), env, {q[0], q[1], q[2], k[2]}) {}

  SmallVector<Value> run();

private:
  Value product();
  Value biased(Value scores, Value bias);
  Value probabilities(Value scores, Value bias);

  AttentionOp op;
  ShapeEnv env;
  Type type;
  Dims q, k;
  AffineExpr group;
  ScoreBuilder t;
};

Value Breakdown::product() {
  Value q = t.cast(op.getQ(), type), k = t.cast(op.getK(), type);
  std::optional<double> given;
  if (std::optional<APFloat> scale = op.getScale())
    given = scale->convertToDouble();
  if (op.getRoots()) {
    Value root = t.rootOfScale(given, this->q[3], type);
    k = t.scaled(k, root);
    q = t.scaled(q,
                 given && std::signbit(*given) ? t.unary<NegOp>(root) : root);
  } else {
    q = t.scaled(q, t.scale(given, this->q[3], type));
  }
  return t.product(q, k, group, /*transposed=*/true);
}

Value Breakdown::biased(Value scores, Value bias) {
  if (bias)
    scores = t.binary<AddOp>(scores, bias);
  if (!op.getAllowed())
    return scores;
  return t.select(op.getAllowed(), scores,
                  t.like(scores, op.getBlocked().convertToDouble()));
}

Value Breakdown::probabilities(Value scores, Value bias) {
  std::optional<Type> precise = op.getSoftmaxType();
  Value p = t.softmax(t.cast(scores, precise.value_or(type)), op.getSink());
  if (!bias || !op.getEmptyIsZero())
    return t.cast(p, type);
  Value most = t.reduce("max", bias);
  double infinity = std::numeric_limits<double>::infinity();
  Value empty = t.compare<EqualOp>(most, t.like(most, -infinity));
  return t.cast(t.select(empty, t.like(p, 0), p), type);
}

SmallVector<Value> Breakdown::run() {
  KeyMask mask{op.getMask(),           op.getCausal(), int64_t(op.getLeft()),
               int64_t(op.getRight()), op.getFirst(),  op.getLengths()};
  Value bias = t.bias(mask, type);
  Value scores = product();
  Value capped = t.softcap(scores, op.getSoftcap().convertToDouble());
  Value seen = biased(capped, bias);
  Value p = probabilities(seen, bias);
  Value y = t.product(p, t.cast(op.getV(), type), group, /*transposed=*/false);
  // Masks may have known an extent that q or k does not.
  Dims dims(q);
  dims[3] = env.dim(op.getV(), 3);
  SmallVector<Value> results{
      t.reshape(t.cast(y, getElementTypeOrSelf(op.getY().getType())), dims)};
  dims[3] = k[2];
  if (op.getGives())
    results.push_back(t.reshape(llvm::StringSwitch<Value>(*op.getGives())
                                    .Case("product", scores)
                                    .Case("capped", capped)
                                    .Case("biased", seen)
                                    .Case("probabilities", p),
                                dims));
  return results;
}

} // namespace

Type AttentionOp::scoreType() {
  Type element = getElementTypeOrSelf(getQ());
  return element.getIntOrFloatBitWidth() < 32 ? Float32Type::get(getContext())
                                              : element;
}

FailureOr<SmallVector<Value>> AttentionOp::decompose(OpBuilder &b) {
  return Breakdown(*this, b).run();
}
