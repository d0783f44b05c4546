//===- MadeUpMachine.h - a machine of any capacity --------------*- C++ -*-===//
#ifndef OPC_UNITTESTS_DIALECT_TILE_MADEUPMACHINE_H
#define OPC_UNITTESTS_DIALECT_TILE_MADEUPMACHINE_H

#include "opc/Dialect/Tile/IR/Machine.h"

namespace opc::tile {

inline CopyForm copyForm(Space from, Space to, int64_t alignment,
                         int64_t maxBlocks) {
  CopyForm form;
  form.name = from == Space::Global ? "get" : "put";
  form.from = from;
  form.to = to;
  (from == Space::Global ? form.toAlignment : form.fromAlignment) = alignment;
  form.fromStride.meaning = form.toStride.meaning = StrideMeaning::Gap;
  (from == Space::Global ? form.toStride : form.fromStride).unit = alignment;
  form.count = CountField::Blocks;
  form.maxBlocks = maxBlocks;
  return form;
}

/// Two local spaces of `capacity` bytes, and copies of padded rows.
inline Machine madeUpMachine(int64_t capacity, int64_t alignment,
                             int64_t rowMultiple, int64_t maxBlocks) {
  Machine machine;
  machine.name = "made-up";
  machine.rowMultiple = rowMultiple;
  machine.spaces = {{Space::Global, 0, 0, 1}};
  OpTable table;
  table.names = {"abs", "add", "broadcast", "fill", "mul", "reduce_sum_last"};
  table.types = {"i8", "f16", "f32", "f64"};
  for (Space space : {Space::Vector, Space::Shared}) {
    machine.spaces.push_back({space, capacity, 0, alignment});
    machine.copies.push_back(
        copyForm(Space::Global, space, alignment, maxBlocks));
    machine.copies.push_back(
        copyForm(space, Space::Global, alignment, maxBlocks));
    table.space = space;
    machine.ops.push_back(table);
  }
  MmaOperand row{Space::Vector, Layout::RowMajor, "f32"};
  machine.mmaUnits.push_back({"product", row, row, row, 1, 1, 1});
  return machine;
}

} // namespace opc::tile

#endif // OPC_UNITTESTS_DIALECT_TILE_MADEUPMACHINE_H
