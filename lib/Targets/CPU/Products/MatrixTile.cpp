//===- MatrixTile.cpp - units that multiply whole tiles -------------------===//
#include "opc/Targets/CPU/Products/MatrixTile.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Targets/CPU/Products/Units.h"
#include "opc/Targets/Schedule/LoopBuilder.h"

using namespace mlir;
namespace opc::cpu {
namespace {

/// The intrinsic of LLVM that adds a product of two tiles to a third.
struct TileInstruction {
  llvm::StringLiteral unit, a, b;
  int64_t elementBytes;
  llvm::StringLiteral intrinsic;
};

constexpr TileInstruction instructions[] = {
    {"amx", "i8", "i8", 1, "llvm.x86.tdpbssd"},
    {"amx", "i8", "ui8", 1, "llvm.x86.tdpbsud"},
    {"amx", "ui8", "i8", 1, "llvm.x86.tdpbusd"},
    {"amx", "ui8", "ui8", 1, "llvm.x86.tdpbuud"},
    {"amx", "bf16", "bf16", 2, "llvm.x86.tdpbf16ps"},
};

const TileInstruction *instructionOf(const MatrixUnit &unit) {
  const TileInstruction *found =
      llvm::find_if(instructions, [&](const TileInstruction &row) {
        return row.unit == unit.name && row.a == unit.a && row.b == unit.b;
      });
  return found == std::end(instructions) ? nullptr : found;
}

int64_t elementBytes(Value memory) {
  return cast<MemRefType>(memory.getType()).getElementTypeBitWidth() / 8;
}

} // namespace

const MatrixUnit *tileUnitFor(const TargetDesc &desc, StringRef a,
                              StringRef b) {
  return findUnit(desc, a, b, [](const MatrixUnit &unit) {
    return unit.m > 1 && instructionOf(unit);
  });
}

int64_t groupOf(const MatrixUnit &unit) {
  return int64_t(sizeof(int32_t)) / instructionOf(unit)->elementBytes;
}

/// The layout of the 64 bytes is that of LDTILECFG with palette 1 (Intel's
/// Software Developer's Manual, volume 2A): bytes of a row from 16 on, two for
/// each register, and rows from 48 on, one for each.
void TileRegisters::configure(Value memory, Value tallRows, int64_t firstOfB) {
  constexpr int64_t size = 64, registers = 8, rowBytesAt = 16, rowsAt = 48;
  SmallVector<int8_t> image(size, 0);
  image[0] = 1;
  for (int64_t tile = 0; tile < registers; ++tile)
    image[rowBytesAt + 2 * tile] = int8_t(unit.n * sizeof(int32_t));
  for (int64_t tile = firstOfB; tile < registers; ++tile)
    image[rowsAt + tile] = int8_t(unit.k / groupOf(unit));
  LoopBuilder l{b, loc};
  auto type = VectorType::get({size}, b.getI8Type());
  Value start = arith::ConstantOp::create(
      b, loc, DenseElementsAttr::get(type, ArrayRef<int8_t>(image)));
  vector::StoreOp::create(b, loc, start, memory, ValueRange{l.index(0)});
  Value rows = arith::IndexCastOp::create(b, loc, b.getI8Type(), tallRows);
  for (int64_t tile = 0; tile < firstOfB; ++tile)
    memref::StoreOp::create(b, loc, rows, memory,
                            ValueRange{l.index(rowsAt + tile)});
  call("llvm.x86.ldtilecfg", address(memory, l.index(0)));
}

void TileRegisters::release() { call("llvm.x86.tilerelease", {}); }

void TileRegisters::zero(int64_t tile) {
  call("llvm.x86.tilezero", number(tile));
}

void TileRegisters::load(int64_t tile, Value memory, Value at, Value rowStep) {
  call("llvm.x86.tileloadd64",
       {number(tile), address(memory, at), bytes(memory, rowStep)});
}

void TileRegisters::store(int64_t tile, Value memory, Value at, Value rowStep) {
  call("llvm.x86.tilestored64",
       {number(tile), address(memory, at), bytes(memory, rowStep)});
}

void TileRegisters::multiplyAdd(int64_t sums, int64_t x, int64_t y) {
  call(instructionOf(unit)->intrinsic, {number(sums), number(x), number(y)});
}

void TileRegisters::call(StringRef intrinsic, ValueRange operands) {
  LLVM::CallIntrinsicOp::create(b, loc, b.getStringAttr(intrinsic), operands);
}

Value TileRegisters::number(int64_t tile) {
  return LLVM::ConstantOp::create(b, loc, b.getI8Type(),
                                  b.getI8IntegerAttr(int8_t(tile)));
}

Value TileRegisters::address(Value memory, Value at) {
  Value start = memref::ExtractAlignedPointerAsIndexOp::create(b, loc, memory);
  LoopBuilder l{b, loc};
  Value offset = arith::IndexCastOp::create(
      b, loc, b.getI64Type(), l.add(start, l.mul(at, elementBytes(memory))));
  return LLVM::IntToPtrOp::create(
      b, loc, LLVM::LLVMPointerType::get(b.getContext()), offset);
}

Value TileRegisters::bytes(Value memory, Value elements) {
  LoopBuilder l{b, loc};
  return arith::IndexCastOp::create(b, loc, b.getI64Type(),
                                    l.mul(elements, elementBytes(memory)));
}

} // namespace opc::cpu
