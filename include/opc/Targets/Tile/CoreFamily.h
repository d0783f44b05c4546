//===- CoreFamily.h - what targets of the tile family share ------*- C++
//-*-===//
#ifndef OPC_TARGETS_TILE_COREFAMILY_H
#define OPC_TARGETS_TILE_COREFAMILY_H

#include "opc/Dialect/Tile/IR/Machine.h"
#include "opc/Targets/Core/Target.h"

namespace opc::tile {

/// A target whose kernels are given away as source: the schedules, layout and
/// passes of the family. `name`, `summary`, `chips`, `machines`, `emit` and
/// `source` are the vendor's.
Target sourceTarget();

/// Target::finishKernel of the family. Cores write back lines of `line` bytes,
/// 0 where each write is seen by all.
void finishKernel(mlir::OpPassManager &pm, int64_t line);

/// The kinds of core of a chip, in its file's order; the first works on
/// vectors.
llvm::ArrayRef<Machine> machinesOf(const TargetDesc &desc);

} // namespace opc::tile

#endif // OPC_TARGETS_TILE_COREFAMILY_H
