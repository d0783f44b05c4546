//===- CheckGraph.cpp - what stages rely on, of a graph from text ---------===//
//
// The verifiers of ops look at one op. Here types are held against the extents
// that ops infer, and symbols are followed from where they are bound.
//
//===----------------------------------------------------------------------===//
#include "ExtentFacts.h"
#include "IRText.h"

#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Dialect/Opc/IR/Limits.h"
#include "opc/Dialect/Opc/IR/Refusal.h"
#include "opc/Dialect/Opc/IR/Verifiers.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"
#include "opc/Pipeline/Stages.h"

#include "llvm/ADT/BitVector.h"

using namespace opc;
using namespace mlir;

namespace {

/// What holds where an op stands.
struct Scope {
  llvm::BitVector bound;
  ExtentFacts facts;
};

class GraphChecker {
public:
  GraphChecker(func::FuncOp function)
      : function(function), env(function.getContext()) {}

  LogicalResult run();

private:
  LogicalResult readSymbols();
  LogicalResult checkArguments();
  LogicalResult checkResults();
  LogicalResult checkBlock(Block &block, Scope scope);
  LogicalResult checkBinding(Operation *op, Scope &scope);
  LogicalResult checkOp(Operation *op, const Scope &scope);
  LogicalResult checkRegions(Operation *op, const Scope &scope);
  LogicalResult checkSymbolsOf(Operation *op, const llvm::BitVector &bound);
  LogicalResult checkExtents(Operation *op);
  LogicalResult checkPinned(Operation *op);
  LogicalResult checkType(Operation *at, Type type);
  LogicalResult checkBoundary(Type type);
  LogicalResult checkDims(Operation *at, Type type, ArrayRef<AffineExpr> dims);
  LogicalResult checkSymbols(Operation *at, AffineMap map,
                             const llvm::BitVector *bound);

