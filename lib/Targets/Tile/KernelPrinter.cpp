//===- KernelPrinter.cpp - kernels of cores as source of C ----------------===//
#include "opc/Targets/Tile/KernelPrinter.h"

#include "mlir/IR/BuiltinOps.h"
#include "opc/Conversion/KernelAttributes.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace opc::source;
namespace opc::tile {

Expression plus(const Expression &x, const Expression &y) {
  if (x.text == "0")
    return y;
  if (y.text == "0")
    return x;
  return {x.inside(Binding::Sum) + " + " + y.inside(Binding::Sum),
          Binding::Sum};
}

Expression times(const Expression &x, const Expression &y) {
  if (x.text == "0" || y.text == "1")
    return x;
  if (y.text == "0" || x.text == "1")
    return y;
  return {x.inside(Binding::Product) + " * " + y.inside(Binding::Prefix),
          Binding::Product};
}

Expression minus(const Expression &x, const Expression &y) {
  if (y.text == "0")
    return x;
  return {x.inside(Binding::Sum) + " - " + y.inside(Binding::Product),
          Binding::Sum};
}

bool KernelPrinter::isKernel() { return function->hasAttr(kUnitsAttr); }

void KernelPrinter::printHead() {
  if (isKernel())
    return printKernelHead();
  FunctionPrinter::printHead();
}

Expression KernelPrinter::number(OpFoldResult number) {
  if (auto value = dyn_cast<Value>(number))
    return use(value);
  int64_t known = cast<IntegerAttr>(cast<Attribute>(number)).getInt();
  return {std::to_string(known), known < 0 ? Binding::Prefix : Binding::Whole};
}

std::string KernelPrinter::addressOf(const Window &window) {
  return plus({window.base}, window.offset).text;
}

Window KernelPrinter::windowOf(Value buffer) {
  auto found = windows.find(buffer);
  if (found != windows.end())
    return found->second;
  auto type = cast<BufferType>(buffer.getType());
  Window window{use(buffer).text};
  auto known = [](int64_t extent) {
    return Expression{std::to_string(extent)};
  };
  window.columns = known(type.getShape().back());
  window.pitch = known(type.getPadded().back());
  if (type.getRank() == 2)
    window.rows = known(type.getShape()[0]);
  return window;
}

Window KernelPrinter::partOf(Window window, ArrayRef<OpFoldResult> starts,
                             ArrayRef<OpFoldResult> sizes) {
  if (starts.size() == 2)
    window.offset = plus(window.offset, times(number(starts[0]), window.pitch));
  window.offset = plus(window.offset, number(starts.back()));
  window.rows = sizes.size() == 2 ? number(sizes[0]) : Expression{"1"};
  window.columns = number(sizes.back());
  return window;
}

Window KernelPrinter::sourceOf(CopyAsyncOp op) {
  return partOf(windowOf(op.getX()), op.mixedFrom(), op.mixedSizes());
}

Window KernelPrinter::destinationOf(CopyAsyncOp op) {
  return partOf(windowOf(op.getY()), op.mixedTo(), op.mixedSizes());
}

static bool fits(Operation *op) {
  return llvm::all_of(buffersOf(op), [](Value buffer) {
    return cast<BufferType>(buffer.getType()).getRank() <= 2;
  });
}

bool KernelPrinter::printOwn(Operation *op) {
  if (!isa<TileDialect>(op->getDialect()) || isa<CoreIdOp, NumCoresOp>(op))
    return false;
  if (!fits(op)) {
    unknown = op;
    return true;
  }
  llvm::TypeSwitch<Operation *>(op)
      .Case<GlobalOp>([&](GlobalOp global) {
        SmallVector<OpFoldResult> sizes = global.mixedSizes();
        Window window{use(global.getX()).text, use(global.getOffset())};
        window.columns = window.pitch = number(sizes.back());
        if (sizes.size() == 2)
          window.rows = number(sizes[0]);
        windows[global] = window;
      })
      .Case<ViewOp>([&](ViewOp view) {
        windows[view] = partOf(windowOf(view.getX()), view.mixedStarts(),
                               view.mixedSizes());
      })
      .Case<MemoryOp>([&](MemoryOp memory) {
        Window window = windowOf(memory.getX());
        std::string address = addressOf(window);
        bind(memory,
             {window.offset.text == "0" ? address : "(" + address + ")"});
      })
      .Case<BufferOp>([&](BufferOp buffer) { printBuffer(buffer); })
      .Case<CopyAsyncOp>([&](CopyAsyncOp copy) { printCopy(copy); })
      .Case<WaitOp>([&](WaitOp wait) { printWait(wait); })
      .Case<BarrierOp>([&](BarrierOp barrier) { printBarrier(barrier); })
      .Case<DoneOp>([&](DoneOp done) { bind(done, {doneToken()}); })
      .Default([&](Operation *) {
        auto work = dyn_cast<ComputeOp>(op);
        if (!work || !printWork(work))
          unknown = op;
      });
  return true;
}

std::optional<Expression> KernelPrinter::expressionOfOwn(Operation *op) {
  if (isa<CoreIdOp>(op))
    return coreId();
  if (isa<NumCoresOp>(op))
    return coreCount();
  return std::nullopt;
}

std::optional<StringRef> KernelPrinter::stemOfOwn(Operation *op) {
  if (isa<CoreIdOp>(op))
    return "core";
  if (isa<NumCoresOp>(op))
    return "cores";
  return std::nullopt;
}

llvm::Expected<std::string> printKernels(ModuleOp kernels,
                                         const Spelling &spelling,
                                         const TargetDesc &desc,
                                         MakePrinter make) {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << spelling.header << spelling.prelude;
  // Functions first: kernels call them.
  for (bool kernel : {false, true})
    for (auto function : kernels.getOps<func::FuncOp>()) {
      if (function->hasAttr(kUnitsAttr) != kernel || function.isExternal())
        continue;
      out << "\n";
      if (Operation *op = make(function, out)->print())
        return llvm::make_error<KernelRefusal>(
            desc.name(), function.getName(),
            llvm::formatv("{0} has no form in {1}", op->getName(),
                          spelling.language)
                .str());
    }
  return text;
}

} // namespace opc::tile
