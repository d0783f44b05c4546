//===- Emitter.cpp - short forms for building opc ops ---------------------===//
//
// Creation of ops: operands checked, results' extents inferred, the op
// verified. Whatever the dialect objects to becomes the reason of the failure.
//
//===----------------------------------------------------------------------===//
#include "opc/Frontend/Graph/Emitter.h"
#include "mlir/IR/Diagnostics.h"
#include "opc/Dialect/Opc/IR/Refusal.h"
#include "opc/Dialect/Opc/IR/Verifiers.h"
#include "opc/Frontend/Graph/ElementTypes.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::graph {

void Emitter::fail(Objection reason) {
  if (!error)
    error = std::move(reason);
}

Attribute Emitter::ints(ArrayRef<int64_t> v) {
  return state.builder.getDenseI64ArrayAttr(v);
}
Attribute Emitter::doubles(ArrayRef<double> v) {
  return state.builder.getDenseF64ArrayAttr(v);
}
Attribute Emitter::exprs(ArrayRef<AffineExpr> v) {
  return AffineMapAttr::get(toMap(state.builder.getContext(), v));
}

namespace {

/// An extent that is no symbol and yet no constant has overflowed.
bool isBroken(AffineExpr extent) {
  if (!extent)
    return true;
  if (constantOf(extent))
    return false;
  bool symbolic = false;
  extent.walk([&](AffineExpr e) { symbolic |= isa<AffineSymbolExpr>(e); });
  return !symbolic;
}

std::string shapeText(ArrayRef<AffineExpr> dims) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << '[';
  llvm::interleaveComma(dims, stream);
  stream << ']';
  return text;
}

} // namespace

/// Verifies the op; gives its results their extents and types.
static LogicalResult settle(Emitter &e, Operation *op,
                            std::optional<Dims> pinned) {
  if (failed(op->getName().verifyInvariants(op)) || failed(checkOperands(op)))
    return failure();
  SmallVector<Dims> all;
  if (pinned) {
    all.push_back(*pinned);
    pinDims(op, all);
  } else if (auto shaped = dyn_cast<ShapedOp>(op)) {
    if (failed(shaped.inferDims(e.state.env, all)))
      return failure();
  }
  for (auto [result, dims] : llvm::zip(op->getResults(), all)) {
    Objection error;
    if (llvm::any_of(dims, isBroken))
      return op->emitError("extents ") << shapeText(dims) << " overflow";
    Type element = getElementTypeOrSelf(result.getType());
    RankedTensorType type = tensorType(dims, element);
    if (!checkedType(type.getShape(), element, error))
      return error.nearest.empty()
                 ? op->emitError(error.reason)
                 : refusal(op->emitError(error.reason), error.nearest);
    result.setType(type);
    e.state.env.setDims(result, dims);
  }
  return success();
}

static SmallVector<Value> create(Emitter &e, StringRef name,
                                 ValueRange operands, Attrs attrs,
                                 ArrayRef<Type> elements,
                                 std::optional<Dims> pinned) {
  SmallVector<Value> none(elements.size());
  if (e.failed())
    return none;
  if (llvm::any_of(operands, [](Value v) { return !v; })) {
    e.fail("an operand is missing");
    return none;
  }
  Objection objection;
  ScopedDiagnosticHandler handler(
      e.state.builder.getContext(), [&](mlir::Diagnostic &diagnostic) {
        if (!objection)
          objection = Objection::ofDialect(diagnostic);
        return success();
      });
  OperationState state(e.loc, name);
  state.addOperands(operands);
  for (auto [key, value] : attrs)
    state.addAttribute(key, value);
  // The extents of results are inferred once the op is known to be sound.
  SmallVector<int64_t> shape;
  if (!operands.empty())
    llvm::append_range(
        shape, cast<RankedTensorType>(operands[0].getType()).getShape());
  for (Type element : elements)
    state.addTypes(RankedTensorType::get(shape, element));
  Operation *op = e.state.builder.create(state);
  if (succeeded(settle(e, op, pinned)))
    return SmallVector<Value>(op->getResults());
  e.fail(objection ? objection
                   : Objection(name + " does not fit its operands"));
  return none;
}

SmallVector<Value> Emitter::emitAll(StringRef op, ValueRange operands,
                                    Attrs attrs, ArrayRef<Type> elements) {
  return create(*this, op, operands, attrs, elements, std::nullopt);
}

