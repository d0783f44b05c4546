//===- DotProduct.cpp - instructions that add up products -----------------===//
#include "opc/Targets/CPU/Products/DotProduct.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
namespace opc::cpu {
namespace {

/// An intrinsic of LLVM that multiplies and adds neighbours: the sum is added
/// apart (instruction selection makes one instruction of both where there is).
struct DotInstruction {
  llvm::StringLiteral unit;
  int64_t lanes;
  llvm::StringLiteral intrinsic;
};

constexpr DotInstruction instructions[] = {
    {"madd", 16, "llvm.x86.avx512.pmaddw.d.512"},
    {"madd", 8, "llvm.x86.avx2.pmadd.wd"},
};

const DotInstruction *instructionOf(const MatrixUnit &unit) {
  const DotInstruction *found =
      llvm::find_if(instructions, [&](const DotInstruction &row) {
        return row.unit == unit.name && row.lanes == unit.n;
      });
  return found == std::end(instructions) ? nullptr : found;
}

} // namespace

const MatrixUnit *dotUnitFor(const TargetDesc &desc, StringRef a, StringRef b) {
  const MatrixUnit *found =
      llvm::find_if(desc.matrixUnits, [&](const MatrixUnit &unit) {
        return unit.a == a && unit.b == b && unit.m == 1 && instructionOf(unit);
      });
  return found == desc.matrixUnits.end() ? nullptr : found;
}

Value emitDot(OpBuilder &b, Location loc, const MatrixUnit &unit, Value sum,
              Value x, Value y) {
  auto call = LLVM::CallIntrinsicOp::create(
      b, loc, sum.getType(), b.getStringAttr(instructionOf(unit)->intrinsic),
      ValueRange{x, y});
  return arith::AddIOp::create(b, loc, sum, call.getResult(0));
}

} // namespace opc::cpu
