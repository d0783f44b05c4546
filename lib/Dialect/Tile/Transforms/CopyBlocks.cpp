//===- CopyBlocks.cpp - a copy as blocks of bytes, and who takes it -------===//
#include "opc/Dialect/Tile/Transforms/CopyBlocks.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace opc::tile;

namespace {

/// Products of multiples stay below this; a smaller multiple is as true.
constexpr int64_t kLargestMultiple = int64_t(1) << 31;

/// Its largest factor that is a power of 2.
int64_t powerOf2In(int64_t value) { return value & -value; }

int64_t multiplied(int64_t a, int64_t b) {
  if (a >= kLargestMultiple)
    a = std::min(powerOf2In(a), kLargestMultiple / 2);
  if (b >= kLargestMultiple)
    b = std::min(powerOf2In(b), kLargestMultiple / 2);
  return a * b;
}

/// How deep expressions are followed.
constexpr unsigned kDepth = 12;

int64_t multipleOf(Value value, unsigned depth) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return std::abs(constant.getSExtValue());
  if (depth == kDepth)
    return 1;
  auto of = [&](Value operand) { return multipleOf(operand, depth + 1); };
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
    if (!loop || argument != loop.getInductionVar())
      return 1;
    return std::gcd(of(loop.getLowerBound()), of(loop.getStep()));
  }
  return TypeSwitch<Operation *, int64_t>(value.getDefiningOp())
      .Case([&](arith::MulIOp op) {
        return multiplied(of(op.getLhs()), of(op.getRhs()));
      })
      .Case<arith::AddIOp, arith::SubIOp, arith::MinSIOp, arith::MaxSIOp>(
          [&](auto op) { return std::gcd(of(op.getLhs()), of(op.getRhs())); })
      .Default([](Operation *) { return int64_t(1); });
}

Amount times(const Amount &amount, int64_t factor) {
  if (amount.known)
    return Amount::exactly(amount.value * factor);
  Amount result{ShapedType::kDynamic, false,
                multiplied(amount.multiple, factor)};
  if (!ShapedType::isDynamic(amount.value))
    result.value = amount.value * factor;
  return result;
}

/// A length of a window: known, or at most what fits its buffers.
Amount sizeOn(CopyAsyncOp copy, int64_t axis) {
  OpFoldResult size = copy.mixedSizes()[axis];
  if (auto attribute = dyn_cast<Attribute>(size))
    return Amount::exactly(cast<IntegerAttr>(attribute).getInt());
  Amount amount;
  amount.multiple = knownMultiple(size);
  for (auto [type, step] :
       {std::pair(copy.getX().getType(), copy.fromSteps()[axis]),
        std::pair(copy.getY().getType(), copy.toSteps()[axis])}) {
    int64_t extent = type.getShape()[axis];
    if (ShapedType::isDynamic(extent))
      extent = type.getPadded()[axis];
    if (ShapedType::isDynamic(extent))
      continue;
    int64_t most = llvm::divideCeil(extent, step);
    if (ShapedType::isDynamic(amount.value) || most < amount.value)
      amount.value = most;
  }
  return amount;
}

Amount pitchOf(BufferType type, int64_t axis, int64_t step) {
  int64_t stride = type.strides()[axis];
  if (!ShapedType::isDynamic(stride))
    return Amount::exactly(stride * step * type.elementBytes());
  // The extents in between that are known.
  int64_t multiple = step * type.elementBytes();
  for (int64_t extent : type.getPadded().drop_front(axis + 1))
    if (!ShapedType::isDynamic(extent))
      multiple = multiplied(multiple, extent);
  return {ShapedType::kDynamic, false, multiple};
}

/// What the first byte of a window is a multiple of, from the buffer's start
/// on.
int64_t startMultiple(BufferType type, ArrayRef<OpFoldResult> starts) {
  int64_t multiple = 0;
  for (auto [axis, start] : llvm::enumerate(starts)) {
    Amount pitch = pitchOf(type, axis, 1);
    multiple =
        std::gcd(multiple, multiplied(pitch.multiple, knownMultiple(start)));
  }
  return multiple;
}

