//===- FoldMovement.cpp - movement ops on constants -----------------------===//
//
// Packing weights is movement ops on constants. Compiling a kernel for each
// would cost more than moving the bytes, so they are moved here; ops that
// compute are evaluated by the code that the target generates
// (opc-fold-constants).
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Targets/CPU/LayoutSupport.h"
#include "opc/Targets/CPU/Passes.h"

namespace opc::cpu {
#define GEN_PASS_DEF_FOLDMOVEMENTPASS
#include "opc/Targets/CPU/Passes.h.inc"
} // namespace opc::cpu

using namespace mlir;
namespace opc::cpu {
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

/// For each axis of a result: how far its index moves the source position; and
/// the range of indices that have a source at all.
struct Strides {
  SmallVector<int64_t> step, low, high;
  int64_t start = 0;
};

SmallVector<int64_t> rowMajor(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (int64_t axis = int64_t(shape.size()) - 1; axis >= 0; --axis) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

std::optional<Strides> stridesOf(Operation *op, ArrayRef<int64_t> from,
                                 ArrayRef<int64_t> to) {
  SmallVector<int64_t> source = rowMajor(from);
  Strides s;
  s.low.assign(to.size(), 0);
  s.high.assign(to.begin(), to.end());
  if (isa<ReshapeOp>(op)) {
    s.step = rowMajor(to);
  } else if (auto transpose = dyn_cast<TransposeOp>(op)) {
    for (int64_t axis : transpose.getPerm())
      s.step.push_back(source[axis]);
  } else if (isa<BroadcastOp>(op)) {
    s.step.assign(to.size(), 0);
    size_t lead = to.size() - from.size();
    for (size_t axis = 0; axis < from.size(); ++axis)
      s.step[lead + axis] = from[axis] == 1 ? 0 : source[axis];
  } else if (auto slice = dyn_cast<SliceOp>(op)) {
    std::optional<SmallVector<int64_t>> starts =
        constantsOf(toDims(slice.getStarts()));
    if (!starts)
      return std::nullopt;
    for (size_t axis = 0; axis < from.size(); ++axis) {
      s.start += (*starts)[axis] * source[axis];
      s.step.push_back(source[axis] * slice.getSteps()[axis]);
    }
  } else {
    std::optional<SmallVector<int64_t>> low =
        constantsOf(toDims(cast<PadOp>(op).getLow()));
    if (!low)
      return std::nullopt;
    s.step = source;
    for (size_t axis = 0; axis < from.size(); ++axis) {
      s.start -= (*low)[axis] * source[axis];
      s.low[axis] = (*low)[axis];
      s.high[axis] = (*low)[axis] + from[axis];
    }
  }
  return s;
}

/// Copies [axis...) of a result from position `at` of the source; elements
/// without a source keep what they hold.
void copy(const Strides &s, ArrayRef<int64_t> shape, size_t axis, int64_t at,
          int64_t width, const char *from, char *&to) {
  if (axis == shape.size()) {
    std::memcpy(to, from + at * width, width);
    to += width;
    return;
  }
  int64_t below = ShapedType::getNumElements(shape.drop_front(axis + 1));
  bool last = axis + 1 == shape.size();
  for (int64_t i = 0; i < shape[axis]; ++i) {
    if (i < s.low[axis] || i >= s.high[axis]) {
      to += below * width;
    } else if (last && s.step[axis] == 1 && s.low[axis] == 0) {
      int64_t count = std::min(shape[axis], s.high[axis]);
      std::memcpy(to, from + at * width, count * width);
      to += shape[axis] * width;
      return;
    } else {
      copy(s, shape, axis + 1, at + i * s.step[axis], width, from, to);
    }
  }
}

bool isIdentityPad(Operation *op) {
  auto pad = dyn_cast<PadOp>(op);
  return !pad || (pad.getMode() == "constant" &&
                  pad.getValue().getDefiningOp<ConstantOp>());
}

/// Filling a large tensor with a few elements makes the program larger than the
/// work it saves, and a file of few bytes may ask for any extent. Padding makes
/// a column 16, of weights that are few.
bool growsTooMuch(Operation *op, int64_t from, int64_t to) {
  constexpr int64_t slack = 65536, factor = 8, most = int64_t(1) << 26;
  if (isa<BroadcastOp>(op))
    return to > slack && (to / factor > from || to - from > most);
  return to - from > std::max(most, from);
}

/// A constant of equal elements takes no room, until memory is asked for.
constexpr int64_t kLargestSplat = int64_t(1) << 24;

/// The elements of a movement op on a constant, or null.
ElementsAttr move(Operation *op, RankedTensorType type, const Data &data,
                  Strides strides) {
  std::optional<int64_t> size = storedBytes(type);
  if (size && data.splat && !isa<PadOp>(op) && *size <= kLargestSplat)
    return DenseElementsAttr::getFromRawBuffer(type, data.bytes);
  std::optional<int64_t> given = storedBytes(op->getOperand(0).getType());
  if (!size || !given || growsTooMuch(op, *given, *size))
    return {};
  ConstantMemory memory(*size);
  if (!memory.data())
    return {};
  if (data.splat)
    strides.step.assign(type.getRank(), 0), strides.start = 0;
  if (auto pad = dyn_cast<PadOp>(op)) {
    std::optional<Data> value =
        dataOf(pad.getValue().getDefiningOp<ConstantOp>());
    for (int64_t at = 0; at < *size; at += data.width)
      std::memcpy(memory.data() + at, value->bytes.data(), data.width);
  }
  char *to = memory.data();
  copy(strides, type.getShape(), 0, strides.start, data.width,
       data.bytes.data(), to);
  return std::move(memory).release(type, "moved");
}

/// The constant that a concat of constants is, or null.
ElementsAttr evaluateConcat(ConcatOp concat) {
  auto type = cast<RankedTensorType>(concat.getY().getType());
  SmallVector<std::pair<Data, int64_t>> parts; ///< and bytes of one stretch
  int64_t axis = concat.getAxis();
  for (Value input : concat.getInputs()) {
    auto constant = input.getDefiningOp<ConstantOp>();
    std::optional<Data> data = constant ? dataOf(constant) : std::nullopt;
    if (!data)
      return {};
    ArrayRef<int64_t> shape =
        cast<RankedTensorType>(input.getType()).getShape();
    parts.push_back({*data, ShapedType::getNumElements(shape.drop_front(axis)) *
                                data->width});
  }
  std::optional<int64_t> size = storedBytes(type);
  if (!size || *size == 0)
    return {};
  ConstantMemory memory(*size);
  if (!memory.data())
    return {};
  int64_t lines = ShapedType::getNumElements(type.getShape().take_front(axis));
  char *to = memory.data();
  for (int64_t line = 0; line < lines; ++line)
    for (const auto &[data, stretch] : parts)
      for (int64_t at = 0; at < stretch;) {
        int64_t count = data.splat ? data.width : stretch;
        std::memcpy(to, data.bytes.data() + (data.splat ? 0 : line * stretch),
                    count);
        to += count;
        at += count;
      }
  return std::move(memory).release(type, "moved");
}

/// The constant that a movement op on a constant is, or null.
ElementsAttr evaluate(Operation *op) {
  if (auto concat = dyn_cast<ConcatOp>(op))
    return evaluateConcat(concat);
  auto constant = op->getOperand(0).getDefiningOp<ConstantOp>();
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!constant || !type.hasStaticShape() || !isIdentityPad(op) ||
      type.getNumElements() == 0)
    return {};
  auto resource = dyn_cast<DenseResourceElementsAttr>(constant.getValue());
  if (resource && isa<ReshapeOp>(op))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  std::optional<Data> data = dataOf(constant);
  auto from = cast<RankedTensorType>(constant.getY().getType());
  std::optional<Strides> strides =
      stridesOf(op, from.getShape(), type.getShape());
  if (!data || !strides)
    return {};
  return move(op, type, *data, std::move(*strides));
}

struct FoldMovementPass : impl::FoldMovementPassBase<FoldMovementPass> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isa<TransposeOp, ReshapeOp, PadOp, SliceOp, BroadcastOp, ConcatOp>(
              op))
        ops.push_back(op);
    });
    ConstantEraser eraser(getOperation());
    for (Operation *op : ops)
      if (ElementsAttr value = evaluate(op))
        replace(op, value, eraser);
  }

  static void replace(Operation *op, ElementsAttr value,
                      ConstantEraser &eraser) {
    OpBuilder b(op);
    auto moved =
        ConstantOp::create(b, op->getLoc(), op->getResult(0).getType(), value);
    eraser.add(moved);
    llvm::SetVector<Operation *> from;
    for (Value operand : op->getOperands())
      from.insert(operand.getDefiningOp());
    op->getResult(0).replaceAllUsesWith(moved);
    op->erase();
    for (Operation *constant : from)
      eraser.eraseIfUnused(cast<ConstantOp>(constant));
  }
};

} // namespace
} // namespace opc::cpu
