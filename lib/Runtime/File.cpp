//===- File.cpp - Reading files that may be damaged -----------------------===//
//
// Thin over the system calls; each failure becomes one line.
//
//===----------------------------------------------------------------------===//
#include "File.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <system_error>
#include <unistd.h>

using namespace opc::runtime;

std::string opc::runtime::systemError(int error) {
  return std::generic_category().message(error);
}

File::~File() {
  if (descriptor_ >= 0)
    close(descriptor_);
}

Status File::open(const std::string &path) {
  path_ = path;
  // Non-blocking: opening a named pipe would wait for a writer.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0 || fstat(descriptor_, &stat_) != 0)
    return Status::input(fmt::format("{}: {}", path, systemError()));
  if (!S_ISREG(stat_.st_mode))
    return Status::input(fmt::format("{}: not a regular file", path));
  return {};
}

Status File::read(uint64_t offset, void *to, size_t size) const {
  auto *bytes = static_cast<char *>(to);
  while (size > 0) {
    ssize_t got = pread(descriptor_, bytes, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return Status::input(fmt::format("{}: {}", path_, systemError()));
    if (got == 0)
      return Status::input(fmt::format(
          "{}: ends at byte {}, {} more were expected", path_, offset, size));
    bytes += got;
    offset += static_cast<uint64_t>(got);
    size -= static_cast<size_t>(got);
  }
  return {};
}
