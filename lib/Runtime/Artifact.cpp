//===- Artifact.cpp - Sealing and checking a compiled .so -----------------===//
//
// The seal is the last 24 bytes: "opcseal1", the length of the file before it,
// and that part's checksum, both little-endian.
//
//===----------------------------------------------------------------------===//
#include "opc/Runtime/Artifact.h"
#include "ElfFile.h"
#include "opc-c/module.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

using namespace opc::runtime;

namespace {
struct Seal {
  char magic[8];
  uint64_t size;
  uint64_t checksum;
};
static_assert(sizeof(Seal) == sealBytes);
} // namespace

static constexpr char sealMagic[8] = {'o', 'p', 'c', 's', 'e', 'a', 'l', '1'};

uint64_t opc::runtime::checksum(const void *data, size_t size) {
  return XXH3_64bits(data, size);
}

std::string opc::runtime::checksumText(uint64_t checksum) {
  return fmt::format("{:016x}", checksum);
}

std::string
opc::runtime::makeSeal(std::initializer_list<std::string_view> parts) {
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  Seal seal = {};
  for (std::string_view part : parts) {
    XXH3_64bits_update(&state, part.data(), part.size());
    seal.size += part.size();
  }
  std::memcpy(seal.magic, sealMagic, sizeof(sealMagic));
  seal.checksum = XXH3_64bits_digest(&state);
  return {reinterpret_cast<const char *>(&seal), sealBytes};
}

/// Checksum of the first `size` bytes.
static Status checksumOf(const File &file, uint64_t size, uint64_t &result) {
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  std::vector<char> buffer(std::min<uint64_t>(size, 1 << 20));
  for (uint64_t at = 0; at < size; at += buffer.size()) {
    size_t chunk = std::min<uint64_t>(buffer.size(), size - at);
    if (Status s = file.read(at, buffer.data(), chunk); !s.ok())
      return s;
    XXH3_64bits_update(&state, buffer.data(), chunk);
  }
  result = XXH3_64bits_digest(&state);
  return {};
}

/// Reads the seal, if the file ends with one.
static Status readSeal(const File &file, Seal &seal, bool &found) {
  found = false;
  if (file.size() < sealBytes)
    return {};
  if (Status s = file.read(file.size() - sealBytes, &seal, sealBytes); !s.ok())
    return s;
  found = std::memcmp(seal.magic, sealMagic, sizeof(sealMagic)) == 0;
  return {};
}

static Status checkSeal(const File &file, const Seal &seal) {
  uint64_t size = file.size() - sealBytes, actual = 0;
  if (seal.size != size)
    return Status::input(
        fmt::format("{}: damaged: it was sealed with {} bytes and has {}",
                    file.path(), seal.size, size));
  if (Status s = checksumOf(file, size, actual); !s.ok())
    return s;
  if (actual == seal.checksum)
    return {};
  return Status::input(fmt::format(
      "{}: damaged: its checksum is {}, it was sealed with {}", file.path(),
      checksumText(actual), checksumText(seal.checksum)));
}

Status opc::runtime::inspectArtifact(const std::string &path,
                                     ArtifactInfo &info) {
  File file;
  Seal seal;
  if (Status s = file.open(path); !s.ok())
    return s;
  if (Status s = readSeal(file, seal, info.sealed); !s.ok())
    return s;
  if (info.sealed)
    if (Status s = checkSeal(file, seal); !s.ok())
      return s;
  ElfFile elf(file);
  if (Status s = elf.read(); !s.ok())
    return s;
  info.fileBytes = file.size();
  if (!info.sealed && elf.extent() != file.size())
    return Status::input(fmt::format(
        "{}: damaged: {} bytes follow its last part and are no seal", path,
        file.size() - elf.extent()));
  info.machine = ElfFile::machineName(elf.machine());
  info.thisMachine = elf.machine() == ElfFile::thisMachine();
  if (Status s = elf.section(OPC_MANIFEST_SECTION, info.manifest); !s.ok())
    return s;
  // A C compiler ends a text with a zero byte.
  while (!info.manifest.empty() && info.manifest.back() == '\0')
    info.manifest.pop_back();
  if (!elf.exports(OPC_PROGRAM_SYMBOL))
    return Status::input(fmt::format(
        "{}: not a program that opc compiled: it exports no symbol {}", path,
        OPC_PROGRAM_SYMBOL));
  return {};
}
