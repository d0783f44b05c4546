//===- SourcePrinter.cpp - kernels as source of C -------------------------===//
//
// Statements: memory, loops and branches. What is used once and nearby becomes
// part of the expression that uses it; all else has a name. Short floats were
// turned into their bits before (opc-prepare-source).
//
//===----------------------------------------------------------------------===//
#include "Expressions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "opc/Conversion/KernelAttributes.h"
#include "opc/Targets/Simt/GridSchedules.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
namespace opc::simt {
namespace {

/// Expressions that are longer get a name.
constexpr size_t kMostInline = 56;

/// Writes one function.
class FunctionPrinter {
public:
  FunctionPrinter(func::FuncOp function, const Spelling &s,
                  llvm::raw_ostream &out)
      : function(function), s(s), out(out) {}

  /// The op that has no spelling, or null.
  Operation *print() {
    if (function->hasAttr(kGroupAttr))
      printKernelHead();
    else
      printFunctionHead();
    depth = 1;
    printBlock(function.front());
    out << "}\n";
    return unknown;
  }

private:
  //===--------------------------------------------------------------------===//
  // Names
  //===--------------------------------------------------------------------===//

  std::string fresh(StringRef stem) {
    unsigned number = counts[stem]++;
    return number ? (stem + "_" + Twine(number)).str() : stem.str();
  }

  std::string typeOf(Value value) {
    std::optional<std::string> name = typeName(value.getType(), s);
    if (!name)
      unknown = value.getDefiningOp() ? value.getDefiningOp()
                                      : function.getOperation();
    return name.value_or("?");
  }

  std::string elementOf(Value memory) {
    Type element = cast<MemRefType>(memory.getType()).getElementType();
    std::optional<std::string> name = typeName(element, s);
    if (!name)
      unknown = function;
    return name.value_or("?");
  }

  Expression use(Value value) {
    auto found = expressions.find(value);
    if (found != expressions.end())
      return found->second;
    if (!unknown)
      unknown = value.getDefiningOp() ? value.getDefiningOp()
                                      : function.getOperation();
    return {"?"};
  }

  llvm::raw_ostream &line() { return out.indent(2 * depth); }

  //===--------------------------------------------------------------------===//
  // Heads
  //===--------------------------------------------------------------------===//

  static bool isWritten(Value memory) {
    return llvm::any_of(memory.getUsers(), [&](Operation *user) {
      return isa<memref::StoreOp, vector::StoreOp, memref::AtomicRMWOp>(user) &&
             !llvm::is_contained(user->getOperands().take_front(1), memory);
    });
  }

  void printKernelHead() {
    int64_t group = function->getAttrOfType<IntegerAttr>(kGroupAttr).getInt();
    out << s.kernel << " " << llvm::formatv(s.group.data(), group).str() << "\n"
        << function.getName() << "(";
    auto arguments = function.getArguments();
    for (BlockArgument argument : arguments) {
      if (argument.getArgNumber() > 0)
        out << ",\n" << std::string(function.getName().size() + 1, ' ');
      printArgument(argument, arguments.size());
    }
    out << ") {\n";
  }

  void printArgument(BlockArgument argument, unsigned count) {
    unsigned number = argument.getArgNumber();
    if (!isa<MemRefType>(argument.getType())) {
      std::string name = number + 1 == count ? "units" : fresh("extent");
      expressions[argument] = {name};
      out << typeOf(argument) << " " << name;
      return;
    }
    std::string name = number == 0           ? "fault"
                       : isWritten(argument) ? fresh("out")
                                             : fresh("in");
    bool mayAlias = number == 0 || function->hasAttr(kInplaceAttr);
    expressions[argument] = {name};
    out << s.global << (isWritten(argument) || number == 0 ? "" : "const ")
        << elementOf(argument) << " *" << (mayAlias ? "" : s.alone) << name;
  }

