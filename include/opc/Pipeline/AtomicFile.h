//===- AtomicFile.h - Files that appear whole or not at all -----*- C++ -*-===//
//
// A file is written under a temporary name beside its place and renamed when it
// is complete. If anything fails, or a signal ends the process, the temporary
// goes and what was there before stays.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PIPELINE_ATOMICFILE_H
#define OPC_PIPELINE_ATOMICFILE_H

#include "opc/Runtime/Error.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

namespace opc {

/// Lets `write` produce the file `temporary` (which exists, empty), then
/// renames it to `path`. Messages start with `path`.
runtime::Status writeAtomically(
    llvm::StringRef path,
    llvm::function_ref<runtime::Status(llvm::StringRef temporary)> write);

/// Writes `pieces` one after the other to the file at `path`, which is there or
/// made now; errors come without its name.
runtime::Status writeInPlace(llvm::StringRef path,
                             llvm::ArrayRef<llvm::StringRef> pieces);

/// Writes `bytes` to `path`; "-" is standard output.
runtime::Status writeFile(llvm::StringRef path, llvm::StringRef bytes);

} // namespace opc

#endif // OPC_PIPELINE_ATOMICFILE_H
