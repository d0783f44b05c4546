//===- FunctionPrinter.cpp - functions as source of C ---------------------===//
//
// Short floats were turned into their bits before (opc-prepare-images).
//
//===----------------------------------------------------------------------===//
#include "opc/Targets/Source/FunctionPrinter.h"

#include "mlir/Dialect/UB/IR/UBOps.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
namespace opc::source {

bool isWritten(Value memory) {
  return llvm::any_of(memory.getUsers(), [&](Operation *user) {
    return isa<memref::StoreOp, vector::StoreOp, memref::AtomicRMWOp>(user) &&
           !llvm::is_contained(user->getOperands().take_front(1), memory);
  });
}

/// Expressions that are longer get a name.
static constexpr size_t kMostInline = 56;

FunctionPrinter::~FunctionPrinter() = default;

Operation *FunctionPrinter::print() {
  printHead();
  depth = 1;
  printBlock(function.front());
  printTail();
  out << "}\n";
  return unknown;
}

//===--------------------------------------------------------------------===//
// Names
//===--------------------------------------------------------------------===//

std::string FunctionPrinter::fresh(StringRef stem) {
  while (true) {
    unsigned number = counts[stem]++;
    std::string name = number ? (stem + "_" + Twine(number)).str() : stem.str();
    if (names.insert(name).second)
      return name;
  }
}

std::string FunctionPrinter::typeOf(Value value) {
  if (std::optional<std::string> own = nameOfOwn(value.getType()))
    return *own;
  std::optional<std::string> name = typeName(value.getType(), s);
  if (!name)
    unknown =
        value.getDefiningOp() ? value.getDefiningOp() : function.getOperation();
  return name.value_or("?");
}

std::string FunctionPrinter::elementOf(Value memory) {
  Type element = cast<MemRefType>(memory.getType()).getElementType();
  std::optional<std::string> name = typeName(element, s);
  if (!name)
    unknown = function;
  return name.value_or("?");
}

Expression FunctionPrinter::use(Value value) {
  auto found = expressions.find(value);
  if (found != expressions.end())
    return found->second;
  if (!unknown)
    unknown =
        value.getDefiningOp() ? value.getDefiningOp() : function.getOperation();
  return {"?"};
}

void FunctionPrinter::printHead() {
  std::optional<std::string> result = typeName(function.getResultTypes()[0], s);
  out << s.function << " " << result.value_or("?") << " " << function.getName()
      << "(";
  for (BlockArgument argument : function.getArguments()) {
    std::string name = fresh("x");
    expressions[argument] = {name};
    out << (argument.getArgNumber() ? ", " : "") << typeOf(argument) << " "
        << name;
  }
  out << ") {\n";
}

//===--------------------------------------------------------------------===//
// Statements
//===--------------------------------------------------------------------===//

void FunctionPrinter::printBlock(Block &block) {
  for (Operation &op : block.without_terminator()) {
    printOp(&op);
    if (unknown)
      return;
  }
  if (auto returned = dyn_cast<func::ReturnOp>(block.getTerminator()))
    if (returned.getNumOperands() == 1)
      line() << "return " << use(returned.getOperand(0)).text << ";\n";
}

void FunctionPrinter::printOp(Operation *op) {
  if (printOwn(op))
    return;
  llvm::TypeSwitch<Operation *>(op)
      .Case<scf::ForOp, scf::IfOp, scf::WhileOp, memref::LoadOp,
            memref::StoreOp, memref::AllocaOp, memref::AtomicRMWOp,
            vector::LoadOp, vector::StoreOp>(
          [&](auto op) { printStatement(op); })
      .Default([&](Operation *op) { printNumber(op); });
}

/// Whether the only user of a value can have its expression.
static bool isUsedNearby(Operation *op) {
  Value value = op->getResult(0);
  return value.hasOneUse() &&
         (*value.user_begin())->getBlock() == op->getBlock() &&
         !isa<scf::ForOp, scf::WhileOp, scf::YieldOp>(*value.user_begin());
}

void FunctionPrinter::printNumber(Operation *op) {
  auto operand = [&](Value value) { return use(value); };
  std::optional<Expression> expression = expressionOfOwn(op);
  if (!expression)
    expression = expressionOf(op, s, operand);
  if (!expression) {
    if (!unknown)
      unknown = op;
    return;
  }
  Value value = op->getResult(0);
  bool isShort = isa<arith::ConstantOp, ub::PoisonOp>(op) &&
                 !isa<VectorType>(value.getType());
  if (isShort || (isUsedNearby(op) && expression->text.size() <= kMostInline)) {
    expressions[value] = *expression;
    return;
  }
  define(value, stemOf(op), expression->text);
}

/// What a value is called.
StringRef FunctionPrinter::stemOf(Operation *op) {
  if (std::optional<StringRef> own = stemOfOwn(op))
    return *own;
  Type type = op->getResult(0).getType();
  return type.isIndex() ? "at" : type.isInteger(1) ? "is" : "t";
}

/// What comes before the name of a constant of a type.
static std::string constantOf(const std::string &type) {
  if (StringRef(type).ends_with("*"))
    return type + "const ";
  return "const " + type + " ";
}

/// What comes before the name of a variable.
static std::string variableOf(const std::string &type) {
  return StringRef(type).ends_with("*") ? type : type + " ";
}

void FunctionPrinter::define(Value value, StringRef stem, const Twine &text) {
  std::string name = fresh(stem);
  line() << constantOf(typeOf(value)) << name << " = " << text << ";\n";
  expressions[value] = {name};
}

std::string FunctionPrinter::place(Value memory, ValueRange indices) {
  std::string at = indices.empty() ? "0" : use(indices[0]).text;
  return use(memory).text + "[" + at + "]";
}
std::string FunctionPrinter::address(Value memory, ValueRange indices) {
  return use(memory).text + " + " + use(indices[0]).inside(Binding::Product);
}

void FunctionPrinter::printLoad(memref::LoadOp op) {
  define(op.getResult(), "v", place(op.getMemRef(), op.getIndices()));
}
void FunctionPrinter::printStore(memref::StoreOp op) {
  line() << place(op.getMemRef(), op.getIndices()) << " = "
         << use(op.getValueToStore()).text << ";\n";
}
void FunctionPrinter::printStatement(vector::LoadOp op) {
  define(op.getResult(), "v",
         llvm::formatv(s.vectorLoad.data(), op.getVectorType().getNumElements(),
                       address(op.getBase(), op.getIndices()))
             .str());
}
void FunctionPrinter::printStatement(vector::StoreOp op) {
  line() << llvm::formatv(s.vectorStore.data(),
                          op.getVectorType().getNumElements(),
                          address(op.getBase(), op.getIndices()),
                          use(op.getValueToStore()).text)
                .str()
         << ";\n";
}
void FunctionPrinter::printRow(memref::AllocaOp op) {
  std::string name = fresh("row");
  line() << elementOf(op) << " " << name << "[" << op.getType().getNumElements()
         << "];\n";
  expressions[op] = {name};
}
void FunctionPrinter::printExchange(memref::AtomicRMWOp op) {
  if (op.getKind() != arith::AtomicRMWKind::assign) {
    unknown = op;
    return;
  }
  std::string at = "&" + place(op.getMemref(), op.getIndices());
  define(op.getResult(), "before",
         llvm::formatv(s.exchange.data(), at, use(op.getValue()).text).str());
}
//===--------------------------------------------------------------------===//
// Control
//===--------------------------------------------------------------------===//

/// A variable that starts as `initial`; `values` are what it is called.
void FunctionPrinter::declare(Value like, StringRef stem,
                              const std::string &initial, ValueRange values) {
  std::string type = typeOf(like);
  std::string name = type.empty() ? "" : fresh(stem);
  if (!type.empty()) {
    line() << variableOf(type) << name;
    if (!initial.empty())
      out << " = " << initial;
    out << ";\n";
  }
  for (Value value : values)
    expressions[value] = {name};
}

/// Gives variables new values, all at once.
void FunctionPrinter::assign(ValueRange variables, ValueRange values) {
  SmallVector<std::string> texts;
  for (Value value : values)
    texts.push_back(use(value).text);
  if (variables.size() > 1)
    for (auto [value, text] : llvm::zip(values, texts)) {
      bool isVariable = llvm::any_of(variables, [&](Value variable) {
        return use(variable).text == text;
      });
      if (!isVariable || text == use(variables[&text - texts.data()]).text)
        continue;
      std::string name = fresh("next");
      line() << constantOf(typeOf(value)) << name << " = " << text << ";\n";
      text = name;
    }
  for (auto [variable, text] : llvm::zip(variables, texts))
    if (use(variable).text != text)
      line() << use(variable).text << " = " << text << ";\n";
}

void FunctionPrinter::printStatement(scf::ForOp op) {
  for (auto [initial, carried, result] :
       llvm::zip(op.getInitArgs(), op.getRegionIterArgs(), op.getResults()))
    declare(carried, stemOfCarried(carried.getType()), use(initial).text,
            {carried, result});
  Value induction = op.getInductionVar();
  std::string name = fresh("i");
  expressions[induction] = {name};
  std::string step = use(op.getStep()).text;
  line() << "for (" << typeOf(induction) << " " << name << " = "
         << use(op.getLowerBound()).text << "; " << name << " < "
         << use(op.getUpperBound()).inside(Binding::Shift) << "; ";
  if (step == "1")
    out << "++" << name;
  else
    out << name << " += " << step;
  out << ") {\n";
  ++depth;
  printBlock(*op.getBody());
  assign(op.getRegionIterArgs(), op.getBody()->getTerminator()->getOperands());
  --depth;
  line() << "}\n";
}

void FunctionPrinter::printStatement(scf::IfOp op) {
  for (Value result : op.getResults())
    declare(result, "c", "", result);
  line() << "if (" << use(op.getCondition()).text << ") {\n";
  printBranch(*op.thenBlock(), op.getResults());
  if (op.elseBlock() &&
      (op.elseBlock()->getOperations().size() > 1 || op.getNumResults() > 0)) {
    line() << "} else {\n";
    printBranch(*op.elseBlock(), op.getResults());
  }
  line() << "}\n";
}

void FunctionPrinter::printBranch(Block &block, ValueRange results) {
  ++depth;
  printBlock(block);
  assign(results, block.getTerminator()->getOperands());
  --depth;
}

void FunctionPrinter::printStatement(scf::WhileOp op) {
  for (auto [initial, argument] :
       llvm::zip(op.getInits(), op.getBeforeArguments()))
    declare(argument, "w", use(initial).text, argument);
  for (auto [result, argument] :
       llvm::zip(op.getResults(), op.getAfterArguments()))
    declare(result, "c", "", {result, argument});
  line() << "while (true) {\n";
  ++depth;
  printBlock(*op.getBeforeBody());
  scf::ConditionOp condition = op.getConditionOp();
  std::string holds = use(condition.getCondition()).inside(Binding::Prefix);
  assign(op.getResults(), condition.getArgs());
  line() << "if (!" << holds << ")\n";
  out.indent(2 * depth + 2) << "break;\n";
  printBlock(*op.getAfterBody());
  assign(op.getBeforeArguments(), op.getYieldOp().getOperands());
  --depth;
  line() << "}\n";
}

} // namespace opc::source
