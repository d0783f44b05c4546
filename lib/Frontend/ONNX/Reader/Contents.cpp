//===- Contents.cpp - shape arithmetic at import --------------------------===//
//
// So that Shape -> Gather -> Concat -> Reshape leaves nothing to run: where the
// elements of a node's inputs are known, so are those of its outputs (Known.h).
// An element that is not known is null; its node is built as any other.
//
//===----------------------------------------------------------------------===//
#include "Known.h"

using namespace mlir;

namespace opc::onnx {

bool isEvaluable(Type element) {
  return element.isF32() || element.isF64() ||
         (isa<IntegerType>(element) && !element.isUnsignedInteger(64));
}

double rounded(Type element, double value) {
  return element.isF32() ? static_cast<double>(static_cast<float>(value))
                         : value;
}

std::optional<Ints> broadcastShape(ArrayRef<Known> in) {
  Ints shape;
  for (const Known &k : in) {
    Ints other = k.shape;
    if (other.size() > shape.size())
      std::swap(other, shape);
    size_t offset = shape.size() - other.size();
    for (size_t i = 0; i < other.size(); ++i) {
      int64_t &extent = shape[offset + i];
      if (extent == 1)
        extent = other[i];
      else if (other[i] != 1 && other[i] != extent)
        return std::nullopt;
    }
  }
  return shape;
}

int64_t countOf(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

int64_t sourceIndex(ArrayRef<int64_t> from, ArrayRef<int64_t> to, int64_t i) {
  int64_t index = 0, stride = 1;
  size_t offset = to.size() - from.size();
  for (size_t axis = to.size(); axis-- > 0;) {
    int64_t at = i % to[axis];
    i /= to[axis];
    if (axis < offset)
      continue;
    int64_t extent = from[axis - offset];
    index += (extent == 1 ? 0 : at) * stride;
    stride *= extent;
  }
  return index;
}

namespace {

Result knownOf(Node &n, Value v) {
  if (!v || !isEvaluable(n.elementOf(v)))
    return std::nullopt;
  auto type = cast<RankedTensorType>(v.getType());
  if (!type.hasStaticShape() || type.getNumElements() > ShapeEnv::contentsLimit)
    return std::nullopt;
  Known known{type.getElementType(), Ints(type.getShape())};
  if (known.isReal()) {
    auto values = n.reals(v);
    if (!values)
      return std::nullopt;
    known.reals = *values;
    return known;
  }
  if (type.getNumElements() == 0)
    return known;
  known.ints =
      n.partialContents(v).value_or(Dims(type.getNumElements(), AffineExpr()));
  return known;
}

const EvaluationRow *findEvaluation(StringRef op) {
  for (ArrayRef<EvaluationRow> table :
       {arithmeticEvaluations(), movementEvaluations()})
    for (const EvaluationRow &row : table)
      if (row.op == op)
        return &row;
  return nullptr;
}

} // namespace

bool foldShapeArithmetic(Node &node) {
  const EvaluationRow *row = findEvaluation(node.proto.op_type());
  if (!row || node.numInputs() == 0)
    return false;
  SmallVector<Known> inputs;
  for (int64_t i = 0; i < node.numInputs(); ++i) {
    Result known = knownOf(node, node.peek(i));
    if (!known)
      return false;
    inputs.push_back(*known);
  }
  Result result = row->evaluate(node, inputs);
  // What an evaluation does not know of, the op's row honours or refuses.
  if (!result || node.failed() || node.hasUnreadAttribute())
    return false;
  if (result->isReal()) {
    node.out(0, node.reals(result->element, result->shape, result->reals));
    return true;
  }
  if (llvm::is_contained(result->ints, AffineExpr())) {
    node.partial = result->ints;
    return false;
  }
  node.out(0, node.integers(result->element, result->shape, result->ints));
  return true;
}

void noteContents(Node &node) {
  if (!node.partial || node.failed() || node.outputs().empty())
    return;
  Value value = node.outputs()[0];
  if (value && llvm::any_of(*node.partial, [](AffineExpr e) { return !!e; }))
    node.state.contents.try_emplace(value, *node.partial);
}

} // namespace opc::onnx
