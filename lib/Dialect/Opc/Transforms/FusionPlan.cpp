//===- FusionPlan.cpp - Which ops of a block become one kernel ------------===//
//
// One walk over the block in program order. Each op joins the group of one of
// its operands where the rules and the extents allow it, and cheap groups that
// only it reads join with it. Groups have an order in which they can run; an op
// joins a group only when all else that it needs is ready before that group, so
// no cycle can arise and nothing is searched. Host ops without regions
// (reshape, opc.bind_*) come right after the group that they read.
//
//===----------------------------------------------------------------------===//
#include "FusionPlan.h"
#include "FusionCut.h"
#include "Symbols.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;
using Role = FusionRole;

namespace {
constexpr int64_t kNobody = std::numeric_limits<int64_t>::max();

struct Group {
  SmallVector<Operation *, 2> ops;
  SmallVector<Operation *, 0> after; ///< host ops that read this group
  bool isKernel = false;
  int64_t order = 0;
  /// Twice the order of the first group that reads this one, less one where it
  /// does so through a host op.
  int64_t firstReader = kNobody;
  Role leader = Role::Host;
  Dims domain, reduced; ///< extents of the leader; of a reduction's result
  bool sweeps = false;  ///< is led by a reduction that sweeps
  unsigned cost = 0, operands = 0;
};

/// What one op needs before it can run.
struct Need {
  unsigned group;
  bool throughHost;
};

class Planner {
public:
  Planner(Block &block, ShapeEnv &env, const FusionRulesOf &rules)
      : block(block), env(env), rules(rules), groups(1) {}
  std::vector<FusionGroup> run();

private:
  void place(Operation *op);
  void placeOnHost(Operation *op);
  void placeInKernel(Operation *op, const FusionClass &info);
  unsigned newGroup(Operation *op);
  SmallVector<Need> needsOf(Operation *op);
  void addNeed(Operation *producer, SmallVectorImpl<Need> &needs);
  void read(ArrayRef<Need> needs, unsigned reader);

  bool ready(unsigned group, ArrayRef<Need> needs);
  bool joins(Operation *op, const FusionClass &info, const Group &group);
  bool sweeps(Operation *op);
  bool joinsPointwise(Operation *op, const Group &group);
  bool joinsView(Operation *op, const Group &group);
  bool joinsRows(Operation *op, const FusionClass &info, const Group &group);
  void add(Operation *op, const FusionClass &info, unsigned group);
  bool merges(unsigned from, unsigned into, Operation *leader);
  void merge(unsigned from, unsigned into, Operation *op);
  bool onlyReadBy(const Group &group, Operation *op, unsigned other);
  bool holds(const Group &group, Value value) {
    Operation *op = value.getDefiningOp();
    auto it = op ? groupOf.find(op) : groupOf.end();
    return it != groupOf.end() && &groups[find(it->second)] == &group &&
           classOf(op).role != Role::Host;
  }
  FusionClass classOf(Operation *op) const { return rules(op).classOf(op); }
  /// Those of the target of a group that is a kernel.
  const FusionRules &rulesOf(const Group &group) const {
    return rules(group.ops.front());
  }
  unsigned find(unsigned index);

  Block &block;
  ShapeEnv &env;
  const FusionRulesOf &rules;
  std::vector<Group> groups; ///< the first holds what needs nothing
  std::vector<unsigned> forward{0};
  DenseMap<Operation *, unsigned> groupOf;
  DenseMap<unsigned, Operation *> binder; ///< of symbols bound in this block
  int64_t lastOrder = 0;
};
} // namespace

/// Roles whose kernels are nothing but expressions of elements.
static bool isExpression(Role role) {
  return role == Role::Pointwise || role == Role::View ||
         role == Role::Generator;
}

static bool sameTarget(Operation *a, Operation *b) {
  return a->getAttr(kTargetAttr) == b->getAttr(kTargetAttr);
}

unsigned Planner::find(unsigned index) {
  while (forward[index] != index)
    index = forward[index] = forward[forward[index]];
  return index;
}

void Planner::addNeed(Operation *producer, SmallVectorImpl<Need> &needs) {
  auto it = groupOf.find(producer);
  if (it == groupOf.end())
    return;
  unsigned group = find(it->second);
  bool isBehind =
      classOf(producer).role == Role::Host && !producer->getNumRegions();
  if (group != 0)
    needs.push_back({group, isBehind});
}

