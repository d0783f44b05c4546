//===- TileSteps.cpp - a kernel as work on whole tiles --------------------===//
#include "opc/Targets/Tile/TileSteps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "opc/Numerics/NumericPlan.h"
#include "llvm/ADT/TypeSwitch.h"
#include <map>

using namespace mlir;
namespace opc::tile {
namespace {

using Kind = TileStep::Kind;

/// A value of a tile, or a number that all elements are.
struct Item {
  std::optional<unsigned> value;
  TypedAttr number;
  Value ofRun; ///< a number that follows from extents (TileStep)
};

std::optional<UnaryKind> unaryOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<UnaryKind>>(op)
      .Case<math::AbsFOp>([](auto) { return UnaryKind::Abs; })
      .Case<arith::NegFOp>([](auto) { return UnaryKind::Neg; })
      .Case<math::ExpOp>([](auto) { return UnaryKind::Exp; })
      .Case<math::LogOp>([](auto) { return UnaryKind::Log; })
      .Case<math::SqrtOp>([](auto) { return UnaryKind::Sqrt; })
      .Case<math::RsqrtOp>([](auto) { return UnaryKind::Rsqrt; })
      .Case<math::TanhOp>([](auto) { return UnaryKind::Tanh; })
      .Case<math::ErfOp>([](auto) { return UnaryKind::Erf; })
      .Case<math::FloorOp>([](auto) { return UnaryKind::Floor; })
      .Case<math::CeilOp>([](auto) { return UnaryKind::Ceil; })
      .Default([](Operation *) { return std::nullopt; });
}

std::optional<BinaryKind> binaryOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<BinaryKind>>(op)
      .Case<arith::AddFOp>([](auto) { return BinaryKind::Add; })
      .Case<arith::SubFOp>([](auto) { return BinaryKind::Sub; })
      .Case<arith::MulFOp>([](auto) { return BinaryKind::Mul; })
      .Case<arith::DivFOp>([](auto) { return BinaryKind::Div; })
      .Case<arith::MaximumFOp>([](auto) { return BinaryKind::Max; })
      .Case<arith::MinimumFOp>([](auto) { return BinaryKind::Min; })
      .Default([](Operation *) { return std::nullopt; });
}

std::optional<ReduceKind> reduceOf(BinaryKind kind) {
  switch (kind) {
  case BinaryKind::Add:
    return ReduceKind::Sum;
  case BinaryKind::Max:
    return ReduceKind::Max;
  case BinaryKind::Min:
    return ReduceKind::Min;
  default:
    return std::nullopt;
  }
}

/// Those that mean the same of NaN.
std::optional<Predicate> predicateOf(arith::CmpFPredicate predicate) {
  using From = arith::CmpFPredicate;
  switch (predicate) {
  case From::OEQ:
    return Predicate::Eq;
  case From::UNE:
    return Predicate::Ne;
  case From::OLT:
    return Predicate::Lt;
  case From::OLE:
    return Predicate::Le;
  case From::OGT:
    return Predicate::Gt;
  case From::OGE:
    return Predicate::Ge;
  default:
    return std::nullopt;
  }
}

bool isCommutative(BinaryKind kind) {
  return kind != BinaryKind::Sub && kind != BinaryKind::Div;
}

class StepBuilder {
public:
  StepBuilder(KernelForm &kernel, const TileAxes &axes, const Machine &machine)
      : kernel(kernel), axes(axes), machine(machine) {}

  ScheduleResult build(std::optional<TileSteps> &result) {
    for (Value argument : kernel.function.getArguments())
      if (!axes.isOperandOfProduct(argument))
        addInput(argument);
    for (Operation &op : kernel.ops())
      if (!add(&op))
        return ScheduleResult::declined(why);
    for (Value value : kernel.results()) {
      Item item = spread(items.at(value), axes.spreadOf(value),
                         getElementTypeOrSelf(value));
      if (!why.empty())
        return ScheduleResult::declined(why);
      // What only names another value has a tile of its own.
      if (isTaken(*item.value) && !copy(item, value))
        return ScheduleResult::declined(why);
      steps.valueOf[value] = *item.value;
    }
    result = std::move(steps);
    return ScheduleResult::taken();
  }

private:
  bool decline(const Twine &reason) {
    if (why.empty())
      why = reason.str();
    return false;
  }

