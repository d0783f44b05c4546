//===- HostPlan.cpp - Who owns the memory of each value -------------------===//
#include "HostPlan.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"

using namespace mlir;
using namespace opc;

int64_t opc::storageBytes(Type element) {
  return llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

HostPlan::HostPlan(func::FuncOp main, const SymbolTable &symbols, ShapeEnv &env,
                   ConstantBlock &constants)
    : main(main), symbols(symbols), env(env), constants(constants) {
  findEntrySymbols();
  numberOps(main.front());
  for (BlockArgument argument : main.getArguments())
    add(Place::Input, argument, nullptr, &main.front(),
        argument.getArgNumber());
  assign(main.front());
  findLastUsers(main.front());
  claimDonated();
  donate(main.front());
  forwardYields(main.front());
  claimOutputs();
  borrow();
  layOut();
}

unsigned HostPlan::find(unsigned index) const {
  while (aliases[index] != index)
    index = aliases[index] = aliases[aliases[index]];
  return index;
}

unsigned HostPlan::indexOf(Value value) const {
  return find(indices.find(value)->second);
}

AffineExpr HostPlan::bytesOf(Value value) const {
  auto type = cast<RankedTensorType>(value.getType());
  return env.size(value) * storageBytes(type.getElementType());
}

void HostPlan::findEntrySymbols() {
  for (BlockArgument argument : main.getArguments())
    for (AffineExpr expr : env.dims(argument))
      if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
        entrySymbols.insert(symbol.getPosition());
  for (Operation &op : main.front())
    if (followsFromInputs(&op)) {
      hoisted.insert(&op);
      auto symbol = op.getAttrOfType<IntegerAttr>("symbol");
      entrySymbols.insert(symbol.getInt());
    }
}

/// Whether an op binds a symbol to an expression over entry symbols; it then
/// runs in the prologue, and what its symbol sizes may lie in the arena.
bool HostPlan::followsFromInputs(Operation *op) const {
  if (auto bind = dyn_cast<BindBroadcastOp>(op))
    return isEntryBound(bind.getPair().getResults());
  if (auto bind = dyn_cast<BindClampOp>(op))
    return isEntryBound(bind.getBounds().getResults());
  auto bind = dyn_cast<BindDimOp>(op);
  return bind && isEntryBound(env.dim(bind.getX(), bind.getAxis()));
}

bool HostPlan::isEntryBound(AffineExpr expr) const {
  return !expr.walk([&](AffineExpr e) {
                auto symbol = dyn_cast<AffineSymbolExpr>(e);
                return symbol && !entrySymbols.contains(symbol.getPosition())
                           ? WalkResult::interrupt()
                           : WalkResult::advance();
              })
              .wasInterrupted();
}

bool HostPlan::isEntryBound(ArrayRef<AffineExpr> exprs) const {
  return llvm::all_of(exprs, [&](AffineExpr e) { return isEntryBound(e); });
}

void HostPlan::numberOps(Block &block) {
  for (Operation &op : block) {
    int64_t begin = position++;
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        numberOps(inner);
    positions[&op] = {begin, op.getNumRegions() ? position++ : begin};
  }
}

/// Kernels write to the memory of their device; opc-insert-copies has brought
/// all else to the host.
StringRef HostPlan::spaceOf(Value value) const {
  if (auto copy = value.getDefiningOp<CopyOp>())
    return copy.getSpace();
  auto launch = value.getDefiningOp<LaunchOp>();
  Operation *kernel = launch ? symbols.lookup(launch.getKernel()) : nullptr;
  auto space =
      kernel ? kernel->getAttrOfType<StringAttr>(kSpaceAttr) : StringAttr();
  return space ? space.getValue() : StringRef(kHostSpace);
}

unsigned HostPlan::add(Place place, Value value, Operation *definer,
                       Block *block, int64_t index) {
  unsigned number = buffers.size();
  HostBuffer buffer{place, index, value, spaceOf(value), block, definer};
  if (definer)
    std::tie(buffer.begin, buffer.end) = positions[definer];
  buffers.push_back(buffer);
  aliases.push_back(number);
  indices.try_emplace(value, number);
  return number;
}

unsigned HostPlan::addComputed(Value value, Operation *op) {
  bool isKnown = isEntryBound(env.dims(value));
  unsigned number =
      add(isKnown ? Place::Arena : Place::Heap, value, op, op->getBlock());
  buffers[number].isOwned = !isKnown;
  return number;
}

unsigned HostPlan::addSlot(Value value, Operation *op, bool isOwned) {
  unsigned number = add(Place::Slot, value, op, op->getBlock(), slots.size());
  slots.push_back(value);
  buffers[number].isOwned = isOwned;
  return number;
}

void HostPlan::assign(Block &block) {
  for (Operation &op : block) {
    assignResults(&op);
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        assign(inner);
  }
}

void HostPlan::assignResults(Operation *op) {
  if (auto constant = dyn_cast<ConstantOp>(op)) {
    add(Place::Constant, constant, op, op->getBlock(),
        constants.add(constant.getValue()));
  } else if (auto reshape = dyn_cast<ReshapeOp>(op)) {
    indices[reshape.getY()] = indices[reshape.getX()];
  } else if (auto loop = dyn_cast<LoopOp>(op)) {
    assignLoop(loop);
  } else if (isa<LaunchOp>(op) && op->hasAttr(kMayAliasAttr)) {
    assignMayAlias(cast<LaunchOp>(op));
  } else {
    for (Value result : op->getResults())
      if (isa<IfOp>(op) && !isEntryBound(env.dims(result)))
        addSlot(result, op, /*isOwned=*/true);
      else
        addComputed(result, op);
  }
}

/// The result is the input, or memory that is only allocated where it is not.
void HostPlan::assignMayAlias(LaunchOp launch) {
  Value result = launch.getResult(0);
  unsigned slot = addSlot(result, launch, /*isOwned=*/false);
  unsigned own = addSlot(result, launch, /*isOwned=*/true);
  buffers[slot].behind = {indexOf(launch.getInputs()[0]), own};
}

CarriedPlan HostPlan::assignCarried(LoopOp loop, unsigned index) {
  Value result = loop.getResult(index);
  Block &body = loop.getBody().front();
  Value argument = body.getArgument(index + 1);
  CarriedPlan plan;
  plan.fixed =
      isEntryBound(env.dims(result)) && env.dims(result) == env.dims(argument);
  plan.unchanged = body.getTerminator()->getOperand(index + 1) == argument;
  plan.slot = addSlot(result, loop, /*isOwned=*/!plan.fixed);
  indices[argument] = plan.slot;
  if (!plan.fixed)
    return plan;
  plan.next = addSlot(result, loop, /*isOwned=*/false);
  for (unsigned &memory : plan.memory)
    memory = addComputed(result, loop);
  return plan;
}

void HostPlan::assignLoop(LoopOp loop) {
  LoopPlan plan;
  Block &body = loop.getBody().front();
  plan.counter = add(Place::Counter, body.getArgument(0), nullptr, &body);
  unsigned numCarried = loop.getInitial().size();
  for (unsigned index = 0; index < numCarried; ++index)
    plan.carried.push_back(assignCarried(loop, index));
  for (Value result : loop.getResults().drop_front(numCarried))
    plan.scanned.push_back(addSlot(result, loop, /*isOwned=*/true));
  loops[loop] = std::move(plan);
}

void HostPlan::use(unsigned index, Operation *user) {
  HostBuffer &buffer = buffers[find(index)];
  for (unsigned behind : buffer.behind)
    use(behind, user);
  Operation *ancestor = buffer.block->findAncestorOpInBlock(*user);
  if (!ancestor || positions[ancestor].second < buffer.end)
    return;
  buffer.end = positions[ancestor].second;
  buffer.lastUser = ancestor;
}

void HostPlan::findLastUsers(Block &block) {
  block.walk([&](Operation *op) {
    for (Value operand : op->getOperands())
      use(indices.find(operand)->second, op);
  });
  for (auto &[loop, plan] : loops)
    for (const CarriedPlan &carried : plan.carried)
      keepCarried(carried);
}

/// The memory behind a loop's result lives as long as the result.
void HostPlan::keepCarried(const CarriedPlan &carried) {
  if (!carried.fixed)
    return;
  for (unsigned memory : carried.memory)
    buffers[memory].end = buffers[carried.slot].end;
}

void HostPlan::join(unsigned from, unsigned into) {
  HostBuffer &gone = buffers[find(from)];
  HostBuffer &kept = buffers[find(into)];
  if (gone.end > kept.end && gone.block == kept.block) {
    kept.end = gone.end;
    kept.lastUser = gone.lastUser;
  }
  aliases[find(from)] = find(into);
}

/// Whether a buffer is another, or a slot that may point to it.
bool HostPlan::mayBe(unsigned buffer, unsigned other) const {
  return find(buffer) == find(other) ||
         llvm::any_of(buffers[find(buffer)].behind,
                      [&](unsigned behind) { return mayBe(behind, other); });
}

/// How many inputs of a launch are a buffer, or may be.
unsigned HostPlan::countReads(LaunchOp launch, unsigned buffer) const {
  return llvm::count_if(launch.getInputs(), [&](Value input) {
    return mayBe(indexOf(input), buffer);
  });
}

bool HostPlan::mayDonate(LaunchOp launch, Value input, Value output) const {
  const HostBuffer &from = bufferOf(input), &to = bufferOf(output);
  bool isOurs = from.place == Place::Arena || from.place == Place::Heap;
  bool isRead = countReads(launch, indexOf(input)) > 1;
  return isOurs && !isRead && from.place == to.place &&
         from.block == to.block && from.lastUser == launch &&
         isa<LaunchOp>(from.definer) && bytesOf(from.value) == bytesOf(output);
}

/// An output is written over an input that nobody reads afterwards, where the
/// kernel's schedule said that it works that way.
void HostPlan::donateInputs(LaunchOp launch) {
  Operation *kernel = symbols.lookup(launch.getKernel());
  auto pairs =
      kernel ? kernel->getAttrOfType<ArrayAttr>(kInplaceAttr) : ArrayAttr();
  llvm::SmallDenseSet<Value> given;
  for (Attribute pair : pairs ? pairs.getValue() : ArrayRef<Attribute>()) {
    auto numbers = cast<ArrayAttr>(pair);
    Value output = launch.getResult(cast<IntegerAttr>(numbers[0]).getInt());
    Value input = launch.getInputs()[cast<IntegerAttr>(numbers[1]).getInt()];
    bool isFresh = bufferOf(output).definer == launch;
    if (isFresh && !given.contains(input) && mayDonate(launch, input, output)) {
      join(indexOf(output), indexOf(input));
      given.insert(input);
    }
  }
}

void HostPlan::donate(Block &block) {
  block.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (auto launch = dyn_cast<LaunchOp>(op))
      donateInputs(launch);
  });
}

