//===- ScalarBody.cpp - regions that compute a number ---------------------===//
#include "opc/Dialect/Opc/IR/ScalarBody.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/IR/Refusal.h"

using namespace mlir;
using namespace opc;

namespace {

/// What a body may hold, with its work in units of one addition. Divisions and
/// shifts of integers and casts to them are left out: they trap, or have no
/// value for some numbers; opc's own ops define them.
struct BodyOpRow {
  StringLiteral name;
  unsigned cost = 1;
};
constexpr BodyOpRow kBodyOps[] = {
    {"arith.constant", 0}, {"arith.addf"},     {"arith.subf"},
    {"arith.mulf"},        {"arith.divf", 4},  {"arith.negf"},
    {"arith.maximumf"},    {"arith.minimumf"}, {"arith.maxnumf"},
    {"arith.minnumf"},     {"arith.cmpf"},     {"arith.select"},
    {"arith.addi"},        {"arith.subi"},     {"arith.muli"},
    {"arith.andi"},        {"arith.ori"},      {"arith.xori"},
    {"arith.maxsi"},       {"arith.minsi"},    {"arith.maxui"},
    {"arith.minui"},       {"arith.cmpi"},     {"arith.extf"},
    {"arith.truncf"},      {"arith.extsi"},    {"arith.extui"},
    {"arith.trunci"},      {"arith.sitofp"},   {"arith.uitofp"},
    {"arith.bitcast"},     {"math.absf"},      {"math.ceil"},
    {"math.floor"},        {"math.roundeven"}, {"math.trunc"},
    {"math.copysign"},     {"math.fma"},       {"math.sqrt", 4},
    {"math.exp", 12},      {"math.expm1", 14}, {"math.log", 14},
    {"math.log1p", 14},    {"math.sin", 20},   {"math.cos", 20},
    {"math.tan", 24},      {"math.asin", 24},  {"math.acos", 24},
    {"math.atan", 24},     {"math.sinh", 24},  {"math.cosh", 24},
    {"math.tanh", 16},     {"math.asinh", 32}, {"math.acosh", 32},
    {"math.atanh", 32},    {"math.erf", 20},   {"math.erfc", 24},
};

const BodyOpRow *rowOf(Operation &op) {
  const auto *row = llvm::find_if(kBodyOps, [&](const BodyOpRow &r) {
    return r.name == op.getName().getStringRef();
  });
  return row == std::end(kBodyOps) ? nullptr : row;
}

bool isNumber(Type type) {
  auto integer = dyn_cast<IntegerType>(type);
  return type.isF16() || type.isBF16() || type.isF32() || type.isF64() ||
         (integer && integer.isSignless() && integer.getWidth() <= 64);
}

bool isFunction(Operation &op) {
  return isa<math::MathDialect>(op.getDialect());
}

bool isWide(Type type) { return type.isF32() || type.isF64(); }

/// Whether an op computes the same for all numbers: without liberties, and
/// without promises about its operands.
bool isExact(Operation &op) {
  auto fast = dyn_cast<arith::ArithFastMathInterface>(op);
  auto overflow = dyn_cast<arith::ArithIntegerOverflowFlagsInterface>(op);
  auto liberties = fast ? fast.getFastMathFlagsAttr() : nullptr;
  auto promises = overflow ? overflow.getOverflowAttr() : nullptr;
  return (!liberties || liberties.getValue() == arith::FastMathFlags::none) &&
         (!promises ||
          promises.getValue() == arith::IntegerOverflowFlags::none) &&
         !op.hasAttr("nonNeg") && !op.hasAttr("roundingmode");
}

} // namespace

