//===- DescriptorObject.h - The exported face of a program ------*- C++ -*-===//
//
// Small objects that are not generated from the model's IR.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PIPELINE_DESCRIPTOROBJECT_H
#define OPC_PIPELINE_DESCRIPTOROBJECT_H

#include "opc/Pipeline/CodeGen.h"

namespace opc {

/// An object that exports OPC_PROGRAM_SYMBOL, the opc_program_descriptor of
/// opc_entry and opc_constants, and holds the manifest's text and the images.
runtime::Status descriptorObject(llvm::StringRef manifest,
                                 uint64_t constantsSize,
                                 llvm::ArrayRef<ObjectBytes> images,
                                 const TargetDesc &desc, ObjectBytes &object);

/// A shared library called `name` that exports `functions` and has no code. It
/// stands in for the real one while a program is linked.
ObjectBytes stubLibrary(llvm::StringRef name,
                        llvm::ArrayRef<std::string> functions,
                        const TargetDesc &desc);

} // namespace opc

#endif // OPC_PIPELINE_DESCRIPTOROBJECT_H
