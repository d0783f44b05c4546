//===- TilePlan.cpp - chooses tiles that fit ------------------------------===//
//
// A few sizes of each axis are tried in all their combinations: the extent over
// 1, 2, 3, ... and powers of 2, down to one element. Footprints grow with
// tiles, so that one element of each fits if anything does.
//
//===----------------------------------------------------------------------===//
#include "TileFootprint.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <optional>
#include <set>

using namespace opc::tile;

namespace {

/// Combinations that are tried for each way.
constexpr size_t kCombinations = 3000;

/// One way to lay a kernel out.
struct Way {
  bool whole;   ///< axes that are split as a last resort are not
  bool doubled; ///< two buffers
  llvm::StringLiteral words;
};
constexpr Way kWays[] = {{true, true, "rows whole, two buffers"},
                         {true, false, "rows whole, one buffer"},
                         {false, true, "rows split, two buffers"},
                         {false, false, "rows split, one buffer"}};

/// Sizes of an axis, largest first.
using Sizes = std::vector<int64_t>;

Sizes sizesOf(const PlanAxis &axis, bool whole) {
  int64_t units =
      llvm::divideCeil(std::max<int64_t>(axis.extent, 1), axis.multiple);
  std::set<int64_t, std::greater<int64_t>> counts = {units};
  if (axis.splitting == Splitting::Free ||
      (axis.splitting == Splitting::LastResort && !whole)) {
    for (int64_t parts = 2; parts <= 12; ++parts)
      counts.insert(llvm::divideCeil(units, parts));
    for (int64_t count = 1; count < units; count *= 2)
      counts.insert(count);
  }
  Sizes sizes;
  for (int64_t count : counts)
    sizes.push_back(count * axis.multiple);
  return sizes;
}

/// Drops every second size of the longest lists until there are few enough
/// combinations; the largest and the smallest stay.
void thin(std::vector<Sizes> &lists) {
  auto combinations = [&] {
    double count = 1;
    for (const Sizes &sizes : lists)
      count *= double(sizes.size());
    return count;
  };
  while (combinations() > double(kCombinations)) {
    Sizes &longest =
        *llvm::max_element(lists, [](const Sizes &a, const Sizes &b) {
          return a.size() < b.size();
        });
    if (longest.size() <= 2)
      return;
    Sizes kept;
    for (size_t place = 0; place < longest.size(); place += 2)
      kept.push_back(longest[place]);
    if (kept.back() != longest.back())
      kept.push_back(longest.back());
    longest = std::move(kept);
  }
}

class Planner {
public:
  Planner(const PlanKernel &kernel, const Machine &machine)
      : kernel(kernel), machine(machine), footprint(kernel, machine) {}

  llvm::Expected<TilePlan> plan() {
    for (const Way &way : kWays) {
      if ((!way.whole && !hasLastResort()) ||
          (way.doubled && !kernel.twoBuffers))
        continue;
      std::vector<Sizes> lists = sizes(way.whole);
      std::optional<Sizes> best = search(lists, way.doubled);
      tried.push_back(outcome(way, lists, best.has_value()));
      if (best)
        return finish(*best, way.doubled, lists);
    }
    return refusal();
  }

private:
  bool hasLastResort() const {
    return llvm::any_of(kernel.axes, [](const PlanAxis &axis) {
      return axis.splitting == Splitting::LastResort;
    });
  }

  std::vector<Sizes> sizes(bool whole) const {
    std::vector<Sizes> lists;
    for (const PlanAxis &axis : kernel.axes)
      lists.push_back(sizesOf(axis, whole));
    thin(lists);
    return lists;
  }

  Tiling least(const std::vector<Sizes> &lists) const {
    Sizes tiles;
    for (const Sizes &sizes : lists)
      tiles.push_back(sizes.back());
    return Tiling(kernel, tiles);
  }

  /// The cheapest of all combinations that fit. Of equals the first, which has
  /// the larger tiles of outer axes.
  std::optional<Sizes> search(const std::vector<Sizes> &lists,
                              bool doubled) const {
    std::optional<Sizes> best;
    TileCost bestCost;
    std::vector<size_t> places(lists.size(), 0);
    Sizes tiles(lists.size());
    for (bool more = true; more; more = next(places, lists)) {
      for (size_t axis = 0; axis < lists.size(); ++axis)
        tiles[axis] = lists[axis][places[axis]];
      Tiling tiling(kernel, tiles);
      if (!footprint.fits(tiling, doubled))
        continue;
      TileCost cost = footprint.cost(tiling);
      if (!best || cost < bestCost) {
        best = tiles;
        bestCost = cost;
      }
    }
    return best;
  }

