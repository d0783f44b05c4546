//===- PlacementProblem.cpp - Where each of many steps costs least --------===//
#include "PlacementProblem.h"
#include "MinCut.h"

#include <algorithm>
#include <optional>

using namespace opc;
using Places = PlacementProblem::Places;
using Value = PlacementProblem::Value;

namespace {

/// The time of a value's copies from `home` to the places that read it.
int64_t copyTime(const Value &value, unsigned home,
                 llvm::ArrayRef<bool> readers) {
  int64_t time = 0;
  bool leaves = false;
  for (unsigned place = 0; place < readers.size(); ++place) {
    if (!readers[place] || place == home)
      continue;
    leaves = true;
    time += place == 0 ? 0 : value.copy[place];
  }
  return leaves && home != 0 ? time + value.copy[home] : time;
}

/// Deals the steps of two places out anew: those on the source's side are at
/// the first. What they cost becomes edges, with a node more where several
/// steps share a copy.
class Exchange {
public:
  Exchange(const PlacementProblem &problem, Places &at, unsigned first,
           unsigned second)
      : problem(problem), at(at), first(first), second(second),
        nodes(at.size()), own(at.size()) {}

  void run() {
    for (unsigned step = 0; step < at.size(); ++step)
      if (isMovable(step)) {
        nodes[step] = cut.addNode();
        addOwn(step, problem.steps[step][first], problem.steps[step][second]);
      }
    for (const Value &value : problem.values)
      addCopies(value);
    for (const PlacementProblem::Pair &pair : problem.pairs)
      addPair(pair);
    for (unsigned step = 0; step < at.size(); ++step)
      if (isMovable(step)) {
        auto [here, there] = own[step];
        cut.addEdge(nodes[step], MinCut::kSink, here - std::min(here, there));
        cut.addEdge(MinCut::kSource, nodes[step],
                    there - std::min(here, there));
      }
    cut.solve();
    for (unsigned step = 0; step < at.size(); ++step)
      if (isMovable(step))
        at[step] = cut.onSourceSide(nodes[step]) ? first : second;
  }

private:
  bool isMovable(unsigned step) const {
    return nodes[step] || at[step] == first || at[step] == second;
  }
  void addOwn(unsigned step, int64_t here, int64_t there) {
    own[step].first += here;
    own[step].second += there;
  }
  void addCopies(const Value &value);
  void addCopiesOfMovable(const Value &value, llvm::ArrayRef<bool> readers,
                          llvm::ArrayRef<MinCut::Node> movable);
  void addCopiesOfFixed(const Value &value, llvm::ArrayRef<bool> readers,
                        llvm::ArrayRef<MinCut::Node> movable);
  /// A cost if any of `steps` is on that side, while `unless`, which is on it,
  /// stays there.
  void addIfAnySecond(llvm::ArrayRef<MinCut::Node> steps, MinCut::Node unless,
                      int64_t cost);
  void addIfAnyFirst(llvm::ArrayRef<MinCut::Node> steps, MinCut::Node unless,
                     int64_t cost);
  int64_t timeWith(const Value &value, unsigned home,
                   llvm::ArrayRef<bool> readers, bool anyFirst,
                   bool anySecond) const;
  void addPair(const PlacementProblem::Pair &pair);

  static constexpr int64_t kEndless = PlacementProblem::kNever * 64;