SmallVector<Need> Planner::needsOf(Operation *op) {
  SmallVector<Need> needs;
  auto addSymbol = [&](unsigned symbol) {
    if (Operation *bind = binder.lookup(symbol))
      addNeed(bind, needs);
  };
  op->walk<WalkOrder::PreOrder>([&](Operation *inner) {
    for (Value operand : inner->getOperands())
      if (Operation *producer = operand.getDefiningOp())
        addNeed(producer, needs);
    for (NamedAttribute attribute : inner->getAttrs())
      forEachSymbol(attribute.getValue(), addSymbol);
    for (Value result : inner->getResults())
      for (AffineExpr expr : env.dims(result))
        forEachSymbol(expr, addSymbol);
    return isa<BodyOp>(inner) ? WalkResult::skip() : WalkResult::advance();
  });
  return needs;
}

unsigned Planner::newGroup(Operation *op) {
  unsigned index = groups.size();
  Group &group = groups.emplace_back();
  forward.push_back(index);
  group.ops.push_back(op);
  group.order = ++lastOrder;
  groupOf[op] = index;
  return index;
}

/// Notes that `reader` runs after all of `needs`.
void Planner::read(ArrayRef<Need> needs, unsigned reader) {
  for (const Need &need : needs) {
    Group &group = groups[find(need.group)];
    if (find(need.group) == reader)
      continue;
    int64_t position = 2 * groups[reader].order - need.throughHost;
    group.firstReader = std::min(group.firstReader, position);
  }
}

void Planner::placeOnHost(Operation *op) {
  if (auto symbol = op->getAttrOfType<IntegerAttr>("symbol"))
    binder[symbol.getInt()] = op;
  SmallVector<Need> needs = needsOf(op);
  if (op->getNumRegions())
    return read(needs, newGroup(op));
  unsigned last = 0;
  for (const Need &need : needs)
    if (groups[need.group].order > groups[last].order)
      last = need.group;
  groups[last].after.push_back(op);
  groupOf[op] = last;
  // What is left behind the last group must not be moved past this op.
  for (const Need &need : needs)
    if (need.group != last)
      groups[need.group].firstReader =
          std::min(groups[need.group].firstReader, 2 * groups[last].order);
}

/// Whether `group` can run after all of `needs`; moves it to the end if it must
/// and nobody has read it yet.
bool Planner::ready(unsigned index, ArrayRef<Need> needs) {
  Group &group = groups[index];
  bool isLast = true;
  for (const Need &need : needs) {
    if (need.group == index && need.throughHost)
      return false;
    isLast &= need.group == index || groups[need.group].order < group.order;
  }
  if (isLast)
    return true;
  if (group.firstReader != kNobody || !group.after.empty())
    return false;
  group.order = ++lastOrder;
  return true;
}

/// Whether all readers of `group` are `op` or in `group` or in `other`.
bool Planner::onlyReadBy(const Group &group, Operation *op, unsigned other) {
  for (Operation *member : group.ops)
    for (Operation *user : member->getUsers()) {
      auto it = groupOf.find(user);
      bool isInside =
          it != groupOf.end() && classOf(user).role != Role::Host &&
          (&groups[find(it->second)] == &group || find(it->second) == other);
      if (user != op && !isInside)
        return false;
    }
  return true;
}

static SmallVector<int64_t> rowAxes(Operation *op) {
  if (auto axes = op->getAttrOfType<DenseI64ArrayAttr>("axes"))
    return llvm::to_vector(axes.asArrayRef());
  if (auto axis = op->getAttrOfType<IntegerAttr>("axis"))
    return {axis.getInt()};
  return {};
}

/// Whether a reduction keeps the last axis and has run through more than stays
/// in a cache when it is done. What is read twice comes from memory twice, and
/// few threads can share the work: elements that are read again, or written,
/// are for kernels that go by elements.
bool Planner::sweeps(Operation *op) {
  if (!isa<ReductionOp>(op))
    return false;
  const Dims dims = env.dims(op->getOperand(0));
  SmallVector<int64_t> axes = rowAxes(op);
  if (llvm::is_contained(axes, int64_t(dims.size()) - 1))
    return false;
  int64_t column = 1;
  for (int64_t axis : axes)
    column *= constantOf(dims[axis]).value_or(1);
  return column > rules(op).maxColumn;
}

