//===- Family.h - what targets of the SIMT family have in common -*- C++ -*-===//
#ifndef OPC_TARGETS_SIMT_FAMILY_H
#define OPC_TARGETS_SIMT_FAMILY_H

#include "opc/Targets/Core/Target.h"
#include "opc/Targets/Simt/Spelling.h"

namespace opc::simt {

/// A target whose kernels are given away as source: the schedules, layout and
/// passes of the family. `name`, `summary`, `chips` and `emit` are the vendor's.
Target sourceTarget();

/// Target::emit of a vendor that spells kernels so.
llvm::Error emitSource(mlir::ModuleOp kernels, const TargetDesc &desc,
                       const Spelling &spelling,
                       llvm::SmallVectorImpl<char> &image);

} // namespace opc::simt

#endif // OPC_TARGETS_SIMT_FAMILY_H
