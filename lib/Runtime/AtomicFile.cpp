//===- AtomicFile.cpp - Writing files that appear whole -------------------===//
//
// The temporary file lies in the same directory, since a rename cannot leave a
// file system, and its name holds the process, since several may write at once.
//
//===----------------------------------------------------------------------===//
#include "opc/Runtime/AtomicFile.h"
#include "File.h"

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <unistd.h>

using namespace opc::runtime;

static bool writeAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

/// Gives 0, or the errno of what failed.
static int writeParts(int descriptor,
                      std::initializer_list<std::string_view> parts) {
  for (std::string_view part : parts)
    if (!writeAll(descriptor, part))
      return errno;
  return 0;
}

static int closeFile(int descriptor, int error) {
  // A file system may report a full disk only here.
  if (::close(descriptor) != 0 && !error)
    return errno;
  return error;
}

static int writeTo(const std::string &path, int flags,
                   std::initializer_list<std::string_view> parts) {
  int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666);
  if (descriptor < 0)
    return errno;
  return closeFile(descriptor, writeParts(descriptor, parts));
}

/// Writes a file that has no name until it is whole, so that nothing is left of
/// it when this process is killed. Nothing where the file system has no such
/// files.
static std::optional<int>
writeNameless(const std::string &path, const std::string &temporary,
              std::initializer_list<std::string_view> parts) {
  size_t slash = path.rfind('/');
  std::string folder = slash == std::string::npos ? "."
                       : slash == 0               ? "/"
                                                  : path.substr(0, slash);
  int descriptor =
      ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (descriptor < 0)
    return std::nullopt;
  int error = writeParts(descriptor, parts);
  std::string self = fmt::format("/proc/self/fd/{}", descriptor);
  bool linked = !error && linkat(AT_FDCWD, self.c_str(), AT_FDCWD,
                                 temporary.c_str(), AT_SYMLINK_FOLLOW) == 0;
  error = closeFile(descriptor, error);
  if (!linked && !error)
    return std::nullopt;
  return error;
}

static int writeAtomically(const std::string &path,
                           std::initializer_list<std::string_view> parts) {
  static std::atomic<unsigned> count{0};
  std::string temporary =
      fmt::format("{}.{}.{}.tmp", path, getpid(), count.fetch_add(1));
  std::optional<int> nameless = writeNameless(path, temporary, parts);
  int error =
      nameless ? *nameless : writeTo(temporary, O_CREAT | O_EXCL, parts);
  if (!error && rename(temporary.c_str(), path.c_str()) != 0)
    error = errno;
  if (error)
    unlink(temporary.c_str());
  return error;
}

Status opc::runtime::writeFile(const std::string &path,
                               std::initializer_list<std::string_view> parts) {
  struct stat existing;
  bool special =
      stat(path.c_str(), &existing) == 0 && !S_ISREG(existing.st_mode);
  int error = special ? writeTo(path, 0, parts) : writeAtomically(path, parts);
  if (!error)
    return {};
  return Status::input(
      fmt::format("{}: cannot write: {}", path, systemError(error)));
}
