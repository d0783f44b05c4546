//===- MainFunction.cpp - @main while a front end writes it ---------------===//
#include "opc/Frontend/Graph/MainFunction.h"

using namespace mlir;

namespace opc::graph {

static func::FuncOp makeMain(ModuleOp module) {
  OpBuilder b(module.getBodyRegion());
  auto function = func::FuncOp::create(
      b, module.getLoc(), "main", FunctionType::get(b.getContext(), {}, {}));
  function->setAttr(kSymbolsAttr, b.getArrayAttr({}));
  b.createBlock(&function.getBody());
  return function;
}

MainFunction::MainFunction(MLIRContext *context, Location loc)
    : module(ModuleOp::create(loc)), function(makeMain(*module)),
      state(context, function) {
  state.builder.setInsertionPointToEnd(&function.front());
}

AffineExpr MainFunction::extent(StringRef name) {
  if (name.empty())
    return state.env.symbol(addSymbol(function, name));
  auto [place, isNew] = symbols.try_emplace(name, 0);
  if (isNew)
    place->second = addSymbol(function, name);
  return state.env.symbol(place->second);
}

Value MainFunction::addInput(StringRef name, RankedTensorType type,
                             ArrayRef<AffineExpr> dims) {
  Builder b(function.getContext());
  auto text = b.getStringAttr(name);
  Value argument = function.getBody().addArgument(type, NameLoc::get(text));
  state.env.setDims(argument, Dims(dims));
  arguments.push_back(b.getDictionaryAttr(
      {b.getNamedAttr(kNameAttr, text),
       b.getNamedAttr(kDimsAttr,
                      AffineMapAttr::get(toMap(b.getContext(), dims)))}));
  return argument;
}

void MainFunction::returnOutputs(
    ArrayRef<std::pair<std::string, Value>> outputs) {
  Builder b(function.getContext());
  SmallVector<Value> results;
  SmallVector<Attribute> names;
  for (const auto &[name, value] : outputs) {
    results.push_back(value);
    names.push_back(
        b.getDictionaryAttr(b.getNamedAttr(kNameAttr, b.getStringAttr(name))));
  }
  func::ReturnOp::create(state.builder, function.getLoc(), results);
  function.setFunctionType(b.getFunctionType(
      function.getBody().getArgumentTypes(), ValueRange(results).getTypes()));
  function.setArgAttrsAttr(b.getArrayAttr(arguments));
  function.setResAttrsAttr(b.getArrayAttr(names));
}

} // namespace opc::graph
