//===- ModelFiles.h - The files that a model consists of --------*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_MODELFILES_H
#define OPC_LIB_PIPELINE_MODELFILES_H

#include "opc/Pipeline/Compiler.h"

namespace opc {

/// The names of external files in a serialized model, sorted, without looking
/// at anything else in it. Fails when one is not encoded as every known writer
/// does it.
bool externalFiles(llvm::StringRef model, std::vector<std::string> &names);

/// Where a model's external file lies.
std::string pathOfExternal(const ModelSource &source, llvm::StringRef name);

/// Absolute paths of the model and of the external files that it names; none
/// of a model in memory that names none.
std::vector<std::string> filesOf(const ModelSource &source);

/// Refuses an output that is one of `files` by any name: writing it would
/// destroy what it is made from.
Status checkOutput(llvm::StringRef output, llvm::ArrayRef<std::string> files);

} // namespace opc

#endif // OPC_LIB_PIPELINE_MODELFILES_H
