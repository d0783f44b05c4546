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
#include <string_view>
#include <utility>

namespace opc {

/// An object that reserves `size` bytes of read-only memory, aligned to
/// OPC_ALIGNMENT, under the hidden name opc_constants.
ObjectBytes reserveConstants(uint64_t size, const TargetDesc &desc);

/// Changes a file that lld made of such an object among others so that
/// constants of `size` bytes belong between its two parts, which are returned.
std::pair<std::string_view, std::string_view>
openForConstants(ObjectBytes &image, uint64_t size);

} // namespace opc

#endif // OPC_LIB_PIPELINE_CONSTANTSSECTION_H
