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
#include <sys/types.h>

namespace opc::runtime {

/// How the names of files start that are not yet whole.
constexpr std::string_view unfinishedPrefix = ".opc-unfinished-";

/// Writes the parts, one after another, beside `path` and renames the result,
/// which has the permissions of the file that it replaces, or else `mode`
/// within the limits of umask. What is no regular file (a pipe, a terminal) is
/// written directly. Messages start with the path.
OPC_EXPORT Status writeFile(const std::string &path,
                            std::initializer_list<std::string_view> parts,
                            mode_t mode = 0666);

/// Fails where `output` and `input` are one file, through links, too.
OPC_EXPORT Status checkIsNot(const std::string &output,
                             const std::string &input);

} // namespace opc::runtime

#endif // OPC_RUNTIME_ATOMICFILE_H
