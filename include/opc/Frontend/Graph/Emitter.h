//===- Emitter.h - short forms for building opc ops -------------*- C++ -*-===//
//
// What the op tables are written in. Every function accepts null values and
// gives null back, and the first failure is remembered, so that a row reads as
// the formula it stands for; the importer asks failed() once at the end.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_FRONTEND_GRAPH_EMITTER_H
#define OPC_FRONTEND_GRAPH_EMITTER_H

#include "mlir/IR/Builders.h"
#include "opc/Dialect/Opc/IR/ExtentBounds.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Frontend/Graph/Objection.h"
#include "llvm/ADT/DenseMap.h"
#include <string>

namespace opc::graph {

using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::StringRef;
using mlir::AffineExpr;
using mlir::Attribute;
using mlir::Type;
using mlir::Value;

using Attrs = ArrayRef<std::pair<StringRef, Attribute>>;
using Ints = SmallVector<int64_t>;

/// Constants that a row asks for have at most this many elements: the sizes of
/// a Split of as many outputs, a table of scales. Arithmetic is followed
/// through tensors of ShapeEnv::contentsLimit elements only, as shapes have.
inline constexpr int64_t kMostConstants = int64_t(1) << 16;

/// What all nodes of one function share.
struct FunctionState {
  FunctionState(mlir::MLIRContext *context, mlir::Operation *function)
      : builder(context), env(context), function(function) {}

  mlir::OpBuilder builder;
  ShapeEnv env;
  mlir::Operation *function;
  /// Elements of small integer and bool tensors, row-major, where known.
  llvm::DenseMap<Value, Dims> contents;
  /// What is known of symbols.
  ExtentBounds bounds;
  /// Bindings of expressions made so far, so that equal ones share a symbol.
  struct Binding {
    StringRef op;
    Dims key;
    mlir::Block *block;
    AffineExpr symbol;
  };
  std::vector<Binding> bindings;
  /// Bodies translated in vain, kept because values are known by address.
  std::vector<std::unique_ptr<mlir::Region>> discarded;
  void discard(std::unique_ptr<mlir::Region> region) {
    if (!region)
      return;
    region->dropAllReferences();
    discarded.push_back(std::move(region));
  }
};

class Emitter {
public:
  Emitter(FunctionState &state, mlir::Location loc) : state(state), loc(loc) {}

  // Failure. The first one counts.
  /// The graph is at fault.
  void fail(const llvm::Twine &reason) { fail(Objection(reason)); }
  /// It is sound, but opc does not do it; `nearest`: a form that it does.
  void refuse(const llvm::Twine &what, const llvm::Twine &nearest = "") {
    fail(Objection::unsupported(what, nearest));
  }
  void fail(Objection reason);
  /// For a value that must be known when the program is compiled.
  void failNeeds(StringRef what) { fail(Objection::needsValue(what)); }
  bool failed() const { return bool(error); }
  const Objection &objection() const { return error; }

  // What is known of a value.
  static Type elementOf(Value v);
  static bool isFloat(Value v);
  static bool isUnsigned(Value v);
  static int64_t rank(Value v);
  Dims dims(Value v);
  /// Extent of an axis, which may count from the back.
  AffineExpr dim(Value v, int64_t axis);
  /// Number of elements, of all axes or of those in [begin, end).
  AffineExpr size(Value v);
  AffineExpr sizeOf(Value v, int64_t begin, int64_t end);
  std::optional<Dims> contents(Value v);
  /// The same with null where an element is not known.
  std::optional<Dims> partialContents(Value v);
  /// Integer elements, where all are constants.
  std::optional<Ints> constants(Value v);
  /// Elements of a small constant of any type.
  std::optional<SmallVector<double>> reals(Value v);
  /// Counts from the front; fails when outside of [-rank, rank).
  int64_t axisIn(int64_t axis, int64_t rank);
  Ints axesIn(ArrayRef<int64_t> axes, int64_t rank);

