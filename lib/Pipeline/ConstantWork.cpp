//===- ConstantWork.cpp - What is worth computing at compile time ---------===//
#include "ConstantWork.h"

#include "opc/Conversion/OpcToLoops/LowerKernels.h"
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Dialect/Opc/Transforms/FusionRules.h"
#include "opc/Targets/Core/Target.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace opc;

namespace {

/// Their bits are fixed, but a program is not to carry random numbers; nobody
/// knows how long foreign code takes.
constexpr llvm::StringLiteral kNeverConstant[] = {"opc.random_bits",
                                                  "opc.external_kernel"};

constexpr llvm::StringLiteral kMovement[] = {
    "opc.reshape", "opc.transpose", "opc.pad", "opc.slice", "opc.broadcast"};

/// What compares each element with all others at worst.
constexpr llvm::StringLiteral kQuadratic[] = {"opc.non_max_suppression"};

bool isAmong(Operation *op, ArrayRef<llvm::StringLiteral> names) {
  return llvm::is_contained(names, op->getName().getStringRef());
}

bool hasSymbols(Attribute attribute) {
  if (auto map = dyn_cast<AffineMapAttr>(attribute))
    return map.getValue().getNumInputs() != 0;
  if (auto array = dyn_cast<ArrayAttr>(attribute))
    return llvm::any_of(array, hasSymbols);
  return false;
}

/// Whether what the op's target executes is the graph as it came.
bool runsAsWritten(Operation *op) {
  FailureOr<const TargetDesc *> desc = targetOf(op);
  return failed(desc) || findTarget((*desc)->target)->asWritten;
}

bool isComputable(Operation *op) {
  if (!isa<ShapedOp>(op) || isa<ConstantOp>(op) || op->getNumRegions() != 0 ||
      !isMemoryEffectFree(op) || isAmong(op, kNeverConstant))
    return false;
  if (llvm::any_of(op->getAttrs(), [](NamedAttribute attribute) {
        return hasSymbols(attribute.getValue());
      }))
    return false;
  return llvm::all_of(op->getResultTypes(), [](Type type) {
    std::optional<int64_t> bytes = storedBytes(type);
    return bytes && *bytes <= ConstantWork::kLargestValue;
  });
}

/// A constant whose elements lie in memory as kernels read them.
bool isReadable(ConstantOp constant) {
  std::optional<int64_t> bytes = storedBytes(constant.getType());
  if (!bytes)
    return false;
  if (const AsmResourceBlob *blob = blobOf(constant.getValue())) {
    size_t align = std::min<size_t>(blob->getDataAlignment(), 8);
    auto at = reinterpret_cast<uintptr_t>(blob->getData().data());
    return blob->getData().size() == size_t(*bytes) && at % align == 0;
  }
  return isa<DenseIntOrFPElementsAttr>(constant.getValue());
}

/// Bytes that a constant adds to a program.
int64_t bytesOf(ConstantOp constant) {
  if (auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
      dense && dense.isSplat())
    return 8;
  return storedBytes(constant.getType()).value_or(0);
}

/// The elements of the largest of an op's operands and results.
double largestOf(Operation *op) {
  double largest = 0;
  for (TypeRange types :
       {TypeRange(op->getOperandTypes()), TypeRange(op->getResultTypes())})
    for (Type type : types)
      largest =
          std::max(largest, double(cast<ShapedType>(type).getNumElements()));
  return largest;
}

class Finder {
public:
  explicit Finder(func::FuncOp main) : main(main), env(main.getContext()) {}

  ConstantWork find(int64_t mostGrowth) {
    collect();
    for (Operation *op : llvm::reverse(computable))
      decide(op);
    return gather(mostGrowth);
  }

private:
  /// What a value is computed from.
  struct History {
    int64_t bytes = 0;
    double work = 0;
    bool computes = false;
    llvm::SetVector<Operation *> ops, constants;
  };

  void collect();
  bool isConstant(Value value) const;
  std::optional<double> workOf(Operation *op);
  bool isNeeded(Value value) const;
  void decide(Operation *op);
  History historyOf(Value value) const;
  bool isWorthKeeping(Value value) const;
  SmallVector<Value> border() const;
  ConstantWork gather(int64_t mostGrowth) const;

