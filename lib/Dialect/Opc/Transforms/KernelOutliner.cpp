//===- KernelOutliner.cpp - Moves a group of ops into a kernel ------------===//
//
// A kernel has only what it uses: its symbols are numbered anew in the order in
// which they appear, so that kernels which differ only in the symbols of @main
// become one function. Equality is decided on a key of uniqued pointers (names,
// attributes, types) and operand numbers, never on printed text.
//
//===----------------------------------------------------------------------===//
#include "KernelOutliner.h"
#include "SliceStarts.h"
#include "Symbols.h"
#include "mlir/IR/IRMapping.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"

using namespace mlir;
using namespace opc;

KernelOutliner::KernelOutliner(ModuleOp module, ShapeEnv &env,
                               const FusionRulesOf &rules)
    : module(module), env(env), rules(rules) {
  // Numbers go on where those of earlier kernels end.
  for (auto function : module.getOps<func::FuncOp>()) {
    unsigned number;
    StringRef suffix = function.getName().rsplit('_').second;
    if (function->hasAttr(kKernelAttr) && !suffix.getAsInteger(10, number))
      count = std::max(count, number + 1);
  }
}

LaunchOp KernelOutliner::outline(ArrayRef<Operation *> ops, OpBuilder &b) {
  outlined.insert(outlined.end(), ops.begin(), ops.end());
  Border border = borderOf(ops);
  if (border.outputs.empty())
    return {};
  SmallVector<Location> places;
  for (Operation *op : ops)
    places.push_back(op->getLoc());
  Location loc = FusedLoc::get(module.getContext(), places);
  Symbols symbols = symbolsOf(ops, border);
  SmallVector<AffineExpr> values, starts;
  for (unsigned symbol : symbols.used)
    values.push_back(b.getAffineSymbolExpr(symbol));
  func::FuncOp kernel = unique(build(ops, border, symbols, loc), starts);
  llvm::append_range(values, starts);
  LaunchOp op = launch(kernel, border, values, loc, b);
  if (ops.front()->hasAttr(kMayAliasAttr))
    op->setAttr(kMayAliasAttr, b.getUnitAttr());
  return op;
}

void KernelOutliner::eraseOutlined() {
  for (Operation *op : llvm::reverse(outlined))
    op->erase();
  outlined.clear();
}

/// Whether the kernel of `user` has its own copy of a constant. A splat of any
/// size is one number to an indexed op; the operands of a product are always
/// buffers, so that no schedule needs a second form for tiny weights, and so
/// are those of foreign code.
bool KernelOutliner::clones(Value value, Operation *user) const {
  auto constant = value.getDefiningOp<ConstantOp>();
  const FusionRules &own = rules(user);
  FusionRole role = own.classOf(user).role;
  if (!constant || role == FusionRole::Contraction ||
      role == FusionRole::Foreign)
    return false;
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  if (!dense)
    return false;
  return dense.getNumElements() <= own.maxClonedElements ||
         (dense.isSplat() && own.isIndexed(user));
}

KernelOutliner::Border
KernelOutliner::borderOf(ArrayRef<Operation *> ops) const {
  llvm::SmallPtrSet<Operation *, 16> inside(ops.begin(), ops.end());
  Border border;
  for (Operation *op : ops) {
    for (Value operand : op->getOperands())
      if (clones(operand, op))
        border.constants.insert(operand);
      else if (!operand.getDefiningOp() ||
               !inside.contains(operand.getDefiningOp()))
        border.inputs.insert(operand);
    auto leaves = [&](Value result) {
      return llvm::any_of(result.getUsers(), [&](Operation *user) {
        return !inside.contains(user);
      });
    };
    // An op with several results gets memory for all: its loops may use one to
    // make another.
    bool keepsAll = op->getNumResults() > 1;
    for (Value result : op->getResults())
      if (keepsAll || leaves(result))
        border.outputs.insert(result);
  }
  // A constant that one op needs in memory is read from there by all.
  border.constants.remove_if(
      [&](Value value) { return border.inputs.contains(value); });
  return border;
}