AffineExpr Emitter::broadcastExtent(AffineExpr a, AffineExpr b) {
  std::optional<int64_t> x = constantOf(a), y = constantOf(b);
  if (a == b || y == 1)
    return a;
  if (x == 1)
    return b;
  if (x && y)
    return {};
  AffineExpr symbol = bindPair(a, b);
  return x ? a : y ? b : symbol;
}

Dims Emitter::broadcastShapes(ArrayRef<AffineExpr> a, ArrayRef<AffineExpr> b) {
  if (a.size() < b.size())
    std::swap(a, b);
  Dims result(a);
  size_t offset = a.size() - b.size();
  for (auto [i, extent] : llvm::enumerate(b)) {
    AffineExpr both = broadcastExtent(a[offset + i], extent);
    if (!both)
      fail(formatv("extents {0} and {1} do not broadcast", shapeText(a),
                   shapeText(b)));
    else
      result[offset + i] = both;
  }
  return result;
}

Value Emitter::fitting(Value x, Value target, StringRef what) {
  if (failed() || !x || !target)
    return x;
  const Dims from = dims(x), to = dims(target);
  if (from.size() > to.size()) {
    fail(formatv("{0} of shape {1} does not broadcast to {2}", what,
                 shapeText(from), shapeText(to)));
    return x;
  }
  std::string text = what.str() + " of extent {0} does not broadcast to {1}";
  for (auto [extent, own] :
       llvm::zip_equal(ArrayRef(to).take_back(from.size()), from)) {
    AffineExpr both = broadcastExtent(extent, own);
    // What does not broadcast at all is said where the two meet.
    if (both)
      requireEqual(both, extent, text);
  }
  return x;
}

Value Emitter::emitBroadcast(StringRef op, ValueRange operands, Attrs attrs,
                             Type element) {
  if (failed() || llvm::any_of(operands, [](Value v) { return !v; }))
    return {};
  Dims result;
  for (Value operand : operands)
    result = broadcastShapes(result, dims(operand));
  bool symbolic = !constantsOf(result);
  return create(*this, op, operands, attrs, element,
                symbolic ? std::optional(result) : std::nullopt)[0];
}

/// Fails where two values have elements of different types.
static void requireSameElement(Emitter &e, Value a, Value b) {
  if (a && b && e.elementOf(a) != e.elementOf(b))
    e.fail("dtypes " + dtypeName(e.elementOf(a)) + " and " +
           dtypeName(e.elementOf(b)) + " differ");
}

Value Emitter::select(Value condition, Value a, Value b) {
  requireSameElement(*this, a, b);
  return emitBroadcast(SelectOp::getOperationName(), {condition, a, b}, {},
                       elementOf(a));
}

Value Emitter::cast(Value x, Type element, bool saturate) {
  if (!x || !element || elementOf(x) == element)
    return x;
  Value result = emit<CastOp>(x, {{"saturate", boolean(saturate)}}, element);
  std::optional<Dims> known = partialContents(x);
  if (!result || !known || !isa<IntegerType>(element) || element.isInteger(1))
    return result;
  for (AffineExpr &item : *known)
    item = item ? wrapped(element, item) : item;
  state.contents[result] = *known;
  return result;
}

Value Emitter::matmul(Value a, Value b, Type element, bool transposeA,
                      bool transposeB) {
  if (isFloat(a) || isFloat(b))
    requireSameElement(*this, a, b);
  if (failed() || !a || !b)
    return {};
  Dims left = dims(a), right = dims(b), result;
  if (left.size() < 2 || right.size() < 2) {
    fail("matrices must have rank 2 or more");
    return {};
  }
  if (transposeA)
    std::swap(left[left.size() - 1], left[left.size() - 2]);
  if (transposeB)
    std::swap(right[right.size() - 1], right[right.size() - 2]);
  requireEqual(left.back(), right[right.size() - 2],
               "inner extents {0} and {1} differ");
  result = broadcastShapes(ArrayRef(left).drop_back(2),
                           ArrayRef(right).drop_back(2));
  result.append({left[left.size() - 2], right.back()});
  bool symbolic = !constantsOf(result);
  return create(*this, MatmulOp::getOperationName(), {a, b},
                {{"transpose_a", boolean(transposeA)},
                 {"transpose_b", boolean(transposeB)}},
                element, symbolic ? std::optional(result) : std::nullopt)[0];
}

} // namespace opc::graph
