//===- CacheKey.cpp - All that decides what a compilation yields ----------===//
//
// The bytes of the model and of the files that it refers to, the options, the
// chip and the build of opc, as one hash. Hashing is much faster than importing
// the model, so that a hit costs little more than reading the files.
//
//===----------------------------------------------------------------------===//
#include "ModelFiles.h"
#include "opc/Pipeline/BuildInfo.h"
#include "opc/Pipeline/Cache.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace opc;

namespace {

/// A hash over pieces: each is preceded by its length, so that no two lists of
/// pieces look the same.
class KeyHash {
public:
  void add(llvm::StringRef piece) {
    uint64_t size = piece.size();
    hash.update(
        llvm::ArrayRef(reinterpret_cast<const uint8_t *>(&size), sizeof(size)));
    hash.update(piece);
  }
  std::string text() {
    return llvm::toHex(hash.final<Cache::keyBytes>(), /*LowerCase=*/true);
  }

private:
  llvm::BLAKE3 hash;
};

bool addExternalFiles(const ModelSource &source, KeyHash &hash) {
  std::vector<std::string> names;
  if (!externalFiles(source.bytes->getBuffer(), names))
    return false;
  for (const std::string &name : names) {
    std::string path = pathOfExternal(source, name);
    // A device might never end. The importer says what is wrong.
    if (!llvm::sys::fs::is_regular_file(path))
      return false;
    auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                              /*RequiresNullTerminator=*/false);
    if (!buffer)
      return false;
    hash.add(name);
    hash.add((*buffer)->getBuffer());
  }
  return true;
}

} // namespace

std::string Cache::keyOf(const ModelSource &source,
                         const CompileOptions &options,
                         const TargetDesc &desc) {
  KeyHash hash;
  hash.add(buildId());
  hash.add(desc.name());
  hash.add(options.fingerprint());
  // Messages of a program quote places of the model by its name, whose ending
  // tells the format.
  hash.add(llvm::sys::path::filename(source.name));
  hash.add(source.bytes->getBuffer());
  if (buildId().empty() || !addExternalFiles(source, hash))
    return "";
  return hash.text();
}
