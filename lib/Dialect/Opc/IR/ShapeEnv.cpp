//===- ShapeEnv.cpp - extents as expressions over symbols -----------------===//
#include "opc/Dialect/Opc/IR/ShapeEnv.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

AffineExpr ShapeEnv::constant(int64_t value) const {
  return getAffineConstantExpr(value, context);
}
AffineExpr ShapeEnv::symbol(unsigned index) const {
  return getAffineSymbolExpr(index, context);
}

/// The map that an enclosing op states for a block argument, if any.
static AffineMapAttr statedMap(BlockArgument argument) {
  Operation *parent = argument.getOwner()->getParentOp();
  unsigned index = argument.getArgNumber();
  if (auto function = dyn_cast<func::FuncOp>(parent))
    return function.getArgAttrOfType<AffineMapAttr>(index, kDimsAttr);
  auto loop = dyn_cast<LoopOp>(parent);
  if (loop && index < loop.getBodyDims().size())
    return cast<AffineMapAttr>(loop.getBodyDims()[index]);
  return {};
}

/// The map that an op states for one of its results, if any.
static AffineMapAttr statedMap(OpResult result) {
  Operation *op = result.getOwner();
  auto pinned = op->getAttrOfType<ArrayAttr>(kDimsAttr);
  if (!pinned && isa<IfOp, LoopOp, LaunchOp>(op))
    pinned = op->getAttrOfType<ArrayAttr>("dims");
  if (!pinned || result.getResultNumber() >= pinned.size())
    return {};
  return dyn_cast<AffineMapAttr>(pinned[result.getResultNumber()]);
}

Dims ShapeEnv::compute(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return {};
  auto result = dyn_cast<OpResult>(value);
  AffineMapAttr map =
      result ? statedMap(result) : statedMap(cast<BlockArgument>(value));
  if (map && map.getValue().getNumResults() == type.getRank())
    return toDims(map.getValue());
  auto shaped = result ? dyn_cast<ShapedOp>(result.getOwner()) : ShapedOp();
  SmallVector<Dims> all;
  if (shaped && succeeded(shaped.inferDims(*this, all)))
    return all[result.getResultNumber()];
  return staticDims(context, type);
}

const Dims &ShapeEnv::dims(Value value) {
  auto it = known.find(value);
  if (it != known.end())
    return *it->second;
  auto dims = std::make_shared<const Dims>(compute(value)); // may grow the map
  return *(known[value] = std::move(dims));
}

AffineExpr ShapeEnv::dim(Value value, int64_t axis) {
  return dims(value)[axis];
}

AffineExpr ShapeEnv::size(Value value) { return product(context, dims(value)); }

std::optional<Dims> ShapeEnv::contents(Value value) {
  auto it = knownContents.find(value);
  if (it != knownContents.end())
    return it->second;
  std::optional<Dims> result;
  auto type = dyn_cast<RankedTensorType>(value.getType());
  auto shaped = value.getDefiningOp<ShapedOp>();
  if (shaped && type && type.hasStaticShape() &&
      type.getElementType().isInteger() &&
      type.getNumElements() <= contentsLimit)
    result = shaped.inferContents(*this);
  knownContents[value] = result;
  return result;
}

const Accesses *ShapeEnv::accesses(Operation *op) {
  auto it = knownAccesses.find(op);
  if (it != knownAccesses.end())
    return it->second.get();
  auto access = dyn_cast<AccessOp>(op);
  Accesses found;
  bool says = access && succeeded(access.inferAccesses(*this, found));
  auto &entry = knownAccesses[op];
  if (says)
    entry = std::make_shared<const Accesses>(std::move(found));
  return entry.get();
}

void ShapeEnv::setDims(Value value, Dims dims) {
  known[value] = std::make_shared<const Dims>(std::move(dims));
  knownAccesses.clear();
}

void ShapeEnv::forget(Operation *op) {
  for (Value result : op->getResults()) {
    known.erase(result);
    knownContents.erase(result);
  }
  knownAccesses.erase(op);
}

void ShapeEnv::invalidate() {
  known.clear();
  knownContents.clear();
  knownAccesses.clear();
}

AffineExpr opc::product(MLIRContext *context, ArrayRef<AffineExpr> exprs) {
  AffineExpr result = getAffineConstantExpr(1, context);
  for (AffineExpr expr : exprs) {
    if (!expr)
      return {};
    result = result * expr;
  }
  return result;
}

std::optional<int64_t> opc::constantOf(AffineExpr expr) {
  if (!expr)
    return std::nullopt;
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  return std::nullopt;
}

std::optional<SmallVector<int64_t>>
opc::constantsOf(ArrayRef<AffineExpr> exprs) {
  SmallVector<int64_t> values;
  for (AffineExpr expr : exprs) {
    std::optional<int64_t> value = constantOf(expr);
    if (!value)
      return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

RankedTensorType opc::tensorType(ArrayRef<AffineExpr> dims, Type element) {
  SmallVector<int64_t> shape;
  for (AffineExpr dim : dims)
    shape.push_back(constantOf(dim).value_or(ShapedType::kDynamic));
  return RankedTensorType::get(shape, element);
}

AffineMap opc::toMap(MLIRContext *context, ArrayRef<AffineExpr> exprs) {
  unsigned symbols = 0;
  for (AffineExpr expr : exprs)
    expr.walk([&](AffineExpr e) {
      if (auto symbol = dyn_cast<AffineSymbolExpr>(e))
        symbols = std::max(symbols, symbol.getPosition() + 1);
    });
  return AffineMap::get(0, symbols, exprs, context);
}

Dims opc::toDims(AffineMap map) {
  return Dims(map.getResults().begin(), map.getResults().end());
}

Dims opc::staticDims(MLIRContext *context, RankedTensorType type) {
  Dims dims;
  for (int64_t extent : type.getShape())
    dims.push_back(ShapedType::isDynamic(extent)
                       ? AffineExpr()
                       : getAffineConstantExpr(extent, context));
  return dims;
}

/// The extent to which `extents` broadcast; null as in broadcastDims. A
/// constant other than 1 decides; that the others agree with it at run time is
/// what the front end's opc.bind_broadcast checks.
static AffineExpr broadcastDim(ArrayRef<AffineExpr> extents) {
  AffineExpr result = extents.front();
  for (AffineExpr extent : extents) {
    if (!extent)
      return {};
    if (constantOf(result) == 1 ||
        (constantOf(extent).value_or(1) != 1 && !constantOf(result)))
      result = extent;
  }
  bool fits = llvm::all_of(extents, [&](AffineExpr extent) {
    std::optional<int64_t> known = constantOf(extent);
    return extent == result || known == 1 || (!known && constantOf(result));
  });
  return fits ? result : AffineExpr();
}

Dims opc::broadcastDims(ArrayRef<ArrayRef<AffineExpr>> shapes) {
  size_t rank = 0;
  for (ArrayRef<AffineExpr> shape : shapes)
    rank = std::max(rank, shape.size());
  Dims result;
  for (size_t fromEnd = rank; fromEnd > 0; --fromEnd) {
    Dims extents;
    for (ArrayRef<AffineExpr> shape : shapes)
      if (shape.size() >= fromEnd)
        extents.push_back(shape[shape.size() - fromEnd]);
    result.push_back(broadcastDim(extents));
  }
  return result;
}
