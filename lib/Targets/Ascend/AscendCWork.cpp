//===- AscendCWork.cpp - instructions of the vector unit ------------------===//
//
// Rows are padded to blocks of 32 bytes, and what is in the padding was never
// written: an instruction has one row, or all where these lie together.
//
//===----------------------------------------------------------------------===//
#include "AscendCPrinter.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace opc::source;
using namespace opc::tile;
namespace opc::ascend {

/// The function of a kind of op, "" where there is none.
static StringRef functionOf(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::Abs:
    return "Abs";
  case UnaryKind::Exp:
    return "Exp";
  case UnaryKind::Log:
    return "Ln";
  case UnaryKind::Sqrt:
    return "Sqrt";
  default:
    return "";
  }
}

static StringRef functionOf(BinaryKind kind) {
  switch (kind) {
  case BinaryKind::Add:
    return "Add";
  case BinaryKind::Sub:
    return "Sub";
  case BinaryKind::Mul:
    return "Mul";
  case BinaryKind::Div:
    return "Div";
  default:
    return "";
  }
}

static StringRef scalarFunctionOf(BinaryKind kind) {
  return kind == BinaryKind::Add   ? "Adds"
         : kind == BinaryKind::Mul ? "Muls"
                                   : "";
}

/// The tensor from the window's row on.
std::string AscendCPrinter::at(const Window &window, StringRef row) {
  Expression start = plus(window.offset, times({row.str()}, window.pitch));
  return start.text == "0" ? window.base : window.base + "[" + start.text + "]";
}

void AscendCPrinter::printRows(ArrayRef<Window> windows, RowCall call) {
  const Window &whole = windows.back();
  bool together = llvm::all_of(windows, [&](const Window &window) {
    return window.pitch.text == whole.columns.text;
  });
  if (together || whole.rows.text == "1") {
    call("0", together ? times(whole.rows, whole.columns) : whole.columns);
  } else {
    std::string row = fresh("row");
    line() << llvm::formatv("for (int64_t {0} = 0; {0} < {1}; ++{0})\n", row,
                            whole.rows.inside(Binding::Shift));
    ++depth;
    call(row, whole.columns);
    --depth;
  }
  line() << "PipeBarrier<PIPE_V>();\n";
}

bool AscendCPrinter::printInstruction(StringRef name, ValueRange from, Value to,
                                      StringRef scalar) {
  if (name.empty())
    return false;
  SmallVector<Window> windows;
  for (Value operand : from)
    windows.push_back(windowOf(operand));
  windows.push_back(windowOf(to));
  printRows(windows, [&](StringRef row, const Expression &count) {
    line() << name << "(" << at(windows.back(), row);
    for (const Window &window : ArrayRef(windows).drop_back())
      out << ", " << at(window, row);
    out << (scalar.empty() ? "" : ", ") << scalar << ", " << count.text
        << ");\n";
  });
  return true;
}

/// Of a column, the scalar unit reads what a row is filled with.
bool AscendCPrinter::printBroadcast(BroadcastOp op) {
  Window from = windowOf(op.getX()), to = windowOf(op.getY());
  ArrayRef<int64_t> shape = op.getX().getType().getShape();
  if (shape.size() != 2)
    return false;
  bool isRow = shape[0] == 1, isColumn = shape[1] == 1;
  if (!isColumn && !isRow)
    return false;
  if (!isColumn)
    from.pitch = {"0"}; // the same for each row
  else
    printOrder("V", "S");
  std::string row = fresh("row");
  std::string source = isRow ? plus(from.offset, {"0"}).text
                             : plus(from.offset, times({row}, from.pitch)).text;
  line() << llvm::formatv("for (int64_t {0} = 0; {0} < {1}; ++{0})\n", row,
                          to.rows.inside(Binding::Shift));
  ++depth;
  if (isColumn)
    line() << llvm::formatv("Duplicate({0}, {1}.GetValue({2}), {3});\n",
                            at(to, row), from.base, source, to.columns.text);
  else
    line() << llvm::formatv("Muls({0}, {1}, 1.0f, {2});\n", at(to, row),
                            at(from, "0"), to.columns.text);
  --depth;
  if (isColumn)
    printOrder("S", "V");
  line() << "PipeBarrier<PIPE_V>();\n";
  return true;
}

bool AscendCPrinter::printWork(ComputeOp op) {
  bool ofFloats = llvm::all_of(buffersOf(op), [](Value buffer) {
    auto type = cast<BufferType>(buffer.getType());
    return type.getElementType().isF32() &&
           type.getSpace().getValue() == Space::Vector;
  });
  if (!ofFloats)
    return false;
  ordered.clear();
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<UnaryOp>([&](UnaryOp unary) {
        if (unary.getKind() == UnaryKind::Copy)
          return printInstruction("Muls", unary.getX(), unary.getY(), "1.0f");
        return printInstruction(functionOf(unary.getKind()), unary.getX(),
                                unary.getY());
      })
      .Case<BinaryOp>([&](BinaryOp binary) {
        return printInstruction(functionOf(binary.getKind()),
                                {binary.getA(), binary.getB()}, binary.getY());
      })
      .Case<BinaryScalarOp>([&](BinaryScalarOp binary) {
        return printInstruction(scalarFunctionOf(binary.getKind()),
                                binary.getX(), binary.getY(),
                                use(binary.getS()).text);
      })
      .Case<FillOp>([&](FillOp fill) {
        return printInstruction("Duplicate", {}, fill.getY(),
                                use(fill.getS()).text);
      })
      .Case<BroadcastOp>(
          [&](BroadcastOp broadcast) { return printBroadcast(broadcast); })
      .Default([](Operation *) { return false; });
}

} // namespace opc::ascend
