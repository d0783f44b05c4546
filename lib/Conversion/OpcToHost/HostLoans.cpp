//===- HostLoans.cpp - Intermediates in the memory of inputs --------------===//
//
// A caller may lend the memory of an input that it needs no more once it is
// read: what a training step kept for its backward program is that.
// Intermediates that begin after the last reader of such an input lie there,
// one at a time, and not in the arena. The runtime brings a copy of an input
// that a run does not lend.
//
//===----------------------------------------------------------------------===//
#include "HostPlan.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace opc;

/// Less than this is not worth the memory of an input, nor asking whose it is.
static constexpr int64_t kLeastBytes = 1 << 14;
/// The same of an input as large as this many intermediates.
static constexpr int64_t kMostWaste = 4;
/// Nothing is lent where the arena does not shrink to so much of it.
static constexpr double kMostWorthIt = 0.9;

namespace {
/// Sizes are compared where one formula is a multiple of the other.
struct Size {
  explicit Size(AffineExpr bytes) {
    std::tie(coefficient, rest) = splitCoefficient(bytes);
  }
  bool isWorthIt() const { return rest || coefficient >= kLeastBytes; }
  bool fitsInto(const Size &room) const {
    return rest == room.rest && coefficient <= room.coefficient &&
           coefficient >= room.coefficient / kMostWaste;
  }

  int64_t coefficient;
  AffineExpr rest;
};

/// The memory of one input.
struct Loan {
  unsigned input;
  int64_t begin; ///< the time of the last reader of the input
  Size size;
  SmallVector<std::pair<int64_t, int64_t>> taken = {};

  bool isFree(int64_t from, int64_t to) const {
    return begin < from && llvm::none_of(
                               taken,
                               [&](auto other) {
                                 return other.first <= to &&
                                        from <= other.second;
                               });
  }
};
} // namespace

/// The smallest that an intermediate fits into, or null.
static Loan *loanFor(const HostBuffer &buffer, const Size &size,
                     MutableArrayRef<Loan> loans) {
  Loan *best = nullptr;
  for (Loan &loan : loans)
    if (size.fitsInto(loan.size) && loan.isFree(buffer.begin, buffer.end) &&
        (!best || loan.size.coefficient < best->size.coefficient))
      best = &loan;
  return best;
}

/// The inputs in whose memory buffers could lie, by buffer.
llvm::MapVector<unsigned, unsigned> HostPlan::findLoans() const {
  func::FuncOp function = main;
  SmallVector<Loan> loans;
  for (BlockArgument argument : function.getArguments()) {
    unsigned input = argument.getArgNumber();
    Size size(bytesOf(argument));
    if (function.getArgAttr(input, kLentAttr) &&
        !function.getArgAttr(input, kDonatedAttr) && size.isWorthIt())
      loans.push_back({input, bufferOf(argument).end, size});
  }
  llvm::MapVector<unsigned, unsigned> found;
  for (auto [index, buffer] : llvm::enumerate(buffers)) {
    if (loans.empty() || find(index) != index || buffer.place != Place::Arena ||
        buffer.block != &function.front() || buffer.space != kHostSpace)
      continue;
    Size size(bytesOf(buffer.value));
    Loan *loan = size.isWorthIt() ? loanFor(buffer, size, loans) : nullptr;
    if (!loan)
      continue;
    loan->taken.push_back({buffer.begin, buffer.end});
    found[index] = loan->input;
  }
  return found;
}

/// Bytes of the host's arena, at a typical extent, without some of its buffers.
int64_t HostPlan::arenaBytesWithout(
    const llvm::MapVector<unsigned, unsigned> &gone) const {
  std::vector<ArenaItem> items;
  for (auto [index, buffer] : llvm::enumerate(buffers))
    if (find(index) == index && buffer.place == Place::Arena &&
        buffer.space == kHostSpace && !gone.contains(index))
      items.push_back({bytesOf(buffer.value), buffer.begin, buffer.end});
  return arenaBytes(planArena(items), {});
}

void HostPlan::borrow() {
  llvm::MapVector<unsigned, unsigned> loans = findLoans();
  if (loans.empty() ||
      arenaBytesWithout(loans) > arenaBytesWithout({}) * kMostWorthIt)
    return;
  for (auto [index, input] : loans) {
    buffers[index].place = Place::Input;
    buffers[index].index = input;
    lent.insert(input);
  }
}