  /// Counts on, the last axis first; false after the last combination.
  static bool next(std::vector<size_t> &places,
                   const std::vector<Sizes> &lists) {
    for (size_t axis = places.size(); axis-- > 0;) {
      if (++places[axis] < lists[axis].size())
        return true;
      places[axis] = 0;
    }
    return false;
  }

  std::string outcome(const Way &way, const std::vector<Sizes> &lists,
                      bool fits) const {
    if (fits)
      return llvm::formatv("{0}: taken", way.words);
    return llvm::formatv("{0}: the least tile takes {1}", way.words,
                         footprint.tooLarge(least(lists), way.doubled));
  }

  /// What keeps the first axis that has a larger size from taking it.
  std::string limitOf(const Sizes &tiles, bool doubled,
                      const std::vector<Sizes> &lists) const {
    std::string better;
    for (size_t axis = 0; axis < tiles.size(); ++axis) {
      auto here = llvm::find(lists[axis], tiles[axis]);
      if (here == lists[axis].begin())
        continue;
      Sizes larger = tiles;
      larger[axis] = *std::prev(here);
      std::string what = llvm::formatv("a tile of {0} {1}", larger[axis],
                                       kernel.axes[axis].name);
      std::string why = footprint.tooLarge(Tiling(kernel, larger), doubled);
      if (!why.empty())
        return llvm::formatv("memory: {0} takes {1}", what, why);
      better = llvm::formatv(
          "cost: {0} moves no fewer bytes, or leaves cores idle", what);
    }
    return better.empty() ? "nothing: one tile has it all" : better;
  }

  TilePlan finish(const Sizes &sizes, bool doubled,
                  const std::vector<Sizes> &lists) {
    Tiling tiles(kernel, sizes);
    TilePlan plan;
    plan.kernel = kernel.name;
    plan.machine = machine.name;
    plan.tiles = tiles.tiles;
    plan.trips = tiles.trips;
    for (const PlanOperand &operand : kernel.operands) {
      plan.buffers.push_back(footprint.buffer(operand, tiles, doubled));
      plan.doubled |= plan.buffers.back().count == 2;
    }
    plan.spaces = footprint.spaces(tiles, doubled);
    plan.bytesMoved = footprint.bytesMoved(tiles);
    plan.steps = footprint.steps(tiles);
    plan.shortestRun = footprint.shortestRun(tiles);
    plan.limit = limitOf(sizes, doubled, lists);
    plan.tried = std::move(tried);
    return plan;
  }

  llvm::Error refusal() const {
    Tiling tiles = least(sizes(/*whole=*/false));
    std::string parts;
    for (const PlanOperand &operand : kernel.operands)
      parts +=
          llvm::formatv("{0}{1} {2}", parts.empty() ? "" : ", ", operand.name,
                        footprint.buffer(operand, tiles, false).bytes);
    return llvm::createStringError(
        llvm::formatv("kernel {0} on {1}: the least tile takes {2} ({3})",
                      kernel.name, machine.name,
                      footprint.tooLarge(tiles, false), parts)
            .str());
  }

  const PlanKernel &kernel;
  const Machine &machine;
  TileFootprint footprint;
  std::vector<std::string> tried;
};

/// What a description cannot mean; "" where all is well.
std::string findNonsense(const PlanKernel &kernel, const Machine &machine) {
  for (const PlanAxis &axis : kernel.axes)
    if (axis.extent < 0 || axis.multiple < 1)
      return "axis " + axis.name + " has no such extent or multiple";
  for (const PlanOperand &operand : kernel.operands) {
    if (operand.dims.empty() || operand.elementBytes < 1)
      return operand.name + " has no axes or no elements";
    if (!machine.find(operand.space))
      return llvm::formatv("there is no space {0}",
                           stringifySpace(operand.space));
    for (const PlanDim &dim : operand.dims) {
      bool axes = llvm::all_of(dim.terms, [&](const PlanDim::Term &term) {
        return term.axis < kernel.axes.size() && term.step >= 0;
      });
      if (!axes || dim.span < 1 || dim.multiple < 1)
        return operand.name + " has an axis of no such span, step or multiple";
    }
  }
  return "";
}

} // namespace

llvm::Expected<TilePlan> opc::tile::planTiles(const PlanKernel &kernel,
                                              const Machine &machine) {
  std::string nonsense = findNonsense(kernel, machine);
  if (!nonsense.empty())
    return llvm::createStringError(llvm::formatv("kernel {0} on {1}: {2}",
                                                 kernel.name, machine.name,
                                                 nonsense)
                                       .str());
  return Planner(kernel, machine).plan();
}
