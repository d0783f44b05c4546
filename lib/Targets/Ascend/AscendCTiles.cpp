//===- AscendCTiles.cpp - buffers, copies and their order -----------------===//
//
// Scalar, vector, and the two copying pipes each do what they are issued in
// order. A copy into a buffer waits for the vector work so far, which may read
// it; work waits for the copies whose tokens are waited for. In a loop that
// copies the next tile in before it works on this one, the copy is in flight
// beside the work, which is issued behind it.
//
//===----------------------------------------------------------------------===//
#include "AscendCPrinter.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace opc::source;
using namespace opc::tile;
namespace opc::ascend {

std::string AscendCPrinter::elementName(Type type) {
  if (type.isF16())
    return "half";
  if (type.isBF16())
    return "bfloat16_t";
  return nameOf(type, kSpelling);
}

std::optional<std::string> AscendCPrinter::nameOfOwn(Type type) {
  if (auto buffer = dyn_cast<BufferType>(type))
    return "LocalTensor<" + elementName(buffer.getElementType()) + ">";
  if (isa<TokenType>(type))
    return "";
  return std::nullopt;
}

StringRef AscendCPrinter::stemOfCarried(Type type) {
  return isa<BufferType>(type) ? "tile" : KernelPrinter::stemOfCarried(type);
}

void AscendCPrinter::printPipe() {
  bool hasBuffers =
      function.walk([](BufferOp) { return WalkResult::interrupt(); })
          .wasInterrupted();
  if (hasBuffers)
    out << "  TPipe pipe;\n";
}

void AscendCPrinter::printBuffer(BufferOp op) {
  BufferType type = op.getY().getType();
  if (type.getSpace().getValue() != Space::Vector || depth != 1) {
    unknown = op;
    return;
  }
  std::string name = fresh("tile"), shape;
  for (int64_t extent : type.getShape())
    shape += (shape.empty() ? "" : " x ") + std::to_string(extent);
  int64_t pitch = type.getPadded().back();
  if (pitch != type.getShape().back())
    shape += ", rows of " + std::to_string(pitch);
  line() << "TBuf<TPosition::VECCALC> " << name << "Buffer; // " << shape
         << "\n";
  line() << llvm::formatv("pipe.InitBuffer({0}Buffer, {1});\n", name,
                          type.bytes());
  line() << llvm::formatv("LocalTensor<{1}> {0} = {0}Buffer.Get<{1}>();\n",
                          name, elementName(type.getElementType()));
  bind(op, {name});
}

void AscendCPrinter::printOrder(StringRef from, StringRef to) {
  for (StringRef call : {"SetFlag", "WaitFlag"})
    line() << llvm::formatv("{0}<HardEvent::{1}_{2}>(EVENT_ID0);\n", call, from,
                            to);
}

void AscendCPrinter::orderBehindVector(Operation *op, StringRef to) {
  Block *&last = ordered[to];
  if (last == op->getBlock())
    return;
  last = op->getBlock();
  printOrder("V", to);
}

void AscendCPrinter::printCopy(CopyAsyncOp op) {
  bool in = op.getX().getType().isGlobal();
  BufferType local = in ? op.getY().getType() : op.getX().getType();
  bool changes = op.getX().getType().getElementType() !=
                 op.getY().getType().getElementType();
  if (op.getPad() || op.getFromSteps() || op.getToSteps() || changes ||
      local.getSpace().getValue() != Space::Vector) {
    unknown = op;
    return;
  }
  Window from = sourceOf(op), to = destinationOf(op);
  orderBehindVector(op, in ? "MTE2" : "MTE3");
  const Window &inUnit = in ? to : from, &inMemory = in ? from : to;
  line() << llvm::formatv("{0}({1}, {2}, {3}, {4}, {5}, {6});\n",
                          in ? "opc_copy_in" : "opc_copy_out", at(inUnit, "0"),
                          inUnit.pitch.text, at(inMemory, "0"),
                          inMemory.pitch.text, from.rows.text,
                          from.columns.text);
  bind(op, {""});
}

/// The ops that make the values that `value` may be.
static void findMakers(Value value, DenseSet<Value> &seen,
                       SmallVectorImpl<Operation *> &makers) {
  if (!seen.insert(value).second)
    return;
  Operation *op = value.getDefiningOp();
  unsigned number = 0;
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    op = argument.getOwner()->getParentOp();
    number = argument.getArgNumber() - 1;
  } else {
    number = cast<OpResult>(value).getResultNumber();
  }
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    findMakers(loop.getInitArgs()[number], seen, makers);
    findMakers(loop.getBody()->getTerminator()->getOperand(number), seen,
               makers);
    return;
  }
  if (auto view = dyn_cast<ViewOp>(op))
    return findMakers(view.getX(), seen, makers);
  makers.push_back(op);
}

static SmallVector<Operation *> makersOf(Value value) {
  DenseSet<Value> seen;
  SmallVector<Operation *> makers;
  findMakers(value, seen, makers);
  return makers;
}

/// Whether a buffer that is copied in is copied out as it is.
static bool copiesThrough(func::FuncOp function) {
  DenseSet<Operation *> filled;
  function.walk([&](CopyAsyncOp op) {
    if (op.getX().getType().isGlobal())
      for (Operation *buffer : makersOf(op.getY()))
        filled.insert(buffer);
  });
  return function
      .walk([&](CopyAsyncOp op) {
        bool through =
            !op.getX().getType().isGlobal() &&
            llvm::any_of(makersOf(op.getX()), [&](Operation *buffer) {
              return filled.contains(buffer);
            });
        return through ? WalkResult::interrupt() : WalkResult::advance();
      })
      .wasInterrupted();
}

void AscendCPrinter::printWait(WaitOp op) {
  bool in = false, outOf = false;
  for (Value token : op.getTokens())
    for (Operation *maker : makersOf(token)) {
      if (isa<DoneOp>(maker))
        continue;
      auto copy = dyn_cast<CopyAsyncOp>(maker);
      if (!copy) {
        unknown = op;
        return;
      }
      (copy.getX().getType().isGlobal() ? in : outOf) = true;
    }
  bool through = copiesThrough(function);
  if (in)
    printOrder("MTE2", "V");
  if (in && through)
    printOrder("MTE2", "MTE3");
  if (outOf)
    printOrder("MTE3", "V");
  if (outOf && through)
    printOrder("MTE3", "MTE2");
}

} // namespace opc::ascend