  const PlacementProblem &problem;
  Places &at;
  unsigned first, second;
  MinCut cut;
  std::vector<MinCut::Node> nodes; ///< of movable steps
  std::vector<std::pair<int64_t, int64_t>> own;
};

void Exchange::addIfAnySecond(llvm::ArrayRef<MinCut::Node> steps,
                              MinCut::Node unless, int64_t cost) {
  MinCut::Node any = cut.addNode();
  cut.addEdge(unless, any, cost);
  for (MinCut::Node step : steps)
    cut.addEdge(any, step, kEndless);
}

void Exchange::addIfAnyFirst(llvm::ArrayRef<MinCut::Node> steps,
                             MinCut::Node unless, int64_t cost) {
  MinCut::Node any = cut.addNode();
  cut.addEdge(any, unless, cost);
  for (MinCut::Node step : steps)
    cut.addEdge(step, any, kEndless);
}

int64_t Exchange::timeWith(const Value &value, unsigned home,
                           llvm::ArrayRef<bool> readers, bool anyFirst,
                           bool anySecond) const {
  llvm::SmallVector<bool, 4> all(readers);
  all[first] = all[first] || anyFirst;
  all[second] = all[second] || anySecond;
  return copyTime(value, home, all);
}

void Exchange::addCopies(const Value &value) {
  llvm::SmallVector<bool, 4> readers(problem.places, false);
  llvm::SmallVector<MinCut::Node, 4> movable;
  readers[0] = value.hostReads;
  for (unsigned step : value.consumers)
    if (isMovable(step))
      movable.push_back(nodes[step]);
    else
      readers[at[step]] = true;
  bool isMade = value.producer != PlacementProblem::kHost;
  if (isMade && isMovable(value.producer))
    addCopiesOfMovable(value, readers, movable);
  else if (!movable.empty())
    addCopiesOfFixed(value, readers, movable);
}

void Exchange::addCopiesOfMovable(const Value &value,
                                  llvm::ArrayRef<bool> readers,
                                  llvm::ArrayRef<MinCut::Node> movable) {
  auto with = [&](unsigned home, bool anyFirst, bool anySecond) {
    return timeWith(value, home, readers, anyFirst, anySecond);
  };
  int64_t here = with(first, false, false), there = with(second, false, false);
  addOwn(value.producer, here, there);
  MinCut::Node producer = nodes[value.producer];
  addIfAnySecond(movable, producer, with(first, false, true) - here);
  addIfAnyFirst(movable, producer, with(second, true, false) - there);
}

/// All its readers are at one of both, or some at each.
void Exchange::addCopiesOfFixed(const Value &value,
                                llvm::ArrayRef<bool> readers,
                                llvm::ArrayRef<MinCut::Node> movable) {
  bool isMade = value.producer != PlacementProblem::kHost;
  unsigned home = isMade ? at[value.producer] : 0;
  int64_t both = timeWith(value, home, readers, true, true);
  addIfAnyFirst(movable, MinCut::kSink,
                both - timeWith(value, home, readers, false, true));
  addIfAnySecond(movable, MinCut::kSource,
                 both - timeWith(value, home, readers, true, false));
}

/// -a if both are at the first place, -b if both are at the second.
void Exchange::addPair(const PlacementProblem::Pair &pair) {
  if (!isMovable(pair.first) || !isMovable(pair.second))
    return;
  int64_t a = pair.saved[first], b = pair.saved[second];
  addOwn(pair.first, 0, a);
  addOwn(pair.second, 0, -b);
  cut.addEdge(nodes[pair.first], nodes[pair.second], a + b);
}

} // namespace

int64_t PlacementProblem::copyTime(const Value &value, const Places &at) const {
  llvm::SmallVector<bool, 4> readers(places, false);
  readers[0] = value.hostReads;
  for (unsigned step : value.consumers)
    readers[at[step]] = true;
  unsigned home = value.producer == kHost ? 0 : at[value.producer];
  return ::copyTime(value, home, readers);
}

int64_t PlacementProblem::time(const Places &at) const {
  int64_t total = 0;
  for (unsigned step = 0; step < at.size(); ++step)
    total += steps[step][at[step]];
  for (const Value &value : values)
    total += copyTime(value, at);
  for (const Pair &pair : pairs)
    if (at[pair.first] == at[pair.second])
      total -= pair.saved[at[pair.first]];
  return total;
}

/// Whether an exchange between two places made it better.
static bool improveBetween(const PlacementProblem &problem, unsigned first,
                           unsigned second, Places &at) {
  Places next = at;
  Exchange(problem, next, first, second).run();
  if (problem.time(next) >= problem.time(at))
    return false;
  at = std::move(next);
  return true;
}

/// Exchanges until none makes it better.
static void improve(const PlacementProblem &problem, Places &at) {
  for (bool isBetter = true; isBetter;) {
    isBetter = false;
    for (unsigned first = 0; first < problem.places; ++first)
      for (unsigned second = first + 1; second < problem.places; ++second)
        isBetter |= improveBetween(problem, first, second, at);
  }
}

Places PlacementProblem::solve() const {
  std::optional<Places> best;
  for (unsigned start = 0; start < places; ++start) {
    Places at;
    for (const Times &times : steps)
      at.push_back(times[start] < kNever
                       ? start
                       : std::min_element(times.begin(), times.end()) -
                             times.begin());
    improve(*this, at);
    if (!best || time(at) < time(*best))
      best = std::move(at);
  }
  return *best;
}
