//===- IndexingLoops.cpp - scatters and positions of extremes
//------------------===//
//
// Indices are data: each is checked against its dimension before it is used.
//
//===----------------------------------------------------------------------===//
#include "Rows.h"
#include "Scalar.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

using Indices = SmallVector<Value>;

/// The tuple of indices at `prefix`, each checked against its extent in `dims`.
Indices checkedTuple(Value indices, ValueRange prefix,
                     ArrayRef<AffineExpr> dims, KernelEmitter &e) {
  Indices tuple;
  for (auto [i, extent] : llvm::enumerate(dims)) {
    Indices at(prefix);
    at.push_back(e.constant(i));
    tuple.push_back(e.checkedIndex(e.element(indices, at), e.expr(extent)));
  }
  return tuple;
}

/// The number of indices in each tuple, which is known at compile time.
size_t tupleSize(Value indices, KernelEmitter &e) {
  return constantOf(e.env.dims(indices).back()).value_or(0);
}

/// What a scatter leaves at an element: the update, or both combined.
Value scattered(StringRef reduction, Value x, Value old, Value update,
                KernelEmitter &e) {
  if (reduction == "none")
    return update;
  ScalarArith kind = llvm::StringSwitch<ScalarArith>(reduction)
                         .Case("add", ScalarArith::Add)
                         .Case("mul", ScalarArith::Mul)
                         .Case("min", ScalarArith::Min)
                         .Default(ScalarArith::Max);
  // Sums and products of bool are or and and.
  if (elementType(x).isInteger(1))
    kind = kind == ScalarArith::Add   ? ScalarArith::Max
           : kind == ScalarArith::Mul ? ScalarArith::Min
                                      : kind;
  return emitArith(e.b, e.loc, kind, x.getType(), {old, update});
}

/// Combines `update` into y[at] where `at` exists.
void scatterInto(Value y, ArrayRef<Value> at, ArrayRef<AffineExpr> picked,
                 StringRef reduction, const KernelEmitter::Branch &update,
                 KernelEmitter &e) {
  e.when(isAny(picked, e), [&] {
    Value old = reduction == "none" ? Value() : e.reload(y, at);
    e.store(scattered(reduction, y, old, update(), e), y, at);
  });
}

/// One line of x along the axis: copied, unless it is there already, then all
/// updates of that line in order.
void scatterElementsLine(Operation *op, ArrayRef<Value> line,
                         KernelEmitter &e) {
  auto scatter = cast<ScatterElementsOp>(op);
  Value x = scatter.getX(), y = scatter.getY(), indices = scatter.getIndices();
  size_t axis = scatter.getAxis();
  const Dims dims = e.env.dims(x), updateDims = e.env.dims(indices);
  auto along = [&](Value index) {
    Indices at(line);
    at[axis] = index;
    return at;
  };
  e.whenApart(x, y, [&] {
    e.loop(e.constant(0), e.expr(dims[axis]),
           [&](Value i) { e.store(e.element(x, along(i)), y, along(i)); });
  });
  Value hasUpdates = e.boolean(true);
  for (size_t i = 0; i < dims.size(); ++i)
    if (i != axis && dims[i] != updateDims[i])
      hasUpdates =
          e.both(hasUpdates, e.compare(arith::CmpIPredicate::slt, line[i],
                                       e.expr(updateDims[i])));
  e.when(hasUpdates, [&] {
    e.loop(e.constant(0), e.expr(updateDims[axis]), [&](Value j) {
      Value index =
          e.checkedIndex(e.element(indices, along(j)), e.expr(dims[axis]));
      scatterInto(
          y, along(index), dims[axis], scatter.getReduction(),
          [&] { return e.element(scatter.getUpdates(), along(j)); }, e);
    });
  });
}