/// For each symbol of @main, the kernel's expression for it.
SmallVector<AffineExpr>
KernelOutliner::Symbols::numbering(MLIRContext *context) const {
  SmallVector<AffineExpr> result;
  for (auto [position, symbol] : llvm::enumerate(used)) {
    if (result.size() <= symbol)
      result.resize(symbol + 1, getAffineConstantExpr(0, context));
    result[symbol] = getAffineSymbolExpr(position, context);
  }
  return result;
}

KernelOutliner::Symbols KernelOutliner::symbolsOf(ArrayRef<Operation *> ops,
                                                  const Border &border) {
  Symbols symbols;
  auto add = [&](unsigned symbol) { symbols.used.insert(symbol); };
  for (Value input : border.inputs)
    for (AffineExpr extent : env.dims(input))
      forEachSymbol(extent, add);
  for (Operation *op : ops)
    for (NamedAttribute attribute : op->getAttrs())
      forEachSymbol(attribute.getValue(), add);
  return symbols;
}

/// The chip that ops of one kernel name, or the module does.
static Attribute targetOf(ArrayRef<Operation *> ops, ModuleOp module) {
  Attribute own = ops.front()->getAttr(kTargetAttr);
  return own ? own : module->getAttr(kTargetAttr);
}

/// "conv_add_relu_7": what the kernel does, and a number that makes it unique.
static std::string nameOf(ArrayRef<Operation *> ops, unsigned number) {
  constexpr size_t maxNames = 4;
  SmallVector<StringRef> names;
  for (Operation *op : ops)
    if (names.size() < maxNames &&
        (names.empty() || names.back() != op->getName().stripDialect()))
      names.push_back(op->getName().stripDialect());
  return llvm::join(names, "_") + "_" + std::to_string(number);
}

func::FuncOp KernelOutliner::build(ArrayRef<Operation *> ops,
                                   const Border &border, const Symbols &symbols,
                                   Location loc) {
  OpBuilder b = OpBuilder::atBlockEnd(module.getBody());
  auto types = [](const llvm::SetVector<Value> &values) {
    return llvm::map_to_vector(values, [](Value v) { return v.getType(); });
  };
  auto type = b.getFunctionType(types(border.inputs), types(border.outputs));
  auto kernel = func::FuncOp::create(b, loc, nameOf(ops, count), type);
  kernel.setPrivate();
  kernel->setAttr(kKernelAttr, b.getUnitAttr());
  if (Attribute target = targetOf(ops, module))
    kernel->setAttr(kTargetAttr, target);
  SmallVector<StringRef> unnamed(symbols.used.size(), "");
  kernel->setAttr(kSymbolsAttr, b.getStrArrayAttr(unnamed));
  auto mnemonics = llvm::map_to_vector(
      ops, [](Operation *op) { return op->getName().getStringRef(); });
  kernel->setAttr(kKernelOpsAttr, b.getStrArrayAttr(mnemonics));
  SmallVector<AffineExpr> numbering = symbols.numbering(b.getContext());
  SmallVector<Attribute> extents;
  for (Value input : border.inputs) {
    auto dims = AffineMapAttr::get(toMap(b.getContext(), env.dims(input)));
    extents.push_back(b.getDictionaryAttr(
        b.getNamedAttr(kDimsAttr, replaceSymbols(dims, numbering))));
  }
  // All at once: a list of attributes is made anew whenever one changes.
  kernel.setArgAttrsAttr(b.getArrayAttr(extents));
  fill(kernel, ops, border, symbols);
  return kernel;
}

void KernelOutliner::fill(func::FuncOp kernel, ArrayRef<Operation *> ops,
                          const Border &border, const Symbols &symbols) {
  OpBuilder b = OpBuilder::atBlockBegin(kernel.addEntryBlock());
  SmallVector<AffineExpr> numbering = symbols.numbering(b.getContext());
  IRMapping mapping;
  mapping.map(border.inputs.getArrayRef(), kernel.getArguments());
  for (Value constant : border.constants)
    b.clone(*constant.getDefiningOp(), mapping);
  for (Operation *op : ops) {
    Operation *copy = b.clone(*op, mapping);
    for (NamedAttribute attribute : op->getAttrs()) {
      Attribute renumbered = replaceSymbols(attribute.getValue(), numbering);
      if (renumbered != attribute.getValue())
        copy->setAttr(attribute.getName(), renumbered);
    }
  }
  auto results = llvm::map_to_vector(
      border.outputs, [&](Value v) { return mapping.lookup(v); });
  func::ReturnOp::create(b, kernel.getLoc(), results);
}