  // Expressions.
  AffineExpr expr(int64_t value) { return state.env.constant(value); }
  Dims exprList(ArrayRef<int64_t> values);
  AffineExpr simplify(AffineExpr e);
  /// `e` as an element of the integer type `element`, which wraps; null where
  /// that is not known.
  AffineExpr wrapped(Type element, AffineExpr e);
  AffineExpr clamp(AffineExpr value, AffineExpr low, AffineExpr high);
  /// A lower bound of an expression, where one is easy to see.
  std::optional<int64_t> leastOf(AffineExpr e) {
    return state.bounds.of(e).least;
  }
  bool provablyAtMost(AffineExpr a, AffineExpr b) {
    return state.bounds.provablyAtMost(a, b);
  }
  /// The elements of a 1-D integer tensor; unknown ones become symbols, at
  /// least `min`, that the program binds where it runs.
  std::optional<Dims> resolve(Value v, StringRef what, int64_t min);
  /// The same of an operand that must be one scalar; null after a failure.
  AffineExpr resolveScalar(Value v, StringRef what, int64_t min);
  AffineExpr bindElement(Value v, int64_t index, int64_t min,
                         StringRef text = "{0} is less than {1}");
  /// A symbol that an op made later binds: an extent, if nothing else is said.
  AffineExpr newSymbol(Bounds bounds = {0, kLargestExtent});
  void bindDimAs(Value v, int64_t axis, AffineExpr symbol);
  /// A symbol for the broadcast of two extents, checked at run time.
  AffineExpr bindPair(AffineExpr a, AffineExpr b);
  /// a / b where a is a multiple of b.
  AffineExpr quotient(AffineExpr a, AffineExpr b);
  /// Extents that must agree; a run-time fault where that is not known yet.
  /// `text` says what is wrong, with {0} for the value of a and {1} for b's.
  void requireEqual(AffineExpr a, AffineExpr b,
                    StringRef text = "extents {0} and {1} differ");
  void requireAtMost(AffineExpr a, AffineExpr b,
                     StringRef text = "{0} is more than {1}");
  /// Two shapes of equally many elements.
  void requireSameSize(ArrayRef<AffineExpr> a, ArrayRef<AffineExpr> b,
                       StringRef text);
  /// numpy's broadcast of two shapes, checked now or at run time.
  Dims broadcastShapes(ArrayRef<AffineExpr> a, ArrayRef<AffineExpr> b);
  /// `x`, which may broadcast to the shape of `target` but not widen it,
  /// checked now or at run time; `what` names it.
  Value fitting(Value x, Value target, StringRef what);
  /// Fails where the elements of an operand are no integers.
  void requireIntegers(Value v, StringRef what);
  /// An operand that must be a list of integers: fails where its elements are
  /// others, or where it has another rank; null for null.
  Value vectorOf(Value v, StringRef what);
  /// A bool scalar that must hold, now or at run time; `text` says what is
  /// wrong.
  void guard(Value condition, StringRef text);
  /// The element of an operand that must be one scalar (of the type `element`
  /// where that is given), as a tensor of rank 0; null for null.
  Value scalarOf(Value v, StringRef what, Type element = {});

  // Attributes.
  Attribute i64(int64_t v) { return state.builder.getI64IntegerAttr(v); }
  Attribute f64(double v) { return state.builder.getF64FloatAttr(v); }
  Attribute boolean(bool v) { return state.builder.getBoolAttr(v); }
  Attribute text(StringRef v) { return state.builder.getStringAttr(v); }
  Attribute ints(ArrayRef<int64_t> v);
  Attribute doubles(ArrayRef<double> v);
  Attribute exprs(ArrayRef<AffineExpr> v);

  // Ops. Extents of results are inferred; `elements` are their element types.
  SmallVector<Value> emitAll(StringRef op, mlir::ValueRange operands,
                             Attrs attrs, ArrayRef<Type> elements);
  template <typename Op>
  Value emit(mlir::ValueRange operands, Attrs attrs, Type element) {
    return emitAll(Op::getOperationName(), operands, attrs, element)[0];
  }
  /// An element-wise op, with numpy's broadcasting checked or guarded.
  Value emitBroadcast(StringRef op, mlir::ValueRange operands, Attrs attrs,
                      Type element);
  template <typename Op> Value unary(Value x, Attrs attrs = {}) {
    return emit<Op>(x, attrs, elementOf(x));
  }
  template <typename Op> Value binary(Value a, Value b) {
    return emitBroadcast(Op::getOperationName(), {a, b}, {}, elementOf(a));
  }
  template <typename Op> Value compare(Value a, Value b) {
    return emitBroadcast(Op::getOperationName(), {a, b}, {}, boolType());
  }
  Value add(Value a, Value b) { return binary<AddOp>(a, b); }
  Value sub(Value a, Value b) { return binary<SubOp>(a, b); }
  Value mul(Value a, Value b) { return binary<MulOp>(a, b); }
  Value div(Value a, Value b) { return binary<DivOp>(a, b); }
  /// Whether elements of reals are no numbers; infinite, on the sides asked
  /// for.
  Value isNan(Value x);
  Value isInfinite(Value x, bool negative = true, bool positive = true);
  Value max(Value a, Value b) { return binary<MaxOp>(a, b); }
  Value min(Value a, Value b) { return binary<MinOp>(a, b); }
  Value select(Value condition, Value a, Value b);
  Value cast(Value x, Type element, bool saturate = false);
  Value matmul(Value a, Value b, Type element, bool transposeA = false,
               bool transposeB = false);