bool Planner::joinsPointwise(Operation *op, const Group &group) {
  const Dims &dims = env.dims(op->getResult(0));
  bool isReduced = group.leader == Role::Reduction && dims == group.reduced;
  if (group.sweeps && !isReduced)
    return false;
  bool isCheap = group.cost <= rulesOf(group).maxRecomputedCost;
  if (dims != group.domain && !isReduced)
    return isExpression(group.leader) && isCheap && onlyReadBy(group, op, 0);
  for (Value operand : op->getOperands()) {
    if (!holds(group, operand) || env.dims(operand) == dims)
      continue;
    bool isRowValue =
        group.leader == Role::Reduction && env.dims(operand) == group.reduced;
    if (!isRowValue && !(isExpression(group.leader) && isCheap))
      return false;
  }
  return true;
}

/// Whether an element that is read may be read for several of the result: an
/// axis of the result moves along none of the operand.
static bool repeats(Operation *op, ShapeEnv &env) {
  const Accesses *accesses = env.accesses(op);
  const Dims to = env.dims(op->getResult(0));
  if (!accesses || accesses->size() != 1)
    return true;
  auto moves = [&](size_t axis) {
    SmallVector<int64_t> step(to.size(), 0);
    step[axis] = 1;
    return llvm::any_of(accesses->front().at, [&](AffineExpr index) {
      return stepOf(index, step).value_or(0) != 0;
    });
  };
  return llvm::any_of(llvm::seq(to.size()), [&](size_t axis) {
    return constantOf(to[axis]) != 1 && !moves(axis);
  });
}

bool Planner::joinsView(Operation *op, const Group &group) {
  return isExpression(group.leader) && onlyReadBy(group, op, 0) &&
         (group.cost <= rulesOf(group).maxRecomputedCost || !repeats(op, env));
}

/// The axes are the last ones, so that a row is one piece of memory.
static bool isTrailing(ArrayRef<int64_t> axes, int64_t rank) {
  return llvm::all_of(axes, [&](int64_t axis) {
    return axis >= rank - static_cast<int64_t>(axes.size());
  });
}

static Operation *firstReduction(const SmallVectorImpl<Operation *> &ops) {
  auto it = llvm::find_if(ops, llvm::IsaPred<ReductionOp>);
  return it == ops.end() ? nullptr : *it;
}

bool Planner::joinsRows(Operation *op, const FusionClass &info,
                        const Group &group) {
  Value rows = op->getOperand(0);
  if (!holds(group, rows) || env.dims(rows) != group.domain)
    return false;
  if (isExpression(group.leader)) {
    const FusionLimits *limits = rulesOf(group).limitsOf(info.role);
    return limits && limits->producers &&
           (!sweeps(op) || onlyReadBy(group, op, 0));
  }
  SmallVector<int64_t> axes = rowAxes(op);
  return rulesOf(group).rowKernels && info.role == Role::Reduction &&
         group.leader == Role::Reduction &&
         isTrailing(axes, group.domain.size()) &&
         rowAxes(firstReduction(group.ops)) == axes &&
         env.dims(op->getResult(0)) == group.reduced;
}

bool Planner::joins(Operation *op, const FusionClass &info,
                    const Group &group) {
  if (!group.isKernel || !sameTarget(op, group.ops.front()))
    return false;
  const FusionRules &rules = rulesOf(group);
  if (group.ops.size() >= rules.maxOps ||
      group.operands + op->getNumOperands() > rules.maxInputs)
    return false;
  if (info.role == Role::Reduction || info.role == Role::Row)
    return joinsRows(op, info, group);
  const FusionLimits *limits = rules.limitsOf(group.leader);
  if (!limits || !limits->consumers)
    return false;
  if (info.role == Role::Pointwise)
    return joinsPointwise(op, group);
  return info.role == Role::View && joinsView(op, group);
}

void Planner::add(Operation *op, const FusionClass &info, unsigned index) {
  Group &group = groups[index];
  if (group.ops.front() != op)
    group.ops.push_back(op);
  groupOf[op] = index;
  group.isKernel = true;
  group.cost += info.cost;
  group.operands += op->getNumOperands();
  const Dims &dims = env.dims(op->getResult(0));
  bool leads = !isExpression(info.role);
  group.sweeps |= sweeps(op);
  if (leads && group.leader != Role::Reduction) {
    group.leader = info.role;
    group.reduced = dims;
    bool readsRows = info.role == Role::Reduction;
    group.domain = readsRows ? env.dims(op->getOperand(0)) : dims;
  } else if (isExpression(group.leader) || group.leader == Role::Host) {
    group.leader = info.role;
    group.domain = dims;
  }
}

