//===- Artifact.h - Sealing and checking a compiled .so ---------*- C++ -*-===//
//
// A .so that was cut short or damaged must be refused with one clear line, not
// found out by a crash inside the dynamic linker. So the compiler seals each
// file that it writes: it appends a trailer of 24 bytes with the length and the
// checksum (XXH3, 64 bits) of all bytes before it. The dynamic linker ignores
// what follows an ELF file. A file whose seal `strip` removed, or that a user
// linked from --emit obj, has none; then only its structure is checked, and the
// constants if the manifest has their checksum.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_RUNTIME_ARTIFACT_H
#define OPC_RUNTIME_ARTIFACT_H

#include "opc/Runtime/Error.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace opc::runtime {

/// XXH3 (64 bits, seed 0) of `size` bytes: the manifest's "checksum" of the
/// constants is this, as 16 hexadecimal digits.
OPC_EXPORT uint64_t checksum(const void *data, size_t size);
OPC_EXPORT std::string checksumText(uint64_t checksum);

/// Bytes of a seal.
constexpr size_t sealBytes = 24;

/// The seal of a file whose parts are still in memory: write it after them.
OPC_EXPORT std::string makeSeal(std::initializer_list<std::string_view> parts);

/// What can be learnt of a program without executing it, so also of one for
/// another machine.
struct ArtifactInfo {
  std::string manifest;
  std::string machine; // "x86-64", "AArch64", ...
  bool thisMachine;    // whether opc_load could run it here
  bool sealed;
  uint64_t fileBytes;
};

/// Checks seal and structure of a .so and reads its manifest's text. The
/// messages start with the path.
OPC_EXPORT Status inspectArtifact(const std::string &path, ArtifactInfo &info);

} // namespace opc::runtime

#endif // OPC_RUNTIME_ARTIFACT_H
