//===- BindConstants.cpp - inputs of IR that have a value -----------------===//
//
// A front end compiles values in as it reads a model. Of IR, the inputs are
// there already, and become constants.
//
//===----------------------------------------------------------------------===//
#include "BindConstants.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Frontend/Graph/ConstantElements.h"
#include "opc/Frontend/Graph/ElementTypes.h"
#include "opc/Frontend/Graph/Quoted.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace opc;
using namespace mlir;
using llvm::formatv;

namespace {

/// "f32[2, 3]", with "?" for what a run decides.
std::string typeText(llvm::StringRef dtype, ArrayRef<int64_t> shape) {
  auto extent = [](int64_t size) {
    return size < 0 ? std::string("?") : std::to_string(size);
  };
  return formatv("{0}[{1}]", dtype,
                 llvm::join(llvm::map_range(shape, extent), ", "));
}

/// The number of the argument with that name, or nothing.
std::optional<unsigned> argumentNamed(func::FuncOp main, llvm::StringRef name) {
  for (unsigned i = 0; i < main.getNumArguments(); ++i) {
    auto given = main.getArgAttrOfType<StringAttr>(i, kNameAttr);
    if (given && given.getValue() == name)
      return i;
  }
  return std::nullopt;
}

Status bindConstant(OpBuilder &builder, BlockArgument argument,
                    const ConstantValue &constant) {
  auto type = cast<RankedTensorType>(argument.getType());
  std::string wanted =
      typeText(graph::dtypeName(type.getElementType()), type.getShape());
  std::string given = typeText(opc_dtype_name(constant.dtype), constant.shape);
  if (given != wanted)
    return Status::input(
        formatv("input {0}: a constant of {1} is given for {2}",
                graph::quoted(constant.name), given, wanted));
  graph::Objection error;
  ElementsAttr value = graph::elementsOver(type, constant.data, nullptr, error);
  if (!value)
    return Status::internal(error.reason);
  auto op = ConstantOp::create(builder, argument.getLoc(), type, value);
  argument.replaceAllUsesWith(op);
  return {};
}

} // namespace

Status opc::bindConstants(ModuleOp module, const CompileOptions &options) {
  if (options.constants.empty())
    return {};
  auto main = module.lookupSymbol<func::FuncOp>("main");
  auto builder = OpBuilder::atBlockBegin(&main.front());
  llvm::BitVector bound(main.getNumArguments());
  for (const ConstantValue &constant : options.constants) {
    std::optional<unsigned> found = argumentNamed(main, constant.name);
    if (!found)
      return Status::input("no input is called " +
                           graph::quoted(constant.name));
    if (Status status =
            bindConstant(builder, main.getArgument(*found), constant);
        !status.ok())
      return status;
    bound.set(*found);
  }
  // Fails only where types of functions are not functions' own.
  return succeeded(main.eraseArguments(bound))
             ? Status()
             : Status::internal("@main keeps its inputs");
}
