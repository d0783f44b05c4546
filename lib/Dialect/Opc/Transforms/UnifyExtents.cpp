//===- UnifyExtents.cpp - One name for extents that must be equal ---------===//
//
//   opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0 + 2, s1 + 2)>, ...}
//   %y = opc.relu %x : ... // [s1]
//   // becomes: the check stays, and what comes after it is
//   %0 = opc.reshape %x {dims = affine_map<()[s0, s1] -> (s0)>}
//   %y = opc.relu %0 : ... // [s0]
//
// Only bindings in the function's own block, of what its inputs decide: the
// host runs these before anything else, so that nothing is computed where they
// fault, and the equality holds in the whole function.
//
//===----------------------------------------------------------------------===//
#include "Symbols.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc/Dialect/Opc/IR/ExtentBounds.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/IR/SymbolMeanings.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"
#include "opc/Runtime/Demand.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

namespace opc {
#define GEN_PASS_DEF_UNIFYEXTENTSPASS
#include "opc/Dialect/Opc/Transforms/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

namespace {

class Unifier {
public:
  explicit Unifier(func::FuncOp function)
      : function(function), context(function.getContext()) {}

  void run() {
    for (BlockArgument argument : function.getArguments())
      noteInput(argument);
    for (Operation &op : llvm::make_early_inc_range(function.front()))
      llvm::TypeSwitch<Operation *>(&op).Case<BindBroadcastOp, BindClampOp>(
          [&](auto bind) { visit(bind); });
    rewrite();
  }

private:
  void noteInput(BlockArgument argument);
  bool isKnown(ArrayRef<AffineExpr> exprs) const;
  AffineExpr canonical(AffineExpr e) const;
  Attribute canonical(Attribute attribute) const;
  Dims canonical(AffineMap map) const;

  void visit(BindBroadcastOp op);
  void visit(BindClampOp op);
  void visitDemand(BindClampOp op, const Dims &ends);
  AffineExpr broadcast(AffineExpr a, AffineExpr b);
  void unify(AffineExpr a, AffineExpr b);
  bool define(unsigned symbol, AffineExpr value);
  bool holds(AffineExpr whole, AffineExpr part) const;
  bool mayStandFor(AffineExpr symbol, AffineExpr e) const;

  void rewrite();
  void renameInputs();

