//===- TileAxes.cpp - a kernel's axes as rows and columns of tiles --------===//
#include "opc/Targets/Tile/TileAxes.h"

#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/Schedule/RowReductions.h"

using namespace mlir;
namespace opc::tile {

/// Why ops are not those of tiles; nothing where they are.
static std::optional<StringRef> misfit(KernelForm &kernel,
                                       const ProductForm *product) {
  llvm::SmallPtrSet<void *, 4> different;
  for (Operation &op : kernel.ops())
    if (!isa<ConstantOp, ExtentsOp, ReductionOp, ScalarOp>(op) &&
        !(product && product->op == &op))
      return "an op that is not element by element";
  for (Value result : kernel.results())
    if (!result.getDefiningOp() ||
        !different.insert(result.getAsOpaquePointer()).second)
      return "a result that is an input, or is there twice";
  return std::nullopt;
}

bool TileAxes::see(KernelForm &kernel, const Dims &domain) {
  DenseMap<Value, Dims> known;
  for (const auto &[value, dims] : merged.values())
    known[value] = dims;
  auto add = [&](Value value) {
    auto found = known.find(value);
    Dims dims =
        found == known.end() ? Dims(kernel.env.dims(value)) : found->second;
    if (dims.size() > domain.size())
      return false;
    dims.insert(dims.begin(), domain.size() - dims.size(),
                kernel.env.constant(1));
    for (auto [own, whole] : llvm::zip(dims, domain))
      if (own != whole && constantOf(own) != 1)
        return false;
    // Rows of a domain of one axis.
    if (dims.size() == 1)
      dims.insert(dims.begin(), kernel.env.constant(1));
    extents[value] = dims;
    return true;
  };
  for (Value argument : kernel.function.getArguments())
    if (!isOperandOfProduct(argument) && !add(argument))
      return false;
  for (Operation &op : kernel.ops())
    if (!isa<ConstantOp>(op) && !llvm::all_of(op.getResults(), add))
      return false;
  return true;
}

/// The axis of a tile that merged axis `axis` of `count` is.
static std::optional<ReducedAxis> axisOfTile(ArrayRef<int64_t> reduced,
                                             size_t count) {
  if (reduced.empty())
    return ReducedAxis::None;
  if (reduced.size() > 1)
    return std::nullopt;
  if (size_t(reduced[0]) + 1 == count)
    return ReducedAxis::Columns;
  if (size_t(reduced[0]) + 2 == count)
    return ReducedAxis::Rows;
  return std::nullopt;
}

/// The axes that are walked as one. Those of a batch are as the product has
/// them: operands may lack some.
static MergedAxes mergedOf(KernelForm &kernel, const Dims &dims,
                           const ProductForm *product) {
  if (!product)
    return MergedAxes::ofKernel(kernel, dims);
  return product->batch.empty()
             ? MergedAxes::ofKernel(kernel, dims, product->op->getResult(0))
             : MergedAxes();
}

ScheduleResult TileAxes::of(KernelForm &kernel, std::optional<TileAxes> &axes,
                            const ProductForm *product) {
  if (std::optional<StringRef> why = misfit(kernel, product))
    return ScheduleResult::declined(*why);
  std::optional<RowReductions> rows;
  bool reduces = llvm::any_of(
      kernel.ops(), [](Operation &op) { return isa<ReductionOp>(op); });
  if (reduces)
    if (ScheduleResult result = RowReductions::of(kernel, rows);
        !result.isTaken())
      return result;
  if (kernel.results().empty())
    return ScheduleResult::declined("no result");
  Dims whole(kernel.env.dims(kernel.results().front()));
  axes.emplace(TileAxes(rows ? rows->axes : mergedOf(kernel, whole, product)));
  axes->product = product ? product->op : nullptr;
  bool isBatch = product && !product->batch.empty();
  Dims domain(isBatch ? whole : axes->merged.domain());
  std::optional<ReducedAxis> reduced =
      axisOfTile(rows ? ArrayRef<int64_t>(rows->reduced) : ArrayRef<int64_t>(),
                 domain.size());
  if (!reduced)
    return ScheduleResult::declined(
        "reduced axes that are neither the last one nor the one before");
  axes->reduced = *reduced;
  if (domain.empty())
    domain.push_back(kernel.env.constant(1));
  if (!axes->see(kernel, domain))
    return ScheduleResult::declined(
        "an operand whose broadcast the run decides");
  axes->columns = domain.back();
  axes->rows =
      domain.size() > 1 ? domain[domain.size() - 2] : kernel.env.constant(1);
  if (domain.size() > 2)
    axes->outer.assign(domain.begin(), domain.end() - 2);
  return ScheduleResult::taken();
}

AffineExpr TileAxes::elements() const {
  AffineExpr count = getAffineConstantExpr(1, rows.getContext());
  if (reduced != ReducedAxis::Rows)
    count = count * rows;
  if (reduced != ReducedAxis::Columns)
    count = count * columns;
  for (AffineExpr extent : outer)
    count = count * extent;
  return count;
}

bool TileAxes::isOperandOfProduct(Value argument) const {
  return product && llvm::all_of(argument.getUsers(), [&](Operation *user) {
           return user == product;
         });
}

Spread TileAxes::spreadOf(Value value) const {
  return {constantOf(rowsOf(value)) != 1, constantOf(columnsOf(value)) != 1};
}

ArrayRef<AffineExpr> TileAxes::outerOf(Value value) const {
  return ArrayRef<AffineExpr>(extents.at(value)).drop_back(2);
}

AffineExpr TileAxes::rowsOf(Value value) const {
  return *(extents.at(value).end() - 2);
}

AffineExpr TileAxes::columnsOf(Value value) const {
  return extents.at(value).back();
}

} // namespace opc::tile
