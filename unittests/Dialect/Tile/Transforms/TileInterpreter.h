//===- TileInterpreter.h - runs programs of tiles ---------------*- C++ -*-===//
//
// For tests: runs a function on small sizes. A copy is done at a time that
// chance chooses between its start and the wait for it, many in shuffled order;
// local memory holds NaN until something is written. Cores run one after the
// other.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_UNITTESTS_DIALECT_TILE_TILEINTERPRETER_H
#define OPC_UNITTESTS_DIALECT_TILE_TILEINTERPRETER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <random>
#include <string>
#include <vector>

namespace opc::tile {

/// Elements in row-major order, and how often each was written.
struct HostTensor {
  std::vector<int64_t> shape;
  std::vector<double> data;
  std::vector<int> writes;

  static HostTensor filled(std::vector<int64_t> shape, double value);
};

/// Runs `function` on tensors in place of its arguments, for each of `cores`.
/// What went wrong, in a few words; "" where nothing did.
std::string interpret(mlir::func::FuncOp function,
                      std::vector<HostTensor> &tensors, int64_t cores,
                      unsigned seed);

} // namespace opc::tile

#endif // OPC_UNITTESTS_DIALECT_TILE_TILEINTERPRETER_H