/// Takes levels into the block that continue it on both sides.
void growBlock(CopyBlocks &blocks) {
  for (size_t place = 0; place < blocks.levels.size();) {
    const BlockLevel &level = blocks.levels[place];
    bool continues = blocks.block.known &&
                     level.fromPitch.is(blocks.block.value) &&
                     level.toPitch.is(blocks.block.value);
    if (!continues) {
      ++place;
      continue;
    }
    blocks.block = times(level.count, blocks.block.value);
    blocks.levels.erase(blocks.levels.begin() + place);
    place = 0;
  }
}

/// Makes one level of two where the outer continues the inner.
void joinLevels(SmallVector<BlockLevel> &levels) {
  for (size_t place = 0; place + 1 < levels.size();) {
    BlockLevel &inner = levels[place], &outer = levels[place + 1];
    auto continues = [&](const Amount &small, const Amount &large) {
      return small.known && inner.count.known &&
             large.is(small.value * inner.count.value);
    };
    if (!continues(inner.fromPitch, outer.fromPitch) ||
        !continues(inner.toPitch, outer.toPitch)) {
      ++place;
      continue;
    }
    inner.count = times(outer.count, inner.count.value);
    levels.erase(levels.begin() + place + 1);
  }
}

llvm::Error error(const llvm::formatv_object_base &text) {
  return llvm::createStringError(text.str());
}

std::string spelled(const Amount &amount) {
  if (amount.known)
    return std::to_string(amount.value);
  return "a multiple of " + std::to_string(amount.multiple);
}

llvm::Error checkStride(const StrideField &field, const Amount &pitch,
                        const Amount &block) {
  if (pitch.known && block.known)
    return field.encode(pitch.value, block.value).takeError();
  if (field.meaning == StrideMeaning::None)
    return error(llvm::formatv("blocks have to follow each other"));
  if (!pitch.isMultipleOf(field.unit))
    return error(
        llvm::formatv("blocks start every {0} bytes, which need not be "
                      "a multiple of {1}",
                      spelled(pitch), field.unit));
  return llvm::Error::success();
}

/// The level that a transfer has besides its block.
llvm::Error checkStrides(const CopyForm &form, const BlockLevel &level,
                         const Amount &block) {
  bool known = !ShapedType::isDynamic(level.count.value);
  if (form.maxBlocks && (!known || level.count.value > form.maxBlocks))
    return error(llvm::formatv("{0} blocks, of {1}",
                               known ? std::to_string(level.count.value)
                                     : std::string("an unknown number of"),
                               form.maxBlocks));
  if (llvm::Error failed = checkStride(form.fromStride, level.fromPitch, block))
    return failed;
  return checkStride(form.toStride, level.toPitch, block);
}

/// Each repetition is a transfer with a start of its own.
llvm::Error checkTransfers(const CopyForm &form, const BlockLevel &level) {
  for (auto [pitch, alignment] :
       {std::pair(level.fromPitch, form.fromAlignment),
        std::pair(level.toPitch, form.toAlignment)})
    if (!pitch.isMultipleOf(alignment))
      return error(llvm::formatv("transfers start every {0} bytes, not at "
                                 "multiples of {1}",
                                 spelled(pitch), alignment));
  return llvm::Error::success();
}

/// Checks a copy against one form, in the order in which a person would ask.
class FormCheck {
public:
  FormCheck(const CopyForm &form, const Machine &machine, CopyAsyncOp copy)
      : form(form), machine(machine), copy(copy), x(copy.getX().getType()),
        y(copy.getY().getType()) {}

  llvm::Error check() {
    if (llvm::Error failed = checkTypes())
      return failed;
    if (form.fromLayout != form.toLayout || !isPlain(form.fromLayout))
      return checkFractals();
    if (llvm::Error failed = checkStarts())
      return failed;
    if (llvm::Error failed = checkPadding())
      return failed;
    return checkBlocks(form, blocksOf(copy));
  }

private:
  llvm::Error checkTypes() {
    if (x.getLayout() != form.fromLayout || y.getLayout() != form.toLayout)
      return error(llvm::formatv(
          "makes {0} of {1}, not {2} of {3}", stringifyLayout(form.toLayout),
          stringifyLayout(form.fromLayout), stringifyLayout(y.getLayout()),
          stringifyLayout(x.getLayout())));
    std::string change =
        spelling(x.getElementType()) + "->" + spelling(y.getElementType());
    if (x.getElementType() != y.getElementType() &&
        !llvm::is_contained(form.converts, change))
      return error(llvm::formatv("does not convert {0}", change));
    return llvm::Error::success();
  }

