//===- Cache.cpp - Compiled programs on disk ------------------------------===//
//
// Every step may race with another process doing the same or the opposite; each
// is a single call of the file system whose failure only means "not cached".
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Cache.h"

#include "Notices.h"
#include "opc/Runtime/Artifact.h"
#include "opc/Runtime/AtomicFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Chrono.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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
  // No exponents, no signs, no "inf": what is no number of bytes at a glance is
  // rather a slip.
  bool isPlain = text.find_first_not_of("0123456789.") == llvm::StringRef::npos;
  if (!isPlain || text.getAsDouble(number) || number * double(scale) >= 9e18)
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
  // Its specification says that a relative path is to be ignored.
  if (!path::is_absolute(directory)) {
    directory = variable("HOME");
    if (directory.empty())
      return "";
    path::append(directory, ".cache");
  }
  path::append(directory, "opc");
  return directory.str().str();
}

/// What $OPC_CACHE_SIZE says, else the usual limit.
static uint64_t limitOfFolder() {
  std::string text = variable("OPC_CACHE_SIZE");
  if (text.empty())
    return defaultLimit;
  if (std::optional<uint64_t> limit = parseSize(text))
    return *limit;
  warnOnce("OPC_CACHE_SIZE is '" + text +
           "', not a size like 512M or 2G: the limit is 1G");
  return defaultLimit;
}

std::optional<Cache> Cache::open(const CompileOptions &options) {
  if (!options.cache)
    return std::nullopt;
  std::string directory = options.cacheDirectory.empty()
                              ? usualDirectory()
                              : options.cacheDirectory;
  uint64_t limit = limitOfFolder();
  if (directory.empty() || limit == 0)
    return std::nullopt;
  return open(directory, limit);
}

/// Whether somebody asked for a folder: the usual one may well be impossible.
static bool isAskedFor(llvm::StringRef directory) {
  return directory != usualDirectory() || !variable("OPC_CACHE_DIR").empty();
}

std::optional<Cache> Cache::open(llvm::StringRef directory, uint64_t limit) {
  std::string distrust;
  if (auto folder = PrivateFolder::open(directory, distrust))
    return Cache(std::move(*folder), limit);
  if (distrust.empty() && isAskedFor(directory))
    distrust = ("'" + directory + "' is no folder and none can be made").str();
  if (!distrust.empty())
    warnOnce("the cache is not used: " + distrust);
  return std::nullopt;
}

static std::string fileOf(llvm::StringRef key) { return (key + ".so").str(); }

std::string Cache::nameOf(llvm::StringRef key) const {
  return folder.shownName() + "/" + fileOf(key);
}

/// Bytes behind the program in the entry of a key.
static uint64_t recordBytes(llvm::StringRef key) {
  return key.size() + runtime::sealBytes;
}

/// Whether an open file is the sound entry of a key.
static bool isEntryOf(const Descriptor &file, uint64_t size,
                      llvm::StringRef key) {
  std::string found(key.size(), '\0');
  off_t at = static_cast<off_t>(size - recordBytes(key));
  if (size < recordBytes(key) ||
      pread(file, found.data(), found.size(), at) != ssize_t(found.size()) ||
      found != key)
    return false;
  runtime::ArtifactInfo info;
  return runtime::inspectArtifact(file.path(), info).ok() && info.sealed &&
         info.fileBytes == size;
}

Status CacheEntry::copyTo(llvm::StringRef path) const {
  auto buffer = llvm::MemoryBuffer::getOpenFile(file, "entry of the cache",
                                                programBytes, false);
  if (!buffer)
    return Status::input("the cache cannot be read: " +
                         buffer.getError().message());
  return runtime::writeFile(path.str(), {(*buffer)->getBuffer()});
}

std::optional<Descriptor> Cache::openEntry(llvm::StringRef key) const {
  std::string distrust;
  auto file = folder.openFile(fileOf(key), distrust);
  if (!distrust.empty()) {
    warnOnce("an entry of the cache is not used: " + distrust);
    // fs::remove leaves a named pipe, and writing to it would wait for a
    // reader.
    unlink(folder.path(fileOf(key)).c_str());
  }
  return file;
}

std::optional<CacheEntry> Cache::find(llvm::StringRef key) const {
  std::optional<Descriptor> file = openEntry(key);
  struct stat status;
  if (!file || fstat(*file, &status) != 0)
    return std::nullopt;
  uint64_t size = static_cast<uint64_t>(status.st_size);
  if (!isEntryOf(*file, size, key)) {
    fs::remove(folder.path(fileOf(key)));
    return std::nullopt;
  }
  futimens(*file, nullptr); // used now
  evict();
  return CacheEntry(std::move(*file), size - recordBytes(key));
}

std::optional<CacheEntry> Cache::store(llvm::StringRef key,
                                       const LinkedProgram &program) const {
  uint64_t size = program.size() + recordBytes(key);
  if (size > limit) {
    evict();
    return std::nullopt;
  }
  std::string seal = runtime::makeSeal(
      {program.head, program.constants, program.tail, program.seal, key});
  // What a user compiles is the user's own business.
  Status status = runtime::writeFile(
      folder.path(fileOf(key)),
      {program.head, program.constants, program.tail, program.seal, key, seal},
      S_IRUSR | S_IWUSR);
  if (!status.ok())
    return std::nullopt;
  std::optional<Descriptor> file = openEntry(key);
  evict();
  if (!file)
    return std::nullopt;
  return CacheEntry(std::move(*file), program.size());
}

namespace {
struct Entry {
  std::string path;
  uint64_t bytes;
  llvm::sys::TimePoint<> used;
};
} // namespace

static bool isUnfinished(llvm::StringRef name) {
  return name.starts_with(runtime::unfinishedPrefix);
}

/// Whether this cache made a file: an entry or an unfinished one. Users may
/// keep programs of their own in the same folder.
static bool isOurs(llvm::StringRef name) {
  constexpr size_t keyLength = 2 * Cache::keyBytes;
  llvm::StringRef key = name.take_front(keyLength);
  return isUnfinished(name) ||
         (key.size() == keyLength && llvm::all_of(key, llvm::isHexDigit) &&
          name.drop_front(keyLength) == ".so");
}

static std::vector<Entry> entriesOf(llvm::StringRef directory) {
  std::vector<Entry> entries;
  std::error_code error;
  for (fs::directory_iterator it(directory, error, /*follow_symlinks=*/false),
       end;
       it != end && !error; it.increment(error)) {
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

void Cache::evict() const {
  std::vector<Entry> entries = entriesOf(folder.path());
  uint64_t total = 0;
  for (const Entry &entry : entries)
    total += entry.bytes;
  auto abandoned = std::chrono::system_clock::now() - std::chrono::hours(1);
  for (const Entry &entry : entries) {
    bool unfinished = isUnfinished(path::filename(entry.path));
    if (unfinished ? entry.used > abandoned : total <= limit)
      continue;
    if (!fs::remove(entry.path))
      total -= entry.bytes;
  }
}
