//===- Cache.h - Compiled programs on disk ----------------------*- C++ -*-===//
//
// A folder of sealed .so files, each named by a hash of all that decides its
// contents. Entries appear by rename and are checked when they are read, so any
// number of processes may use the folder at once, and a damaged entry is only
// compiled again. The least recently used go when the folder grows too large.
//
// An entry is code that runs. It is used only where no other user can have
// written it, and it says itself what it is an entry for: behind the program it
// holds the key, and then a seal over both. A file that was put in its place,
// sound as it may be, is none.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PIPELINE_CACHE_H
#define OPC_PIPELINE_CACHE_H

#include "opc/Pipeline/Compiler.h"
#include "opc/Runtime/PrivateFolder.h"
#include <optional>

namespace opc {

/// An entry that was checked, open: it stays what it is, even if another
/// process evicts it.
class CacheEntry {
public:
  CacheEntry(runtime::Descriptor file, uint64_t programBytes)
      : file(std::move(file)), programBytes(programBytes) {}

  /// A path of the opened file itself.
  std::string path() const { return file.path(); }
  /// Writes the program, without what makes an entry of it.
  Status copyTo(llvm::StringRef path) const;

private:
  runtime::Descriptor file;
  uint64_t programBytes;
};

class Cache {
public:
  /// A key is as many bytes of a hash, in hexadecimal.
  static constexpr size_t keyBytes = 20;

  /// The folder that the options or the environment name: $OPC_CACHE_DIR, else
  /// $XDG_CACHE_HOME/opc, else ~/.cache/opc. Nothing when there is none.
  static std::optional<Cache> open(const CompileOptions &options);
  /// Nothing where it cannot be made or, with a warning, where other users
  /// could change it.
  static std::optional<Cache> open(llvm::StringRef directory, uint64_t limit);

  /// The name of the entry for a compilation, or "" when what the model refers
  /// to cannot be known from its bytes, so that it must not be cached.
  static std::string keyOf(const ModelSource &source,
                           const CompileOptions &options,
                           const TargetDesc &desc);

  /// Where the entry of a key lies, for messages.
  std::string nameOf(llvm::StringRef key) const;

  /// The entry of a key, if it is there, undamaged, and nobody else's; one that
  /// is not is removed. Marks the entry as just used.
  std::optional<CacheEntry> find(llvm::StringRef key) const;

  /// Makes an entry of a program. Failing is not an error of the compilation:
  /// the program is then simply not cached.
  std::optional<CacheEntry> store(llvm::StringRef key,
                                  const LinkedProgram &program) const;

  /// Removes the least recently used entries until the folder has at most
  /// `limit` bytes, and temporary files that a killed process left.
  void evict() const;

private:
  Cache(runtime::PrivateFolder folder, uint64_t limit)
      : folder(std::move(folder)), limit(limit) {}
  std::optional<runtime::Descriptor> openEntry(llvm::StringRef key) const;

  runtime::PrivateFolder folder;
  uint64_t limit;
};

} // namespace opc

#endif // OPC_PIPELINE_CACHE_H
