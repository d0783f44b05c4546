//===- DotProduct.cpp - instructions that add up products -----------------===//
#include "opc/Targets/CPU/Products/DotProduct.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "opc/Targets/CPU/Products/Units.h"

using namespace mlir;
namespace opc::cpu {
namespace {

/// An intrinsic of LLVM that multiplies and adds neighbours. Those without
/// `addsTo` leave the sum to an addition (instruction selection makes one
/// instruction of both where there is).
struct DotInstruction {
  llvm::StringLiteral unit, a, b;
  int64_t lanes;
  bool addsTo;
  llvm::StringLiteral intrinsic;
};

constexpr DotInstruction instructions[] = {
    {"vnni", "ui8", "i8", 16, true, "llvm.x86.avx512.vpdpbusd.512"},
    {"vnni", "ui8", "i8", 8, true, "llvm.x86.avx512.vpdpbusd.256"},
    {"madd", "i16", "i16", 16, false, "llvm.x86.avx512.pmaddw.d.512"},
    {"madd", "i16", "i16", 8, false, "llvm.x86.avx2.pmadd.wd"},
};

const DotInstruction *instructionOf(const MatrixUnit &unit) {
  const DotInstruction *found =
      llvm::find_if(instructions, [&](const DotInstruction &row) {
        return row.unit == unit.name && row.a == unit.a && row.b == unit.b &&
               row.lanes == unit.n;
      });
  return found == std::end(instructions) ? nullptr : found;
}

} // namespace

const MatrixUnit *dotUnitFor(const TargetDesc &desc, StringRef a, StringRef b) {
  return findUnit(desc, a, b, [](const MatrixUnit &unit) {
    return unit.m == 1 && instructionOf(unit);
  });
}

bool addsToSum(const MatrixUnit &unit) { return instructionOf(unit)->addsTo; }

Value emitDot(OpBuilder &b, Location loc, const MatrixUnit &unit, Value sum,
              Value x, Value y) {
  const DotInstruction &row = *instructionOf(unit);
  SmallVector<Value> operands{x, y};
  if (row.addsTo)
    operands.insert(operands.begin(), sum);
  auto call = LLVM::CallIntrinsicOp::create(
      b, loc, sum.getType(), b.getStringAttr(row.intrinsic), operands);
  if (row.addsTo)
    return call.getResult(0);
  return arith::AddIOp::create(b, loc, sum, call.getResult(0));
}

} // namespace opc::cpu
