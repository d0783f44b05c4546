//===- EmitterExtents.cpp - extents, contents and symbols -----------------===//
//
// The part of the Emitter that reasons about extents: what is known of a value,
// and how what is not known becomes a symbol that the program binds as it runs.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Frontend/Graph/ElementTypes.h"
#include "opc/Frontend/Graph/Emitter.h"
#include "opc/Runtime/Demand.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::graph {

Ints axesBetween(int64_t first, int64_t last) {
  Ints axes;
  for (int64_t axis = first; axis < last; ++axis)
    axes.push_back(axis);
  return axes;
}

Ints axesUpTo(int64_t n) { return axesBetween(0, n); }

Type Emitter::elementOf(Value v) {
  return v ? getElementTypeOrSelf(v.getType()) : Type();
}
bool Emitter::isFloat(Value v) { return v && isa<FloatType>(elementOf(v)); }
bool Emitter::isUnsigned(Value v) {
  return v && elementOf(v).isUnsignedInteger();
}
int64_t Emitter::rank(Value v) {
  return v ? cast<RankedTensorType>(v.getType()).getRank() : 0;
}
Dims Emitter::dims(Value v) { return v ? state.env.dims(v) : Dims(); }

AffineExpr Emitter::dim(Value v, int64_t axis) {
  Dims all = dims(v);
  int64_t count = all.size();
  axis = axisIn(axis, count);
  return axis < count ? all[axis] : expr(1);
}
AffineExpr Emitter::size(Value v) { return sizeOf(v, 0, rank(v)); }
AffineExpr Emitter::sizeOf(Value v, int64_t begin, int64_t end) {
  Dims all = dims(v);
  int64_t count = all.size();
  begin = std::clamp<int64_t>(begin, 0, count);
  end = std::clamp<int64_t>(end, begin, count);
  return product(state.builder.getContext(),
                 ArrayRef<AffineExpr>(all).slice(begin, end - begin));
}

namespace {

/// A constant of at most `most` elements as an attribute to look into, or null.
DenseElementsAttr constantUpTo(int64_t most, Value v) {
  auto constant = v ? v.getDefiningOp<ConstantOp>() : ConstantOp();
  if (!constant || constant.getValue().getNumElements() > most)
    return {};
  if (auto value = dyn_cast<DenseElementsAttr>(constant.getValue()))
    return value;
  const AsmResourceBlob *blob = blobOf(constant.getValue());
  auto type = cast<ShapedType>(constant.getValue().getType());
  if (!blob)
    return {};
  ArrayRef<char> bytes = blob->getData();
  if (!type.getElementType().isInteger(1))
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  SmallVector<bool> values(bytes.begin(), bytes.end());
  return DenseElementsAttr::get(type, ArrayRef<bool>(values));
}

int64_t integerOf(const APInt &value, Type element) {
  if (element.isInteger(1) || element.isUnsignedInteger())
    return static_cast<int64_t>(value.getLimitedValue());
  return value.getSExtValue();
}

Ints integersOf(DenseElementsAttr value) {
  Ints items;
  items.reserve(value.getNumElements());
  for (const APInt &item : value.getValues<APInt>())
    items.push_back(integerOf(item, value.getElementType()));
  return items;
}

} // namespace

std::optional<Dims> Emitter::partialContents(Value v) {
  if (!v || !isa<IntegerType>(elementOf(v)))
    return std::nullopt;
  if (auto found = state.contents.find(v); found != state.contents.end())
    return found->second;
  if (constantOf(size(v)) == 0)
    return Dims();
  DenseElementsAttr value = constantUpTo(ShapeEnv::contentsLimit, v);
  return value ? std::optional(exprList(integersOf(value))) : std::nullopt;
}

std::optional<Dims> Emitter::contents(Value v) {
  std::optional<Dims> items = partialContents(v);
  if (items && llvm::is_contained(*items, AffineExpr()))
    return std::nullopt;
  return items;
}

std::optional<Ints> Emitter::constants(Value v) {
  if (std::optional<Dims> items = contents(v))
    return constantsOf(*items);
  if (!v || !isa<IntegerType>(elementOf(v)))
    return std::nullopt;
  DenseElementsAttr value = constantUpTo(kMostConstants, v);
  return value ? std::optional(integersOf(value)) : std::nullopt;
}

std::optional<SmallVector<double>> Emitter::reals(Value v) {
  SmallVector<double> values;
  if (std::optional<Ints> items = constants(v)) {
    values.append(items->begin(), items->end());
    return values;
  }
  DenseElementsAttr value = constantUpTo(kMostConstants, v);
  if (!value || !isFloat(v))
    return std::nullopt;
  for (APFloat item : value.getValues<APFloat>()) {
    bool inexact;
    item.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &inexact);
    values.push_back(item.convertToDouble());
  }
  return values;
}

int64_t Emitter::axisIn(int64_t axis, int64_t rank) {
  if (axis >= -rank && axis < rank)
    return axis < 0 ? axis + rank : axis;
  fail(formatv("axis {0} is outside of rank {1}", axis, rank));
  return 0;
}

