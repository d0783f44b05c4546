//===- Numerics.cpp - contracts of numbers, and who carries them ----------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/IR/Refusal.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

#include "opc/Dialect/Opc/IR/OpcNumericsEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "opc/Dialect/Opc/IR/OpcNumericsAttrs.cpp.inc"

using namespace mlir;
using namespace opc;

void OpcDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "opc/Dialect/Opc/IR/OpcNumericsAttrs.cpp.inc"
      >();
}

namespace {
/// What a contract says in one field.
struct Said {
  StringRef field;
  std::string value;
  bool isDefault;
  bool isComputed; ///< whether anything computes that value
};
} // namespace

/// Most partial totals of a total: those of f32 that fill 256 bytes.
static constexpr int64_t kMostChains = 64;

LogicalResult
NumericsAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                     NumericLevel level, Accumulator acc, SumOrder order,
                     int64_t chains, int64_t chunk, int64_t splitk,
                     MultiplyAdd fma, NumericRounding round,
                     SubnormalRule subnormal, FunctionRule functions,
                     BatchInvariance invariance) {
  auto say = [](StringRef field, auto value, bool isComputed) {
    return Said{field, stringifyEnum(value).str(), int(value) == 0,
                int(value) == 0 || isComputed};
  };
  auto count = [](StringRef field, int64_t value, bool isComputed) {
    return Said{field, std::to_string(value), value == 0,
                value == 0 || isComputed};
  };
  const Said all[] = {
      say("level", level, false),
      say("acc", acc, acc == Accumulator::F64),
      say("order", order, order == SumOrder::Sequential),
      count("chains", chains, chains > 0 && chains <= kMostChains),
      count("chunk", chunk, false),
      count("splitk", splitk, false),
      say("fma", fma, true),
      say("round", round, false),
      say("subnormal", subnormal, false),
      say("functions", functions, false),
      say("batch_invariant", invariance, false),
  };
  for (const Said &said : all)
    if (!said.isComputed)
      return refusal(emitError() << said.field << " = " << said.value
                                 << " is not supported",
                     "#opc.numerics without " + said.field);
  if (llvm::all_of(all, [](const Said &said) { return said.isDefault; }))
    return emitError() << "#opc.numerics says nothing but the default: leave "
                          "it out";
  if (order == SumOrder::Sequential && chains > 1)
    return emitError() << "a sequential sum has one chain, not " << chains;
  return success();
}

NumericsAttr opc::numericsOf(Operation *op) {
  auto numeric = dyn_cast<NumericOp>(op);
  return numeric ? numeric.getNumericsAttr() : NumericsAttr();
}

unsigned opc::honouredFields(Operation *op) {
  auto numeric = dyn_cast<NumericOp>(op);
  if (!numeric ||
      !isa<FloatType>(getElementTypeOrSelf(op->getResult(0).getType())))
    return 0;
  // The extreme of numbers is exact in any order.
  auto kind = op->getAttrOfType<StringAttr>("kind");
  if (kind && (kind.getValue() == "max" || kind.getValue() == "min"))
    return 0;
  // Halves add up in f32, and round from that; f64 is the widest.
  bool isF32 = getElementTypeOrSelf(op->getResult(0).getType()).isF32();
  return numeric.numericFields() & ~(isF32 ? 0u : unsigned(kAccField));
}

/// The fields in which `contract` differs from the default.
static unsigned fieldsOf(NumericsAttr contract) {
  unsigned fields = 0;
  fields |= contract.getAcc() == Accumulator::Native ? 0 : kAccField;
  fields |= contract.getOrder() == SumOrder::Blocked ? 0 : kOrderField;
  fields |= contract.getChains() == 0 ? 0 : kChainsField;
  fields |= contract.getFma() == MultiplyAdd::On ? 0 : kFmaField;
  return fields;
}

NumericsAttr opc::restrictTo(NumericsAttr contract, unsigned fields) {
  if (!contract || (fieldsOf(contract) & fields) == 0)
    return {};
  auto keep = [&](unsigned field, auto value) {
    return fields & field ? value : decltype(value)(0);
  };
  return NumericsAttr::get(
      contract.getContext(), contract.getLevel(),
      keep(kAccField, contract.getAcc()),
      keep(kOrderField, contract.getOrder()),
      keep(kChainsField, contract.getChains()), contract.getChunk(),
      contract.getSplitk(), keep(kFmaField, contract.getFma()),
      contract.getRound(), contract.getSubnormal(), contract.getFunctions(),
      contract.getBatchInvariant());
}

bool opc::statesOrder(Operation *op) {
  NumericsAttr contract = numericsOf(op);
  return contract && (fieldsOf(contract) & kOrderFields);
}

static std::string namesOf(unsigned fields) {
  constexpr std::pair<unsigned, llvm::StringLiteral> names[] = {
      {kAccField, "acc"},
      {kOrderField, "order"},
      {kChainsField, "chains"},
      {kFmaField, "fma"},
  };
  std::string text;
  for (auto [field, name] : names)
    if (fields & field)
      text += (text.empty() ? "" : ", ") + name.str();
  return text;
}

LogicalResult opc::verifyNumerics(Operation *op) {
  NumericsAttr contract = numericsOf(op);
  if (!contract)
    return success();
  unsigned can = honouredFields(op), wrong = fieldsOf(contract) & ~can;
  if (wrong == 0)
    return success();
  return refusal(op->emitOpError("of ")
                     << getElementTypeOrSelf(op->getResult(0).getType())
                     << " has the numerics of its definition alone in "
                     << namesOf(wrong),
                 can ? "other numerics in " + namesOf(can) : "no numerics");
}

void SuccessorBuilder::notifyOperationInserted(Operation *op, InsertPoint) {
  made.push_back(op);
  auto numeric = dyn_cast<NumericOp>(op);
  if (numeric && !numeric.getNumericsAttr())
    if (auto own = restrictTo(contract, honouredFields(op)))
      numeric.setNumericsAttr(own);
}

/// The ops between `value` and the values that `built` reads.
static llvm::SetVector<Operation *> replacedOps(Value value,
                                                ArrayRef<Operation *> built) {
  llvm::SmallPtrSet<Value, 8> inputs;
  for (Operation *op : built)
    inputs.insert_range(op->getOperands());
  llvm::SetVector<Operation *> ops;
  SmallVector<Value> todo = {value};
  while (!todo.empty()) {
    Value next = todo.pop_back_val();
    Operation *op = next.getDefiningOp();
    if (op && !inputs.contains(next) && ops.insert(op))
      llvm::append_range(todo, op->getOperands());
  }
  return ops;
}

bool opc::inheritNumerics(Value before, ArrayRef<Operation *> built) {
  auto adds = [](Operation *op) { return honouredFields(op) != 0; };
  if (llvm::none_of(built, adds))
    return true;
  llvm::SetVector<NumericsAttr> contracts;
  for (Operation *op : replacedOps(before, built))
    if (adds(op))
      contracts.insert(numericsOf(op));
  if (contracts.size() > 1)
    return false;
  for (Operation *op : built)
    if (!contracts.empty() && adds(op))
      cast<NumericOp>(op).setNumericsAttr(
          restrictTo(contracts.front(), honouredFields(op)));
  return true;
}
