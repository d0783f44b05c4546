//===- Cache.cpp - Compiled programs on disk ------------------------------===//
//
// Every step may race with another process doing the same or the opposite; each
// is a single call of the file system whose failure only means "not cached".
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Cache.h"

#include "opc/Runtime/Artifact.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Chrono.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <fcntl.h>
#include <sys/stat.h>

using namespace opc;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

static constexpr uint64_t defaultLimit = uint64_t(1) << 30;

std::optional<uint64_t> opc::parseSize(llvm::StringRef text) {
  uint64_t scale = 1;
  if (text.consume_back_insensitive("g"))
    scale = uint64_t(1) << 30;
  else if (text.consume_back_insensitive("m"))
    scale = uint64_t(1) << 20;
  else if (text.consume_back_insensitive("k"))
    scale = uint64_t(1) << 10;
  double number = 0;
  if (text.getAsDouble(number) || !(number >= 0) ||
      number * double(scale) >= 9e18)
    return std::nullopt;
  return static_cast<uint64_t>(number * double(scale));
}

/// An environment variable that is set to something.
static std::string variable(const char *name) {
  const char *value = std::getenv(name);
  return value ? value : "";
}

static std::string usualDirectory() {
  if (std::string own = variable("OPC_CACHE_DIR"); !own.empty())
    return own;
  llvm::SmallString<128> directory(variable("XDG_CACHE_HOME"));
  if (directory.empty()) {
    directory = variable("HOME");
    if (directory.empty())
      return "";
    path::append(directory, ".cache");
  }
  path::append(directory, "opc");
  return directory.str().str();
}

std::optional<Cache> Cache::open(const CompileOptions &options) {
  if (!options.cache)
    return std::nullopt;
  std::string directory = options.cacheDirectory.empty()
                              ? usualDirectory()
                              : options.cacheDirectory;
  uint64_t limit = parseSize(variable("OPC_CACHE_SIZE")).value_or(defaultLimit);
  if (directory.empty() || limit == 0)
    return std::nullopt;
  return Cache(std::move(directory), limit);
}

std::string Cache::pathOf(llvm::StringRef key) const {
  llvm::SmallString<128> file(directory);
  path::append(file, key + ".so");
  return file.str().str();
}

std::optional<std::string> Cache::find(llvm::StringRef key) const {
  std::string file = pathOf(key);
  if (!fs::exists(file))
    return std::nullopt;
  runtime::ArtifactInfo info;
  if (!runtime::inspectArtifact(file, info).ok() || !info.sealed) {
    fs::remove(file);
    return std::nullopt;
  }
  utimensat(AT_FDCWD, file.c_str(), nullptr, 0); // used now
  return file;
}

std::optional<std::string>
Cache::store(llvm::StringRef key,
             llvm::function_ref<Status(llvm::StringRef)> write) const {
  // What a user compiles is the user's own business.
  if (fs::create_directories(directory, /*IgnoreExisting=*/true,
                             fs::perms::owner_all))
    return std::nullopt;
  std::string file = pathOf(key);
  if (!write(file).ok())
    return std::nullopt;
  evict(file);
  return file;
}

namespace {
struct Entry {
  std::string path;
  uint64_t bytes;
  llvm::sys::TimePoint<> used;
};
} // namespace

/// Whether this cache made a file: an entry or an unfinished one. Users may
/// keep programs of their own in the same folder.
static bool isOurs(llvm::StringRef name) {
  constexpr size_t keyLength = 2 * Cache::keyBytes;
  llvm::StringRef key = name.take_front(keyLength);
  name = name.drop_front(key.size());
  return key.size() == keyLength && llvm::all_of(key, llvm::isHexDigit) &&
         (name == ".so" ||
          (name.starts_with(".so.") && name.ends_with(".tmp")));
}

static std::vector<Entry> entriesOf(llvm::StringRef directory) {
  std::vector<Entry> entries;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; it != end && !error;
       it.increment(error)) {
    bool ours = isOurs(path::filename(it->path()));
    llvm::ErrorOr<fs::basic_file_status> status = it->status();
    if (ours && status && status->type() == fs::file_type::regular_file)
      entries.push_back(
          {it->path(), status->getSize(), status->getLastModificationTime()});
  }
  llvm::sort(entries,
             [](const Entry &a, const Entry &b) { return a.used < b.used; });
  return entries;
}

void Cache::evict(llvm::StringRef keep) const {
  std::vector<Entry> entries = entriesOf(directory);
  uint64_t total = 0;
  for (const Entry &entry : entries)
    total += entry.bytes;
  auto abandoned = std::chrono::system_clock::now() - std::chrono::hours(1);
  for (const Entry &entry : entries) {
    bool stale = llvm::StringRef(entry.path).ends_with(".tmp");
    if (stale ? entry.used > abandoned : total <= limit || entry.path == keep)
      continue;
    if (!fs::remove(entry.path))
      total -= entry.bytes;
  }
}
