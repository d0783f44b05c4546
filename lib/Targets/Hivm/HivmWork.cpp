//===- HivmWork.cpp - work on whole tiles as HIVM's ops -------------------===//
#include "Hivm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace opc::tile;
namespace opc::hivm {

void createOp(OpBuilder &b, Location loc, StringRef name, ValueRange inputs,
              Value output, StringRef behind, StringRef before) {
  OperationState state(loc, ("hivm.hir." + name).str());
  state.addOperands(inputs);
  state.addOperands(output);
  state.addAttribute(kBefore, b.getStringAttr(before));
  state.addAttribute(kBehind, b.getStringAttr(behind));
  state.addAttribute(kReads, b.getI64IntegerAttr(inputs.size()));
  b.create(state);
}

/// Empty where HIVM has no such function.
static StringRef nameOf(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::Abs:
    return "vabs";
  case UnaryKind::Exp:
    return "vexp";
  case UnaryKind::Log:
    return "vln";
  case UnaryKind::Sqrt:
    return "vsqrt";
  case UnaryKind::Rsqrt:
    return "vrsqrt";
  case UnaryKind::Reciprocal:
    return "vrec";
  case UnaryKind::Tanh:
    return "vtanh";
  case UnaryKind::Erf:
    return "verf";
  default:
    return "";
  }
}

static std::string nameOf(BinaryKind kind) {
  return "v" + stringifyBinaryKind(kind).str();
}

bool hasForm(Operation *op) {
  if (!isa<TileDialect>(op->getDialect()))
    return true;
  if (llvm::any_of(buffersOf(op), [](Value buffer) {
        return cast<BufferType>(buffer.getType()).getRank() != 2;
      }))
    return false;
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<UnaryOp>([](UnaryOp op) { return !nameOf(op.getKind()).empty(); })
      .Case<CopyAsyncOp>([](CopyAsyncOp op) {
        return !op.getPad() && !op.getFromSteps() && !op.getToSteps();
      })
      .Case<BinaryOp, BinaryScalarOp, CastOp, FillOp, BroadcastOp, TransposeOp,
            ReduceOp, BufferOp, GlobalOp, ViewOp, WaitOp, DoneOp, CoreIdOp,
            NumCoresOp>([](Operation *) { return true; })
      .Default([](Operation *) { return false; });
}

/// Axes along which one element becomes many.
static std::string repeatedAxes(BroadcastOp op) {
  auto from = cast<BufferType>(op.getX().getType()).getShape();
  auto to = cast<BufferType>(op.getY().getType()).getShape();
  std::string axes;
  for (int axis : {0, 1})
    if (from[axis] == 1 && to[axis] != 1)
      axes += (axes.empty() ? "" : ", ") + std::to_string(axis);
  return axes;
}

/// `vbrc` repeats something, and a copy within local memory is nothing that
/// HIVM's lowering to other dialects knows.
static void createBroadcast(OpBuilder &b, BroadcastOp op, Value x, Value y) {
  std::string axes = repeatedAxes(op);
  if (!axes.empty())
    return createOp(b, op.getLoc(), "vbrc", x, y,
                    "broadcast_dims = [" + axes + "]");
  Type element = cast<MemRefType>(x.getType()).getElementType();
  Value one =
      arith::ConstantOp::create(b, op.getLoc(), FloatAttr::get(element, 1.0));
  createOp(b, op.getLoc(), "vmul", {x, one}, y);
}

void createWork(OpBuilder &b, ComputeOp work, ValueRange memory) {
  Location loc = work->getLoc();
  Value out = memory.back();
  ValueRange in = memory.drop_back();
  llvm::TypeSwitch<Operation *>(work)
      .Case<UnaryOp>(
          [&](UnaryOp op) { createOp(b, loc, nameOf(op.getKind()), in, out); })
      .Case<BinaryOp>(
          [&](BinaryOp op) { createOp(b, loc, nameOf(op.getKind()), in, out); })
      .Case<BinaryScalarOp>([&](BinaryScalarOp op) {
        createOp(b, loc, nameOf(op.getKind()), {in[0], op.getS()}, out);
      })
      .Case<CastOp>([&](CastOp) {
        createOp(b, loc, "vcast", in, out,
                 "round_mode = #hivm.round_mode<rint>");
      })
      .Case<FillOp>(
          [&](FillOp op) { createOp(b, loc, "vbrc", op.getS(), out); })
      .Case<BroadcastOp>(
          [&](BroadcastOp op) { createBroadcast(b, op, in[0], out); })
      .Case<TransposeOp>([&](TransposeOp) {
        createOp(b, loc, "vtranspose", in, out, "permutation = [1, 0]");
      })
      .Case<ReduceOp>([&](ReduceOp op) { createTotals(b, op, in[0], out); });
}

} // namespace opc::hivm
