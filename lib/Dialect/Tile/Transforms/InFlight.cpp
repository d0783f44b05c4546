//===- InFlight.cpp - the copies that may go on at a place ----------------===//
#include "InFlight.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace opc::tile;

namespace {

constexpr int64_t kDynamic = ShapedType::kDynamic;

bool isKnown(int64_t value) { return !ShapedType::isDynamic(value); }

/// Whether [a, a + aSize) and [b, b + bSize) are known to be apart.
bool apart(int64_t a, int64_t aSize, int64_t b, int64_t bSize) {
  if (!isKnown(a) || !isKnown(b))
    return false;
  return (isKnown(aSize) && a + aSize <= b) ||
         (isKnown(bSize) && b + bSize <= a);
}

bool isFixed(const Part &part) {
  return llvm::all_of(part.starts, isKnown) &&
         llvm::all_of(part.extents, isKnown);
}

bool isWithin(Value value, Block &block) {
  Operation *parent = value.getParentBlock()->getParentOp();
  return value.getParentBlock() == &block ||
         block.getParentOp()->isProperAncestor(parent);
}

template <typename Map> void forget(Map &map, Block &block) {
  for (auto entry = map.begin(); entry != map.end(); ++entry)
    if (isWithin(entry->first, block))
      map.erase(entry);
}

} // namespace

bool Part::mayMeet(const Part &other) const {
  if (root != other.root)
    return false;
  // One memory may be seen as buffers of several ranks.
  if (starts.size() != other.starts.size())
    return true;
  for (size_t axis = 0; axis < starts.size(); ++axis)
    if (apart(starts[axis], extents[axis], other.starts[axis],
              other.extents[axis]))
      return false;
  return true;
}

bool Part::meets(const Part &other) const {
  return starts.size() == other.starts.size() && isFixed(*this) &&
         isFixed(other) && mayMeet(other);
}

LogicalResult InFlight::step(Operation &op,
                             function_ref<InFlightDiagnostic()> refuse) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(&op)
      .Case([&](CopyAsyncOp copy) { return start(copy, refuse); })
      .Case([&](WaitOp wait) { return this->wait(wait, refuse); })
      .Case([&](DoneOp done) {
        tokens[done.getToken()] = kDone;
        return success();
      })
      .Case([&](ComputeOp compute) {
        for (Value buffer : compute.reads())
          if (failed(read(partOf(buffer), refuse)))
            return failure();
        return write(partOf(compute.written()), refuse);
      })
      .Default([](Operation *) { return success(); });
}

Part InFlight::partOf(Value buffer) const {
  if (auto found = carried.find(buffer); found != carried.end())
    return found->second;
  if (auto view = buffer.getDefiningOp<ViewOp>())
    return window(view.getX(), view.getStaticStarts(), view.getStaticSizes(),
                  {});
  ArrayRef<int64_t> shape = cast<BufferType>(buffer.getType()).getShape();
  // Which part of it: only the run knows, but for the first one.
  if (auto global = buffer.getDefiningOp<GlobalOp>()) {
    bool isFirst = getConstantIntValue(global.getOffset()) == 0;
    return {global.getX(),
            SmallVector<int64_t>(shape.size(), isFirst ? 0 : kDynamic),
            SmallVector<int64_t>(shape)};
  }
  return {buffer, SmallVector<int64_t>(shape.size(), 0),
          SmallVector<int64_t>(shape)};
}

Part InFlight::window(Value buffer, ArrayRef<int64_t> starts,
                      ArrayRef<int64_t> sizes, ArrayRef<int64_t> steps) const {
  Part part = partOf(buffer);
  for (size_t axis = 0; axis < starts.size(); ++axis) {
    int64_t &start = part.starts[axis];
    start = isKnown(start) && isKnown(starts[axis]) ? start + starts[axis]
                                                    : kDynamic;
    int64_t step = steps.empty() ? 1 : steps[axis];
    part.extents[axis] =
        isKnown(sizes[axis])
            ? std::max<int64_t>(0, (sizes[axis] - 1) * step + 1)
            : kDynamic;
  }
  return part;
}

LogicalResult InFlight::start(CopyAsyncOp copy,
                              function_ref<InFlightDiagnostic()> refuse) {
  Part from = window(copy.getX(), copy.getStaticFrom(), copy.getStaticSizes(),
                     copy.fromSteps());
  Part to = window(copy.getY(), copy.getStaticTo(), copy.getStaticSizes(),
                   copy.toSteps());
  if (copy.getPad())
    to.extents.back() = kDynamic;
  if (failed(read(from, refuse)) || failed(write(to, refuse)))
    return failure();
  tokens[copy.getToken()] = flights.size();
  flights.push_back({copy, std::move(from), std::move(to)});
  return success();
}