void scatterNd(Operation *op, KernelEmitter &e) {
  auto scatter = cast<ScatterNdOp>(op);
  Value x = scatter.getX(), y = scatter.getY(), indices = scatter.getIndices();
  const Dims dims = e.env.dims(x), indexDims = e.env.dims(indices);
  e.whenApart(x, y, [&] {
    e.nest(dims, [&](ValueRange at) { e.store(e.element(x, at), y, at); });
  });
  size_t depth = tupleSize(indices, e);
  ArrayRef<AffineExpr> picked = ArrayRef(dims).take_front(depth);
  e.nest(ArrayRef(indexDims).drop_back(), [&](ValueRange prefix) {
    Indices tuple = checkedTuple(indices, prefix, picked, e);
    e.nest(ArrayRef(dims).drop_front(depth), [&](ValueRange rest) {
      Indices at(tuple), from(prefix);
      llvm::append_range(at, rest);
      llvm::append_range(from, rest);
      scatterInto(
          y, at, picked, scatter.getReduction(),
          [&] { return e.element(scatter.getUpdates(), from); }, e);
    });
  });
}

/// Says that loops write result 0 over operand 0 where the two share a buffer.
NestLowering updatingFirst(NestLowering lowering) {
  lowering.updatesFirst = true;
  return lowering;
}

/// Whether `next` takes the place of `best`. NaN is beyond all numbers.
Scalar takesPlace(ArgReduceOp op, Value next, Value best, KernelEmitter &e) {
  bool isMax = op.getKind() == "max", last = op.getSelectLast();
  ScalarPredicate predicate =
      isMax ? (last ? ScalarPredicate::GreaterEqual : ScalarPredicate::Greater)
            : (last ? ScalarPredicate::LessEqual : ScalarPredicate::Less);
  Scalar better(
      e, emitCompare(e.b, e.loc, predicate, op.getX().getType(), {next, best}));
  Scalar candidate(e, next), champion(e, best);
  if (!candidate.isFloat())
    return better;
  Scalar isNan = !(candidate == candidate);
  return last ? better | isNan : better | (isNan & (champion == champion));
}

Value argReduceElement(Operation *op, ValueRange indices, KernelEmitter &e) {
  auto reduce = cast<ArgReduceOp>(op);
  Value x = reduce.getX();
  size_t axis = reduce.getAxis();
  Indices at(indices);
  if (!reduce.getKeepdims())
    at.insert(at.begin() + axis, Value());
  // -1 stands for none yet; nothing to choose from gives 0.
  Value none = e.constant(-1);
  Value zero = emitZero(computeType(elementType(x)), e);
  Indices best =
      e.fold(e.constant(0), e.extent(x, axis), {zero, none},
             [&](Value index, ValueRange carried) {
               at[axis] = index;
               Scalar next(e, e.element(x, at));
               Scalar position(e, carried[1]);
               Scalar taken =
                   takesPlace(reduce, next, carried[0], e) | (position == -1);
               return Indices{select(taken, next, {e, carried[0]}),
                              select(taken, {e, index}, position)};
             });
  Scalar position = maximum({e, best[1]}, {e, e.constant(0)});
  return position.to(elementType(reduce.getY()));
}

Value reverseSequence(Operation *op, unsigned, ValueRange indices,
                      KernelEmitter &e) {
  auto reverse = cast<ReverseSequenceOp>(op);
  size_t time = reverse.getTimeAxis();
  Scalar extent(e, e.extent(reverse.getX(), time));
  Scalar given = Scalar(e, e.element(reverse.getLengths(),
                                     indices[reverse.getBatchAxis()]))
                     .toIndex();
  e.check((given >= 0) & (given <= extent), OPC_FAULT_LENGTH, given, extent);
  Scalar length = clamp(given, given.like(0), extent);
  Scalar step(e, indices[time]);
  Indices from(indices);
  from[time] = select(step < length, length - 1 - step, step);
  return e.element(reverse.getX(), from);
}

} // namespace

void registerIndexingLowerings(IndexedTable &indexed, NestTable &nests) {
  indexed["opc.reverse_sequence"] = {reverseSequence};
  nests["opc.scatter_elements"] = updatingFirst(perLine(scatterElementsLine));
  nests["opc.scatter_nd"] = updatingFirst(atOnce(scatterNd));
  nests["opc.arg_reduce"] = perElement(argReduceElement);
}

} // namespace opc