  // Constants.
  Type boolType() { return state.builder.getI1Type(); }
  Type i64Type() { return state.builder.getI64Type(); }
  Type i32Type() { return state.builder.getI32Type(); }
  Type u8Type() { return state.builder.getIntegerType(8, false); }
  Type f32Type() { return state.builder.getF32Type(); }
  Value constant(mlir::ElementsAttr value);
  Value scalar(Type element, double value);
  Value scalarInt(Type element, int64_t value);
  /// A scalar of the type of x.
  Value like(Value x, double value) { return scalar(elementOf(x), value); }
  Value vector(ArrayRef<int64_t> values);
  Value reals(Type element, ArrayRef<int64_t> shape, ArrayRef<double> values);
  /// Integers that are constants or expressions, as a tensor of `shape`.
  Value integers(Type element, ArrayRef<int64_t> shape, ArrayRef<AffineExpr> v);
  /// Extents as a vector of i64.
  Value extents(ArrayRef<AffineExpr> v);

  // Movement. Axes may count from the back.
  Value reshape(Value x, ArrayRef<AffineExpr> dims);
  Value broadcast(Value x, ArrayRef<AffineExpr> dims);
  Value transpose(Value x, ArrayRef<int64_t> perm);
  Value unsqueeze(Value x, ArrayRef<int64_t> axes);
  Value squeeze(Value x, ArrayRef<int64_t> axes);
  Value concat(ArrayRef<Value> xs, int64_t axis);
  /// `count` elements of one axis from `start` on.
  Value slice(Value x, int64_t axis, AffineExpr start, AffineExpr count,
              int64_t step = 1);
  Value flip(Value x, int64_t axis);
  /// Pads with the scalar `value`; `low`, `high` for every axis.
  Value pad(Value x, Value value, ArrayRef<AffineExpr> low,
            ArrayRef<AffineExpr> high, StringRef mode = "constant");
  Value gather(Value x, Value indices, int64_t axis);
  Value iota(Type element, int64_t axis, ArrayRef<AffineExpr> dims);
  Value reduce(StringRef kind, Value x, ArrayRef<int64_t> axes, bool keepdims);
  /// Mean over axes, in the type of x.
  Value mean(Value x, ArrayRef<int64_t> axes, bool keepdims);
  /// An extent as a scalar of some type.
  Value extentAs(Type element, AffineExpr extent);
  /// Splits an axis in two; the first has `count` parts.
  Value splitAxis(Value x, int64_t axis, AffineExpr first, AffineExpr second);

  FunctionState &state;
  mlir::Location loc;

private:
  AffineExpr broadcastExtent(AffineExpr a, AffineExpr b);
  /// Creates a bind op once for equal keys that dominate this place.
  AffineExpr bindOnce(StringRef op, ArrayRef<AffineExpr> key);
  /// The symbol of the binding for the key that dominates this place, or null.
  AffineExpr boundBefore(StringRef op, ArrayRef<AffineExpr> key);
  /// Lets the run fail, in the words of `text`, unless `value` lies in
  /// [low, high].
  void demand(AffineExpr value, AffineExpr low, AffineExpr high,
              StringRef text);

  Objection error;
};

/// Axes 0 .. n-1.
Ints axesUpTo(int64_t n);
/// first, first + 1, ..., last - 1; empty where there is none.
Ints axesBetween(int64_t first, int64_t last);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_EMITTER_H
