//===- Link.h - From objects to an artifact ---------------------*- C++ -*-===//
//
// The linker runs inside this process: no tool has to be installed to make a
// .so, and none of the machine's own libraries is looked at, so the result is
// the same everywhere.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PIPELINE_LINK_H
#define OPC_PIPELINE_LINK_H

#include "opc/Pipeline/CodeGen.h"
#include "llvm/ADT/ArrayRef.h"
#include <string_view>

namespace opc {

/// All that a compiled program consists of.
struct ProgramParts {
  /// One of them defines opc_entry.
  llvm::ArrayRef<ObjectBytes> objects;
  llvm::ArrayRef<char> constants;
  llvm::StringRef manifest;
  /// In the order of the manifest's "images".
  llvm::ArrayRef<ObjectBytes> images;
};

/// A sealed .so before it is written: its parts, in order. The constants are
/// those of the ProgramParts.
struct LinkedProgram {
  ObjectBytes image; ///< holds head and tail
  std::string_view head, constants, tail;
  std::string seal;

  LinkedProgram() = default;
  LinkedProgram(const LinkedProgram &) = delete;
  uint64_t size() const {
    return head.size() + constants.size() + tail.size() + seal.size();
  }
};

/// Links and seals a program in memory.
runtime::Status linkProgram(const ProgramParts &parts, const TargetDesc &desc,
                            LinkedProgram &program);

/// Writes it. The file appears at `output` whole or not at all.
runtime::Status writeProgram(const LinkedProgram &program,
                             llvm::StringRef output);

/// Links and seals a .so that exports OPC_PROGRAM_SYMBOL alone and needs
/// nothing but libc and libm. It appears at `output` whole or not at all.
runtime::Status linkSharedObject(const ProgramParts &parts,
                                 const TargetDesc &desc,
                                 llvm::StringRef output);

/// The same as one relocatable object, for a user's own link.
runtime::Status linkRelocatable(const ProgramParts &parts,
                                const TargetDesc &desc, llvm::StringRef output);

/// The same as a program of its own, which runs the model as `opc run` does and
/// needs no library: for any Linux of the chip's processor. Fails where this
/// installation of opc has no runtime for it.
runtime::Status linkExecutable(const ProgramParts &parts,
                               const TargetDesc &desc, llvm::StringRef output);

/// Links kernels for a device to a shared object that exports each by its name
/// and needs nothing but libc and libm.
runtime::Status linkImage(llvm::ArrayRef<ObjectBytes> objects,
                          const TargetDesc &desc, ObjectBytes &image);

/// Whether code may call a function of this name: one of libm's, or memcpy,
/// memmove or memset.
bool isLibraryFunction(llvm::StringRef name);

/// Names that `objects` use and none of them defines: all are functions of libc
/// or libm, or this fails and names the ones that are not.
runtime::Status findLibraryCalls(llvm::ArrayRef<ObjectBytes> objects,
                                 llvm::SmallVectorImpl<std::string> &libc,
                                 llvm::SmallVectorImpl<std::string> &libm);

} // namespace opc

#endif // OPC_PIPELINE_LINK_H
