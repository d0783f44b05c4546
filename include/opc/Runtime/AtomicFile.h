//===- AtomicFile.h - Writing files that appear whole -----------*- C++ -*-===//
//
// A full disk or an interrupted run must not leave half a file under the name
// that was asked for, nor destroy the file that was there.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_RUNTIME_ATOMICFILE_H
#define OPC_RUNTIME_ATOMICFILE_H

#include "opc/Runtime/Error.h"

#include <initializer_list>
#include <string>
#include <string_view>

namespace opc::runtime {

/// Writes the parts, one after another, beside `path` and renames the result.
/// What is no regular file (a pipe, a terminal) is written directly. Messages
/// start with the path.
OPC_EXPORT Status writeFile(const std::string &path,
                            std::initializer_list<std::string_view> parts);

} // namespace opc::runtime

#endif // OPC_RUNTIME_ATOMICFILE_H