Ints Emitter::axesIn(ArrayRef<int64_t> axes, int64_t rank) {
  Ints result;
  int64_t twice = -1;
  for (int64_t axis : axes) {
    int64_t front = axisIn(axis, rank);
    if (failed())
      return result;
    if (llvm::is_contained(result, front))
      twice = std::max(twice, front);
    result.push_back(front);
  }
  if (twice >= 0)
    fail(formatv("axis {0} is given twice", twice));
  return result;
}

Dims Emitter::exprList(ArrayRef<int64_t> values) {
  Dims result;
  for (int64_t value : values)
    result.push_back(expr(value));
  return result;
}

AffineExpr Emitter::newSymbol(Bounds bounds) {
  unsigned index = addSymbol(state.function, "");
  state.bounds.set(index, bounds);
  return state.env.symbol(index);
}

AffineExpr Emitter::wrapped(Type element, AffineExpr e) {
  unsigned width = element.getIntOrFloatBitWidth();
  std::optional<int64_t> value = constantOf(e);
  // What is computed from extents fits 32 bits; of fewer, and of unsigned types
  // after a subtraction, nobody knows.
  if (!value)
    return width >= 32 && !element.isUnsignedInteger() ? e : AffineExpr();
  APInt bits = APInt(64, *value, /*isSigned=*/true).trunc(width);
  return expr(integerOf(bits, element));
}

AffineExpr Emitter::simplify(AffineExpr e) {
  AffineMap map = toMap(state.builder.getContext(), e);
  return simplifyAffineExpr(e, 0, map.getNumSymbols());
}

AffineExpr Emitter::boundBefore(StringRef op, ArrayRef<AffineExpr> key) {
  Block *here = state.builder.getInsertionBlock();
  for (auto &binding : state.bindings) {
    if (binding.op != op || ArrayRef<AffineExpr>(binding.key) != key)
      continue;
    for (Block *block = here; block;) {
      if (block == binding.block)
        return binding.symbol;
      Operation *parent = block->getParentOp();
      block = parent ? parent->getBlock() : nullptr;
    }
  }
  return {};
}

AffineExpr Emitter::bindOnce(StringRef op, ArrayRef<AffineExpr> key) {
  Block *here = state.builder.getInsertionBlock();
  if (AffineExpr symbol = boundBefore(op, key))
    return symbol;
  AffineExpr symbol = newSymbol();
  auto position = i64(cast<AffineSymbolExpr>(symbol).getPosition());
  OperationState os(loc, op);
  os.addAttribute(op == BindClampOp::getOperationName() ? "bounds" : "pair",
                  exprs(key));
  os.addAttribute("symbol", position);
  state.builder.create(os);
  state.bindings.push_back({op, Dims(key), here, symbol});
  return symbol;
}

AffineExpr Emitter::clamp(AffineExpr value, AffineExpr low, AffineExpr high) {
  if (AffineExpr known = state.bounds.clamped(value, low, high))
    return known;
  AffineExpr symbol =
      bindOnce(BindClampOp::getOperationName(), {value, low, high});
  state.bounds.setClamp(cast<AffineSymbolExpr>(symbol).getPosition(), value,
                        low, high);
  return symbol;
}

AffineExpr Emitter::bindPair(AffineExpr a, AffineExpr b) {
  return bindOnce(BindBroadcastOp::getOperationName(), {a, b});
}

AffineExpr Emitter::bindElement(Value v, int64_t index, int64_t min,
                                StringRef message) {
  if (failed() || !v)
    return expr(1);
  AffineExpr symbol = newSymbol({min, std::nullopt});
  OperationState os(loc, BindElementOp::getOperationName());
  os.addOperands(v);
  os.addAttribute("index", i64(index));
  os.addAttribute("symbol", i64(cast<AffineSymbolExpr>(symbol).getPosition()));
  os.addAttribute("min", i64(min));
  os.addAttribute(kDemandAttr, text(message));
  state.builder.create(os);
  return symbol;
}

void Emitter::bindDimAs(Value v, int64_t axis, AffineExpr symbol) {
  OperationState os(loc, BindDimOp::getOperationName());
  os.addOperands(v);
  os.addAttribute("axis", i64(axis));
  os.addAttribute("symbol", i64(cast<AffineSymbolExpr>(symbol).getPosition()));
  state.builder.create(os);
}

std::optional<Dims> Emitter::resolve(Value v, StringRef what, int64_t min) {
  if (failed() || !v)
    return std::nullopt;
  requireIntegers(v, what);
  if (failed())
    return std::nullopt;
  std::optional<int64_t> count = constantOf(size(v));
  std::optional<Ints> known = constants(v);
  if (!known && (!count || *count > ShapeEnv::contentsLimit)) {
    failNeeds(what);
    return std::nullopt;
  }
  Dims items = known ? exprList(*known)
                     : partialContents(v).value_or(Dims(*count, AffineExpr()));
  for (auto [i, item] : llvm::enumerate(items))
    if (!item)
      item = bindElement(
          v, i, min, ("input '" + what + "' holds {0}, less than {1}").str());
    else
      requireAtMost(expr(min), item,
                    ("input '" + what + "' holds {1}, less than {0}").str());
  return failed() ? std::nullopt : std::optional(items);
}

