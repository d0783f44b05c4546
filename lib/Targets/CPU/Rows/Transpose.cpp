//===- Transpose.cpp - square tiles turned in registers -------------------===//
//
// Where the last axis does not stay the last, a tile of `lanes` vectors is read
// along the last axis of the source, turned, and written along the last axis of
// the result, so that both sides move whole vectors. The last tile of an axis
// is moved back to end with it. Element-wise ops that follow see the turned
// vectors. Axes that stay neighbours are walked as one, where all that follow
// see them so.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Dialect/Opc/IR/Access.h"
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/Schedules.h"
#include "opc/Targets/CPU/Vector/TileSplit.h"

using namespace mlir;
namespace opc::cpu {
namespace {

/// Tiles along the result's last axis that are one unit of work.
constexpr int64_t unitTiles = 16;

/// A transpose.
struct Turn {
  Dims x, y;
  SmallVector<int64_t> perm;

  /// The axis of the result that lies along the source's last.
  int64_t across() const {
    return llvm::find(perm, int64_t(perm.size()) - 1) - perm.begin();
  }
};

/// First axes of the result's groups: those of a group are neighbours in the
/// source, too.
SmallVector<int64_t> groupsOf(ArrayRef<int64_t> perm) {
  SmallVector<int64_t> starts;
  for (auto [axis, from] : llvm::enumerate(perm))
    if (axis == 0 || perm[axis - 1] + 1 != from)
      starts.push_back(axis);
  return starts;
}

/// The axes of each group.
ArrayRef<AffineExpr> groupAt(ArrayRef<int64_t> starts, size_t group,
                             const Dims &dims) {
  size_t end = group + 1 < starts.size() ? starts[group + 1] : dims.size();
  return ArrayRef(dims).slice(starts[group], end - starts[group]);
}

Dims merged(const Dims &dims, ArrayRef<int64_t> starts, MLIRContext *context) {
  Dims result;
  for (size_t group = 0; group < starts.size(); ++group)
    result.push_back(product(context, groupAt(starts, group, dims)));
  return result;
}

Turn merged(const Turn &turn, ArrayRef<int64_t> starts, MLIRContext *context) {
  Turn result;
  result.y = merged(turn.y, starts, context);
  for (int64_t start : starts)
    result.perm.push_back(llvm::count_if(starts, [&](int64_t other) {
      return turn.perm[other] < turn.perm[start];
    }));
  result.x.resize(starts.size());
  for (auto [axis, from] : llvm::enumerate(result.perm))
    result.x[from] = result.y[axis];
  return result;
}

/// Extents with one of each of the result's axes.
Dims padded(Dims dims, size_t rank, ShapeEnv &env) {
  dims.insert(dims.begin(), rank - dims.size(), env.constant(1));
  return dims;
}

/// Whether a value is whole along all axes of each group, or along none.
bool goesByGroups(const Dims &dims, const Dims &y, ArrayRef<int64_t> starts) {
  for (size_t group = 0; group < starts.size(); ++group) {
    ArrayRef<AffineExpr> own = groupAt(starts, group, dims);
    bool isOne = llvm::all_of(
        own, [](AffineExpr extent) { return constantOf(extent) == 1; });
    if (!isOne && own != groupAt(starts, group, y))
      return false;
  }
  return true;
}

using WalkedValues = SmallVector<std::pair<Value, Dims>>;

/// All values but the source with the extents of their groups; nothing where
/// one does not go by groups.
std::optional<WalkedValues> inGroups(KernelForm &kernel, TransposeOp op,
                                     ArrayRef<int64_t> starts) {
  ShapeEnv &env = kernel.env;
  const Dims y(env.dims(op.getY()));
  llvm::SetVector<Value> values;
  values.insert(op.getY());
  for (Operation &each : kernel.ops()) {
    if (&each == op)
      continue;
    auto constant = dyn_cast<ConstantOp>(each);
    if (constant ? !isSplat(constant) : !broadcastsOperands(&each))
      return std::nullopt;
    values.insert(each.operand_begin(), each.operand_end());
    values.insert(each.result_begin(), each.result_end());
  }
  WalkedValues walked;
  for (Value value : values) {
    if (env.dims(value).size() > y.size() || value == op.getX())
      return std::nullopt;
    Dims dims = padded(Dims(env.dims(value)), y.size(), env);
    if (!goesByGroups(dims, y, starts))
      return std::nullopt;
    walked.push_back({value, merged(dims, starts, kernel.context())});
  }
  return walked;
}

class TransposeWriter {
public:
  TransposeWriter(KernelWriter &w, TransposeOp op, const Turn &turn)
      : w(w), l(w.l), op(op), turn(turn), lanes(w.v.lanes),
        across(turn.across()), along(turn.perm.back()) {
    width = w.e.expr(turn.y.back());
    height = w.e.expr(turn.y[across]);
  }

  // A unit is a position along the other axes, a tile's height and unitTiles of
  // them along the width.
  void run() {
    Dims others;
    for (size_t axis = 0; axis + 1 < turn.y.size(); ++axis)
      if (int64_t(axis) != across)
        others.push_back(turn.y[axis]);
    auto tiles = TileSplit::unknown(height, lanes);
    Value tall = tiles.count(l.b, l.loc);
    Value blocks = l.ceilDiv(width, lanes * unitTiles);
    l.loop(w.kernel.begin, w.kernel.end, [&](Value unit) {
      Value block = l.rem(unit, blocks), rest = l.div(unit, blocks);
      SmallVector<Value> outer = w.e.delinearize(l.div(rest, tall), others);
      at = outer;
      at.insert(at.begin() + across, l.index(0));
      at.push_back(l.index(0));
      Value first = l.mul(block, lanes * unitTiles);
      Value last = l.min(width, l.add(first, lanes * unitTiles));
      Value y = l.mul(l.rem(rest, tall), lanes);
      emitRow(tile(y, height), first, last);
    });
  }

private:
  /// Where the tile at `start` begins that ends with the extent.
  Value tile(Value start, Value extent) {
    return l.max(l.min(start, l.sub(extent, l.index(lanes))), l.index(0));
  }