  /// Whole fractals are taken, and one transfer has them all.
  llvm::Error checkFractals() {
    for (auto [type, starts] :
         {std::pair(x, copy.mixedFrom()), std::pair(y, copy.mixedTo())}) {
      const Fractal *fractal = machine.find(type.getLayout());
      if (!fractal)
        continue;
      std::array<int64_t, 2> units = fractal->extents(type.elementBytes());
      for (auto [start, unit] :
           llvm::zip(ArrayRef(starts).take_back(2), units)) {
        int64_t multiple = knownMultiple(start);
        if (multiple % unit != 0)
          return error(
              llvm::formatv("a window starts at a multiple of {0}, and "
                            "fractals of {1} at {2}",
                            multiple, stringifyLayout(type.getLayout()), unit));
      }
    }
    for (ArrayRef<int64_t> steps : {copy.fromSteps(), copy.toSteps()})
      if (llvm::any_of(steps, [](int64_t step) { return step != 1; }))
        return error(llvm::formatv("takes every element"));
    if (copy.getPad())
      return error(llvm::formatv("does not pad"));
    return llvm::Error::success();
  }

  llvm::Error checkStarts() {
    for (auto [side, multiple, alignment] :
         {std::tuple("source", startMultiple(x, copy.mixedFrom()),
                     form.fromAlignment),
          std::tuple("destination", startMultiple(y, copy.mixedTo()),
                     form.toAlignment)})
      if (multiple % alignment != 0)
        return error(llvm::formatv("the {0} starts at a multiple of {1} bytes, "
                                   "not of {2}",
                                   side, multiple, alignment));
    return llvm::Error::success();
  }

  llvm::Error checkPadding() {
    if (!copy.getPad())
      return llvm::Error::success();
    if (!form.pads)
      return error(llvm::formatv("does not pad"));
    if (copy.getPadAlignment() != uint64_t(form.toAlignment))
      return error(llvm::formatv("pads up to {0} bytes, not {1}",
                                 form.toAlignment, *copy.getPadAlignment()));
    return checkPaddedRow();
  }

  /// What pads a row stays in it.
  llvm::Error checkPaddedRow() {
    int64_t last = y.getRank() - 1, start = copy.getStaticTo()[last];
    Amount size = sizeOn(copy, last);
    if (ShapedType::isDynamic(size.value))
      return llvm::Error::success();
    int64_t bytes =
        llvm::alignTo(size.value * y.elementBytes(), form.toAlignment);
    int64_t end =
        (ShapedType::isDynamic(start) ? 0 : start) + bytes / y.elementBytes();
    if (end > y.getPadded()[last])
      return error(llvm::formatv("pads up to element {0} of rows that have {1}",
                                 end, y.getPadded()[last]));
    return llvm::Error::success();
  }

  const CopyForm &form;
  const Machine &machine;
  CopyAsyncOp copy;
  BufferType x, y;
};

} // namespace

int64_t opc::tile::knownMultiple(OpFoldResult number) {
  if (auto attribute = dyn_cast<Attribute>(number))
    return cast<IntegerAttr>(attribute).getInt();
  return multipleOf(cast<Value>(number), 0);
}

CopyBlocks opc::tile::joined(int64_t elementBytes,
                             SmallVector<BlockLevel> levels) {
  llvm::erase_if(levels,
                 [](const BlockLevel &level) { return level.count.is(1); });
  CopyBlocks blocks{Amount::exactly(elementBytes), std::move(levels)};
  growBlock(blocks);
  joinLevels(blocks.levels);
  return blocks;
}

