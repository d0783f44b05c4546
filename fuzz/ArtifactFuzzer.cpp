//===- ArtifactFuzzer.cpp - Any bytes as a program file -------------------===//
//
// Reads a file as opc_load does before it trusts it. The dynamic linker is left
// out: it trusts its input.
//
//===----------------------------------------------------------------------===//
#include "FuzzFile.h"
#include "opc/Runtime/Artifact.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  opc::runtime::ArtifactInfo info;
  auto status = opc::runtime::inspectArtifact(fuzzFile(data, size), info);
  if (!status.ok() && status.message().empty())
    std::abort();
  return 0;
}