  unsigned addValue(TileValue value) {
    steps.values.push_back(value);
    return steps.values.size() - 1;
  }

  /// Whether a result, or an input, is this value already.
  bool isTaken(unsigned value) const {
    return llvm::any_of(steps.valueOf, [&](const auto &known) {
      return known.second == value;
    });
  }

  bool copy(Item &item, Value value) {
    std::optional<unsigned> made =
        addStep(Kind::Unary, unsigned(UnaryKind::Copy), {*item.value},
                getElementTypeOrSelf(value));
    if (made)
      item.value = *made;
    return made.has_value();
  }

  //===--------------------------------------------------------------------===//
  // Ops of the graph
  //===--------------------------------------------------------------------===//

  bool add(Operation *op) {
    if (op == axes.product) {
      Value result = op->getResult(0);
      steps.product = addValue(
          {getElementTypeOrSelf(result), axes.spreadOf(result), false});
      items[result] = {*steps.product, {}, {}};
      return true;
    }
    if (auto constant = dyn_cast<ConstantOp>(op))
      return addConstant(constant);
    if (auto reduce = dyn_cast<ReductionOp>(op))
      return addReduction(reduce);
    if (isOfRun(op)) {
      items[op->getResult(0)] = {std::nullopt, {}, op->getResult(0)};
      return true;
    }
    if (std::optional<UnaryKind> whole = wholeOf(op)) {
      Item x = items.at(op->getOperand(0));
      Type type = getElementTypeOrSelf(op->getResult(0));
      if (lists(stringifyUnaryKind(*whole), type)) {
        std::optional<unsigned> made = unary(*whole, x, type);
        items[op->getResult(0)] = {made, {}, {}};
        return made.has_value();
      }
    }
    return addScalarOp(cast<ScalarOp>(op));
  }

  /// Functions that machines may have whole, because their formula loses digits
  /// in the type that it is of.
  static std::optional<UnaryKind> wholeOf(Operation *op) {
    auto gelu = dyn_cast<GeluOp>(op);
    if (!gelu)
      return std::nullopt;
    return gelu.getApproximate() == "none" ? UnaryKind::Gelu
                                           : UnaryKind::GeluTanh;
  }

  /// One number is read where it is used; others come as tiles.
  void addInput(Value input) {
    Spread spread = axes.spreadOf(input);
    bool isNumber = spread == Spread() &&
                    llvm::all_of(axes.outerOf(input), [](AffineExpr extent) {
                      return constantOf(extent) == 1;
                    });
    if (isNumber)
      items[input] = {std::nullopt, {}, input};
    else if (!input.use_empty())
      items[input] = {steps.valueOf[input] = addValue(
                          {getElementTypeOrSelf(input), spread, false}),
                      {},
                      {}};
  }

  /// Whether the op's one number is made of numbers alone.
  bool isOfRun(Operation *op) {
    if (isa<ExtentsOp>(op))
      return true;
    return llvm::none_of(op->getOperands(), [&](Value operand) {
      return items.at(operand).value.has_value();
    });
  }

  bool addConstant(ConstantOp op) {
    DenseElementsAttr elements;
    if (!matchPattern(op->getResult(0), m_Constant(&elements)) ||
        !elements.isSplat())
      return decline("a constant with elements of its own");
    items[op->getResult(0)] = {
        std::nullopt, cast<TypedAttr>(elements.getSplatValue<Attribute>()), {}};
    return true;
  }

  /// Whether it is of floats that are computed with as f32.
  static bool computesInF32(Operation *op) {
    auto element = dyn_cast<FloatType>(getElementTypeOrSelf(op->getResult(0)));
    return element && element.getWidth() < 32 &&
           op->hasTrait<OpTrait::SameOperandsAndResultElementType>();
  }

