//===- EvaluateConstants.cpp - Runs constant work now ---------------------===//
//
// The work becomes the @main of a module of its own, which goes through the
// whole compiler and runs once. Weights are its inputs, read where they lie,
// and results are written into the memory that the constants will have: nothing
// is copied. The code is that of the chip that the model, or an op of it, is
// compiled for, so that no result depends on when it is computed; if this
// machine is another one, it is that of the best chip here.
//
//===----------------------------------------------------------------------===//
#include "EvaluateConstants.h"

#include "opc-c/opc.h"
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Pipeline/Compiler.h"
#include "opc/Pipeline/Jit.h"

#include "mlir/IR/Dominance.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/CSE.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace opc;

namespace {

/// The chip to run on, or null where this machine runs none. No device is
/// opened to compile for it.
const TargetDesc *chipHere(const TargetDesc &wanted) {
  std::string missing;
  auto isHere = [&](const TargetDesc &desc) {
    return desc.device.name.empty() && runsHere(desc, missing);
  };
  if (isHere(wanted))
    return &wanted;
  const TargetDesc *best = nullptr;
  for (const Target *target : allTargets())
    for (const TargetDesc &desc : chipsOf(*target))
      if ((!best || desc.rank > best->rank) && isHere(desc))
        best = &desc;
  return best;
}

class Evaluation {
public:
  Evaluation(ModuleOp around, const TargetDesc &wanted,
             const ConstantWork &work)
      : work(work), desc(chipHere(wanted)), threads(threadsOf(around)),
        module(ModuleOp::create(around.getLoc())), b(around.getContext()) {}

  Status run(SmallVectorImpl<ElementsAttr> &values);

private:
  void build();
  void placeHere(Operation *op);
  void addInputs(IRMapping &mapping);
  void finish(ArrayRef<Value> results);
  Status load(opc_program *&program);
  Status execute(opc_program *program, SmallVectorImpl<ElementsAttr> &values);

