//===- FoldMovement.cpp - movement ops on constants -----------------------===//
//
// Packing weights is movement ops on constants. Compiling a kernel for each
// would cost more than moving the bytes, so they are moved here; ops that
// compute are evaluated by the code that the target generates
// (opc-fold-constants).
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Layout/MovementBuilder.h"
#include "opc/Layout/Passes.h"

namespace opc {
#define GEN_PASS_DEF_FOLDMOVEMENTPASS
#include "opc/Layout/Passes.h.inc"
} // namespace opc

using namespace mlir;
namespace opc {
namespace {

/// The bytes of a constant, row-major, and how many an element has.
struct Data {
  ArrayRef<char> bytes;
  int64_t width = 0;
  bool splat = false;
};

std::optional<Data> dataOf(ConstantOp constant) {
  Type element = constant.getValue().getElementType();
  if (!storedBytes(constant.getType()) || element.isInteger(1))
    return std::nullopt;
  Data data;
  data.width = llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
  if (const AsmResourceBlob *blob = blobOf(constant.getValue())) {
    data.bytes = blob->getData();
    return data;
  }
  auto dense = dyn_cast<DenseIntOrFPElementsAttr>(constant.getValue());
  if (!dense)
    return std::nullopt;
  data.bytes = dense.getRawData();
  data.splat = dense.isSplat();
  return data;
}

/// Where one access reads, of constant extents: for each axis of the result how
/// far the source moves, and the range of indices whose elements exist.
struct Box {
  SmallVector<int64_t> step, low, high;
  int64_t start = 0;
};

/// `expr` where all positions are 0, if that is a constant.
std::optional<int64_t> startOf(AffineExpr expr, size_t rank) {
  AffineExpr zero = getAffineConstantExpr(0, expr.getContext());
  return constantOf(expr.replaceDims(SmallVector<AffineExpr>(rank, zero)));
}

/// How far `expr` moves along each axis, if those are constants.
std::optional<SmallVector<int64_t>> stepsAlong(AffineExpr expr, size_t rank) {
  SmallVector<int64_t> steps;
  for (size_t axis = 0; axis < rank; ++axis) {
    SmallVector<int64_t> unit(rank, 0);
    unit[axis] = 1;
    std::optional<int64_t> step = stepOf(expr, unit);
    if (!step)
      return std::nullopt;
    steps.push_back(*step);
  }
  return steps;
}

/// The row-major position of what an access reads.
AffineExpr positionOf(const Access &access, ArrayRef<int64_t> from,
                      MLIRContext *context) {
  if (access.position)
    return access.position;
  AffineExpr position = getAffineConstantExpr(0, context);
  for (auto [axis, expr] : llvm::enumerate(access.at))
    position =
        position + expr * ShapedType::getNumElements(from.drop_front(axis + 1));
  return position;
}

/// Narrows the box to where `index`, which moves along one axis, lies in
/// [0, extent).
LogicalResult restrict(Box &box, AffineExpr index, int64_t extent) {
  size_t rank = box.low.size();
  std::optional<int64_t> start = startOf(index, rank);
  auto steps = stepsAlong(index, rank);
  if (!start || !steps ||
      llvm::count_if(*steps, [](int64_t step) { return step != 0; }) != 1)
    return failure();
  for (auto [axis, step] : llvm::enumerate(*steps)) {
    if (step == 0)
      continue;
    if (step != 1)
      return failure();
    box.low[axis] = std::max(box.low[axis], -*start);
    box.high[axis] = std::min(box.high[axis], extent - *start);
  }
  return success();
}

std::optional<Box> boxOf(const Access &access, ArrayRef<int64_t> from,
                         ArrayRef<int64_t> to, MLIRContext *context) {
  AffineExpr position = positionOf(access, from, context);
  auto steps = stepsAlong(position, to.size());
  std::optional<int64_t> start = startOf(position, to.size());
  if (!access.picked.empty() || !steps || !start)
    return std::nullopt;
  Box box{*steps, SmallVector<int64_t>(to.size(), 0), SmallVector<int64_t>(to),
          *start};
  for (unsigned axis : access.guarded)
    if (failed(restrict(box, access.at[axis], from[axis])))
      return std::nullopt;
  return box;
}

/// Copies what lies in the box, [axis...) of a result, from position `at` of
/// the source.
void copy(const Box &box, ArrayRef<int64_t> shape, size_t axis, int64_t at,
          int64_t width, const char *from, char *to) {
  if (axis == shape.size()) {
    std::memcpy(to, from + at * width, width);
    return;
  }
  int64_t below =
      ShapedType::getNumElements(shape.drop_front(axis + 1)) * width;
  int64_t low = box.low[axis], high = box.high[axis];
  if (axis + 1 == shape.size() && box.step[axis] == 1 && low < high) {
    std::memcpy(to + low * width, from + (at + low) * width,
                (high - low) * width);
    return;
  }
  for (int64_t i = low; i < high; ++i)
    copy(box, shape, axis + 1, at + i * box.step[axis], width, from,
         to + i * below);
}

/// A movement op all of whose reads are of constants: what each copies, in the
/// order of the accesses.
struct Move {
  SmallVector<std::pair<Data, Box>> parts;
  int64_t given = 0; ///< bytes
  bool repeats = false;
};

std::optional<Move> moveOf(Operation *op, ArrayRef<int64_t> to, ShapeEnv &env) {
  const Accesses *accesses = env.accesses(op);
  if (!accesses)
    return std::nullopt;
  Move move;
  for (const Access &access : *accesses) {
    auto constant = op->getOperand(access.operand).getDefiningOp<ConstantOp>();
    std::optional<Data> data = constant ? dataOf(constant) : std::nullopt;
    if (!data)
      return std::nullopt;
    ArrayRef<int64_t> from = constant.getType().getShape();
    std::optional<Box> box = boxOf(access, from, to, op->getContext());
    if (!box)
      return std::nullopt;
    for (auto [step, extent] : llvm::zip_equal(box->step, to))
      move.repeats |= access.guarded.empty() && step == 0 && extent > 1;
    if (data->splat)
      box->step.assign(to.size(), 0), box->start = 0;
    move.given += *storedBytes(constant.getType());
    move.parts.push_back({*data, std::move(*box)});
  }
  return move;
}

/// Filling a large tensor with a few elements makes the program larger than the
/// work it saves, and a file of few bytes may ask for any extent. Padding makes
/// a column 16, of weights that are few.
bool growsTooMuch(const Move &move, int64_t to) {
  constexpr int64_t slack = 65536, factor = 8, most = int64_t(1) << 26;
  int64_t from = move.given;
  if (move.repeats && move.parts.size() == 1)
    return to > slack && (to / factor > from || to - from > most);
  return to - from > std::max(most, from);
}

/// A constant of equal elements takes no room, until memory is asked for.
constexpr int64_t kLargestSplat = int64_t(1) << 24;

SmallVector<int64_t> rowMajor(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (int64_t axis = int64_t(shape.size()) - 1; axis >= 0; --axis) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/// The same resource with other extents, where an op leaves all elements in
/// their order; else null.
ElementsAttr withExtents(Operation *op, RankedTensorType type, ShapeEnv &env) {
  auto constant = op->getOperand(0).getDefiningOp<ConstantOp>();
  const Accesses *accesses = env.accesses(op);
  if (!constant || !accesses || accesses->size() != 1 ||
      !accesses->front().position)
    return {};
  auto resource = dyn_cast<DenseResourceElementsAttr>(constant.getValue());
  auto steps = stepsAlong(accesses->front().position, type.getRank());
  bool keepsOrder = steps && *steps == rowMajor(type.getShape()) &&
                    startOf(accesses->front().position, type.getRank()) == 0;
  if (!resource || !keepsOrder)
    return {};
  return DenseResourceElementsAttr::get(type, resource.getRawHandle());
}

/// The constant that a movement op on constants is, or null.
ElementsAttr evaluate(Operation *op, ShapeEnv &env) {
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type || !type.hasStaticShape() || type.getNumElements() == 0)
    return {};
  if (auto same = withExtents(op, type, env))
    return same;
  std::optional<Move> move = moveOf(op, type.getShape(), env);
  std::optional<int64_t> size = storedBytes(type);
  if (!move || !size)
    return {};
  const Data &first = move->parts.front().first;
  if (move->parts.size() == 1 && first.splat && *size <= kLargestSplat)
    return DenseElementsAttr::getFromRawBuffer(type, first.bytes);
  if (growsTooMuch(*move, *size))
    return {};
  ConstantMemory memory(*size);
  if (!memory.data())
    return {};
  // Where several exist, the first holds: it is written last.
  for (const auto &[data, box] : llvm::reverse(move->parts))
    copy(box, type.getShape(), 0, box.start, data.width, data.bytes.data(),
         memory.data());
  return std::move(memory).release(type, "moved");
}

struct FoldMovementPass : impl::FoldMovementPassBase<FoldMovementPass> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isMovement(op))
        ops.push_back(op);
    });
    ConstantEraser eraser(getOperation());
    ShapeEnv env(&getContext());
    for (Operation *op : ops)
      if (ElementsAttr value = evaluate(op, env))
        replace(op, value, eraser, env);
  }

  static void replace(Operation *op, ElementsAttr value, ConstantEraser &eraser,
                      ShapeEnv &env) {
    SuccessorBuilder b(op);
    auto moved =
        ConstantOp::create(b, op->getLoc(), op->getResult(0).getType(), value);
    eraser.add(moved);
    llvm::SetVector<Operation *> from;
    for (Value operand : op->getOperands())
      from.insert(operand.getDefiningOp());
    op->getResult(0).replaceAllUsesWith(moved);
    env.forget(op);
    op->erase();
    for (Operation *constant : from) {
      env.forget(constant);
      eraser.eraseIfUnused(cast<ConstantOp>(constant));
    }
  }
};

} // namespace
} // namespace opc
