//===- Cache.h - Compiled programs on disk ----------------------*- C++ -*-===//
//
// A folder of sealed .so files, each named by a hash of all that decides its
// contents. Entries appear by rename and are checked when they are read, so any
// number of processes may use the folder at once, and a damaged entry is only
// compiled again. The least recently used go when the folder grows too large.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PIPELINE_CACHE_H
#define OPC_PIPELINE_CACHE_H

#include "opc/Pipeline/Compiler.h"
#include <optional>

namespace opc {

class Cache {
public:
  /// A key is as many bytes of a hash, in hexadecimal.
  static constexpr size_t keyBytes = 20;

  /// The folder that the options or the environment name: $OPC_CACHE_DIR, else
  /// $XDG_CACHE_HOME/opc, else ~/.cache/opc. Nothing when there is none.
  static std::optional<Cache> open(const CompileOptions &options);

  explicit Cache(std::string directory, uint64_t limit)
      : directory(std::move(directory)), limit(limit) {}

  /// The name of the entry for a compilation, or "" when what the model refers
  /// to cannot be known from its bytes, so that it must not be cached.
  static std::string keyOf(const ModelSource &source,
                           const CompileOptions &options,
                           const TargetDesc &desc);

  /// The path of an entry that is there and undamaged; a damaged one is
  /// removed. Marks the entry as just used.
  std::optional<std::string> find(llvm::StringRef key) const;

  /// Lets `write` produce the entry at the path it is given. Failing is not an
  /// error of the compilation: the program is then simply not cached.
  std::optional<std::string>
  store(llvm::StringRef key,
        llvm::function_ref<Status(llvm::StringRef path)> write) const;

  /// Removes the least recently used entries, and temporary files that a killed
  /// process left, until the folder has at most `limit` bytes.
  void evict(llvm::StringRef keep) const;

private:
  std::string pathOf(llvm::StringRef key) const;

  std::string directory;
  uint64_t limit;
};

/// Bytes of "512M", "2G", "1000" or "1.5G"; nothing when it is none of these.
std::optional<uint64_t> parseSize(llvm::StringRef text);

} // namespace opc

#endif // OPC_PIPELINE_CACHE_H