  const ConstantWork &work;
  const TargetDesc *desc;
  int64_t threads;
  OwningOpRef<ModuleOp> module;
  OpBuilder b;
  func::FuncOp main;
  /// The constants that are inputs, in order, by their data.
  llvm::MapVector<Attribute, Type> inputs;
  /// For each result of `work` the output of @main that holds it, and their
  /// types: @main itself is gone when it is compiled.
  SmallVector<unsigned> outputs;
  SmallVector<RankedTensorType> types;
};

/// A resource is an input; what a pass may look into is cloned.
void Evaluation::addInputs(IRMapping &mapping) {
  for (Operation *op : work.ops)
    for (Value operand : op->getOperands()) {
      auto constant = operand.getDefiningOp<ConstantOp>();
      if (!constant || mapping.contains(operand))
        continue;
      if (!blobOf(constant.getValue())) {
        b.clone(*constant, mapping);
        continue;
      }
      auto [at, isNew] =
          inputs.try_emplace(constant.getValue(), operand.getType());
      if (isNew)
        main.getBody().addArgument(at->second, constant.getLoc());
      mapping.map(operand, main.getArgument(at - inputs.begin()));
    }
}

/// "i0", "i1", ... as the attributes of arguments or results.
static ArrayAttr numberedNames(StringRef letter, unsigned count, OpBuilder &b) {
  return b.getArrayAttr(
      llvm::map_to_vector(llvm::seq(count), [&](unsigned index) -> Attribute {
        return b.getDictionaryAttr(
            b.getNamedAttr(kNameAttr, b.getStringAttr(letter + Twine(index))));
      }));
}

/// Ends @main with each result once.
void Evaluation::finish(ArrayRef<Value> results) {
  auto last = func::ReturnOp::create(b, main.getLoc(), results);
  IRRewriter rewriter(b);
  DominanceInfo dominance(main);
  eliminateCommonSubExpressions(rewriter, dominance, main);
  llvm::MapVector<Value, unsigned> distinct;
  for (Value result : last.getOperands())
    outputs.push_back(
        distinct.try_emplace(result, distinct.size()).first->second);
  for (auto [result, number] : distinct)
    types.push_back(cast<RankedTensorType>(result.getType()));
  last->setOperands(llvm::to_vector(llvm::make_first_range(distinct)));
  main.setFunctionType(b.getFunctionType(main.getBody().getArgumentTypes(),
                                         last.getOperandTypes()));
  main.setArgAttrsAttr(numberedNames("i", main.getNumArguments(), b));
  main.setResAttrsAttr(numberedNames("o", main.getNumResults(), b));
}

/// Gives an op that names another chip than this machine is one that it is.
void Evaluation::placeHere(Operation *op) {
  auto own = op->getAttrOfType<StringAttr>(kTargetAttr);
  if (!own)
    return;
  llvm::Expected<const TargetDesc *> wanted = findChip(own.getValue());
  const TargetDesc *here = chipHere(*llvm::cantFail(std::move(wanted)));
  op->setAttr(kTargetAttr, b.getStringAttr(here->name()));
}

void Evaluation::build() {
  Location loc = module->getLoc();
  module.get()->setAttr(kTargetAttr, b.getStringAttr(desc->name()));
  module.get()->setAttr(kThreadsAttr, b.getI64IntegerAttr(threads));
  b.setInsertionPointToStart(module->getBody());
  main = func::FuncOp::create(b, loc, "main", b.getFunctionType({}, {}));
  main->setAttr(kSymbolsAttr, b.getArrayAttr({}));
  b.setInsertionPointToStart(main.addEntryBlock());
  IRMapping mapping;
  addInputs(mapping);
  for (Operation *op : work.ops)
    placeHere(b.clone(*op, mapping));
  finish(llvm::map_to_vector(
      work.results, [&](Value result) { return mapping.lookup(result); }));
}

Status Evaluation::load(opc_program *&program) {
  CompileOptions options;
  options.threads = threads;
  options.foldConstants = false;
  CompiledProgram compiled;
  if (Status status = compileGraph(*module, options, *desc, compiled);
      !status.ok())
    return status;
  return loadIntoProcess(std::move(compiled), program);
}

/// A tensor as `spec` says, whose extents are all known.
opc_tensor tensorOf(const opc_spec *spec, void *data) {
  return {data, spec->dtype, spec->rank, spec->dims};
}

Status Evaluation::execute(opc_program *program,
                           SmallVectorImpl<ElementsAttr> &values) {
  SmallVector<opc_tensor> in, out;
  for (auto [index, input] : llvm::enumerate(inputs))
    in.push_back(
        tensorOf(opc_input_spec(program, index),
                 const_cast<char *>(blobOf(input.first)->getData().data())));
  std::vector<ConstantMemory> memory;
  for (auto [index, type] : llvm::enumerate(types)) {
    memory.emplace_back(*storedBytes(type));
    if (!memory.back().data())
      return Status::input("no memory for the values of constants");
    out.push_back(
        tensorOf(opc_output_spec(program, index), memory.back().data()));
  }
  if (opc_run(program, in.data(), in.size(), out.data(), out.size(), nullptr))
    return Status::internal(opc_last_error());
  SmallVector<ElementsAttr> distinct;
  for (auto [type, bytes] : llvm::zip_equal(types, memory))
    distinct.push_back(std::move(bytes).release(type, "computed"));
  for (unsigned output : outputs)
    values.push_back(distinct[output]);
  return {};
}

Status Evaluation::run(SmallVectorImpl<ElementsAttr> &values) {
  if (!desc)
    return Status::input("this machine runs no chip of any target");
  build();
  opc_program *program = nullptr;
  if (Status status = load(program); !status.ok())
    return status;
  Status status = execute(program, values);
  opc_close(program);
  return status;
}

} // namespace

Status opc::evaluateConstants(ModuleOp module, const ConstantWork &work,
                              SmallVectorImpl<ElementsAttr> &values) {
  FailureOr<const TargetDesc *> wanted = targetOf(module);
  if (failed(wanted))
    return Status::input("constants cannot be evaluated");
  return Evaluation(module, **wanted, work).run(values);
}