  void emitRow(Value y, Value first, Value last) {
    auto smaller = [&](Value extent) { return l.less(extent, l.index(lanes)); };
    auto whole = [&] {
      l.loop(first, last, lanes, [&](Value x) { emitTile(y, tile(x, width)); });
    };
    auto single = [&] { emitSingly(y, first, last); };
    auto either = [&] { l.branch(smaller(width), single, whole); };
    l.branch(smaller(height), single, either);
  }

  LaneIndices indices(Value y, Value x, int64_t step) {
    LaneIndices result;
    for (Value index : at)
      result.push_back({index, 0});
    result[across].base = y;
    result.back() = {x, step};
    return result;
  }

  void emitTile(Value y, Value x) {
    SmallVector<Value> rows;
    SmallVector<Value> source(at.size());
    for (int64_t i = 0; i < lanes; ++i) {
      for (auto [axis, from] : llvm::enumerate(turn.perm))
        source[from] = at[axis];
      source[along] = l.add(x, i);
      source.back() = y;
      rows.push_back(
          w.v.load(w.e.buffer(op.getX()), w.e.linearize(source, turn.x), {}));
    }
    for (int64_t way = lanes / 2; way >= 1; way /= 2)
      swapBlocks(rows, way);
    for (int64_t i = 0; i < lanes; ++i)
      writeResults(w, op.getY(), rows[i], indices(l.add(y, i), x, 1));
    w.v.clearBound();
  }

  /// Swaps the off-diagonal ones of the blocks of way x way elements.
  void swapBlocks(SmallVectorImpl<Value> &rows, int64_t way) {
    SmallVector<int64_t> low, high;
    for (int64_t i = 0; i < lanes; ++i) {
      low.push_back((i & way) == 0 ? i : lanes + i - way);
      high.push_back((i & way) == 0 ? i + way : lanes + i);
    }
    for (int64_t i = 0; i < lanes; ++i) {
      if (i & way)
        continue;
      Value upper = rows[i], lower = rows[i + way];
      rows[i] = vector::ShuffleOp::create(l.b, l.loc, upper, lower, low);
      rows[i + way] = vector::ShuffleOp::create(l.b, l.loc, upper, lower, high);
    }
  }

  /// Less than a tile of [y, height) x [first, last), one by one.
  void emitSingly(Value y, Value first, Value last) {
    l.loop(y, l.min(l.add(y, lanes), height), [&](Value row) {
      l.loop(first, last, [&](Value x) {
        LaneIndices one = indices(row, x, 0);
        for (Value result : w.kernel.results)
          w.v.storeScalar(w.v.element(result, one), result, one);
      });
    });
  }

  KernelWriter &w;
  LoopBuilder &l;
  TransposeOp op;
  const Turn &turn;
  int64_t lanes, across, along;
  Value width, height;
  SmallVector<Value> at; ///< position in the result
};

/// Known extents of less than a tile are not worth turning.
bool isLarge(AffineExpr extent, int64_t lanes) {
  return constantOf(extent).value_or(lanes) >= lanes;
}

} // namespace

ScheduleResult scheduleTranspose(KernelForm &kernel, const TargetDesc &desc) {
  ShapeEnv &env = kernel.env;
  auto op = kernel.soleRoot<TransposeOp>();
  if (!op)
    return misfitOf<TransposeOp>(kernel, "no transpose of inputs alone");
  unsigned bits = getElementTypeOrSelf(op.getX()).getIntOrFloatBitWidth();
  MLIRContext *context = kernel.context();
  Turn turn{Dims(env.dims(op.getX())), Dims(env.dims(op.getY())),
            SmallVector<int64_t>(op.getPerm())};
  SmallVector<int64_t> starts = groupsOf(turn.perm);
  std::optional<WalkedValues> walked = inGroups(kernel, op, starts);
  if (walked)
    turn = merged(turn, starts, context);
  int64_t lanes = machineOf(desc).lanes, across = turn.across();
  if (bits < 8 || bits > 32 || turn.perm.empty() ||
      across + 1 == int64_t(turn.perm.size()) ||
      !isLarge(turn.y.back(), lanes) || !isLarge(turn.y[across], lanes))
    return ScheduleResult::declined("no square of vectors to turn");
  AffineExpr units = turn.y.back().ceilDiv(lanes * unitTiles);
  for (auto [axis, extent] : llvm::enumerate(ArrayRef(turn.y).drop_back()))
    units = units * (int64_t(axis) == across ? extent.ceilDiv(lanes) : extent);
  return writeKernel(kernel, lanes, units, /*grain=*/0, [&](KernelWriter &w) {
    if (walked) {
      w.v.setDims(op.getX(), turn.x);
      for (auto &[value, dims] : *walked)
        w.v.setDims(value, dims);
      op.setPerm(turn.perm);
    }
    TransposeWriter(w, op, turn).run();
  });
}

} // namespace opc::cpu
