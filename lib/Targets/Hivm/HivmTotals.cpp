//===- HivmTotals.cpp - reductions, in the order that they ask for --------===//
//
// `vreduce` adds up in an order of its own, and its maximum may pass over NaN.
// Where the order is said, and for extremes, partial totals are combined by
// element-wise ops instead.
//
//===----------------------------------------------------------------------===//
#include "Hivm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace opc::tile;
namespace opc::hivm {
namespace {

/// Partial totals of extremes, whose order changes nothing.
constexpr int64_t kLanes = 64;

class Totals {
public:
  Totals(OpBuilder &b, ReduceOp op, Value x, Value y)
      : b(b), loc(op.getLoc()), op(op), x(x), y(y) {}

  void create() {
    if (op.getAxis() == Axis::First)
      return createFirst();
    bool isOrdered = op.getChains().value_or(1) > 1;
    if (op.getKind() != ReduceKind::Sum || isOrdered)
      return createInChains(isOrdered ? *op.getChains() : kLanes,
                            isOrdered ? op.getRest().value_or(1) : kLanes);
    fill(y);
    createOp(b, loc, "vreduce", x, y, "reduce_dims = [1]", "<sum>");
  }

private:
  using Loop = llvm::function_ref<void(Value)>;

  /// One row after the other.
  void createFirst() {
    fill(y);
    OpFoldResult columns = extent(x, 1);
    loop(constant(0), value(extent(x, 0)), 1, [&](Value row) {
      combine(y, partOf(b, loc, x, {row, index(0)}, {index(1), columns}), y);
    });
  }

  void createInChains(int64_t chains, int64_t rest) {
    Type element = cast<MemRefType>(x.getType()).getElementType();
    auto type = memoryOf(BufferType::get({1, chains}, element, Space::Vector));
    Value totals = createBuffer(b, loc, {1, chains}, element, type);
    Value last = value(extent(x, 1));
    Value left = arith::RemUIOp::create(b, loc, last, constant(chains));
    Value whole = arith::SubIOp::create(b, loc, last, left);
    loop(constant(0), value(extent(x, 0)), 1, [&](Value row) {
      fill(totals);
      loop(constant(0), whole, chains, [&](Value column) {
        combine(totals, inRow(x, row, column, index(chains)), totals);
      });
      loop(whole, last, rest, [&](Value column) {
        Value more = arith::SubIOp::create(b, loc, last, column);
        Value count = arith::MinSIOp::create(b, loc, more, constant(rest));
        Value part = inRow(totals, index(0), index(0), count);
        combine(part, inRow(x, row, column, count), part);
      });
      for (int64_t half = chains / 2; half >= 1; half /= 2)
        combine(inRow(totals, index(0), index(0), index(half)),
                inRow(totals, index(0), index(half), index(half)),
                half > 1 ? inRow(totals, index(0), index(0), index(half))
                         : inRow(y, row, index(0), index(1)));
    });
  }

  Value inRow(Value memory, OpFoldResult row, OpFoldResult column,
              OpFoldResult count) {
    return partOf(b, loc, memory, {row, column}, {index(1), count});
  }

  void combine(Value first, Value second, Value result) {
    static constexpr llvm::StringLiteral names[] = {"vadd", "vmax", "vmin"};
    createOp(b, loc, names[unsigned(op.getKind())], {first, second}, result);
  }

  void fill(Value memory) {
    auto element =
        cast<FloatType>(cast<MemRefType>(memory.getType()).getElementType());
    const llvm::fltSemantics &semantics = element.getFloatSemantics();
    APFloat neutral =
        op.getKind() == ReduceKind::Sum
            ? APFloat::getZero(semantics)
            : APFloat::getInf(semantics, op.getKind() == ReduceKind::Max);
    Value number =
        arith::ConstantOp::create(b, loc, FloatAttr::get(element, neutral));
    createOp(b, loc, "vbrc", number, memory);
  }

  OpFoldResult extent(Value memory, int64_t axis) {
    int64_t known = cast<MemRefType>(memory.getType()).getDimSize(axis);
    if (!ShapedType::isDynamic(known))
      return index(known);
    return memref::DimOp::create(b, loc, memory, axis).getResult();
  }

  OpFoldResult index(int64_t number) { return b.getIndexAttr(number); }
  Value constant(int64_t number) {
    return arith::ConstantIndexOp::create(b, loc, number);
  }
  Value value(OpFoldResult number) {
    return getValueOrCreateConstantIndexOp(b, loc, number);
  }

  void loop(Value from, Value to, int64_t step, Loop body) {
    auto loop = scf::ForOp::create(b, loc, from, to, constant(step));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    body(loop.getInductionVar());
  }

  OpBuilder &b;
  Location loc;
  ReduceOp op;
  Value x, y;
};

} // namespace

void createTotals(OpBuilder &b, ReduceOp op, Value x, Value y) {
  Totals(b, op, x, y).create();
}

} // namespace opc::hivm
