//===- SourcePrinter.cpp - kernels of work items as source ----------------===//
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "opc/Conversion/KernelAttributes.h"
#include "opc/Targets/Simt/GridSchedules.h"
#include "opc/Targets/Simt/GridSpelling.h"
#include "opc/Targets/Source/FunctionPrinter.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace opc::source;
namespace opc::simt {
namespace {

class ItemPrinter : public FunctionPrinter {
public:
  ItemPrinter(func::FuncOp function, const GridSpelling &grid,
              llvm::raw_ostream &out)
      : FunctionPrinter(function, grid.c, out), grid(grid) {}

private:
  void printHead() override {
    auto items = function->getAttrOfType<IntegerAttr>(kGroupAttr);
    if (!items)
      return FunctionPrinter::printHead();
    out << grid.kernel << " "
        << llvm::formatv(grid.group.data(), items.getInt()).str() << "\n"
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
      bind(argument, {name});
      out << typeOf(argument) << " " << name;
      return;
    }
    std::string name = number == 0           ? "fault"
                       : isWritten(argument) ? fresh("out")
                                             : fresh("in");
    bool mayAlias = number == 0 || function->hasAttr(kInplaceAttr);
    bind(argument, {name});
    out << grid.global << (isWritten(argument) || number == 0 ? "" : "const ")
        << elementOf(argument) << " *"
        << (mayAlias ? StringRef() : StringRef(grid.alone)) << name;
  }

  bool printOwn(Operation *op) override {
    if (isa<gpu::BarrierOp>(op))
      line() << grid.barrier << ";\n";
    return isa<gpu::BarrierOp>(op);
  }

  std::optional<Expression> expressionOfOwn(Operation *op) override {
    if (isa<gpu::ThreadIdOp>(op))
      return Expression{grid.item.str()};
    if (isa<gpu::BlockIdOp>(op))
      return Expression{grid.itsGroup.str()};
    if (isa<gpu::GridDimOp>(op))
      return Expression{grid.groups.str()};
    return std::nullopt;
  }

  std::optional<StringRef> stemOfOwn(Operation *op) override {
    if (isa<gpu::ThreadIdOp>(op))
      return "item";
    if (isa<gpu::BlockIdOp>(op))
      return "group";
    if (isa<gpu::GridDimOp>(op))
      return "groups";
    return std::nullopt;
  }

  void printRow(memref::AllocaOp op) override {
    if (!op.getType().getMemorySpace())
      return FunctionPrinter::printRow(op);
    std::string name = fresh("shared");
    line() << grid.shared << elementOf(op) << " " << name << "["
           << op.getType().getNumElements() << "];\n";
    bind(op, {name});
  }

  const GridSpelling &grid;
};

} // namespace

llvm::Expected<std::string> printSource(ModuleOp kernels,
                                        const GridSpelling &spelling,
                                        const TargetDesc &desc) {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << spelling.c.header << spelling.c.prelude;
  // Functions first: kernels call them.
  for (bool isKernel : {false, true})
    for (auto function : kernels.getOps<func::FuncOp>()) {
      if (function->hasAttr(kGroupAttr) != isKernel || function.isExternal())
        continue;
      out << "\n";
      if (Operation *op = ItemPrinter(function, spelling, out).print())
        return llvm::make_error<KernelRefusal>(
            desc.name(), function.getName(),
            llvm::formatv("{0} has no form in {1}", op->getName(),
                          spelling.c.language)
                .str());
    }
  return text;
}

} // namespace opc::simt
