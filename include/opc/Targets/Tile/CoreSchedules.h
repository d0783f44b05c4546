//===- CoreSchedules.h - the schedules of cores with memories ---*- C++ -*-===//
//
// Each writes a kernel as one core runs it: it asks for its number, copies
// tiles in, works on them whole and copies them out (dialect tile).
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_TILE_CORESCHEDULES_H
#define OPC_TARGETS_TILE_CORESCHEDULES_H

#include "opc/Targets/Core/Target.h"
#include "opc/Targets/Schedule/KernelWriter.h"

namespace opc::tile {

/// The family's schedules in the order in which they are tried.
llvm::ArrayRef<Schedule> schedules();

/// Whether `tile-gemm` may take kernels that the op leads.
bool leadsProduct(mlir::Operation *op, const TargetDesc &desc);

} // namespace opc::tile

#endif // OPC_TARGETS_TILE_CORESCHEDULES_H
