//===- CheckExtents.cpp - operands that reach as far as they are read -----===//
//
// Verifiers compare extents that are constants. Here those are compared that
// are expressions, of ops that read an operand by the extents of another value.
//
//===----------------------------------------------------------------------===//
#include "ExtentFacts.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace opc;
using namespace mlir;

namespace {

std::string textOf(AffineExpr e) {
  std::string text;
  llvm::raw_string_ostream out(text);
  e.print(out);
  return text;
}

class ExtentChecker {
public:
  ExtentChecker(Operation *op, ShapeEnv &env, const ExtentFacts &facts)
      : op(op), env(env), facts(facts) {}

  LogicalResult run() {
    if (broadcastsOperands(op))
      return checkOperands();
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case<MatmulOp, ConcatOp, DequantizeOp, UnpackOp>(
            [&](auto known) { return check(known); })
        .Default(success());
  }

private:
  LogicalResult checkEqual(AffineExpr a, AffineExpr b);
  LogicalResult checkBroadcast(ArrayRef<AffineExpr> from,
                               ArrayRef<AffineExpr> to);
  LogicalResult checkOperands();
  LogicalResult check(MatmulOp matmul);
  LogicalResult check(ConcatOp concat);
  LogicalResult check(DequantizeOp dequantize);
  LogicalResult check(UnpackOp unpack);

  Operation *op;
  ShapeEnv &env;
  const ExtentFacts &facts;
};

LogicalResult ExtentChecker::checkEqual(AffineExpr a, AffineExpr b) {
  if (facts.areEqual(a, b))
    return success();
  return op->emitOpError("extents ")
         << textOf(a) << " and " << textOf(b) << " are not known to be equal";
}

LogicalResult ExtentChecker::checkBroadcast(ArrayRef<AffineExpr> from,
                                            ArrayRef<AffineExpr> to) {
  if (from.size() > to.size())
    return op->emitOpError("rank ")
           << from.size() << " does not broadcast to " << to.size();
  for (auto [mine, whole] : llvm::zip_equal(from, to.take_back(from.size())))
    if (!facts.broadcasts(mine, whole))
      return op->emitOpError("extent ")
             << textOf(mine) << " is not known to broadcast to "
             << textOf(whole);
  return success();
}

LogicalResult ExtentChecker::checkOperands() {
  const Dims result(env.dims(op->getResult(0)));
  for (Value operand : op->getOperands())
    if (failed(checkBroadcast(Dims(env.dims(operand)), result)))
      return failure();
  return success();
}

LogicalResult ExtentChecker::check(MatmulOp matmul) {
  Dims a(env.dims(matmul.getA())), b(env.dims(matmul.getB()));
  const Dims y(env.dims(matmul.getY()));
  if (matmul.getTransposeA())
    std::swap(a[a.size() - 1], a[a.size() - 2]);
  if (matmul.getTransposeB())
    std::swap(b[b.size() - 1], b[b.size() - 2]);
  if (y.size() != std::max(a.size(), b.size()))
    return op->emitOpError("opc.dims has ")
           << y.size() << " extents for a rank of "
           << std::max(a.size(), b.size());
  ArrayRef<AffineExpr> batch = ArrayRef(y).drop_back(2);
  return success(succeeded(checkEqual(a.back(), b[b.size() - 2])) &&
                 succeeded(checkEqual(a[a.size() - 2], y[y.size() - 2])) &&
                 succeeded(checkEqual(b.back(), y.back())) &&
                 succeeded(checkBroadcast(ArrayRef(a).drop_back(2), batch)) &&
                 succeeded(checkBroadcast(ArrayRef(b).drop_back(2), batch)));
}

LogicalResult ExtentChecker::check(ConcatOp concat) {
  const Dims result(env.dims(concat.getY()));
  for (Value input : concat.getInputs())
    for (auto [axis, extent] : llvm::enumerate(Dims(env.dims(input))))
      if (axis != concat.getAxis() && failed(checkEqual(extent, result[axis])))
        return failure();
  return success();
}

LogicalResult ExtentChecker::check(DequantizeOp dequantize) {
  Dims whole(env.dims(dequantize.getX()));
  AffineExpr &blocked = whole[dequantize.getAxis()];
  blocked = blocked.ceilDiv(int64_t(dequantize.getBlock()));
  for (Value parameter : op->getOperands().drop_front())
    if (failed(checkBroadcast(Dims(env.dims(parameter)), whole)))
      return failure();
  return success();
}

/// The last byte may be read in part where the count is a constant or a
/// product that divides.
LogicalResult ExtentChecker::check(UnpackOp unpack) {
  int64_t perByte = 8 / int64_t(unpack.getBits());
  AffineExpr bytes = env.size(unpack.getX()), count = env.size(unpack.getY());
  if (facts.areEqual(bytes * perByte, count))
    return success();
  return checkEqual(bytes, count.ceilDiv(perByte));
}

} // namespace

LogicalResult opc::checkOperandExtents(Operation *op, ShapeEnv &env,
                                       const ExtentFacts &facts) {
  return ExtentChecker(op, env, facts).run();
}
