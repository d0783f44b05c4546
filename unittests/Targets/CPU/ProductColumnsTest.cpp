//===- ProductColumnsTest.cpp - the columns that tiles take ---------------===//
#include "IndexProgram.h"
#include "opc/Targets/CPU/Products/ProductTile.h"
#include "gtest/gtest.h"

using namespace opc;
using namespace opc::cpu;
using namespace mlir;

namespace {

constexpr int64_t lanes = 8, widest = 3;

struct Panel {
  int64_t first, vectors, columns;
};

/// A visit is the first column, the vectors, and the columns that exist.
void visitPanel(LoopBuilder &l, const ColumnPanel &panel) {
  Value whole = l.index((panel.vectors - 1) * lanes);
  Value last = panel.lastCount ? panel.lastCount : l.index(lanes);
  IndexProgram::visit(
      l, {panel.first, l.index(panel.vectors), l.add(whole, last)});
}

ProductColumns columnsOf(Value extent, bool movable) {
  ProductColumns columns;
  columns.extent = extent;
  columns.lanes = lanes;
  columns.plan.tileVectors = widest;
  columns.plan.blockVectors = 2 * widest;
  columns.movable = movable;
  return columns;
}

std::vector<Panel> panelsOf(IndexProgram &program, ArrayRef<int64_t> args) {
  std::vector<Panel> panels;
  for (const auto &visit : program.run(args))
    panels.push_back({visit[0], visit[1], visit[2]});
  return panels;
}

/// The panels of all blocks of a known extent, block by block.
std::vector<Panel> panelsOfKnown(int64_t extent, bool movable) {
  IndexProgram program(0, [&](LoopBuilder &l, ValueRange) {
    ProductColumns columns = columnsOf(l.index(extent), movable);
    int64_t blocks = *constantIndex(columns.blocks(l).count(l.b, l.loc));
    for (int64_t block = 0; block < blocks; ++block)
      columns.forPanels(l, l.index(block), [&](const ColumnPanel &panel) {
        visitPanel(l, panel);
      });
  });
  return panelsOf(program, {});
}

/// Every column is in a panel, none is beyond `extent`.
void expectCovers(ArrayRef<Panel> panels, int64_t extent) {
  int64_t at = 0;
  for (const Panel &panel : panels) {
    EXPECT_LE(panel.first, at) << "a gap in " << extent;
    EXPECT_LE(panel.vectors, widest);
    EXPECT_GT(panel.columns, (panel.vectors - 1) * lanes);
    at = panel.first + panel.columns;
  }
  EXPECT_EQ(at, extent);
}

TEST(ProductColumnsTest, PackedPanelsBeginAtVectorsAndDoNotOverlap) {
  for (int64_t extent = 1; extent <= 100; ++extent) {
    std::vector<Panel> panels = panelsOfKnown(extent, /*movable=*/false);
    expectCovers(panels, extent);
    int64_t at = 0;
    for (const Panel &panel : panels) {
      EXPECT_EQ(panel.first, at);
      at += panel.vectors * lanes;
    }
  }
}

TEST(ProductColumnsTest, RowMajorColumnsAreMaskedOnlyWhereTheyAreFew) {
  for (int64_t extent = 1; extent <= 100; ++extent) {
    std::vector<Panel> panels = panelsOfKnown(extent, /*movable=*/true);
    expectCovers(panels, extent);
    for (const Panel &panel : panels)
      if (extent >= panel.vectors * lanes) {
        EXPECT_EQ(panel.columns, panel.vectors * lanes);
      }
  }
}

TEST(ProductColumnsTest, UnknownColumnsAreFullPanelsOrVectors) {
  IndexProgram program(1, [&](LoopBuilder &l, ValueRange args) {
    ProductColumns columns = columnsOf(args[0], /*movable=*/true);
    columns.forPanels(l, l.index(0),
                      [&](const ColumnPanel &panel) { visitPanel(l, panel); });
  });
  constexpr int64_t width = widest * lanes;
  for (int64_t extent = 0; extent <= 100; ++extent) {
    std::vector<Panel> panels = panelsOf(program, {extent});
    expectCovers(panels, extent);
    int64_t step = extent < width ? lanes : width;
    EXPECT_EQ(int64_t(panels.size()), (extent + step - 1) / step);
    for (const Panel &panel : panels)
      EXPECT_EQ(panel.vectors * lanes, step);
  }
}

} // namespace