/// Whether the expressions in `from`, which `op` reads, may be computed in the
/// kernel `into` that holds `op`.
bool Planner::merges(unsigned fromIndex, unsigned intoIndex, Operation *op) {
  const Group &from = groups[fromIndex], &into = groups[intoIndex];
  if (!from.isKernel || !isExpression(from.leader) ||
      !sameTarget(op, from.ops.front()) || from.firstReader < 2 * into.order)
    return false;
  const FusionRules &rules = rulesOf(into);
  if (from.ops.size() + into.ops.size() > rules.maxOps ||
      from.operands + into.operands > rules.maxInputs)
    return false;
  const FusionLimits *limits = rules.limitsOf(into.leader);
  bool opLeads = !isExpression(classOf(op).role);
  if (!limits || (opLeads && !limits->producers))
    return false;
  if (!isExpression(into.leader) && from.leader != Role::Pointwise)
    return false;
  if (into.sweeps && !onlyReadBy(from, op, intoIndex))
    return false;
  if (from.domain == into.domain)
    return true;
  return !opLeads && from.cost <= rules.maxRecomputedCost &&
         onlyReadBy(from, op, intoIndex);
}

void Planner::merge(unsigned fromIndex, unsigned intoIndex, Operation *op) {
  Group &from = groups[fromIndex], &into = groups[intoIndex];
  if (!from.after.empty() || !onlyReadBy(from, op, intoIndex))
    into.firstReader = std::min(into.firstReader, 2 * into.order + 1);
  into.ops.append(from.ops);
  into.after.append(from.after);
  into.cost += from.cost;
  into.operands += from.operands;
  forward[fromIndex] = intoIndex;
  from = Group();
}

/// Kernels whose schedule is hardest to come by take their readers first.
static int preference(Role role) {
  switch (role) {
  case Role::Contraction:
    return 3;
  case Role::Window:
  case Role::Row:
  case Role::Reduction:
    return 2;
  case Role::Shuffle:
    return 1;
  default:
    return 0;
  }
}

void Planner::placeInKernel(Operation *op, const FusionClass &info) {
  SmallVector<Need> needs = needsOf(op);
  SmallVector<unsigned> candidates;
  for (const Need &need : needs)
    if (!need.throughHost && groups[need.group].isKernel &&
        !llvm::is_contained(candidates, need.group))
      candidates.push_back(need.group);
  llvm::sort(candidates, [&](unsigned a, unsigned b) {
    auto rank = [&](unsigned g) {
      return std::pair(preference(groups[g].leader), groups[g].order);
    };
    return rank(a) > rank(b);
  });
  unsigned *joined = llvm::find_if(candidates, [&](unsigned g) {
    return joins(op, info, groups[g]) && ready(g, needs);
  });
  unsigned group = joined == candidates.end() ? newGroup(op) : *joined;
  add(op, info, group);
  read(needs, group);
  for (unsigned other : candidates)
    if (other != group && merges(other, group, op))
      merge(other, group, op);
}

void Planner::place(Operation *op) {
  FusionClass info = classOf(op);
  if (info.role == Role::Host)
    placeOnHost(op);
  else
    placeInKernel(op, info);
}

std::vector<FusionGroup> Planner::run() {
  for (Operation &op : block.without_terminator())
    place(&op);
  SmallVector<Group *> ordered;
  for (Group &group : groups)
    if (!group.ops.empty() || !group.after.empty())
      ordered.push_back(&group);
  llvm::sort(ordered, [](Group *a, Group *b) { return a->order < b->order; });
  std::vector<FusionGroup> result;
  auto inProgramOrder = [](Operation *a, Operation *b) {
    return a->isBeforeInBlock(b);
  };
  for (Group *group : ordered) {
    llvm::sort(group->ops, inProgramOrder);
    llvm::sort(group->after, inProgramOrder);
    if (group->isKernel)
      cutGroup(group->ops, env, rulesOf(*group), result);
    else if (!group->ops.empty())
      result.push_back({group->ops, false});
    for (Operation *op : group->after)
      result.push_back({{op}, false});
  }
  return result;
}

std::vector<FusionGroup> opc::planFusion(Block &block, ShapeEnv &env,
                                         const FusionRulesOf &rules) {
  return Planner(block, env, rules).run();
}
