//===- ReduceOps.cpp - extents and checks of reductions -------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/IR/ScalarBody.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace opc;

ScalarArith opc::arithOf(StringRef kind) {
  return llvm::StringSwitch<ScalarArith>(kind)
      .Case("sum", ScalarArith::Add)
      .Case("prod", ScalarArith::Mul)
      .Case("max", ScalarArith::Max)
      .Default(ScalarArith::Min);
}

TypedAttr opc::neutralElement(StringRef kind, Type type, bool isUnsigned) {
  bool most = kind == "min", least = kind == "max";
  if (auto real = dyn_cast<FloatType>(type)) {
    const llvm::fltSemantics &semantics = real.getFloatSemantics();
    APFloat value = most || least    ? APFloat::getInf(semantics, least)
                    : kind == "prod" ? APFloat::getOne(semantics)
                                     : APFloat::getZero(semantics);
    return FloatAttr::get(real, value);
  }
  unsigned width = type.getIntOrFloatBitWidth();
  APInt value(width, kind == "prod");
  if (most)
    value = isUnsigned ? APInt::getMaxValue(width)
                       : APInt::getSignedMaxValue(width);
  if (least)
    value = isUnsigned ? APInt::getMinValue(width)
                       : APInt::getSignedMinValue(width);
  return IntegerAttr::get(type, value);
}

static LogicalResult verifyAxes(ReductionOp op) {
  int64_t rank = cast<RankedTensorType>(op.getX().getType()).getRank();
  int64_t previous = -1;
  for (int64_t axis : op.getAxes()) { // reduce_c1
    if (axis <= previous || axis >= rank)
      return op->emitOpError("axis ")
             << axis << " is out of order or out of rank " << rank;
    previous = axis;
  }
  return success();
}

static Dims reducedDims(ReductionOp op, ShapeEnv &env) {
  Dims dims;
  for (auto [axis, dim] : llvm::enumerate(env.dims(op.getX()))) {
    if (!llvm::is_contained(op.getAxes(), int64_t(axis)))
      dims.push_back(dim);
    else if (op.getKeepdims())
      dims.push_back(env.constant(1));
  }
  return dims;
}

LogicalResult ReduceOp::verify() { return verifyAxes(*this); }

LogicalResult ReduceOp::inferDims(ShapeEnv &env,
                                  SmallVectorImpl<Dims> &results) {
  results.push_back(reducedDims(*this, env));
  return success();
}

/// f16 and bf16 accumulate in f32, and what says so in f64.
Type ReduceOp::accumulatorType() {
  if (NumericsAttr contract = getNumericsAttr();
      contract && contract.getAcc() == Accumulator::F64)
    return Float64Type::get(getContext());
  Type number = numberOf(getX().getType());
  bool isHalf = isa<FloatType>(number) && number.getIntOrFloatBitWidth() < 32;
  return isHalf ? Float32Type::get(getContext()) : number;
}

TypedAttr ReduceOp::neutralOf(Type type) {
  Type element = getElementTypeOrSelf(getX().getType());
  return neutralElement(getKind(), type,
                        element.isUnsignedInteger() || element.isInteger(1));
}

Value ReduceOp::emitCombine(OpBuilder &b, Location loc, Value total,
                            Value next) {
  Type type = getElementTypeOrSelf(total.getType());
  if (isa<IntegerType>(type))
    type = getElementTypeOrSelf(getX().getType());
  return emitArith(b, loc, arithOf(getKind()), type, {total, next});
}

LogicalResult FoldOp::inferDims(ShapeEnv &env, SmallVectorImpl<Dims> &results) {
  results.push_back(reducedDims(*this, env));
  return success();
}

LogicalResult FoldOp::verify() {
  Type number = numberOf(getX().getType());
  if (getNeutral().getType() != number)
    return emitOpError("has a neutral element of ")
           << getNeutral().getType() << " for elements of " << number;
  if (failed(verifyAxes(*this)))
    return failure();
  return verifyBody(*this, {number, number}, number);
}

Type FoldOp::accumulatorType() { return numberOf(getX().getType()); }

TypedAttr FoldOp::neutralOf(Type) { return getNeutral(); }

Value FoldOp::emitCombine(OpBuilder &b, Location loc, Value total, Value next) {
  return emitBody(getBody(), b, loc, {total, next});
}

std::optional<Dims> ReduceOp::inferContents(ShapeEnv &env) {
  std::optional<Dims> x = env.contents(getX());
  auto type = cast<RankedTensorType>(getX().getType());
  bool isProduct = getKind() == "prod";
  if (!x || int64_t(getAxes().size()) != type.getRank() ||
      !(isProduct || getKind() == "sum"))
    return std::nullopt;
  AffineExpr value = env.constant(isProduct ? 1 : 0);
  for (AffineExpr e : *x)
    value = isProduct ? value * e : value + e;
  return Dims{value};
}

LogicalResult CumulativeOp::inferDims(ShapeEnv &env,
                                      SmallVectorImpl<Dims> &results) {
  results.push_back(Dims(env.dims(getX())));
  return success();
}