LogicalResult opc::verifyBody(Operation *op, ArrayRef<Type> arguments,
                              Type result) {
  Block &body = op->getRegion(0).front();
  if (!llvm::equal(body.getArgumentTypes(), arguments))
    return op->emitOpError("has a body whose arguments are not of the types ")
           << arguments;
  if (!llvm::all_of(body.getArgumentTypes(), isNumber))
    return refusal(op->emitOpError("has a body of ")
                       << body.getArgumentTypes() << ", which is not supported",
                   "of floats of 16 to 64 bits and of integers");
  // This runs before the ops of the body are verified.
  if (body.empty() || !isa<ElementOp>(body.back()) ||
      body.back().getNumOperands() != 1)
    return op->emitOpError("has a body that does not end in opc.element");
  for (Operation &inner : body.without_terminator()) {
    if (inner.getNumResults() != 1 ||
        !llvm::all_of(inner.getOperandTypes(), isNumber) ||
        !isNumber(inner.getResult(0).getType()))
      return op->emitOpError("has ")
             << inner.getName() << " in its body on what is no number of at "
             << "most 64 bits";
    if (!rowOf(inner))
      return refusal(op->emitOpError("has ")
                         << inner.getName()
                         << " in its body, which is not supported",
                     "an op of arith or math that is defined for all numbers");
    if (!isExact(inner))
      return op->emitOpError("has ")
             << inner.getName() << " in its body with flags that change values";
    if (isFunction(inner) && !isWide(inner.getResult(0).getType()))
      return refusal(op->emitOpError("has ")
                         << inner.getName() << " of "
                         << inner.getResult(0).getType()
                         << " in its body, which is not supported",
                     "of f32 or f64");
  }
  Type given = body.back().getOperand(0).getType();
  if (given != result)
    return op->emitOpError("has a body that gives ")
           << given << " where it should give " << result;
  return success();
}

/// `type`, a number, with as many lanes as `like` has.
static Type withLanes(Type type, Type like) {
  auto vector = dyn_cast<VectorType>(like);
  return vector ? vector.clone(type) : type;
}

Value opc::emitBody(Region &body, OpBuilder &b, Location loc, ValueRange args) {
  Type like = args.front().getType();
  IRMapping mapping;
  mapping.map(body.getArguments(), args);
  for (Operation &op : body.front().without_terminator()) {
    Type type = withLanes(op.getResult(0).getType(), like);
    if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
      TypedAttr value = constant.getValue();
      if (auto vector = dyn_cast<VectorType>(type))
        value = DenseElementsAttr::get(vector, Attribute(value));
      mapping.map(constant.getResult(),
                  arith::ConstantOp::create(b, loc, value).getResult());
      continue;
    }
    OperationState state(loc, op.getName());
    for (Value operand : op.getOperands())
      state.addOperands(mapping.lookup(operand));
    state.addTypes(type);
    state.propertiesAttr = op.getPropertiesAsAttribute();
    mapping.map(op.getResult(0), b.create(state)->getResult(0));
  }
  return mapping.lookup(cast<ElementOp>(body.front().back()).getValue());
}

unsigned opc::costOfBody(Region &body) {
  unsigned cost = 0;
  for (Operation &op : body.front().without_terminator())
    cost += rowOf(op)->cost;
  return cost;
}

Type opc::numberOf(Type tensor) {
  Type element = getElementTypeOrSelf(tensor);
  auto integer = dyn_cast<IntegerType>(element);
  return integer ? IntegerType::get(integer.getContext(), integer.getWidth())
                 : element;
}

LogicalResult MapOp::verify() {
  if (getOperands().empty())
    return emitOpError("has no operand");
  auto numbers = llvm::map_to_vector(getOperands().getTypes(), numberOf);
  return verifyBody(*this, numbers, numberOf(getY().getType()));
}

LogicalResult MapOp::inferDims(ShapeEnv &env, SmallVectorImpl<Dims> &results) {
  return inferElementwiseDims(*this, env, results);
}

Value MapOp::emitScalar(OpBuilder &b, Location loc, ValueRange args) {
  return emitBody(getBody(), b, loc, args);
}
