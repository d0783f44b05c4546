//===- ConstantsSection.h - The place of weights in a linked file -*- C++ -*-=//
//
// A linker that is handed the weights holds them several times. It is handed an
// empty section of their size instead, and they are put there as the file is
// written.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_PIPELINE_CONSTANTSSECTION_H
#define OPC_LIB_PIPELINE_CONSTANTSSECTION_H

#include "opc/Pipeline/CodeGen.h"
#include "llvm/ADT/ArrayRef.h"

namespace opc {

/// An object that reserves `size` bytes of read-only memory, aligned to
/// OPC_ALIGNMENT, under the hidden name opc_constants.
ObjectBytes reserveConstants(uint64_t size, const TargetDesc &desc);

/// Writes `image`, which lld made of such an object among others, to the file
/// at `path` with `constants` where they were reserved. Headers in `image` are
/// changed for that.
runtime::Status writeWithConstants(llvm::StringRef path, ObjectBytes &image,
                                   llvm::ArrayRef<char> constants);

} // namespace opc

#endif // OPC_LIB_PIPELINE_CONSTANTSSECTION_H
