//===- Grids.cpp - elements at computed positions -------------------------===//
#include "opc/Frontend/Graph/Sampling/Grids.h"
#include "opc/Frontend/Graph/Required.h"
#include "opc/Frontend/Graph/Wide.h"

using namespace mlir;

namespace opc::graph {

Value gridSample(Emitter &n, const GridSample &g) {
  if (n.failed() || n.rank(g.x) < 3 || n.rank(g.grid) != n.rank(g.x)) {
    n.fail("ranks of input and grid do not fit");
    return {};
  }
  n.requireEqual(n.dim(g.x, 0), n.dim(g.grid, 0));
  n.requireEqual(n.dim(g.grid, -1), n.expr(n.rank(g.x) - 2));
  requireElements(n, g.x, axesBetween(2, n.rank(g.x)));
  return n.emit<GridSampleOp>({g.x, g.grid},
                              {{"mode", n.text(g.mode)},
                               {"padding", n.text(g.padding)},
                               {"align_corners", n.boolean(g.alignCorners)}},
                              n.elementOf(g.x));
}

/// Normalised positions [-1, 1] of the elements along one axis.
static Value linePositions(Emitter &n, Type element, int64_t axis,
                           ArrayRef<AffineExpr> d, bool corners) {
  Value i = n.iota(element, axis, d);
  Value extent = n.extentAs(element, d[axis]), one = n.scalar(element, 1);
  // A single element lies at -1: 0 divides by 1.
  if (corners)
    return n.sub(
        n.div(n.mul(i, n.scalar(element, 2)), n.max(n.sub(extent, one), one)),
        one);
  Value twice = n.add(n.mul(i, n.scalar(element, 2)), one);
  return n.sub(n.div(twice, extent), one);
}

Value affineGrid(Emitter &n, Value theta, const Dims &size, bool corners) {
  if (n.failed())
    return {};
  theta = wide(n, theta);
  Type element = n.elementOf(theta);
  Dims spatial(size.begin() + 2, size.end());
  int64_t rank = spatial.size();
  n.requireEqual(n.dim(theta, 0), size[0]);
  n.requireEqual(n.dim(theta, 1), n.expr(rank));
  n.requireEqual(n.dim(theta, 2), n.expr(rank + 1));
  SmallVector<Value> columns;
  for (int64_t axis = rank - 1; axis >= 0; --axis)
    columns.push_back(linePositions(n, element, axis, spatial, corners));
  columns.push_back(n.broadcast(n.scalar(element, 1), spatial));
  for (Value &column : columns)
    column = n.unsqueeze(column, {-1});
  Value base = n.concat(columns, rank);
  AffineExpr points = n.sizeOf(base, 0, rank);
  base = n.reshape(base, {points, n.expr(rank + 1)});
  Value grid = n.matmul(base, theta, element, false, /*transposeB=*/true);
  Dims result{size[0]};
  llvm::append_range(result, spatial);
  result.push_back(n.expr(rank));
  return n.reshape(grid, result);
}

Value roiAlign(Emitter &n, const RoiAlign &r) {
  if (n.failed() || n.rank(r.x) != 4 || n.rank(r.rois) != 2 ||
      n.rank(r.batch) != 1) {
    n.fail("ranks of the inputs do not fit");
    return {};
  }
  n.requireEqual(n.dim(r.rois, 1), n.expr(4));
  n.requireEqual(n.dim(r.rois, 0), n.dim(r.batch, 0));
  requireElements(n, r.x, {2, 3});
  return n.emit<RoiAlignOp>({r.x, r.rois, r.batch},
                            {{"mode", n.text(r.mode)},
                             {"half_pixel", n.boolean(r.halfPixel)},
                             {"height", n.i64(r.height)},
                             {"width", n.i64(r.width)},
                             {"sampling_ratio", n.i64(r.samplingRatio)},
                             {"spatial_scale", n.f64(r.scale)}},
                            n.elementOf(r.x));
}

} // namespace opc::graph
