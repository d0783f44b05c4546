//===- LoadedProgram.h - What stands behind a program -----------*- C++ -*-===//
//
// The owner that opc_adopt takes: it keeps the code in memory and can write it
// as a file.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_PIPELINE_LOADEDPROGRAM_H
#define OPC_LIB_PIPELINE_LOADEDPROGRAM_H

#include "opc/Pipeline/Options.h"
#include <memory>

namespace opc {

class LoadedProgram {
public:
  virtual ~LoadedProgram() = default;
  virtual Status save(llvm::StringRef path) const = 0;
};

/// Hands `owner` to the runtime with the descriptor of its code.
Status adoptProgram(const opc_program_descriptor &descriptor,
                    std::unique_ptr<LoadedProgram> owner,
                    opc_program *&program);

} // namespace opc

#endif // OPC_LIB_PIPELINE_LOADEDPROGRAM_H