/// Lets the producer of a yielded value write where the value has to be.
void HostPlan::forward(Value value, unsigned target, Block *block) {
  HostBuffer &from = buffers[indexOf(value)];
  if (from.place == Place::Arena && from.block == block &&
      isa_and_nonnull<LaunchOp>(from.definer) &&
      bytesOf(from.value) == bytesOf(buffers[find(target)].value))
    aliases[indexOf(value)] = find(target);
}

void HostPlan::forwardYields(Block &block) {
  block.walk([&](YieldOp yield) {
    Operation *parent = yield->getParentOp();
    if (isa<IfOp>(parent)) {
      for (auto [value, result] :
           llvm::zip_equal(yield.getValues(), parent->getResults()))
        if (bufferOf(result).place == Place::Arena)
          forward(value, indexOf(result), yield->getBlock());
      return;
    }
    for (auto [index, carried] : llvm::enumerate(loops[parent].carried))
      if (carried.fixed && !carried.unchanged)
        forward(yield.getOperand(index + 1), carried.next, yield->getBlock());
  });
}

bool HostPlan::isClaimable(Value output) {
  const HostBuffer &buffer = bufferOf(output);
  bool isOurs = buffer.place == Place::Arena || buffer.place == Place::Heap;
  bool isKnown = isEntryBound(env.dims(output)) ||
                 env.dims(output) == env.dims(buffer.value);
  return isOurs && isKnown && buffer.space == kHostSpace &&
         buffer.block == &main.front();
}