  /// The op's formula for one number, each of its ops a step.
  bool addScalarOp(ScalarOp op) {
    Block block;
    OpBuilder b(op->getContext());
    b.setInsertionPointToEnd(&block);
    Location loc = op->getLoc();
    DenseMap<Value, Item> numbers;
    SmallVector<Value> arguments;
    bool widens = computesInF32(op);
    for (Value operand : op->getOperands()) {
      Type element = getElementTypeOrSelf(operand);
      if (!isa<FloatType>(element) && !element.isInteger(1))
        return decline("elements that are no floats");
      Value argument = block.addArgument(element, loc);
      numbers[argument] = items.at(operand);
      if (widens)
        argument = arith::ExtFOp::create(b, loc, b.getF32Type(), argument);
      arguments.push_back(argument);
    }
    Value value = op.emitScalar(b, loc, arguments);
    if (widens)
      value = arith::TruncFOp::create(
          b, loc, getElementTypeOrSelf(op->getResult(0)), value);
    for (Operation &inner : block)
      if (!addNumber(&inner, numbers))
        return false;
    items[op->getResult(0)] = numbers.at(value);
    return true;
  }

  bool addNumber(Operation *op, DenseMap<Value, Item> &numbers) {
    Item &result = numbers[op->getResult(0)];
    if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
      result.number = constant.getValue();
      return true;
    }
    SmallVector<Item> of;
    for (Value operand : op->getOperands())
      of.push_back(numbers.at(operand));
    Type type = op->getResult(0).getType();
    std::optional<unsigned> made = stepOf(op, of, type);
    if (made)
      numbers[op->getResult(0)].value = *made;
    return made.has_value();
  }

  std::optional<unsigned> stepOf(Operation *op, ArrayRef<Item> of, Type type) {
    if (std::optional<UnaryKind> kind = unaryOf(op))
      return unary(*kind, of[0], type);
    if (std::optional<BinaryKind> kind = binaryOf(op))
      return binary(*kind, of[0], of[1], type);
    if (isa<arith::ExtFOp, arith::TruncFOp>(op) && of[0].value)
      return addStep(Kind::Cast, 0, {*of[0].value}, type);
    if (auto compare = dyn_cast<arith::CmpFOp>(op))
      if (std::optional<Predicate> known =
              predicateOf(compare.getPredicate())) {
        Type element = compare.getLhs().getType();
        return together(Kind::Compare, unsigned(*known), of, {element, element},
                        type);
      }
    if (isa<arith::SelectOp>(op))
      return together(Kind::Select, 0, of,
                      {op->getOperand(0).getType(), type, type}, type);
    decline("no whole-tile form of " + op->getName().getStringRef());
    return std::nullopt;
  }

  std::optional<unsigned> unary(UnaryKind kind, const Item &x, Type type) {
    if (!x.value) {
      decline("a function of a constant");
      return std::nullopt;
    }
    bool has = lists(stringifyUnaryKind(kind), type);
    if (kind == UnaryKind::Neg && !has)
      return scalar(BinaryKind::Mul, *x.value,
                    {std::nullopt, FloatAttr::get(type, -1.0), {}}, type);
    if (kind == UnaryKind::Rsqrt && !has) {
      std::optional<unsigned> root = unary(UnaryKind::Sqrt, x, type);
      if (!root)
        return std::nullopt;
      return binary(BinaryKind::Div,
                    {std::nullopt, FloatAttr::get(type, 1.0), {}},
                    {*root, {}, {}}, type);
    }
    return addStep(Kind::Unary, unsigned(kind), {*x.value}, type);
  }

  std::optional<unsigned> binary(BinaryKind kind, Item x, Item y, Type type) {
    if (!x.value && y.value && isCommutative(kind))
      std::swap(x, y);
    if (x.value && !y.value) {
      // x - s is x + (-s), to the last bit.
      if (kind == BinaryKind::Sub && y.number && !lists("sub_scalar", type)) {
        APFloat opposite = cast<FloatAttr>(y.number).getValue();
        opposite.changeSign();
        return scalar(BinaryKind::Add, *x.value,
                      {std::nullopt, FloatAttr::get(type, opposite), {}}, type);
      }
      if (lists((stringifyBinaryKind(kind) + "_scalar").str(), type))
        return scalar(kind, *x.value, y, type);
    }
    return together(Kind::Binary, unsigned(kind), {x, y}, {type, type}, type);
  }

  std::optional<unsigned> scalar(BinaryKind kind, unsigned x,
                                 const Item &number, Type type) {
    std::optional<unsigned> made =
        addStep(Kind::Scalar, unsigned(kind), {x}, type);
    if (made)
      setNumber(number);
    return made;
  }

  void setNumber(const Item &number) {
    steps.steps.back().number = number.number;
    steps.steps.back().ofRun = number.ofRun;
  }

  /// A step whose operands all lie alike.
  std::optional<unsigned> together(Kind kind, unsigned code, ArrayRef<Item> of,
                                   ArrayRef<Type> types, Type type) {
    Spread whole;
    for (const Item &item : of)
      if (item.value)
        whole = whole.with(steps.values[*item.value].spread);
    SmallVector<unsigned, 3> operands;
    for (auto [item, element] : llvm::zip(of, types)) {
      Item wide = spread(item, whole, element);
      if (!wide.value)
        return std::nullopt;
      operands.push_back(*wide.value);
    }
    return addStep(kind, code, operands, type);
  }

  bool addReduction(ReductionOp op) {
    Item x = items.at(op.getX());
    Type element = op.accumulatorType();
    Value input = op.getX();
    if (isa<FloatType>(getElementTypeOrSelf(input)))
      x = spread(x, axes.spreadOf(input), getElementTypeOrSelf(input));
    if (!x.value || !isa<FloatType>(element) ||
        isa<FloatType>(getElementTypeOrSelf(input)) != isa<FloatType>(element))
      return decline("totals that are no floats");
    if (auto numeric = dyn_cast<NumericOp>(op.getOperation());
        numeric && numeric.getNumericsAttr())
      return decline("a sum with a contract of its own");
    std::optional<ReduceKind> kind = kindOf(op);
    if (!kind)
      return decline("a reduction that is neither sum nor extreme");
    if (x.value && steps.values[*x.value].element != element) {
      std::optional<unsigned> wide =
          addStep(Kind::Cast, 0, {*x.value}, element);
      x.value = wide;
    }
    if (!x.value)
      return false;
    std::optional<unsigned> total =
        axes.reduced == ReducedAxis::None
            ? x.value
            : addStep(Kind::Reduce, unsigned(*kind), {*x.value}, element);
    if (total && axes.reduced != ReducedAxis::None) {
      NumericPlan plan = numericPlan(op, kernel.env);
      steps.steps.back().chains = plan.anyOrder ? 1 : plan.chains;
      steps.steps.back().rest = plan.anyOrder ? 1 : plan.rest;
    }
    Type narrow = getElementTypeOrSelf(op->getResult(0));
    if (total && narrow != element)
      total = addStep(Kind::Cast, 0, {*total}, narrow);
    if (!total)
      return false;
    items[op->getResult(0)] = {*total, {}, {}};
    return true;
  }

  /// What the op does with two numbers.
  static std::optional<ReduceKind> kindOf(ReductionOp op) {
    Block block;
    OpBuilder b(op->getContext());
    b.setInsertionPointToEnd(&block);
    Type type = op.accumulatorType();
    Value x = block.addArgument(type, op->getLoc());
    Value y = block.addArgument(type, op->getLoc());
    Value both = op.emitCombine(b, op->getLoc(), x, y);
    if (!llvm::hasSingleElement(block))
      return std::nullopt;
    std::optional<BinaryKind> kind = binaryOf(both.getDefiningOp());
    return kind ? reduceOf(*kind) : std::nullopt;
  }

  //===--------------------------------------------------------------------===//
  // Steps
  //===--------------------------------------------------------------------===//

  /// The item with elements along all axes of `whole`.
  Item spread(const Item &item, Spread whole, Type element) {
    if (!item.value)
      return filled(item, whole, element);
    if (steps.values[*item.value].spread == whole)
      return item;
    auto key = std::make_pair(*item.value, 2 * whole.rows + whole.columns);
    auto known = wide.find(key);
    if (known != wide.end())
      return {known->second, {}, {}};
    std::optional<unsigned> made =
        addStep(Kind::Broadcast, 0, {*item.value}, element, whole);
    if (made)
      wide[key] = *made;
    return {made, {}, {}};
  }

  /// A tile of one number: a Scalar step on nothing.
  Item filled(const Item &number, Spread whole, Type element) {
    std::optional<unsigned> made = addStep(Kind::Scalar, 0, {}, element, whole);
    if (made)
      setNumber(number);
    return {made, {}, {}};
  }

  bool lists(StringRef name, Type type) const {
    return machine.lists(name, spelling(type));
  }

  /// The name and the type by which machines' tables have the step.
  std::pair<std::string, std::string> tableEntry(const TileStep &step) const {
    Type to = steps.values[step.result].element;
    Type from =
        step.operands.empty() ? to : steps.values[step.operands.back()].element;
    auto binary = BinaryKind(step.code);
    switch (step.kind) {
    case Kind::Unary:
      return {stringifyUnaryKind(UnaryKind(step.code)).str(), spelling(from)};
    case Kind::Binary:
      return {stringifyBinaryKind(binary).str(), spelling(from)};
    case Kind::Scalar:
      return {step.operands.empty()
                  ? std::string("fill")
                  : stringifyBinaryKind(binary).str() + "_scalar",
              spelling(to)};
    case Kind::Cast:
      return {"cast", spelling(from) + "->" + spelling(to)};
    case Kind::Compare:
      return {stringifyPredicate(Predicate(step.code)).str(), spelling(from)};
    case Kind::Select:
      return {"select", spelling(from)};
    case Kind::Broadcast:
      return {"broadcast", spelling(from)};
    case Kind::Reduce:
      return {("reduce_" + stringifyReduceKind(ReduceKind(step.code)) +
               (axes.reduced == ReducedAxis::Columns ? "_last" : "_first"))
                  .str(),
              spelling(from)};
    }
    return {};
  }

  std::optional<unsigned> addStep(Kind kind, unsigned code,
                                  ArrayRef<unsigned> operands, Type type,
                                  std::optional<Spread> whole = std::nullopt) {
    TileStep step;
    step.kind = kind;
    step.code = code;
    step.operands.assign(operands.begin(), operands.end());
    TileValue made{type, Spread(), false};
    for (unsigned operand : operands)
      made.spread = made.spread.with(steps.values[operand].spread);
    if (kind == Kind::Reduce)
      (axes.reduced == ReducedAxis::Columns ? made.spread.columns
                                            : made.spread.rows) = false;
    if (whole)
      made.spread = *whole;
    bool isReduced = axes.reduced == ReducedAxis::Columns ? !made.spread.columns
                     : axes.reduced == ReducedAxis::Rows  ? !made.spread.rows
                                                          : false;
    made.ofTotals = isReduced && (kind == Kind::Reduce ||
                                  llvm::any_of(operands, [&](unsigned operand) {
                                    return steps.values[operand].ofTotals;
                                  }));
    step.result = addValue(made);
    auto [name, element] = tableEntry(step);
    if (!machine.lists(name, element)) {
      decline("the machine has no " + name + " of " + element);
      return std::nullopt;
    }
    steps.steps.push_back(step);
    return step.result;
  }

  KernelForm &kernel;
  const TileAxes &axes;
  const Machine &machine;
  TileSteps steps;
  DenseMap<Value, Item> items;
  std::map<std::pair<unsigned, int>, unsigned> wide;
  std::string why;
};

} // namespace

ScheduleResult TileSteps::of(KernelForm &kernel, const TileAxes &axes,
                             const Machine &machine,
                             std::optional<TileSteps> &steps) {
  return StepBuilder(kernel, axes, machine).build(steps);
}

} // namespace opc::tile