  void printFunctionHead() {
    std::optional<std::string> result =
        typeName(function.getResultTypes()[0], s);
    out << s.function << " " << result.value_or("?") << " "
        << function.getName() << "(";
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

  void printBlock(Block &block) {
    for (Operation &op : block.without_terminator()) {
      printOp(&op);
      if (unknown)
        return;
    }
    if (auto returned = dyn_cast<func::ReturnOp>(block.getTerminator()))
      if (returned.getNumOperands() == 1)
        line() << "return " << use(returned.getOperand(0)).text << ";\n";
  }

  void printOp(Operation *op) {
    llvm::TypeSwitch<Operation *>(op)
        .Case<scf::ForOp, scf::IfOp, scf::WhileOp, memref::LoadOp,
              memref::StoreOp, memref::AllocaOp, memref::AtomicRMWOp,
              vector::LoadOp, vector::StoreOp, gpu::BarrierOp>(
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

  void printNumber(Operation *op) {
    auto operand = [&](Value value) { return use(value); };
    std::optional<Expression> expression = expressionOf(op, s, operand);
    if (!expression) {
      if (!unknown)
        unknown = op;
      return;
    }
    Value value = op->getResult(0);
    bool isShort = isa<arith::ConstantOp, ub::PoisonOp>(op) &&
                   !isa<VectorType>(value.getType());
    if (isShort ||
        (isUsedNearby(op) && expression->text.size() <= kMostInline)) {
      expressions[value] = *expression;
      return;
    }
    define(value, stemOf(op), expression->text);
  }

  /// What a value is called.
  static StringRef stemOf(Operation *op) {
    if (isa<gpu::ThreadIdOp>(op))
      return "item";
    if (isa<gpu::BlockIdOp>(op))
      return "group";
    if (isa<gpu::GridDimOp>(op))
      return "groups";
    Type type = op->getResult(0).getType();
    return type.isIndex() ? "at" : type.isInteger(1) ? "is" : "t";
  }

  void define(Value value, StringRef stem, const Twine &text) {
    std::string name = fresh(stem);
    line() << "const " << typeOf(value) << " " << name << " = " << text
           << ";\n";
    expressions[value] = {name};
  }

  std::string place(Value memory, ValueRange indices) {
    std::string at = indices.empty() ? "0" : use(indices[0]).text;
    return use(memory).text + "[" + at + "]";
  }
  std::string address(Value memory, ValueRange indices) {
    return use(memory).text + " + " + use(indices[0]).inside(Binding::Product);
  }

  void printStatement(memref::LoadOp op) {
    define(op.getResult(), "v", place(op.getMemRef(), op.getIndices()));
  }
  void printStatement(memref::StoreOp op) {
    line() << place(op.getMemRef(), op.getIndices()) << " = "
           << use(op.getValueToStore()).text << ";\n";
  }
  void printStatement(vector::LoadOp op) {
    define(op.getResult(), "v",
           llvm::formatv(s.vectorLoad.data(),
                         op.getVectorType().getNumElements(),
                         address(op.getBase(), op.getIndices()))
               .str());
  }
  void printStatement(vector::StoreOp op) {
    line() << llvm::formatv(s.vectorStore.data(),
                            op.getVectorType().getNumElements(),
                            address(op.getBase(), op.getIndices()),
                            use(op.getValueToStore()).text)
                  .str()
           << ";\n";
  }
  void printStatement(memref::AllocaOp op) {
    bool isShared = op.getType().getMemorySpace() != nullptr;
    std::string name = fresh(isShared ? "shared" : "row");
    line() << (isShared ? s.shared : StringLiteral("")) << elementOf(op) << " "
           << name << "[" << op.getType().getNumElements() << "];\n";
    expressions[op] = {name};
  }
  void printStatement(memref::AtomicRMWOp op) {
    if (op.getKind() != arith::AtomicRMWKind::assign) {
      unknown = op;
      return;
    }
    std::string at = "&" + place(op.getMemref(), op.getIndices());
    define(op.getResult(), "before",
           llvm::formatv(s.exchange.data(), at, use(op.getValue()).text).str());
  }
  void printStatement(gpu::BarrierOp) { line() << s.barrier << ";\n"; }

  //===--------------------------------------------------------------------===//
  // Control
  //===--------------------------------------------------------------------===//

  /// A variable that starts as `initial`; `values` are what it is called.
  void declare(Value like, StringRef stem, const std::string &initial,
               ValueRange values) {
    std::string name = fresh(stem);
    line() << typeOf(like) << " " << name;
    if (!initial.empty())
      out << " = " << initial;
    out << ";\n";
    for (Value value : values)
      expressions[value] = {name};
  }

  /// Gives variables new values, all at once.
  void assign(ValueRange variables, ValueRange values) {
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
        line() << "const " << typeOf(value) << " " << name << " = " << text
               << ";\n";
        text = name;
      }
    for (auto [variable, text] : llvm::zip(variables, texts))
      if (use(variable).text != text)
        line() << use(variable).text << " = " << text << ";\n";
  }

  void printStatement(scf::ForOp op) {
    for (auto [initial, carried, result] :
         llvm::zip(op.getInitArgs(), op.getRegionIterArgs(), op.getResults()))
      declare(carried, "sum", use(initial).text, {carried, result});
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
    assign(op.getRegionIterArgs(),
           op.getBody()->getTerminator()->getOperands());
    --depth;
    line() << "}\n";
  }

  void printStatement(scf::IfOp op) {
    for (Value result : op.getResults())
      declare(result, "c", "", result);
    line() << "if (" << use(op.getCondition()).text << ") {\n";
    printBranch(*op.thenBlock(), op.getResults());
    if (op.elseBlock() && (op.elseBlock()->getOperations().size() > 1 ||
                           op.getNumResults() > 0)) {
      line() << "} else {\n";
      printBranch(*op.elseBlock(), op.getResults());
    }
    line() << "}\n";
  }

  void printBranch(Block &block, ValueRange results) {
    ++depth;
    printBlock(block);
    assign(results, block.getTerminator()->getOperands());
    --depth;
  }

  void printStatement(scf::WhileOp op) {
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

  func::FuncOp function;
  const Spelling &s;
  llvm::raw_ostream &out;
  Operation *unknown = nullptr;
  unsigned depth = 0;
  llvm::StringMap<unsigned> counts;
  DenseMap<Value, Expression> expressions;
};

} // namespace

llvm::Expected<std::string> printSource(ModuleOp kernels,
                                        const Spelling &spelling,
                                        const TargetDesc &desc) {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << spelling.header << spelling.prelude;
  // Functions first: kernels call them.
  for (bool isKernel : {false, true})
    for (auto function : kernels.getOps<func::FuncOp>()) {
      if (function->hasAttr(kGroupAttr) != isKernel || function.isExternal())
        continue;
      out << "\n";
      if (Operation *op = FunctionPrinter(function, spelling, out).print())
        return llvm::createStringError(
            llvm::formatv("{0}: kernel {1}: {2} has no form in {3}",
                          desc.name(), function.getName(), op->getName(),
                          spelling.language)
                .str());
    }
  return text;
}

} // namespace opc::simt
