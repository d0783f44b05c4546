//===- ManifestFuzzer.cpp - Any text as a manifest ------------------------===//
//
// Adopts a program with the text as its manifest, and runs it with inputs that
// fit what the manifest asks for, so that accepted manifests are used, too. The
// constants are whatever size the manifest wants up to a few bytes.
//
//===----------------------------------------------------------------------===//
#include "Manifest.h"
#include "opc-c/opc.h"

#include <cstdlib>
#include <cstring>

using namespace opc::runtime;

static int32_t entry(opc_call *call) {
  return call->api->fail(call, OPC_FAULT_INDEX, 0, 1, 2);
}

/// A failure is one line that says something.
static void checkMessage() {
  const char *message = opc_last_error();
  if (!*message || std::strchr(message, '\n'))
    std::abort();
}

static void runWithZeros(opc_program *program) {
  static const char zeros[1 << 12] = {};
  std::vector<opc_tensor> inputs;
  std::vector<std::vector<int64_t>> dims(opc_num_inputs(program));
  for (size_t i = 0; i < dims.size(); ++i) {
    const opc_spec *spec = opc_input_spec(program, i);
    for (int32_t k = 0; k < spec->rank; ++k)
      dims[i].push_back(spec->dims[k] < 0 ? 1 : spec->dims[k]);
    inputs.push_back(
        {const_cast<char *>(zeros), spec->dtype, spec->rank, dims[i].data()});
  }
  opc_results *results = nullptr;
  if (opc_run(program, inputs.data(), inputs.size(), nullptr, 0, &results) ==
      OPC_OK)
    std::abort(); // the entry always fails
  checkMessage();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  alignas(OPC_ALIGNMENT) static const char constants[64] = {};
  const char *text = reinterpret_cast<const char *>(data);
  Manifest manifest;
  if (!parseManifest({text, size}, manifest).ok())
    manifest.constantsBytes = 0;
  if (manifest.constantsBytes > sizeof(constants))
    return 0;
  opc_program_descriptor descriptor = {
      OPC_ABI_VERSION,         0,       entry, text, size, constants,
      manifest.constantsBytes, nullptr, 0};
  opc_program *program = nullptr;
  if (opc_adopt(&descriptor, nullptr, nullptr, &program) != OPC_OK) {
    checkMessage();
    return 0;
  }
  runWithZeros(program);
  opc_close(program);
  return 0;
}
