//===- IndexProgram.cpp - runs the loops that schedules build -------------===//
#include "IndexProgram.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "gtest/gtest.h"

using namespace mlir;
namespace opc::cpu {

IndexProgram::IndexProgram(
    unsigned numArgs,
    llvm::function_ref<void(LoopBuilder &, ValueRange)> build) {
  context
      .loadDialect<arith::ArithDialect, scf::SCFDialect, func::FuncDialect>();
  OpBuilder b(&context);
  Location loc = b.getUnknownLoc();
  SmallVector<Type> inputs(numArgs, b.getIndexType());
  function =
      func::FuncOp::create(b, loc, "program", b.getFunctionType(inputs, {}));
  Block *body = function->addEntryBlock();
  b.setInsertionPointToStart(body);
  func::ReturnOp::create(b, loc);
  b.setInsertionPointToStart(body);
  LoopBuilder l{b, loc};
  build(l, body->getArguments());
}

void IndexProgram::visit(LoopBuilder &l, ValueRange values) {
  func::CallOp::create(l.b, l.loc, "visit", TypeRange(), values);
}

std::vector<std::vector<int64_t>> IndexProgram::run(ArrayRef<int64_t> args) {
  values.clear();
  visits.clear();
  for (auto [argument, value] : llvm::zip(function->getArguments(), args))
    values[argument] = value;
  runBlock(function->getBody().front());
  return visits;
}

void IndexProgram::runBlock(Block &block) {
  for (Operation &op : block)
    runOp(op);
}

void IndexProgram::runOp(Operation &op) {
  if (isa<scf::ForOp>(op))
    return runFor(op);
  if (auto branch = dyn_cast<scf::IfOp>(op)) {
    Block *taken = values.at(branch.getCondition()) ? branch.thenBlock()
                                                    : branch.elseBlock();
    if (taken)
      runBlock(*taken);
    return;
  }
  if (isa<func::CallOp>(op)) {
    std::vector<int64_t> seen;
    for (Value operand : op.getOperands())
      seen.push_back(values.at(operand));
    visits.push_back(seen);
    return;
  }
  if (!op.hasTrait<OpTrait::IsTerminator>())
    evaluate(op);
}

void IndexProgram::runFor(Operation &op) {
  auto loop = cast<scf::ForOp>(op);
  ASSERT_EQ(loop.getNumResults(), 0u);
  int64_t last = values.at(loop.getUpperBound());
  int64_t step = values.at(loop.getStep());
  for (int64_t i = values.at(loop.getLowerBound()); i < last; i += step) {
    values[loop.getInductionVar()] = i;
    runBlock(*loop.getBody());
  }
}

// By the op's own folder, given constants.
void IndexProgram::evaluate(Operation &op) {
  SmallVector<Attribute> operands;
  for (Value operand : op.getOperands())
    operands.push_back(IntegerAttr::get(operand.getType(), values.at(operand)));
  SmallVector<OpFoldResult> folded;
  ASSERT_TRUE(succeeded(op.fold(operands, folded)));
  ASSERT_EQ(folded.size(), 1u) << op.getName().getStringRef().str();
  if (auto attribute = dyn_cast<Attribute>(folded[0]))
    values[op.getResult(0)] =
        cast<IntegerAttr>(attribute).getValue().getSExtValue();
  else
    values[op.getResult(0)] = values.at(cast<Value>(folded[0]));
}

} // namespace opc::cpu
