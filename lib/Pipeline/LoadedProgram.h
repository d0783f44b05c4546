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
#include <string>
#include <vector>

namespace opc {

class LoadedProgram {
public:
  virtual ~LoadedProgram() = default;
  virtual Status save(llvm::StringRef path) const = 0;

  /// What it was made from, which saving it must not replace.
  std::vector<std::string> modelFiles;
};

/// Says what a program that this library has loaded was made from.
void setModelFiles(const opc_program *program, std::vector<std::string> files);

/// Hands `owner` to the runtime with the descriptor of its code.
Status adoptProgram(const opc_program_descriptor &descriptor,
                    std::unique_ptr<LoadedProgram> owner,
                    opc_program *&program);

} // namespace opc

#endif // OPC_LIB_PIPELINE_LOADEDPROGRAM_H
