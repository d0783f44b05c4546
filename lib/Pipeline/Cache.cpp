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
#include "opc/Runtime/CacheFolder.h"
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

/// What $OPC_CACHE_SIZE says, else the usual limit.
static uint64_t limitOfFolder() {
  std::string complaint;
  uint64_t limit = runtime::cacheLimit(complaint);
  if (!complaint.empty())
    warnOnce(complaint);
  return limit;
}

std::optional<Cache> Cache::open(const CompileOptions &options) {
  if (!options.cache)
    return std::nullopt;
  std::string directory = options.cacheDirectory.empty()
                              ? runtime::usualCacheFolder()
                              : options.cacheDirectory;
  uint64_t limit = limitOfFolder();
  if (directory.empty() || limit == 0)
    return std::nullopt;
  return open(directory, limit);
}

/// Whether somebody asked for a folder: the usual one may well be impossible.
static bool isAskedFor(llvm::StringRef directory) {
  const char *own = std::getenv("OPC_CACHE_DIR");
  return directory != runtime::usualCacheFolder() || (own && *own);
}

std::optional<Cache> Cache::open(llvm::StringRef directory, uint64_t limit) {
  std::string distrust;
  if (auto folder = runtime::PrivateFolder::open(directory, distrust))
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
static bool isEntryOf(const runtime::Descriptor &file, uint64_t size,
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

std::optional<runtime::Descriptor> Cache::openEntry(llvm::StringRef key) const {
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
  std::optional<runtime::Descriptor> file = openEntry(key);
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
  std::optional<runtime::Descriptor> file = openEntry(key);
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
