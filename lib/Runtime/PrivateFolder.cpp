//===- PrivateFolder.cpp - A folder that nobody else can change -----------===//
//
// A path is walked by hand, each step from an open folder and through no link
// that was not looked at: what was checked is what is used, even if somebody
// renames a folder meanwhile.
//
//===----------------------------------------------------------------------===//
#include "opc/Runtime/PrivateFolder.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <limits>
#include <unistd.h>
#include <vector>

using namespace opc::runtime;

Descriptor::~Descriptor() {
  if (number >= 0)
    close(number);
}

std::string Descriptor::path() const {
  return fmt::format("/proc/self/fd/{}", number);
}

/// The number that stands for every owner that this namespace has no number
/// for; -1 where it has one for each.
static int64_t unknownOwner() {
  std::ifstream map("/proc/self/uid_map"), file("/proc/sys/kernel/overflowuid");
  uint64_t inside = 0, outside = 0, count = 0;
  map >> inside >> outside >> count;
  int64_t unknown = -1;
  if (!map || count != std::numeric_limits<uint32_t>::max())
    file >> unknown;
  return unknown;
}

/// Why a file that belongs to `status.st_uid` is another user's; or "".
static std::string foreignOwner(const struct stat &status) {
  if (status.st_uid == 0 ||
      (status.st_uid == geteuid() && status.st_uid != unknownOwner()))
    return "";
  return fmt::format("belongs to user {}", status.st_uid);
}

/// Why others may write it; or "". With an access list the bits of the group
/// are what the list allows at most.
static std::string foreignWriters(const struct stat &status) {
  if (!(status.st_mode & (S_IWGRP | S_IWOTH)))
    return "";
  return fmt::format("may be written by others (mode {:o})",
                     status.st_mode & 07777);
}

namespace {

/// The way to a folder.
class Walk {
public:
  explicit Walk(std::string &distrust) : distrust(distrust) {}

  bool go(std::string_view absolute) {
    add(absolute);
    bool sound = restart();
    while (sound && !names.empty()) {
      std::string next = std::move(names.back());
      names.pop_back();
      sound = step(next);
    }
    return sound;
  }
  const std::string &name() const { return place; }
  /// The folder at its end, opened so that it can be listed.
  Descriptor finish() const {
    return Descriptor(openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }

private:
  /// Adds the steps of a path before those that are left.
  void add(std::string_view text) {
    size_t before = names.size();
    while (!text.empty()) {
      std::string_view part = text.substr(0, text.find('/'));
      text.remove_prefix(std::min(part.size() + 1, text.size()));
      if (!part.empty())
        names.emplace_back(part);
    }
    std::reverse(names.begin() + static_cast<ptrdiff_t>(before), names.end());
  }
  bool refuse(const std::string &which, const std::string &why) {
    distrust = fmt::format("'{}' {}", which, why);
    return false;
  }
  bool restart() {
    place = "/";
    at = Descriptor(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    return at >= 0;
  }
  std::string placeOf(const std::string &name) const {
    std::filesystem::path path(place);
    if (name == "..")
      return path.parent_path();
    return name == "." ? path : path / name;
  }
  Descriptor enter(const std::string &name) const {
    constexpr int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    Descriptor next(openat(at, name.c_str(), flags));
    if (next < 0 && errno == ENOENT &&
        (mkdirat(at, name.c_str(), S_IRWXU) == 0 || errno == EEXIST))
      next = Descriptor(openat(at, name.c_str(), flags));
    return next;
  }
  bool step(const std::string &name) {
    std::string which = placeOf(name);
    Descriptor next = enter(name);
    struct stat status;
    if (next < 0 || fstat(next, &status) != 0)
      return false;
    if (std::string why = foreignOwner(status); !why.empty())
      return refuse(which, why);
    if (S_ISLNK(status.st_mode))
      return follow(next);
    if (!S_ISDIR(status.st_mode))
      return false;
    std::string why = foreignWriters(status);
    bool staysOurs = (status.st_mode & S_ISVTX) && !names.empty();
    if (!why.empty() && !staysOurs)
      return refuse(which, why);
    place = std::move(which);
    at = std::move(next);
    return true;
  }
  bool follow(int link) {
    constexpr int most = 40; // as in the kernel
    char target[PATH_MAX];
    ssize_t size = readlinkat(link, "", target, sizeof(target));
    if (size <= 0 || ++links > most)
      return false;
    std::string_view text(target, static_cast<size_t>(size));
    add(text);
    return text.starts_with('/') ? restart() : true;
  }

  std::string &distrust;
  std::vector<std::string> names; ///< what is left to go, last one first
  std::string place;
  Descriptor at;
  int links = 0;
};

} // namespace

std::optional<PrivateFolder> PrivateFolder::open(std::string_view path,
                                                 std::string &distrust) {
  std::error_code error;
  std::filesystem::path absolute = std::filesystem::absolute(path, error);
  Walk walk(distrust);
  if (error || !walk.go(absolute.native()))
    return std::nullopt;
  Descriptor folder = walk.finish();
  if (folder < 0)
    return std::nullopt;
  return PrivateFolder(walk.name(), std::move(folder));
}

std::string PrivateFolder::path(std::string_view name) const {
  return fmt::format("{}/{}", folder.path(), name);
}

std::optional<Descriptor> PrivateFolder::openFile(const std::string &name,
                                                  std::string &distrust) const {
  // Non-blocking: opening a named pipe would wait for a writer.
  Descriptor file(openat(folder, name.c_str(),
                         O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  struct stat status;
  std::string why;
  if (file < 0 && errno == ELOOP)
    why = "is a link";
  else if (file < 0 || fstat(file, &status) != 0)
    return std::nullopt;
  else if (!S_ISREG(status.st_mode))
    why = "is no regular file";
  else if (why = foreignOwner(status); why.empty())
    why = foreignWriters(status);
  if (why.empty())
    return file;
  distrust = fmt::format("'{}/{}' {}", this->name, name, why);
  return std::nullopt;
}