Value Emitter::scalarOf(Value v, StringRef what, Type element) {
  if (!v || failed())
    return {};
  if (rank(v) > 1)
    fail(formatv("input '{0}' has rank {1}, not 0 or 1", what, rank(v)));
  if (element && elementOf(v) != element)
    fail("input '" + what + "' is " + dtypeName(elementOf(v)) + ", not " +
         dtypeName(element));
  requireEqual(size(v), expr(1),
               ("input '" + what + "' has {0} elements, not {1}").str());
  return failed() ? Value() : reshape(v, {});
}

void Emitter::requireIntegers(Value v, StringRef what) {
  if (v && !failed() && !isa<IntegerType>(elementOf(v)))
    fail("input '" + what + "' is " + dtypeName(elementOf(v)) +
         ", not an integer tensor");
}

Value Emitter::vectorOf(Value v, StringRef what) {
  if (v && !failed() && rank(v) != 1)
    fail(formatv("input '{0}' has rank {1}, not 1", what, rank(v)));
  requireIntegers(v, what);
  return failed() ? Value() : v;
}

AffineExpr Emitter::resolveScalar(Value v, StringRef what, int64_t min) {
  std::optional<Dims> items = resolve(scalarOf(v, what), what, min);
  return items ? items->front() : AffineExpr();
}

namespace {

/// Appends the factors of a product; constants go into `constant`.
void factorise(AffineExpr e, Dims &factors, int64_t &constant) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(e);
  if (binary && binary.getKind() == AffineExprKind::Mul) {
    factorise(binary.getLHS(), factors, constant);
    factorise(binary.getRHS(), factors, constant);
    return;
  }
  int64_t product;
  if (auto value = constantOf(e);
      value && !llvm::MulOverflow(*value, constant, product))
    constant = product;
  else
    factors.push_back(e);
}

} // namespace

/// What is left of a / b when equal factors are crossed out.
static std::pair<AffineExpr, AffineExpr> reduced(AffineExpr a, AffineExpr b) {
  Dims above, below;
  int64_t top = 1, bottom = 1;
  factorise(a, above, top);
  factorise(b, below, bottom);
  for (AffineExpr factor : Dims(below)) {
    auto *twin = llvm::find(above, factor);
    if (twin == above.end())
      continue;
    above.erase(twin);
    below.erase(llvm::find(below, factor));
  }
  if (bottom != 0 && top % bottom == 0) {
    top /= bottom;
    bottom = 1;
  }
  MLIRContext *context = a.getContext();
  return {product(context, above) * top, product(context, below) * bottom};
}

AffineExpr Emitter::quotient(AffineExpr a, AffineExpr b) {
  auto [upper, lower] = reduced(a, b);
  if (constantOf(lower) == 1)
    return upper;
  if (leastOf(lower).value_or(0) < 1)
    lower = clamp(lower, expr(1), expr(kLargestExtent));
  return upper.floorDiv(lower);
}

void Emitter::requireSameSize(ArrayRef<AffineExpr> a, ArrayRef<AffineExpr> b,
                              StringRef text) {
  if (failed())
    return;
  MLIRContext *context = state.builder.getContext();
  AffineExpr first = product(context, a), second = product(context, b);
  auto [upper, lower] = reduced(first, second);
  if (upper != lower)
    requireEqual(first, second, text);
}

void Emitter::demand(AffineExpr value, AffineExpr low, AffineExpr high,
                     StringRef message) {
  if (boundBefore(kDemandAttr, {value, low, high}))
    return;
  AffineExpr symbol = newSymbol();
  OperationState os(loc, BindClampOp::getOperationName());
  os.addAttribute("bounds", exprs({value, low, high}));
  os.addAttribute("symbol", i64(cast<AffineSymbolExpr>(symbol).getPosition()));
  os.addAttribute(kDemandAttr, text(message));
  Block *here = state.builder.create(os)->getBlock();
  state.bindings.push_back({kDemandAttr, Dims{value, low, high}, here, symbol});
}

void Emitter::guard(Value condition, StringRef text) {
  if (std::optional<Ints> known = constants(condition)) {
    if (llvm::is_contained(*known, 0))
      fail(text);
    return;
  }
  bindElement(cast(condition, i64Type()), 0, 1, text);
}

void Emitter::requireEqual(AffineExpr a, AffineExpr b, StringRef text) {
  if (failed() || a == b || constantOf(simplify(a - b)) == 0)
    return;
  std::optional<int64_t> x = constantOf(a), y = constantOf(b);
  if (x && y)
    return fail(demandText(text, *x, *y));
  demand(a, b, b, text);
}

void Emitter::requireAtMost(AffineExpr a, AffineExpr b, StringRef text) {
  if (failed() || provablyAtMost(a, b))
    return;
  std::optional<int64_t> x = constantOf(a), y = constantOf(b);
  if (x && y)
    return fail(demandText(text, *x, *y));
  demand(a, expr(kNoLowerEnd), b, text);
}

} // namespace opc::graph