  func::FuncOp function;
  MLIRContext *context;
  ExtentBounds bounds;
  SymbolMeanings meanings;
  /// Symbols that the inputs decide, in the order in which they get values.
  llvm::SetVector<unsigned> known;
  /// For a symbol that is a broadcast: the extents that it is made of.
  DenseMap<AffineExpr, llvm::SetVector<AffineExpr>> parts;
  DenseMap<AffineMap, AffineExpr> clamps;
  /// The bindings that stay, in order.
  SmallVector<Operation *> checks;
};

} // namespace

void Unifier::noteInput(BlockArgument argument) {
  auto dims = function.getArgAttrOfType<AffineMapAttr>(argument.getArgNumber(),
                                                       kDimsAttr);
  if (!dims)
    return;
  for (AffineExpr extent : dims.getValue().getResults())
    if (auto symbol = dyn_cast<AffineSymbolExpr>(extent))
      known.insert(symbol.getPosition());
}

bool Unifier::isKnown(ArrayRef<AffineExpr> exprs) const {
  bool all = true;
  for (AffineExpr e : exprs)
    forEachSymbol(e, [&](unsigned symbol) { all &= known.contains(symbol); });
  return all;
}

static unsigned countParts(AffineExpr e) {
  unsigned count = 0;
  e.walk([&](AffineExpr) { ++count; });
  return count;
}

/// (n + m) - m is n. Where nothing goes, the order of the terms stays what it
/// is for those who compute the same extent from its parts.
static AffineExpr shortened(AffineExpr e) {
  unsigned symbols = toMap(e.getContext(), e).getNumSymbols();
  AffineExpr simple = simplifyAffineExpr(e, /*numDims=*/0, symbols);
  return countParts(simple) < countParts(e) ? simple : e;
}

/// `e` over symbols that stand for themselves.
AffineExpr Unifier::canonical(AffineExpr e) const {
  return meanings.canonical(e, shortened);
}

/// A map, or an array of maps, of such expressions; any other attribute as it
/// is.
Attribute Unifier::canonical(Attribute attribute) const {
  if (auto map = dyn_cast<AffineMapAttr>(attribute)) {
    Dims renamed = canonical(map.getValue());
    bool same = renamed == toDims(map.getValue());
    return same ? map : AffineMapAttr::get(toMap(context, renamed));
  }
  auto array = dyn_cast<ArrayAttr>(attribute);
  if (!array)
    return attribute;
  return ArrayAttr::get(context, llvm::map_to_vector(array, [&](Attribute a) {
                          return canonical(a);
                        }));
}

Dims Unifier::canonical(AffineMap map) const {
  return llvm::map_to_vector<4>(map.getResults(),
                                [&](AffineExpr e) { return canonical(e); });
}

/// Whether `part` is known to be `whole` or 1.
bool Unifier::holds(AffineExpr whole, AffineExpr part) const {
  auto found = parts.find(whole);
  return found != parts.end() && llvm::any_of(found->second, [&](AffineExpr e) {
           return canonical(e) == part;
         });
}

/// An expression less the constant that is added to it, and that constant.
static std::pair<AffineExpr, int64_t> splitOffset(AffineExpr e) {
  auto sum = dyn_cast<AffineBinaryOpExpr>(e);
  if (!sum || sum.getKind() != AffineExprKind::Add)
    return {e, 0};
  std::optional<int64_t> offset = constantOf(sum.getRHS());
  return offset ? std::pair(sum.getLHS(), *offset) : std::pair(e, int64_t(0));
}

/// Whether `symbol` may be written as `e`: an expression of other symbols. Of
/// two symbols the one that got its value first stays.
bool Unifier::mayStandFor(AffineExpr symbol, AffineExpr e) const {
  auto own = dyn_cast<AffineSymbolExpr>(symbol);
  if (!own || constantOf(e))
    return false;
  bool isOther = true;
  forEachSymbol(e,
                [&](unsigned used) { isOther &= used != own.getPosition(); });
  auto other = dyn_cast<AffineSymbolExpr>(e);
  auto age = [&](AffineSymbolExpr s) {
    return std::distance(known.begin(), llvm::find(known, s.getPosition()));
  };
  return isOther && (!other || age(own) > age(other));
}

/// Writes the symbol as `value` from now on, unless that is too large.
bool Unifier::define(unsigned symbol, AffineExpr value) {
  if (!meanings.define(symbol, value))
    return false;
  AffineExpr old = getAffineSymbolExpr(symbol, context);
  if (auto found = parts.find(old); found != parts.end()) {
    llvm::SetVector<AffineExpr> inherited = found->second;
    parts[value].insert_range(inherited);
  }
  return true;
}

/// Notes that a = b, where that gives a symbol another form.
void Unifier::unify(AffineExpr a, AffineExpr b) {
  auto [left, leftOffset] = splitOffset(a);
  auto [right, rightOffset] = splitOffset(b);
  AffineExpr forLeft = right + (rightOffset - leftOffset);
  AffineExpr forRight = left + (leftOffset - rightOffset);
  if (mayStandFor(left, forLeft))
    define(cast<AffineSymbolExpr>(left).getPosition(), forLeft);
  else if (mayStandFor(right, forRight))
    define(cast<AffineSymbolExpr>(right).getPosition(), forRight);
}

/// The extent that a and b broadcast to, or null where only the run knows.
AffineExpr Unifier::broadcast(AffineExpr a, AffineExpr b) {
  if (bounds.broadcastOnlyIfEqual(a, b)) {
    unify(a, b);
    return canonical(a);
  }
  auto decides = [&](AffineExpr e, AffineExpr other) {
    return constantOf(other) == 1 || holds(e, other) ||
           bounds.of(e).least.value_or(0) > 1;
  };
  if (a == b || decides(a, b))
    return a;
  return decides(b, a) ? b : AffineExpr();
}

void Unifier::visit(BindBroadcastOp op) {
  Dims pair = canonical(op.getPair());
  if (!isKnown(pair))
    return;
  AffineExpr a = pair[0], b = pair[1];
  bool mayFault = a != b && constantOf(a) != 1 && constantOf(b) != 1 &&
                  !holds(a, b) && !holds(b, a);
  AffineExpr result = broadcast(a, b);
  unsigned symbol = op.getSymbol();
  known.insert(symbol);
  if (result && !constantOf(result) && define(symbol, result)) {
    if (!mayFault)
      return op.erase();
  } else {
    AffineExpr whole = getAffineSymbolExpr(symbol, context);
    for (AffineExpr part : {a, b}) {
      llvm::SetVector<AffineExpr> all = parts.lookup(part);
      all.insert(part);
      parts[whole].insert_range(all);
    }
  }
  op.setPair(toMap(context, pair));
  checks.push_back(op);
}

void Unifier::visit(BindClampOp op) {
  Dims ends = canonical(op.getBounds());
  if (!isKnown(ends))
    return;
  unsigned symbol = op.getSymbol();
  known.insert(symbol);
  if (op->hasAttr(kDemandAttr))
    return visitDemand(op, ends);
  AffineMap key = toMap(context, ends);
  AffineExpr result = bounds.clamped(ends[0], ends[1], ends[2]);
  if (!result || constantOf(result))
    result = clamps.lookup(key);
  if (result && define(symbol, result))
    return op.erase();
  bounds.setClamp(symbol, ends[0], ends[1], ends[2]);
  clamps[key] = getAffineSymbolExpr(symbol, context);
  op.setBounds(key);
  checks.push_back(op);
}

/// A clamp that faults where it binds: its ends are what they are, and where
/// they are one, so is the value.
void Unifier::visitDemand(BindClampOp op, const Dims &ends) {
  if (ends[0] == ends[1] && ends[0] == ends[2] &&
      define(op.getSymbol(), ends[0]))
    return op.erase();
  if (ends[1] == ends[2])
    unify(ends[0], ends[1]);
  op.setBounds(toMap(context, ends));
  checks.push_back(op);
}

/// The checks come first, as they run; they see the symbols as they were, and
/// all else as they are known to be.
void Unifier::rewrite() {
  for (Operation *check : llvm::reverse(checks))
    check->moveBefore(&function.front(), function.front().begin());
  llvm::SmallPtrSet<Operation *, 16> done(checks.begin(), checks.end());
  function.getBody().walk([&](Operation *op) {
    if (done.contains(op))
      return;
    for (NamedAttribute attribute : llvm::to_vector(op->getAttrs())) {
      Attribute renamed = canonical(attribute.getValue());
      if (renamed != attribute.getValue())
        op->setAttr(attribute.getName(), renamed);
    }
  });
  renameInputs();
}

/// Inputs keep the extents that their caller knows them by.
void Unifier::renameInputs() {
  OpBuilder b(context);
  b.setInsertionPointToStart(&function.front());
  if (!checks.empty())
    b.setInsertionPointAfter(checks.back());
  for (BlockArgument argument : function.getArguments()) {
    auto dims = function.getArgAttrOfType<AffineMapAttr>(
        argument.getArgNumber(), kDimsAttr);
    if (!dims || argument.use_empty())
      continue;
    Attribute renamed = canonical(Attribute(dims));
    if (renamed == dims)
      continue;
    auto view = ReshapeOp::create(b, argument.getLoc(), argument.getType(),
                                  argument, cast<AffineMapAttr>(renamed));
    argument.replaceAllUsesExcept(view.getY(), view);
  }
}

namespace {
struct UnifyExtents : opc::impl::UnifyExtentsPassBase<UnifyExtents> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!function->hasAttr(kKernelAttr) && !function.isExternal())
      Unifier(function).run();
  }
};
} // namespace