void HostPlan::claim(unsigned output, Value value) {
  inPlaceOutputs[output] = true;
  HostBuffer &buffer = buffers[indexOf(value)];
  buffer.place = Place::Output;
  buffer.index = output;
}

/// A graph output is computed where the runtime wants it, unless it is an
/// input, a constant, or an output twice over.
void HostPlan::claimOutputs() {
  Operation *ret = main.front().getTerminator();
  for (auto [index, value] : llvm::enumerate(ret->getOperands()))
    if (!isDonated(index) && isClaimable(value))
      claim(index, value);
}

void HostPlan::layOut() {
  llvm::MapVector<StringRef, std::vector<ArenaItem>> items;
  items[kHostSpace];
  for (auto [index, buffer] : llvm::enumerate(buffers)) {
    if (find(index) != index)
      continue;
    if (buffer.place == Place::Arena) {
      std::vector<ArenaItem> &arena = items[buffer.space];
      buffer.index = arena.size();
      arena.push_back({bytesOf(buffer.value), buffer.begin, buffer.end});
    }
    if (buffer.isOwned && buffer.place != Place::Output)
      dying[buffer.lastUser ? buffer.lastUser : buffer.definer].push_back(
          index);
  }
  for (const auto &[space, arena] : items)
    arenaPlans[space] = planArena(arena);
}

ArrayRef<unsigned> HostPlan::dyingAfter(Operation *op) const {
  auto it = dying.find(op);
  return it == dying.end() ? ArrayRef<unsigned>() : it->second;
}