CopyBlocks opc::tile::blocksOf(CopyAsyncOp copy) {
  BufferType x = copy.getX().getType(), y = copy.getY().getType();
  SmallVector<BlockLevel> levels;
  for (int64_t axis = x.getRank() - 1; axis >= 0; --axis)
    levels.push_back({sizeOn(copy, axis),
                      pitchOf(x, axis, copy.fromSteps()[axis]),
                      pitchOf(y, axis, copy.toSteps()[axis])});
  if (!copy.getPad())
    return joined(x.elementBytes(), std::move(levels));
  // What pads ends each row, so that no two of them are one block.
  BlockLevel row = levels.front();
  levels.erase(levels.begin());
  CopyBlocks blocks = joined(x.elementBytes(), {row});
  llvm::append_range(blocks.levels, levels);
  llvm::erase_if(blocks.levels,
                 [](const BlockLevel &level) { return level.count.is(1); });
  joinLevels(blocks.levels);
  return blocks;
}

llvm::Error opc::tile::checkBlocks(const CopyForm &form,
                                   const CopyBlocks &blocks) {
  if (ShapedType::isDynamic(blocks.block.value))
    return error(llvm::formatv("the length of blocks has no bound"));
  if (!blocks.block.isMultipleOf(form.blockUnit))
    return error(llvm::formatv("blocks of {0} bytes are not a multiple of {1}",
                               spelled(blocks.block), form.blockUnit));
  if (form.maxBlockBytes && blocks.block.value > form.maxBlockBytes)
    return error(llvm::formatv("blocks of up to {0} bytes, of {1}",
                               blocks.block.value, form.maxBlockBytes));
  bool strided = form.count != CountField::None;
  for (auto [place, level] : llvm::enumerate(blocks.levels))
    if (llvm::Error failed = place == 0 && strided
                                 ? checkStrides(form, level, blocks.block)
                                 : checkTransfers(form, level))
      return failed;
  return llvm::Error::success();
}

llvm::Expected<const CopyForm *> opc::tile::formOf(CopyAsyncOp copy,
                                                   const Machine &machine) {
  Space from = copy.getX().getType().getSpace().getValue();
  Space to = copy.getY().getType().getSpace().getValue();
  std::string reasons;
  for (const CopyForm &form : machine.copies) {
    if (form.from != from || form.to != to)
      continue;
    llvm::Error failed = FormCheck(form, machine, copy).check();
    if (!failed)
      return &form;
    reasons += (reasons.empty() ? "" : "; ") + form.name + ": " +
               llvm::toString(std::move(failed));
  }
  if (reasons.empty())
    reasons = llvm::formatv("nothing copies from {0} to {1}",
                            stringifySpace(from), stringifySpace(to));
  return llvm::createStringError(reasons);
}

llvm::Expected<TransferFields>
opc::tile::transferFields(const CopyForm &form, const CopyBlocks &blocks) {
  const Amount one = Amount::exactly(1);
  int64_t block = blocks.block.value;
  Amount count = blocks.levels.empty() ? one : blocks.levels.front().count;
  TransferFields fields{block, 0, 0, 0};
  if (form.count == CountField::None)
    return fields;
  fields.count = form.count == CountField::TotalBytes ? count.value * block
                 : form.count == CountField::Blocks   ? count.value
                                                      : count.value - 1;
  auto encode = [&](const StrideField &field, int64_t pitch,
                    int64_t &out) -> llvm::Error {
    llvm::Expected<int64_t> value = field.encode(pitch, block);
    if (!value)
      return value.takeError();
    out = *value;
    return llvm::Error::success();
  };
  int64_t fromPitch = llvm::alignTo(block, form.fromStride.unit);
  int64_t toPitch = llvm::alignTo(block, form.toStride.unit);
  if (!blocks.levels.empty()) {
    fromPitch = blocks.levels.front().fromPitch.value;
    toPitch = blocks.levels.front().toPitch.value;
  }
  if (llvm::Error failed =
          encode(form.fromStride, fromPitch, fields.fromStride))
    return std::move(failed);
  if (llvm::Error failed = encode(form.toStride, toPitch, fields.toStride))
    return std::move(failed);
  return fields;
}
