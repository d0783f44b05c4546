// Tests of what lowerings rely on in KernelEmitter: folding, and values that
// are computed once but only where they dominate their uses.
#include "opc/Conversion/OpcToLoops/KernelEmitter.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Verifier.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace opc;

namespace {

class KernelEmitterTest : public ::testing::Test {
protected:
  KernelEmitterTest() : b(&context), loc(b.getUnknownLoc()), env(&context) {
    context.loadDialect<arith::ArithDialect, func::FuncDialect,
                        memref::MemRefDialect, scf::SCFDialect>();
    module = ModuleOp::create(b, loc);
    b.setInsertionPointToEnd(module->getBody());
    auto type = b.getFunctionType({b.getIndexType(), b.getIndexType()}, {});
    function = func::FuncOp::create(b, loc, "kernel", type);
    Block *entry = function.addEntryBlock();
    b.setInsertionPointToEnd(entry);
    b.setInsertionPoint(func::ReturnOp::create(b, loc));
    symbols.assign(entry->args_begin(), entry->args_end());
    e = std::make_unique<KernelEmitter>(b, loc, env, DenseMap<Value, Value>(),
                                        symbols, Value());
  }

  bool isValid() { return succeeded(verify(*module)); }
  template <typename Op> int count() {
    int found = 0;
    function.walk([&](Op) { ++found; });
    return found;
  }

  MLIRContext context;
  OpBuilder b;
  Location loc;
  ShapeEnv env;
  OwningOpRef<ModuleOp> module;
  func::FuncOp function;
  SmallVector<Value> symbols;
  std::unique_ptr<KernelEmitter> e;
};

TEST_F(KernelEmitterTest, ConstantsFold) {
  auto value = [&](Value v) { return *KernelEmitter::constantValue(v); };
  EXPECT_EQ(value(e->add(e->constant(2), e->constant(3))), 5);
  EXPECT_EQ(value(e->sub(e->constant(2), e->constant(3))), -1);
  EXPECT_EQ(value(e->ceilDiv(e->constant(7), e->constant(2))), 4);
  EXPECT_EQ(value(e->floorMod(e->constant(-1), e->constant(4))), 3);
  EXPECT_EQ(value(e->compare(arith::CmpIPredicate::slt, e->constant(-1),
                             e->constant(0))),
            1);
  EXPECT_EQ(e->add(symbols[0], e->constant(0)), symbols[0]);
  EXPECT_EQ(e->mul(symbols[0], e->constant(1)), symbols[0]);
  EXPECT_EQ(value(e->mul(symbols[0], e->constant(0))), 0);
}

TEST_F(KernelEmitterTest, EqualArithmeticIsOneValue) {
  Value first = e->add(symbols[0], symbols[1]);
  EXPECT_EQ(e->add(symbols[0], symbols[1]), first);
  e->loop(e->constant(0), symbols[0],
          [&](Value) { EXPECT_EQ(e->add(symbols[0], symbols[1]), first); });
  EXPECT_EQ(count<arith::AddIOp>(), 1);
}

TEST_F(KernelEmitterTest, ValuesStayInTheirBlock) {
  Value inLoop;
  e->loop(e->constant(0), symbols[0], [&](Value i) {
    inLoop = e->mul(symbols[0], symbols[1]);
    e->add(i, inLoop);
  });
  EXPECT_NE(e->mul(symbols[0], symbols[1]), inLoop);
  Value chosen = e->choose(
      e->compare(arith::CmpIPredicate::slt, symbols[0], symbols[1]),
      [&] { return e->sub(symbols[0], symbols[1]); },
      [&] { return e->sub(symbols[0], symbols[1]); });
  e->add(chosen, e->sub(symbols[0], symbols[1]));
  EXPECT_EQ(count<arith::SubIOp>(), 3);
  EXPECT_TRUE(isValid());
}

TEST_F(KernelEmitterTest, ExtentsAreComputedAheadOfLoops) {
  AffineExpr size = env.symbol(0) * env.symbol(1);
  e->loop(e->constant(0), symbols[0], [&](Value i) {
    e->add(i, e->expr(size));
    e->add(i, e->expr(size.floorDiv(env.symbol(1))));
  });
  EXPECT_EQ(count<arith::MulIOp>(), 1);
  function.walk([&](arith::MulIOp op) {
    EXPECT_EQ(op->getBlock(), &function.getBody().front());
  });
  EXPECT_TRUE(isValid());
}

TEST_F(KernelEmitterTest, KnownBranchesAndLoopsLeaveNoTrace) {
  Value chosen = e->choose(
      e->boolean(true), [&] { return symbols[0]; },
      [&]() -> Value {
        ADD_FAILURE() << "built a dead branch";
        return {};
      });
  EXPECT_EQ(chosen, symbols[0]);
  int runs = 0;
  e->loop(e->constant(0), e->constant(0), [&](Value) { ++runs; });
  EXPECT_EQ(runs, 0);
  e->loop(e->constant(0), e->constant(1), [&](Value) { ++runs; });
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(count<scf::ForOp>() + count<scf::IfOp>(), 0);
}

TEST_F(KernelEmitterTest, PositionsAreRowMajor) {
  Dims dims{env.constant(2), env.constant(3), env.constant(4)};
  Value position =
      e->linearize({e->constant(1), e->constant(2), e->constant(3)}, dims);
  EXPECT_EQ(*KernelEmitter::constantValue(position), 23);
  SmallVector<Value> indices = e->delinearize(e->constant(23), dims);
  EXPECT_EQ(*KernelEmitter::constantValue(indices[0]), 1);
  EXPECT_EQ(*KernelEmitter::constantValue(indices[1]), 2);
  EXPECT_EQ(*KernelEmitter::constantValue(indices[2]), 3);
}

} // namespace
