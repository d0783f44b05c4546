//===- CacheKey.cpp - All that decides what a compilation yields ----------===//
//
// The bytes of the model and of the files that it refers to, the options, the
// chip and the build of opc, as one hash. Hashing is much faster than importing
// the model, so that a hit costs little more than reading the files.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/BuildInfo.h"
#include "opc/Pipeline/Cache.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
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

// An ONNX tensor names its external file by an entry {key: "location", value:
// PATH}: field 1 with 8 characters, then field 2, in the protobuf encoding.
constexpr llvm::StringLiteral kLocation("\x0a\x08location");

/// Reads a protobuf length; nothing where the bytes are none.
std::optional<uint64_t> readLength(llvm::StringRef &bytes) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 35 && !bytes.empty(); shift += 7) {
    uint8_t byte = bytes.front();
    bytes = bytes.drop_front();
    value |= uint64_t(byte & 0x7f) << shift;
    if (!(byte & 0x80))
      return value;
  }
  return std::nullopt;
}

/// The external files that a serialized model names; fails when an entry is not
/// encoded as every known writer does it.
bool externalFiles(llvm::StringRef model, llvm::StringSet<> &files) {
  for (size_t at = model.find(kLocation); at != llvm::StringRef::npos;
       at = model.find(kLocation, at + 1)) {
    llvm::StringRef rest = model.drop_front(at + kLocation.size());
    if (!rest.consume_front("\x12"))
      return false;
    std::optional<uint64_t> length = readLength(rest);
    if (!length || *length > rest.size())
      return false;
    files.insert(rest.take_front(*length));
  }
  return true;
}

bool addExternalFiles(const ModelSource &source, KeyHash &hash) {
  llvm::StringSet<> files;
  if (!externalFiles(source.bytes->getBuffer(), files))
    return false;
  llvm::SmallVector<llvm::StringRef> names(files.keys());
  llvm::sort(names);
  for (llvm::StringRef name : names) {
    llvm::SmallString<128> path(source.directory);
    llvm::sys::path::append(path, name);
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
