//===- ComparisonNodes.cpp - what is true of elements ---------------------===//
#include "PromotedOperands.h"

using namespace mlir;

namespace opc::torch {
namespace {

/// bool as numbers, which can be compared.
Value comparable(Node &n, Value x) {
  return x && isBool(n.elementOf(x)) ? n.cast(x, n.u8Type()) : x;
}

/// Operands meet in their common type, where numbers are rounded, too.
template <typename Op> Value compared(Node &n) {
  Operand a = n.operand("self"), b = n.operand("other");
  Type element = promoted(n, {a, b});
  return n.compare<Op>(comparable(n, as(n, a, element)),
                       comparable(n, as(n, b, element)));
}
template <typename Op> void buildCompare(Node &n) { n.out(compared<Op>(n)); }
void buildNotEqual(Node &n) { n.out(n.unary<NotOp>(compared<EqualOp>(n))); }

void buildLogicalNot(Node &n) {
  n.out(n.unary<NotOp>(n.cast(n.tensor("self"), n.boolType())));
}
void buildBitwiseNot(Node &n) { n.out(n.unary<NotOp>(n.tensor("self"))); }

/// False for what is not real.
template <typename Test> void classify(Node &n, bool otherwise, Test test) {
  Value x = n.tensor("self");
  if (n.failed())
    return;
  n.out(n.isFloat(x)
            ? test(x)
            : n.broadcast(n.scalarInt(n.boolType(), otherwise), n.dims(x)));
}
void buildIsNan(Node &n) {
  classify(n, false, [&](Value x) { return n.isNan(x); });
}
void buildIsInf(Node &n) {
  classify(n, false, [&](Value x) { return n.isInfinite(x); });
}
void buildIsPosInf(Node &n) {
  classify(n, false, [&](Value x) { return n.isInfinite(x, false, true); });
}
void buildIsNegInf(Node &n) {
  classify(n, false, [&](Value x) { return n.isInfinite(x, true, false); });
}
void buildIsFinite(Node &n) {
  classify(n, true, [&](Value x) {
    return n.unary<NotOp>(n.binary<OrOp>(n.isNan(x), n.isInfinite(x)));
  });
}

constexpr OpRow kRows[] = {
    {"aten::eq.Tensor(Tensor self, Tensor other) -> Tensor",
     buildCompare<EqualOp>},
    {"aten::eq.Scalar(Tensor self, Scalar other) -> Tensor",
     buildCompare<EqualOp>},
    {"aten::ne.Tensor(Tensor self, Tensor other) -> Tensor", buildNotEqual},
    {"aten::ne.Scalar(Tensor self, Scalar other) -> Tensor", buildNotEqual},
    {"aten::lt.Tensor(Tensor self, Tensor other) -> Tensor",
     buildCompare<LessOp>},
    {"aten::lt.Scalar(Tensor self, Scalar other) -> Tensor",
     buildCompare<LessOp>},
    {"aten::le.Tensor(Tensor self, Tensor other) -> Tensor",
     buildCompare<LessEqualOp>},
    {"aten::le.Scalar(Tensor self, Scalar other) -> Tensor",
     buildCompare<LessEqualOp>},
    {"aten::gt.Tensor(Tensor self, Tensor other) -> Tensor",
     buildCompare<GreaterOp>},
    {"aten::gt.Scalar(Tensor self, Scalar other) -> Tensor",
     buildCompare<GreaterOp>},
    {"aten::ge.Tensor(Tensor self, Tensor other) -> Tensor",
     buildCompare<GreaterEqualOp>},
    {"aten::ge.Scalar(Tensor self, Scalar other) -> Tensor",
     buildCompare<GreaterEqualOp>},
    {"aten::logical_not(Tensor self) -> Tensor", buildLogicalNot},
    {"aten::bitwise_not(Tensor self) -> Tensor", buildBitwiseNot},
    {"aten::isnan(Tensor self) -> Tensor", buildIsNan},
    {"aten::isinf(Tensor self) -> Tensor", buildIsInf},
    {"aten::isposinf(Tensor self) -> Tensor", buildIsPosInf},
    {"aten::isneginf(Tensor self) -> Tensor", buildIsNegInf},
    {"aten::isfinite(Tensor self) -> Tensor", buildIsFinite},
};

} // namespace

ArrayRef<OpRow> comparisonRows() { return kRows; }

} // namespace opc::torch