  func::FuncOp function;
  ShapeEnv env;
  /// Symbols that the arguments bind, and those that anything binds so far.
  llvm::BitVector bound, everBound;
};

/// The symbol that an op binds, if it is one that does.
std::optional<int64_t> boundBy(Operation *op) {
  if (!isa<BindDimOp, BindElementOp, BindBroadcastOp, BindClampOp>(op))
    return std::nullopt;
  return op->getAttrOfType<IntegerAttr>("symbol").getInt();
}

LogicalResult GraphChecker::readSymbols() {
  Attribute names = function->getAttr(kSymbolsAttr);
  if (!names)
    return success();
  auto list = dyn_cast<ArrayAttr>(names);
  if (!list || !llvm::all_of(list, llvm::IsaPred<StringAttr>))
    return function.emitOpError("attribute opc.symbols is no list of names");
  bound.resize(list.size());
  return success();
}

LogicalResult GraphChecker::checkType(Operation *at, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return at->emitOpError() << type << " is no ranked tensor";
  Type element = tensor.getElementType();
  bool known = element.isF16() || element.isBF16() || element.isF32() ||
               element.isF64() || element.isInteger(1);
  if (auto integer = dyn_cast<IntegerType>(element))
    known |=
        !integer.isSigned() &&
        llvm::is_contained({2u, 4u, 8u, 16u, 32u, 64u}, integer.getWidth());
  if (!known || tensor.getEncoding())
    return at->emitOpError() << "type " << type << " is not supported";
  if (tensor.getRank() > kMostAxes)
    return refusal(at->emitOpError("rank ")
                       << tensor.getRank() << " is not supported",
                   Twine(kMostAxes));
  int64_t bytes = (element.getIntOrFloatBitWidth() + 7) / 8;
  for (int64_t extent : tensor.getShape())
    if (!ShapedType::isDynamic(extent) &&
        (llvm::MulOverflow(bytes, std::max<int64_t>(extent, 1), bytes) ||
         bytes > kLargestBytes))
      return at->emitOpError() << type << " is larger than 2^40 bytes";
  return success();
}

/// Callers have no integers of less than a byte, but for bool.
LogicalResult GraphChecker::checkBoundary(Type type) {
  Type element = getElementTypeOrSelf(type);
  if (element.isInteger(1) || element.getIntOrFloatBitWidth() >= 8)
    return success();
  return function.emitOpError("type ")
         << type << " is not supported for inputs and outputs";
}

LogicalResult GraphChecker::checkSymbols(Operation *at, AffineMap map,
                                         const llvm::BitVector *among) {
  std::optional<unsigned> wrong;
  for (AffineExpr e : map.getResults())
    e.walk([&](AffineExpr part) {
      auto symbol = dyn_cast<AffineSymbolExpr>(part);
      if (symbol && (symbol.getPosition() >= bound.size() ||
                     (among && !among->test(symbol.getPosition()))))
        wrong = symbol.getPosition();
      if (isa<AffineDimExpr>(part))
        wrong = bound.size();
    });
  if (!wrong)
    return success();
  if (*wrong >= bound.size())
    return at->emitOpError("uses a symbol that opc.symbols does not have");
  return at->emitOpError("symbol ") << *wrong << " is not bound before";
}

LogicalResult GraphChecker::checkDims(Operation *at, Type type,
                                      ArrayRef<AffineExpr> dims) {
  auto tensor = cast<RankedTensorType>(type);
  bool fits = static_cast<int64_t>(dims.size()) == tensor.getRank();
  for (size_t i = 0; fits && i < dims.size(); ++i) {
    std::optional<int64_t> extent = constantOf(dims[i]);
    fits = dims[i] &&
           (extent ? *extent == tensor.getDimSize(i) : tensor.isDynamicDim(i));
  }
  if (fits)
    return success();
  std::string extents;
  llvm::raw_string_ostream out(extents);
  llvm::interleaveComma(dims, out, [&](AffineExpr e) {
    if (e)
      e.print(out);
    else
      out << "unknown";
  });
  return at->emitOpError("has a value of ")
         << type << " whose extents are [" << extents << "]";
}

LogicalResult GraphChecker::checkArguments() {
  for (BlockArgument argument : function.getArguments()) {
    unsigned i = argument.getArgNumber();
    Attribute name = function.getArgAttr(i, kNameAttr);
    Attribute dims = function.getArgAttr(i, kDimsAttr);
    if (name && !isa<StringAttr>(name))
      return function.emitOpError("opc.name of argument ")
             << i << " is no string";
    if (dims && !isa<AffineMapAttr>(dims))
      return function.emitOpError("opc.dims of argument ") << i << " is no map";
    if (failed(checkType(function, argument.getType())) ||
        failed(checkBoundary(argument.getType())))
      return failure();
    if (dims && failed(checkSymbols(
                    function, cast<AffineMapAttr>(dims).getValue(), nullptr)))
      return failure();
    if (failed(checkDims(function, argument.getType(), env.dims(argument))))
      return failure();
    for (AffineExpr e : env.dims(argument))
      if (auto symbol = dyn_cast<AffineSymbolExpr>(e))
        bound.set(symbol.getPosition());
  }
  for (BlockArgument argument : function.getArguments())
    if (failed(checkSymbols(function,
                            toMap(function.getContext(), env.dims(argument)),
                            &bound)))
      return failure();
  return success();
}

LogicalResult GraphChecker::checkResults() {
  if (function.getNumResults() == 0)
    return function.emitOpError("has no results");
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    if (Attribute name = function.getResultAttr(i, kNameAttr);
        name && !isa<StringAttr>(name))
      return function.emitOpError("opc.name of result ")
             << i << " is no string";
  for (Type type : function.getResultTypes())
    if (failed(checkType(function, type)) || failed(checkBoundary(type)))
      return failure();
  return success();
}

/// Extents that an op pins are those of its type; operands are held against
/// them later. Only where operands broadcast they may be others than inferred.
LogicalResult GraphChecker::checkPinned(Operation *op) {
  auto pinned = dyn_cast<ArrayAttr>(op->getAttr(kDimsAttr));
  if (!pinned || pinned.size() != op->getNumResults() ||
      !llvm::all_of(pinned, llvm::IsaPred<AffineMapAttr>))
    return op->emitOpError("opc.dims is no map for each result");
  if (!isa<ScalarOp, MatmulOp>(op))
    return op->emitOpError("opc.dims is not supported: operands and "
                           "attributes say the extents");
  if (!isa<ScalarOp>(op))
    return success();
  int64_t rank = 0,
          own = cast<AffineMapAttr>(pinned[0]).getValue().getNumResults();
  for (Value operand : op->getOperands())
    rank = std::max<int64_t>(rank, env.dims(operand).size());
  if (rank == own)
    return success();
  return op->emitOpError("opc.dims has ")
         << own << " extents for a rank of " << rank;
}

LogicalResult GraphChecker::checkExtents(Operation *op) {
  if (op->hasAttr(kDimsAttr))
    return checkPinned(op);
  auto shaped = dyn_cast<ShapedOp>(op);
  if (!shaped)
    return success();
  SmallVector<Dims> all;
  if (failed(shaped.inferDims(env, all)))
    return failure();
  for (auto [value, dims] : llvm::zip_equal(op->getResults(), all))
    if (failed(checkDims(op, value.getType(), dims)))
      return failure();
  return success();
}

LogicalResult GraphChecker::checkRegions(Operation *op, const Scope &outside) {
  if (isa<BodyOp>(op)) // which its verifier has read
    return success();
  for (Region &region : op->getRegions()) {
    if (!region.hasOneBlock())
      return op->emitOpError("has a region of more than one block");
    for (BlockArgument argument : region.getArguments())
      if (failed(checkType(op, argument.getType())) ||
          failed(checkDims(op, argument.getType(), env.dims(argument))))
        return failure();
    if (failed(checkBlock(region.front(), outside)))
      return failure();
  }
  return success();
}

/// Of an op with regions, extents may be bound behind it; then its results are
/// used behind that.
LogicalResult GraphChecker::checkSymbolsOf(Operation *op,
                                           const llvm::BitVector &before) {
  bool owns = op->getNumRegions() > 0;
  WalkResult attributes = op->getAttrDictionary().walk([&](AffineMapAttr map) {
    return WalkResult(
        checkSymbols(op, map.getValue(), owns ? nullptr : &before));
  });
  if (attributes.wasInterrupted())
    return failure();
  if (isa<BindDimOp>(op))
    return success();
  for (Value operand : op->getOperands())
    if (failed(checkSymbols(op, toMap(op->getContext(), env.dims(operand)),
                            &before)))
      return failure();
  return success();
}

LogicalResult GraphChecker::checkOp(Operation *op, const Scope &scope) {
  if (!isa<OpcDialect, func::FuncDialect>(op->getDialect()) ||
      isMadeByStages(op->getName()) ||
      isa<func::CallOp, func::CallIndirectOp, func::ConstantOp>(op))
    return op->emitOpError("does not stand in a graph: text of the stage "
                           "import is read");
  if (op->hasAttr(kMayAliasAttr))
    return op->emitOpError()
           << kMayAliasAttr << " is not supported: text of the stage import "
           << "is read";
  if (failed(opc::checkOperands(op)) ||
      failed(checkSymbolsOf(op, scope.bound)) ||
      failed(checkRegions(op, scope)))
    return failure();
  for (Value result : op->getResults())
    if (failed(checkType(op, result.getType())))
      return failure();
  if (failed(checkExtents(op)))
    return failure();
  for (Value result : op->getResults())
    if (failed(checkDims(op, result.getType(), env.dims(result))))
      return failure();
  return success(succeeded(checkOperandExtents(op, env, scope.facts)) &&
                 succeeded(guardExtents(op, env, scope.facts)));
}

LogicalResult GraphChecker::checkBinding(Operation *op, Scope &scope) {
  std::optional<int64_t> symbol = boundBy(op);
  if (!symbol)
    return success();
  if (*symbol >= static_cast<int64_t>(everBound.size()))
    return op->emitOpError("uses a symbol that opc.symbols does not have");
  if (everBound.test(*symbol))
    return op->emitOpError("symbol ") << *symbol << " is bound twice";
  everBound.set(*symbol);
  scope.bound.set(*symbol);
  scope.facts.note(op, env);
  return success();
}

LogicalResult GraphChecker::checkBlock(Block &block, Scope scope) {
  for (Operation &op : block)
    if (failed(checkOp(&op, scope)) || failed(checkBinding(&op, scope)))
      return failure();
  return success();
}

LogicalResult GraphChecker::run() {
  if (function->hasAttr(kKernelAttr))
    return function.emitOpError()
           << kKernelAttr << " is not supported: text of the stage import is "
           << "read";
  if (!function.getBody().hasOneBlock())
    return function.emitOpError("has no body of one block");
  if (failed(readSymbols()) || failed(checkArguments()) ||
      failed(checkResults()))
    return failure();
  everBound = bound;
  return checkBlock(function.getBody().front(), {bound, {}});
}

} // namespace

LogicalResult opc::checkGraph(ModuleOp module) {
  func::FuncOp main;
  for (Operation &op : *module.getBody()) {
    auto function = dyn_cast<func::FuncOp>(op);
    if (!function || function.getName() != "main")
      return op.emitOpError("stands beside @main: text of the stage import is "
                            "read");
    main = function;
  }
  return GraphChecker(main).run();
}