/// Appends what tells two kernels apart; pointers are unique in a context.
static void appendPointer(std::string &key, const void *pointer) {
  key.append(reinterpret_cast<const char *>(&pointer), sizeof(pointer));
}

static void appendNumber(std::string &key, uint64_t number) {
  key.append(reinterpret_cast<const char *>(&number), sizeof(number));
}

/// The attributes of an op; those of a slice without its starts, if asked.
static DictionaryAttr attributesOf(Operation &op, bool withStarts) {
  DictionaryAttr all = op.getAttrDictionary();
  auto slice = dyn_cast<SliceOp>(op);
  if (withStarts || !slice)
    return all;
  NamedAttrList some(all);
  some.erase(slice.getStartsAttrName());
  return some.getDictionary(op.getContext());
}

namespace {

/// Writes what tells one kernel from another.
class KeyWriter {
public:
  explicit KeyWriter(bool withStarts) : withStarts(withStarts) {}

  std::string keyOf(func::FuncOp kernel) {
    for (BlockArgument argument : kernel.getArguments()) {
      Attribute dims = kernel.getArgAttr(argument.getArgNumber(), kDimsAttr);
      appendPointer(key, dims.getAsOpaquePointer());
    }
    append(kernel.front());
    return std::move(key);
  }

private:
  void define(Value value) {
    numbers.try_emplace(value, numbers.size());
    appendPointer(key, value.getType().getAsOpaquePointer());
  }

  void append(Block &block) {
    appendNumber(key, block.getNumArguments());
    for (BlockArgument argument : block.getArguments())
      define(argument);
    for (Operation &op : block)
      append(op);
  }

  void append(Operation &op) {
    appendPointer(key, op.getName().getAsOpaquePointer());
    DictionaryAttr attributes = attributesOf(op, withStarts);
    appendPointer(key, attributes.getAsOpaquePointer());
    appendNumber(key, op.getNumOperands());
    for (Value operand : op.getOperands())
      appendNumber(key, numbers.lookup(operand));
    for (Value result : op.getResults())
      define(result);
    for (Region &region : op.getRegions())
      for (Block &block : region)
        append(block);
  }

  bool withStarts;
  std::string key;
  DenseMap<Value, uint64_t> numbers;
};

} // namespace

static std::string keyOf(func::FuncOp kernel, bool withStarts = true) {
  return KeyWriter(withStarts).keyOf(kernel);
}

func::FuncOp KernelOutliner::enter(func::FuncOp kernel) {
  auto [entry, isNew] = kernels.try_emplace(keyOf(kernel), kernel);
  if (isNew)
    ++count;
  else
    kernel.erase();
  return entry->second;
}

func::FuncOp KernelOutliner::unique(func::FuncOp kernel,
                                    SmallVectorImpl<AffineExpr> &starts) {
  // Constants make the better code, so that a graph has to have very many
  // slices for theirs to become symbols.
  constexpr unsigned kMostAlike = 16;
  if (!hasStarts(kernel) || kernels.contains(keyOf(kernel)))
    return enter(kernel);
  unsigned &count = alike[keyOf(kernel, /*withStarts=*/false)];
  if (count < kMostAlike)
    ++count;
  else
    starts = liftStarts(kernel);
  return enter(kernel);
}

LaunchOp KernelOutliner::launch(func::FuncOp kernel, const Border &border,
                                ArrayRef<AffineExpr> symbols, Location loc,
                                OpBuilder &b) {
  SmallVector<AffineMap> dims;
  for (Value output : border.outputs)
    dims.push_back(toMap(b.getContext(), env.dims(output)));
  auto launch = LaunchOp::create(
      b, loc, kernel.getResultTypes(), kernel.getSymName(),
      border.inputs.getArrayRef(), toMap(b.getContext(), symbols),
      b.getAffineMapArrayAttr(dims));
  for (auto [output, result] :
       llvm::zip_equal(border.outputs, launch.getOutputs())) {
    env.setDims(result, Dims(env.dims(output)));
    Value(output).replaceAllUsesWith(result);
  }
  return launch;
}
