//===- VerifyLayers.cpp - windows, composites, packed products -----------===//
#include "VerifierSupport.h"

using namespace mlir;
using namespace opc;
using namespace opc::verifiers;

namespace {

/// Pooling of x [N, C, spatial...], channels first or last.
template <typename Op> LogicalResult checkPool(Op op) {
  int64_t rank = rankOf(op.getX());
  if (rank < 3)
    return op.emitOpError("x has rank ") << rank << ", less than 3";
  return success(
      succeeded(checkWindow(op, rank - 2)) &&
      succeeded(checkLength(op, op.getKernel().size(), rank - 2, "kernel")) &&
      succeeded(checkAtLeast(op, op.getKernel(), 1, "kernel")) &&
      succeeded(checkMap(op, op.getDims(), rank, "dims")));
}

/// What the gates of recurrent layers may be, in lower case.
constexpr llvm::StringLiteral kFunctions[] = {
    "affine",   "elu",        "hardsigmoid",    "leakyrelu",
    "relu",     "scaledtanh", "sigmoid",        "softplus",
    "softsign", "tanh",       "thresholdedrelu"};

/// Operands of one direction of a recurrent layer.
template <typename Op> LogicalResult checkRecurrent(Op op, size_t functions) {
  if (failed(checkRank(op, op.getX(), 3, "x")) ||
      failed(checkRank(op, op.getW(), 2, "w")) ||
      failed(checkRank(op, op.getR(), 2, "r")))
    return failure();
  for (Value bias : op->getOperands())
    if (isa<FloatType>(elementOf(bias)) &&
        failed(checkElement(op, bias, elementOf(op.getX()), "an operand")))
      return failure();
  for (Value result : op->getResults())
    if (failed(checkElement(op, result, elementOf(op.getX()), "a result")))
      return failure();
  if (op.getBias() && failed(checkRank(op, op.getBias(), 1, "bias")))
    return failure();
  if (op.getLengths() && failed(checkRank(op, op.getLengths(), 1, "lengths")))
    return failure();
  if (op.getInitialH() &&
      failed(checkRank(op, op.getInitialH(), 2, "initial_h")))
    return failure();
  int64_t gates = functions == 1 ? 1 : functions == 2 ? 3 : 4;
  int64_t hidden = typeOf(op.getR()).getDimSize(1);
  if (ShapedType::isDynamic(hidden))
    return op.emitOpError("the size of the state is not known");
  if (failed(checkExtent(op, op.getW(), 0, gates * hidden)) ||
      failed(checkExtent(op, op.getR(), 0, gates * hidden)) ||
      failed(checkExtents(op, op.getW(), 1, op.getX(), 2)) ||
      (op.getBias() &&
       failed(checkExtent(op, op.getBias(), 0, 2 * gates * hidden))) ||
      (op.getLengths() &&
       failed(checkExtents(op, op.getLengths(), 0, op.getX(), 1))) ||
      (op.getInitialH() &&
       (failed(checkExtents(op, op.getInitialH(), 0, op.getX(), 1)) ||
        failed(checkExtent(op, op.getInitialH(), 1, hidden)))))
    return failure();
  for (auto name : op.getActivations().template getAsRange<StringAttr>())
    if (!llvm::is_contained(kFunctions, name.getValue().lower()))
      return op.emitOpError("activation ") << name << " is not known";
  // Without parameters functions have their usual ones.
  auto checkParameters = [&](ArrayRef<double> values, StringRef name) {
    return values.empty() ? success()
                          : checkLength(op, values.size(), functions, name);
  };
  return success(succeeded(checkLength(op, op.getActivations().size(),
                                       functions, "activations")) &&
                 succeeded(checkParameters(op.getAlphas(), "alphas")) &&
                 succeeded(checkParameters(op.getBetas(), "betas")));
}

// Windows.

LogicalResult check(ConvTransposeOp op) {
  int64_t rank = rankOf(op.getX());
  if (rank < 3 || rankOf(op.getW()) != rank)
    return op.emitOpError("x of rank ")
           << rank << " and w of rank " << rankOf(op.getW()) << " do not fit";
  if (int64_t(op.getGroup()) < 1)
    return op.emitOpError("group ")
           << int64_t(op.getGroup()) << " is not positive";
  return success(
      succeeded(checkSameElement(op, {op.getX(), op.getW(), op.getY()})) &&
      succeeded(checkExtents(op, op.getW(), 0, op.getX(),
                             op.getLayout() == "NHWC" ? rank - 1 : 1)) &&
      succeeded(checkWindow(op, rank - 2)));
}

LogicalResult check(PoolOp op) { return checkPool(op); }

LogicalResult check(MaxPoolIndicesOp op) {
  return success(succeeded(checkPool(op)) &&
                 succeeded(checkElement(op, op.getY(), i64Of(op), "y")));
}

LogicalResult check(ResizeOp op) {
  int64_t axes = op.getAxes().size();
  SmallVector<int64_t> seen;
  for (int64_t axis : op.getAxes()) {
    if (failed(checkAxis(op, axis, rankOf(op.getX()))))
      return failure();
    if (llvm::is_contained(seen, axis))
      return op.emitOpError("axis ") << axis << " is given twice";
    seen.push_back(axis);
  }
  RankedTensorType scales = typeOf(op.getScales());
  if (!(scales.getElementType().isF32() || scales.getElementType().isF64()) ||
      scales.getRank() != 1 ||
      (scales.hasStaticShape() && scales.getNumElements() != axes))
    return op.emitOpError("scales of ")
           << scales << " do not fit " << axes << " axes";
  if (!op.getRoi().empty() &&
      failed(checkLength(op, op.getRoi().size(), 2 * axes, "roi")))
    return failure();
  if (op.getRoi().empty() && op.getCoordinates() == "tf_crop_and_resize")
    return op.emitOpError("roi is missing");
  return checkMap(op, op.getDims(), axes, "dims");
}

LogicalResult check(GridSampleOp op) {
  if (rankOf(op.getX()) < 3)
    return op.emitOpError("x has rank ")
           << rankOf(op.getX()) << ", less than 3";
  int64_t last = typeOf(op.getGrid()).getRank() == 0
                     ? 0
                     : typeOf(op.getGrid()).getShape().back();
  if (!ShapedType::isDynamic(last) && last != rankOf(op.getX()) - 2)
    return op.emitOpError("grid has ")
           << last << " coordinates, not " << rankOf(op.getX()) - 2;
  return success(
      succeeded(checkRank(op, op.getGrid(), rankOf(op.getX()), "grid")) &&
      succeeded(checkExtents(op, op.getGrid(), 0, op.getX(), 0)) &&
      succeeded(checkElement(op, op.getY(), elementOf(op.getX()), "y")));
}

LogicalResult check(RoiAlignOp op) {
  for (int64_t value : {int64_t(op.getHeight()), int64_t(op.getWidth()),
                        int64_t(op.getSamplingRatio()) + 1})
    if (value < 1)
      return op.emitOpError("height, width or sampling_ratio is out of range");
  int64_t corners =
      rankOf(op.getRois()) == 2 ? typeOf(op.getRois()).getDimSize(1) : 0;
  if (corners != 4 && !ShapedType::isDynamic(corners))
    return op.emitOpError("rois are no [count, 4]");
  return success(
      succeeded(checkRank(op, op.getX(), 4, "x")) &&
      succeeded(checkRank(op, op.getRois(), 2, "rois")) &&
      succeeded(checkRank(op, op.getBatch(), 1, "batch")) &&
      succeeded(checkExtents(op, op.getBatch(), 0, op.getRois(), 0)) &&
      succeeded(checkElement(op, op.getY(), elementOf(op.getX()), "y")));
}

// Composites.

LogicalResult check(SoftmaxOp op) {
  return checkAxis(op, op.getAxis(), rankOf(op.getX()));
}
LogicalResult check(LogSoftmaxOp op) {
  return checkAxis(op, op.getAxis(), rankOf(op.getX()));
}

LogicalResult check(NormalizeOp op) {
  int64_t previous = -1;
  for (int64_t axis : op.getAxes()) {
    if (failed(checkAxis(op, axis, rankOf(op.getX()))))
      return failure();
    if (axis <= previous)
      return op.emitOpError("axis ") << axis << " is out of order";
    previous = axis;
  }
  return checkElement(op, op.getY(), elementOf(op.getX()), "y");
}

/// What scores [b, heads, n, m] meet has extents of 1 or theirs.
LogicalResult checkMeets(AttentionOp op, Value x, StringRef name,
                         ArrayRef<int64_t> scores) {
  if (!x)
    return success();
  int64_t rank = rankOf(x);
  if (rank > 4) // attention_c2
    return op.emitOpError() << name << " has rank " << rank << ", not 0 to 4";
  for (auto [mine, whole] :
       llvm::zip(typeOf(x).getShape(), scores.take_back(rank)))
    if (mine != whole && mine != 1 && !ShapedType::isDynamic(mine) &&
        !ShapedType::isDynamic(whole)) // attention_c3
      return op.emitOpError() << name << " has an extent of " << mine
                              << ", the scores " << whole;
  return success();
}

LogicalResult checkGroup(AttentionOp op, int64_t heads, int64_t shared) {
  if (op.getGroup())
    return checkMap(op, *op.getGroup(), 1, "group");
  bool known = !ShapedType::isDynamic(heads) && !ShapedType::isDynamic(shared);
  if (!known || heads == shared || (shared > 0 && heads % shared == 0))
    return success();
  return op.emitOpError() << heads << " heads cannot share those of " << shared
                          << " keys"; // attention_c4
}

/// What is added to scores, or decides about them.
LogicalResult checkScores(AttentionOp op) {
  ArrayRef<int64_t> q = typeOf(op.getQ()).getShape();
  SmallVector<int64_t> scores{q[0], q[1], q[2],
                              typeOf(op.getK()).getDimSize(2)};
  SmallVector<int64_t> row(scores), batch{q[0], 1, 1, 1};
  row[3] = 1;
  if (op.getLengths() && failed(checkRank(op, op.getLengths(), 1, "lengths")))
    return failure();
  if (op.getLengths() &&
      failed(checkMeets(op, op.getLengths(), "lengths", q[0])))
    return failure();
  return success(
      succeeded(checkMeets(op, op.getMask(), "mask", scores)) &&
      succeeded(checkMeets(op, op.getAllowed(), "allowed", scores)) &&
      succeeded(checkMeets(op, op.getSink(), "sink", row)) &&
      succeeded(checkMeets(op, op.getFirst(), "first", batch)));
}

LogicalResult check(AttentionOp op) {
  for (Value value : {op.getQ(), op.getK(), op.getV()})
    if (failed(checkRank(op, value, 4, "an operand")))
      return failure();
  if (op.getGives().has_value() != bool(op.getScores())) // attention_c1
    return op.emitOpError("gives and a second result come together");
  if (op.getScores() && failed(checkElement(op, op.getScores(), op.scoreType(),
                                            "the second result")))
    return failure();
  if (failed(checkExtents(op, op.getQ(), 0, op.getK(), 0)) ||
      failed(checkExtents(op, op.getQ(), 0, op.getV(), 0)) ||
      failed(checkExtents(op, op.getK(), 1, op.getV(), 1)) ||
      failed(checkExtents(op, op.getK(), 2, op.getV(), 2)) ||
      failed(checkExtents(op, op.getQ(), 3, op.getK(), 3)))
    return failure();
  if (failed(checkGroup(op, typeOf(op.getQ()).getDimSize(1),
                        typeOf(op.getK()).getDimSize(1))))
    return failure();
  return checkScores(op);
}

LogicalResult check(RnnOp op) { return checkRecurrent(op, 1); }
LogicalResult check(GruOp op) { return checkRecurrent(op, 2); }
LogicalResult check(LstmOp op) { return checkRecurrent(op, 3); }

// Packed products.

LogicalResult check(PackedMatmulOp op) {
  if (rankOf(op.getA()) < 1 ||
      (rankOf(op.getB()) != 3 && rankOf(op.getB()) != 4))
    return op.emitOpError("a of rank ")
           << rankOf(op.getA()) << " and b of rank " << rankOf(op.getB())
           << " do not fit";
  if (int64_t(op.getColumns()) < 0)
    return op.emitOpError("columns is ") << int64_t(op.getColumns());
  return success();
}

LogicalResult check(PackedConvOp op) {
  int64_t rank = rankOf(op.getA());
  if (rank < 3 || (rankOf(op.getB()) != 3 && rankOf(op.getB()) != 4))
    return op.emitOpError("a of rank ")
           << rank << " and b of rank " << rankOf(op.getB()) << " do not fit";
  if (int64_t(op.getColumns()) < 0 || int64_t(op.getGroups()) < 1)
    return op.emitOpError("columns or groups are out of range");
  return success(
      succeeded(checkWindow(op, rank - 2)) &&
      succeeded(checkLength(op, op.getKernel().size(), rank - 2, "kernel")) &&
      succeeded(checkAtLeast(op, op.getKernel(), 1, "kernel")));
}

LogicalResult check(DepthwiseConvOp op) {
  return success(succeeded(checkRank(op, op.getA(), 4, "a")) &&
                 succeeded(checkRank(op, op.getB(), 3, "b")) &&
                 succeeded(checkWindow(op, 2)));
}

LogicalResult check(PackedRecurrentOp op) {
  if (op.getReverse().empty())
    return op.emitOpError("reverse is empty");
  return success(succeeded(checkRank(op, op.getXw(), 3, "xw")) &&
                 succeeded(checkRank(op, op.getR(), 3, "r")));
}

} // namespace

LogicalResult opc::verifiers::checkLayers(Operation *op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<ConvTransposeOp, PoolOp, MaxPoolIndicesOp, ResizeOp, GridSampleOp,
            RoiAlignOp, SoftmaxOp, LogSoftmaxOp, NormalizeOp, AttentionOp,
            RnnOp, GruOp, LstmOp, PackedMatmulOp, PackedConvOp, DepthwiseConvOp,
            PackedRecurrentOp>([](auto known) { return check(known); })
      .Default(success());
}
