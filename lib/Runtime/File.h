//===- File.h - Reading files that may be damaged ---------------*- C++ -*-===//
//
// Files are read, not mapped: a mapped file that another process cuts short
// kills the reader.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_FILE_H
#define OPC_LIB_RUNTIME_FILE_H

#include "opc/Runtime/Error.h"

#include <cerrno>
#include <sys/stat.h>

namespace opc::runtime {

/// A regular file, open for reading.
class File {
public:
  File() = default;
  ~File();
  File(const File &) = delete;
  File &operator=(const File &) = delete;

  /// The messages of this class start with the path.
  Status open(const std::string &path);
  /// Reads exactly `size` bytes at `offset`.
  Status read(uint64_t offset, void *to, size_t size) const;

  const std::string &path() const { return path_; }
  uint64_t size() const { return static_cast<uint64_t>(stat_.st_size); }

private:
  std::string path_;
  int descriptor_ = -1;
  struct stat stat_ = {};
};

/// "No such file or directory" for the value of errno, in any thread.
std::string systemError(int error = errno);

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_FILE_H
