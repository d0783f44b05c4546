//===- LaneMath.cpp - what ops on tiles do with one element ---------------===//
#include "LaneMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Targets/Schedule/VectorMath.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
namespace opc::tile {

bool isElementwise(Operation *op) {
  return isa<UnaryOp, BinaryOp, BinaryScalarOp, CastOp, CompareOp, SelectOp,
             FillOp, BroadcastOp>(op);
}

static bool isOfVectors(UnaryKind kind) {
  return kind == UnaryKind::Copy || kind == UnaryKind::Neg ||
         kind == UnaryKind::Sqrt;
}

/// How extremes treat NaN is not said of vectors.
static bool isOfVectors(BinaryKind kind) {
  return kind != BinaryKind::Max && kind != BinaryKind::Min;
}

bool isOfVectors(Operation *op) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<UnaryOp>([](UnaryOp op) { return isOfVectors(op.getKind()); })
      .Case<BinaryOp>([](BinaryOp op) { return isOfVectors(op.getKind()); })
      .Case<BinaryScalarOp>(
          [](BinaryScalarOp op) { return isOfVectors(op.getKind()); })
      .Case<FillOp, BroadcastOp>([](auto) { return true; })
      .Default([](Operation *) { return false; });
}

namespace {

struct Lane {
  OpBuilder &b;
  Location loc;

  Value number(Type type, double value) {
    Type element = getElementTypeOrSelf(type);
    TypedAttr one = b.getFloatAttr(element, value);
    if (auto vector = dyn_cast<VectorType>(type))
      one = DenseElementsAttr::get(vector, Attribute(one));
    return arith::ConstantOp::create(b, loc, one);
  }

  Value quotient(Value x, Value y) {
    return arith::DivFOp::create(b, loc, x, y);
  }

  Value unary(UnaryKind kind, Value x) {
    Type type = x.getType();
    switch (kind) {
    case UnaryKind::Copy:
      return x;
    case UnaryKind::Abs:
      return math::AbsFOp::create(b, loc, x);
    case UnaryKind::Neg:
      return arith::NegFOp::create(b, loc, x);
    case UnaryKind::Exp:
      return math::ExpOp::create(b, loc, x);
    case UnaryKind::Log:
      return math::LogOp::create(b, loc, x);
    case UnaryKind::Sqrt:
      return math::SqrtOp::create(b, loc, x);
    case UnaryKind::Rsqrt:
      return quotient(number(type, 1), math::SqrtOp::create(b, loc, x));
    case UnaryKind::Reciprocal:
      return quotient(number(type, 1), x);
    case UnaryKind::Relu:
      return arith::MaximumFOp::create(b, loc, x, number(type, 0));
    case UnaryKind::Tanh:
      return math::TanhOp::create(b, loc, x);
    case UnaryKind::Sigmoid: {
      Value power =
          math::ExpOp::create(b, loc, arith::NegFOp::create(b, loc, x));
      Value one = number(type, 1);
      return quotient(one, arith::AddFOp::create(b, loc, one, power));
    }
    case UnaryKind::Erf:
      return math::ErfOp::create(b, loc, x);
    case UnaryKind::Floor:
      return math::FloorOp::create(b, loc, x);
    case UnaryKind::Ceil:
      return math::CeilOp::create(b, loc, x);
    case UnaryKind::Gelu:
      return VectorMath(b, loc, type, /*scalef=*/false).gelu(x);
    case UnaryKind::GeluTanh:
      return VectorMath(b, loc, type, /*scalef=*/false).geluTanh(x);
    }
    return {};
  }

  Value binary(BinaryKind kind, Value x, Value y) {
    switch (kind) {
    case BinaryKind::Add:
      return arith::AddFOp::create(b, loc, x, y);
    case BinaryKind::Sub:
      return arith::SubFOp::create(b, loc, x, y);
    case BinaryKind::Mul:
      return arith::MulFOp::create(b, loc, x, y);
    case BinaryKind::Div:
      return quotient(x, y);
    case BinaryKind::Max:
      return arith::MaximumFOp::create(b, loc, x, y);
    case BinaryKind::Min:
      return arith::MinimumFOp::create(b, loc, x, y);
    }
    return {};
  }

  Value like(Value number, Value x) {
    if (auto vector = dyn_cast<VectorType>(x.getType()))
      return vector::BroadcastOp::create(b, loc, vector, number);
    return number;
  }

  Value cast(Value x, Type to) {
    Type from = x.getType();
    if (from.getIntOrFloatBitWidth() < to.getIntOrFloatBitWidth())
      return arith::ExtFOp::create(b, loc, to, x);
    return arith::TruncFOp::create(b, loc, to, x);
  }

  Value compare(Predicate predicate, Value x, Value y) {
    using To = arith::CmpFPredicate;
    static constexpr To table[] = {To::OEQ, To::UNE, To::OLT,
                                   To::OLE, To::OGT, To::OGE};
    return arith::CmpFOp::create(b, loc, table[unsigned(predicate)], x, y);
  }
};

} // namespace

Value laneOf(Operation *op, ValueRange of, OpBuilder &b) {
  Lane lane{b, op->getLoc()};
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<UnaryOp>(
          [&](UnaryOp op) { return lane.unary(op.getKind(), of[0]); })
      .Case<BinaryOp>(
          [&](BinaryOp op) { return lane.binary(op.getKind(), of[0], of[1]); })
      .Case<BinaryScalarOp>([&](BinaryScalarOp op) {
        return lane.binary(op.getKind(), of[0], lane.like(op.getS(), of[0]));
      })
      .Case<CastOp>([&](CastOp op) {
        return lane.cast(of[0], op.getY().getType().getElementType());
      })
      .Case<CompareOp>([&](CompareOp op) {
        return lane.compare(op.getPredicate(), of[0], of[1]);
      })
      .Case<SelectOp>([&](SelectOp op) -> Value {
        return arith::SelectOp::create(b, op.getLoc(), of[0], of[1], of[2]);
      })
      .Case<FillOp>([&](FillOp op) { return op.getS(); })
      .Case<BroadcastOp>([&](BroadcastOp) { return of[0]; })
      .Default([](Operation *) { return Value(); });
}

Value combined(ReduceKind kind, Value x, Value y, OpBuilder &b, Location loc) {
  static constexpr BinaryKind table[] = {BinaryKind::Add, BinaryKind::Max,
                                         BinaryKind::Min};
  return Lane{b, loc}.binary(table[unsigned(kind)], x, y);
}

Value neutralOf(ReduceKind kind, Type element, OpBuilder &b, Location loc) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  static constexpr double table[] = {0, -infinity, infinity};
  return Lane{b, loc}.number(element, table[unsigned(kind)]);
}

} // namespace opc::tile