LogicalResult InFlight::wait(WaitOp op,
                             function_ref<InFlightDiagnostic()> refuse) {
  for (Value token : op.getTokens()) {
    auto known = tokens.find(token);
    if (known == tokens.end())
      return refuse() << "a token comes from outside of the function";
    int number = known->second;
    if (number == kWaited)
      return refuse() << "a token is waited for twice";
    if (number == kDone)
      continue;
    flights.erase(flights.begin() + number);
    for (auto &[value, other] : tokens)
      other = other == number ? kWaited : other > number ? other - 1 : other;
  }
  return success();
}

LogicalResult InFlight::read(const Part &part,
                             function_ref<InFlightDiagnostic()> refuse) {
  for (const Flight &flight : flights)
    if (flight.to.mayMeet(part)) {
      (refuse() << "reads " << part.root.getType()
                << " before the copy into it was waited for")
              .attachNote(flight.copy->getLoc())
          << "the copy is this";
      return failure();
    }
  return success();
}

LogicalResult InFlight::write(const Part &part,
                              function_ref<InFlightDiagnostic()> refuse) {
  for (const Flight &flight : flights) {
    // Rounds write tiles of global memory whose starts only the run knows.
    bool twice =
        part.isGlobal() ? flight.to.meets(part) : flight.to.mayMeet(part);
    if (!twice && !flight.from.mayMeet(part))
      continue;
    (refuse() << "writes " << part.root.getType() << " while a copy "
              << (twice ? "into it goes on" : "still reads it"))
            .attachNote(flight.copy->getLoc())
        << "the copy is this";
    return failure();
  }
  return success();
}

void InFlight::rename(ValueRange from, ValueRange to) {
  for (auto [old, name] : llvm::zip(from, to)) {
    if (isa<BufferType>(old.getType()))
      carried[name] = partOf(old);
    if (auto token = tokens.find(old); token != tokens.end())
      tokens[name] = int(token->second);
  }
}

Value InFlight::leave(Block &block, ValueRange names, Operation *&lost) {
  // All yields are read before a name is given: names may swap.
  SmallVector<std::pair<Value, Part>> parts;
  SmallVector<std::pair<Value, int>> numbers;
  for (auto [old, name] :
       llvm::zip(block.getTerminator()->getOperands(), names)) {
    if (isa<BufferType>(old.getType()))
      parts.push_back({name, partOf(old)});
    if (auto token = tokens.find(old); token != tokens.end())
      numbers.push_back({name, token->second});
  }
  forget(carried, block);
  forget(tokens, block);
  for (auto &[name, part] : parts) {
    if (isWithin(part.root, block))
      return part.root;
    carried[name] = std::move(part);
  }
  for (auto [name, number] : numbers)
    tokens[name] = number;
  for (int number = 0; number < int(flights.size()); ++number)
    if (llvm::none_of(
            tokens, [=](const auto &entry) { return entry.second == number; }))
      lost = flights[number].copy;
  for (const Flight &flight : flights)
    for (const Part *part : {&flight.from, &flight.to})
      if (isWithin(part->root, block))
        lost = flight.copy;
  return nullptr;
}

std::string InFlight::key() const {
  std::string text;
  llvm::raw_string_ostream out(text);
  SmallVector<std::pair<const void *, int>> named;
  for (auto [value, number] : tokens)
    named.push_back({value.getAsOpaquePointer(), number});
  llvm::sort(named);
  // Flights are numbered as they were begun; the key by who names them.
  SmallVector<int> order(flights.size(), -1);
  int next = 0;
  for (auto [value, number] : named) {
    if (number >= 0 && order[number] < 0) {
      order[number] = next++;
      const Flight &flight = flights[number];
      out << flight.copy << flight.from.root.getAsOpaquePointer()
          << flight.to.root.getAsOpaquePointer();
    }
    out << value << (number < 0 ? number : order[number]) << ';';
  }
  SmallVector<std::pair<const void *, const Part *>> buffers;
  for (const auto &entry : carried)
    buffers.push_back({entry.first.getAsOpaquePointer(), &entry.second});
  llvm::sort(buffers);
  for (auto [value, part] : buffers) {
    out << value << part->root.getAsOpaquePointer();
    llvm::interleaveComma(part->starts, out);
  }
  return text;
}