  func::FuncOp main;
  ShapeEnv env;
  /// In program order.
  llvm::SetVector<Operation *> computable;
  DenseMap<Operation *, double> work;
  /// Those whose results are not worth their room: they stay in the program.
  DenseSet<Operation *> staying;
};

void Finder::collect() {
  double total = 0, bytes = 0;
  main.walk([&](ConstantOp constant) { bytes += double(bytesOf(constant)); });
  double most = std::max(double(ConstantWork::kMostWork),
                         bytes * ConstantWork::kWorkPerByte);
  main.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (!isComputable(op) || !llvm::all_of(op->getOperands(), [&](Value v) {
          return isConstant(v);
        }))
      return;
    std::optional<double> cost = workOf(op);
    if (!cost || runsAsWritten(op))
      return;
    // Moving an element is no gain, but takes time.
    double time = std::max(*cost, largestOf(op));
    if (total + time > most)
      return;
    total += time;
    work[op] = *cost;
    computable.insert(op);
  });
}

bool Finder::isConstant(Value value) const {
  Operation *op = value.getDefiningOp();
  if (auto constant = dyn_cast_or_null<ConstantOp>(op))
    return isReadable(constant);
  return op && computable.contains(op);
}

std::optional<double> Finder::workOf(Operation *op) {
  std::optional<int64_t> flops = constantOf(flopsOf(op, env));
  if (!flops || *flops < 0)
    return std::nullopt;
  double elements = largestOf(op);
  if (isAmong(op, kQuadratic))
    return elements * elements;
  FusionClass known = defaultFusion().classOf(op);
  double cost = double(*flops) * known.cost;
  // Sums of few terms, searches, sorts: more than their count says.
  return defaultFusion().isIndexed(op)
             ? cost
             : std::max(cost, ConstantWork::kWorthwhile * elements);
}

bool Finder::isNeeded(Value value) const {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    return !computable.contains(user) || staying.contains(user);
  });
}

void Finder::decide(Operation *op) {
  for (Value result : op->getResults())
    if (isNeeded(result) && !isWorthKeeping(result))
      staying.insert(op);
}

Finder::History Finder::historyOf(Value value) const {
  History history;
  history.ops.insert(value.getDefiningOp());
  for (size_t next = 0; next < history.ops.size(); ++next) {
    Operation *op = history.ops[next];
    history.work += work.lookup(op);
    history.computes |= !isAmong(op, kMovement);
    for (Value operand : op->getOperands()) {
      Operation *source = operand.getDefiningOp();
      auto constant = dyn_cast<ConstantOp>(source);
      if (!constant)
        history.ops.insert(source);
      else if (history.constants.insert(constant))
        history.bytes += bytesOf(constant);
    }
  }
  return history;
}

bool Finder::isWorthKeeping(Value value) const {
  int64_t bytes = *storedBytes(value.getType());
  if (bytes <= ConstantWork::kSlack)
    return true;
  History history = historyOf(value);
  if (bytes / ConstantWork::kGrowth <= history.bytes)
    return true;
  auto elements = double(cast<ShapedType>(value.getType()).getNumElements());
  return bytes <= ConstantWork::kLargestGain &&
         history.work >= ConstantWork::kWorthwhile * elements;
}

SmallVector<Value> Finder::border() const {
  SmallVector<Value> values;
  for (Operation *op : computable)
    if (!staying.contains(op))
      llvm::copy_if(op->getResults(), std::back_inserter(values),
                    [&](Value result) { return isNeeded(result); });
  return values;
}

ConstantWork Finder::gather(int64_t mostGrowth) const {
  ConstantWork found;
  DenseSet<Operation *> used, replaced;
  int64_t growth = 0;
  for (Value result : border()) {
    History history = historyOf(result);
    int64_t more = growth + *storedBytes(result.getType());
    for (Operation *constant : history.constants)
      if (!replaced.contains(constant))
        more -= bytesOf(cast<ConstantOp>(constant));
    if (!history.computes || more > mostGrowth)
      continue;
    growth = more;
    found.results.push_back(result);
    used.insert_range(history.ops);
    replaced.insert_range(history.constants);
  }
  llvm::copy_if(computable, std::back_inserter(found.ops),
                [&](Operation *op) { return used.contains(op); });
  return found;
}

} // namespace

ConstantWork ConstantWork::find(func::FuncOp main, int64_t growth) {
  return Finder(main).find(growth);
}

ConstantWork ConstantWork::part(size_t first, size_t count) const {
  ConstantWork part;
  part.results.append(results.begin() + first, results.begin() + first + count);
  DenseSet<Operation *> needed;
  for (Value result : part.results)
    needed.insert(result.getDefiningOp());
  for (Operation *op : llvm::reverse(ops)) {
    if (!needed.contains(op))
      continue;
    part.ops.push_back(op);
    for (Value operand : op->getOperands())
      needed.insert(operand.getDefiningOp());
  }
  std::reverse(part.ops.begin(), part.ops.end());
  return part;
}
