//===- ScoreBuilder.h - what attention does to scores -----------*- C++ -*-===//
//
// The parts that opc.attention breaks down to. Front ends build what resembles
// attention of them, too.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_DIALECT_OPC_IR_SCOREBUILDER_H
#define OPC_DIALECT_OPC_IR_SCOREBUILDER_H

#include "mlir/IR/TypeUtilities.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

namespace opc {

/// Which keys a query sees; all of it counts at once. As for opc.attention.
struct KeyMask {
  mlir::Value mask;
  bool causal = false;
  int64_t left = -1, right = -1;
  mlir::Value first, lengths;
};

/// Builds ops on scores [batch, heads, n, m] and on what broadcasts to them,
/// which whoever asks for an op has checked.
class ScoreBuilder {
public:
  using AffineExpr = mlir::AffineExpr;
  using Type = mlir::Type;
  using Value = mlir::Value;

  /// `scores`: the extents of scores.
  ScoreBuilder(mlir::OpBuilder &b, mlir::Location loc, ShapeEnv &env,
               Dims scores)
      : b(b), loc(loc), env(env), scores(std::move(scores)) {}

  static Type element(Value x) { return getElementTypeOrSelf(x.getType()); }
  Value cast(Value x, Type target);
  template <typename Op> Value unary(Value x) {
    return Op::create(b, loc, x.getType(), x);
  }
  template <typename Op> Value binary(Value x, Value y) {
    return broadcast<Op>(element(x), x, y);
  }
  template <typename Op> Value compare(Value x, Value y) {
    return broadcast<Op>(b.getI1Type(), x, y);
  }
  Value select(Value condition, Value x, Value y) {
    return broadcast<SelectOp>(element(x), condition, x, y);
  }
  /// Over the keys, whose axis stays.
  Value reduce(mlir::StringRef kind, Value x);
  /// x itself, or what x is a reshape of, where that is all.
  Value reshape(Value x, const Dims &dims);
  /// A tensor of rank 0.
  Value scalar(Type element, double value);
  Value word(int64_t value);
  Value like(Value x, double value) { return scalar(element(x), value); }

  /// Numbers [.., n, m] of queries less those of keys; `first`, that of the
  /// first query, may be null: 0.
  Value distances(Value first);
  /// What is added to scores of a type; null where nothing is.
  Value bias(const KeyMask &mask, Type element);
  /// tanh(x / cap) cap; a cap of 0 changes nothing.
  Value softcap(Value x, double cap);
  /// x y, or x y^T, where the axes 0 and 1 of x [batch, heads, ..] share those
  /// of y [batch, shared, ..]; `group` heads have one.
  Value product(Value x, Value y, AffineExpr group, bool transposed);
  /// The softmax over the keys and, if it is not null, `sink`.
  Value softmax(Value x, Value sink);

  /// What scores are multiplied by: what is given, else 1 / sqrt(depth).
  Value scale(std::optional<double> given, AffineExpr depth, Type element);
  /// The root of its size.
  Value rootOfScale(std::optional<double> given, AffineExpr depth,
                    Type element);
  /// x times a factor that may be known to be 1.
  Value scaled(Value x, Value factor);

private:
  template <typename Op, typename... Values>
  Value broadcast(Type element, Values... operands) {
    Dims dims = joined({operands...});
    return settled(Op::create(b, loc, tensorType(dims, element), operands...),
                   dims);
  }
  /// Extents to which values broadcast, none beyond those of scores.
  Dims joined(mlir::ArrayRef<Value> values);
  AffineExpr joinedExtent(mlir::ArrayRef<AffineExpr> extents, AffineExpr whole);
  /// A value with extents that its operands alone may not decide.
  Value settled(Value y, const Dims &dims);
  Value iota(int64_t axis, const Dims &dims);
  Value extentAs(Type element, AffineExpr extent);
  Value scaleAtRunTime(AffineExpr depth, Type element);
  /// 0 where a key is seen, else minus infinity.
  Value biasOf(Value allowed, Type element);

  mlir::OpBuilder &b;
  mlir::Location loc;
  ShapeEnv &env;
  Dims scores;
};

/// Extents of x [b, heads, n, c] as [b, heads / group, group n, c], where heads
/// that share keys are rows of one matrix.
Dims dimsOfRows(mlir::ArrayRef<mlir::AffineExpr> x, mlir::AffineExpr shared,
                mlir::AffineExpr group);

} // namespace opc

#endif // OPC_DIALECT_OPC_IR_SCOREBUILDER_H
