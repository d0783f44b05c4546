//===- ExplainPlan.cpp - a plan as a person reads it ----------------------===//
#include "opc/Dialect/Tile/Transforms/TilePlan.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace opc::tile;

namespace {

std::string product(llvm::ArrayRef<int64_t> extents) {
  std::string text;
  for (int64_t extent : extents)
    text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text;
}

llvm::StringRef often(PlanLevel level) {
  switch (level) {
  case PlanLevel::Once:
    return "once";
  case PlanLevel::Tile:
    return "each tile";
  case PlanLevel::Step:
    return "each step";
  }
}

} // namespace

std::string opc::tile::explain(const TilePlan &plan, const PlanKernel &kernel) {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << "tiles of " << plan.kernel << " on " << plan.machine << ":\n";
  for (auto [axis, tile, trips] :
       llvm::zip(kernel.axes, plan.tiles, plan.trips))
    out << llvm::formatv("  {0}{1}: {2} of {3}, {4} tiles\n", axis.name,
                         axis.reduced ? " (reduced)" : "", tile, axis.extent,
                         trips);
  for (auto [operand, buffer] : llvm::zip(kernel.operands, plan.buffers)) {
    out << llvm::formatv("  {0}: {1} in {2}", buffer.name,
                         product(buffer.shape), stringifySpace(buffer.space));
    if (buffer.padded != buffer.shape)
      out << ", padded to " << product(buffer.padded);
    out << ", " << buffer.bytes << " bytes";
    if (buffer.count == 2)
      out << ", two of them";
    if (operand.role == PlanRole::Temporary)
      out << ", a temporary\n";
    else
      out << ", copied " << often(buffer.level) << '\n';
  }
  for (const SpaceUse &use : plan.spaces)
    out << llvm::formatv("  {0}: {1} of {2} bytes\n", stringifySpace(use.space),
                         use.bytes, use.usable);
  out << llvm::formatv("  a core moves {0} bytes in {1} steps, in runs of {2} "
                       "bytes or more\n",
                       int64_t(plan.bytesMoved), plan.steps, plan.shortestRun);
  out << "  limited by " << plan.limit << '\n';
  for (const std::string &way : plan.tried)
    out << "  " << way << '\n';
  return text;
}
