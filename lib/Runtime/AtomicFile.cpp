//===- AtomicFile.cpp - Writing files that appear whole -------------------===//
//
// The temporary file lies in the same directory, since a rename cannot leave a
// file system.
//
//===----------------------------------------------------------------------===//
#include "opc/Runtime/AtomicFile.h"
#include "File.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <sys/random.h>
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

/// A file that is replaced: its successor is for the same people.
using Existing = std::optional<struct stat>;

/// Gives a new file the owner, as far as this process may, and the permissions
/// of the one that it replaces.
static void inherit(int descriptor, const Existing &existing) {
  if (!existing)
    return;
  bool sameGroup = fchown(descriptor, uid_t(-1), existing->st_gid) == 0;
  // What the group might do there is not for another group.
  mode_t mode = existing->st_mode & (sameGroup ? 0777 : 0707);
  (void)!fchown(descriptor, existing->st_uid, gid_t(-1));
  (void)!fchmod(descriptor, mode);
}

namespace {
/// What becomes a file.
struct Contents {
  std::initializer_list<std::string_view> parts;
  mode_t mode;
  Existing existing;
};
} // namespace

static int finish(int descriptor, const Contents &contents) {
  int error = writeParts(descriptor, contents.parts);
  if (!error)
    inherit(descriptor, contents.existing);
  return error;
}

static int writeTo(const std::string &path, int flags,
                   const Contents &contents) {
  int descriptor =
      ::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, contents.mode);
  if (descriptor < 0)
    return errno;
  return closeFile(descriptor, finish(descriptor, contents));
}

/// Writes a file that has no name until it is whole, so that nothing is left of
/// it when this process is killed. Nothing where the file system has no such
/// files.
static std::optional<int> writeNameless(const std::string &folder,
                                        const std::string &temporary,
                                        const Contents &contents) {
  int descriptor =
      ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, contents.mode);
  if (descriptor < 0)
    return std::nullopt;
  int error = finish(descriptor, contents);
  std::string self = fmt::format("/proc/self/fd/{}", descriptor);
  bool linked = !error && linkat(AT_FDCWD, self.c_str(), AT_FDCWD,
                                 temporary.c_str(), AT_SYMLINK_FOLLOW) == 0;
  error = closeFile(descriptor, error);
  if (!linked && !error)
    return std::nullopt;
  return error;
}

static std::string folderOf(const std::string &path) {
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? "."
         : slash == 0               ? "/"
                                    : path.substr(0, slash);
}

/// A name that no other writer uses, and that is not longer for a long name.
static std::string temporaryIn(const std::string &folder) {
  uint64_t number = static_cast<uint64_t>(getpid());
  (void)!getrandom(&number, sizeof(number), GRND_NONBLOCK);
  return fmt::format("{}/{}{:016x}", folder, unfinishedPrefix, number);
}

static int writeAtomically(const std::string &path, const Contents &contents) {
  std::string folder = folderOf(path), temporary = temporaryIn(folder);
  std::optional<int> nameless = writeNameless(folder, temporary, contents);
  int error =
      nameless ? *nameless : writeTo(temporary, O_CREAT | O_EXCL, contents);
  if (!error && rename(temporary.c_str(), path.c_str()) != 0)
    error = errno;
  if (error)
    unlink(temporary.c_str());
  return error;
}

Status opc::runtime::writeFile(const std::string &path,
                               std::initializer_list<std::string_view> parts,
                               mode_t mode) {
  struct stat existing;
  bool exists = stat(path.c_str(), &existing) == 0;
  Contents contents = {parts, mode, std::nullopt};
  int error = 0;
  if (exists && !S_ISREG(existing.st_mode)) {
    error = writeTo(path, 0, contents);
  } else {
    if (exists)
      contents.existing = existing;
    error = writeAtomically(path, contents);
  }
  if (!error)
    return {};
  return Status::input(
      fmt::format("{}: cannot write: {}", path, systemError(error)));
}

Status opc::runtime::checkIsNot(const std::string &output,
                                const std::string &input) {
  struct stat one, other;
  if (stat(output.c_str(), &one) != 0 || stat(input.c_str(), &other) != 0 ||
      !S_ISREG(one.st_mode) || one.st_dev != other.st_dev ||
      one.st_ino != other.st_ino)
    return {};
  return Status::usage(fmt::format(
      "{}: is the same file as the input {}, which it would replace", output,
      input));
}
