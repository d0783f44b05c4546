//===- KernelLoops.cpp - loops and scratch memory of a kernel -------------===//
//
// The part of KernelEmitter that opens loops. A loop that is known to run once
// is not a loop, and one that never runs leaves no trace.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "opc/Conversion/OpcToLoops/KernelEmitter.h"

using namespace mlir;

namespace opc {

/// How often a loop runs, if that is known.
static std::optional<int64_t> tripCount(Value lower, Value upper) {
  auto from = KernelEmitter::constantValue(lower);
  auto to = KernelEmitter::constantValue(upper);
  if (!from || !to)
    return std::nullopt;
  return std::max<int64_t>(*to - *from, 0);
}

void KernelEmitter::loop(Value lower, Value upper, const Body &body) {
  fold(lower, upper, {}, [&](Value index, ValueRange) {
    body(index);
    return SmallVector<Value>();
  });
}

SmallVector<Value> KernelEmitter::fold(Value lower, Value upper,
                                       ValueRange initial,
                                       const Reducer &body) {
  auto trips = tripCount(lower, upper);
  if (trips == 0)
    return SmallVector<Value>(initial);
  if (trips == 1)
    return body(lower, initial);
  auto loop = scf::ForOp::create(b, loc, lower, upper, constant(1), initial);
  OpBuilder::InsertionGuard guard(b);
  Block *block = loop.getBody();
  if (initial.empty())
    block->getTerminator()->erase();
  b.setInsertionPointToEnd(block);
  SmallVector<Value> next =
      body(loop.getInductionVar(), loop.getRegionIterArgs());
  scf::YieldOp::create(b, loc, next);
  return SmallVector<Value>(loop.getResults());
}

void KernelEmitter::nest(ArrayRef<AffineExpr> dims, const NestBody &body) {
  foldNest(dims, {}, [&](ValueRange indices, ValueRange) {
    body(indices);
    return SmallVector<Value>();
  });
}

SmallVector<Value> KernelEmitter::foldNest(
    ArrayRef<AffineExpr> dims, ValueRange initial,
    const std::function<SmallVector<Value>(ValueRange, ValueRange)> &body) {
  SmallVector<Value> indices;
  std::function<SmallVector<Value>(ValueRange)> level =
      [&](ValueRange carried) -> SmallVector<Value> {
    if (indices.size() == dims.size())
      return body(indices, carried);
    Value upper = expr(dims[indices.size()]);
    return fold(constant(0), upper, carried,
                [&](Value index, ValueRange inner) {
                  indices.push_back(index);
                  SmallVector<Value> result = level(inner);
                  indices.pop_back();
                  return result;
                });
  };
  return level(initial);
}

SmallVector<Value> KernelEmitter::repeat(
    ValueRange initial, const std::function<Value(ValueRange)> &condition,
    const std::function<SmallVector<Value>(ValueRange)> &body) {
  auto loop = scf::WhileOp::create(b, loc, initial.getTypes(), initial);
  OpBuilder::InsertionGuard guard(b);
  SmallVector<Location> locs(initial.size(), loc);
  Block *before =
      b.createBlock(&loop.getBefore(), {}, initial.getTypes(), locs);
  Value holds = condition(before->getArguments());
  scf::ConditionOp::create(b, loc, holds, before->getArguments());
  Block *after = b.createBlock(&loop.getAfter(), {}, initial.getTypes(), locs);
  scf::YieldOp::create(b, loc, body(after->getArguments()));
  return SmallVector<Value>(loop.getResults());
}

Value KernelEmitter::search(Value lower, Value upper,
                            const std::function<Value(Value)> &found) {
  auto goesOn = [&](ValueRange at) {
    return choose(
        compare(arith::CmpIPredicate::slt, at[0], upper),
        [&] {
          return Value(
              arith::XOrIOp::create(b, loc, found(at[0]), boolean(true)));
        },
        [&] { return boolean(false); });
  };
  return repeat(lower, goesOn, [&](ValueRange at) {
    return SmallVector<Value>{add(at[0], constant(1))};
  })[0];
}

Value KernelEmitter::scratch(Type element, int64_t count) {
  Type stored = storageType(element);
  Value made;
  atEntry([&] {
    auto type = MemRefType::get({count}, stored);
    Value row = memref::AllocaOp::create(b, loc, type, b.getI64IntegerAttr(64));
    auto flat = MemRefType::get({ShapedType::kDynamic}, stored);
    made = memref::CastOp::create(b, loc, flat, row);
  });
  return made;
}

Value KernelEmitter::table(Operation *key, Type element, int64_t count,
                           const std::function<Value(int64_t)> &value) {
  if (Value known = tables.lookup(key))
    return known;
  Value row = scratch(element, count);
  atEntry([&] {
    for (int64_t i = 0; i < count; ++i)
      storeFlat(value(i), row, arith::ConstantIndexOp::create(b, loc, i));
  });
  return tables[key] = row;
}

} // namespace opc
