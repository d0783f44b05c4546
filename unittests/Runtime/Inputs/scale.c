/*===- scale.c - A program file, as the compiler would write it -----------===*\
|*
|* y[n, 2] = x[n, 2] * OPC_TEST_FACTOR, with the factor in the constants.
|* Several files are built from it: with other factors, an ABI version of the
|* future, a CPU feature that no machine has, without a manifest or symbol.
|*
\*===----------------------------------------------------------------------===*/
#include "opc-c/module.h"

#ifndef OPC_TEST_FACTOR
#define OPC_TEST_FACTOR 2
#endif
#ifndef OPC_TEST_ABI
#define OPC_TEST_ABI "4"
#endif
#ifndef OPC_TEST_FEATURES
#define OPC_TEST_FEATURES ""
#endif
#ifndef OPC_TEST_SECTION
#define OPC_TEST_SECTION OPC_MANIFEST_SECTION
#endif
#ifndef OPC_TEST_SYMBOL
#define OPC_TEST_SYMBOL opc_program_v1
#endif

__attribute__((section(OPC_TEST_SECTION))) static const char manifest[] =
    "{\"opc\": \"0.1.0\", \"abi\": " OPC_TEST_ABI ","
    " \"target\": {\"name\": \"cpu\", \"features\": [" OPC_TEST_FEATURES "]},"
    " \"threads\": 2,"
    " \"inputs\": [{\"name\": \"x\", \"dtype\": \"f32\", \"shape\": [\"n\", "
    "2]}],"
    " \"outputs\": [{\"name\": \"y\", \"dtype\": \"f32\", \"shape\": [\"n\", "
    "2]}],"
    " \"kernels\": [{\"name\": \"scale_0\", \"ops\": [\"opc.mul\"]}],"
    " \"constants_bytes\": 64}";

__attribute__((aligned(OPC_ALIGNMENT))) static const float constants[16] = {
    OPC_TEST_FACTOR};

static void scale(const int64_t *words, int64_t begin, int64_t end) {
  const float *x = (const float *)words[1];
  const float *factor = (const float *)words[2];
  float *y = (float *)words[3];
  for (int64_t i = begin * 2; i < end * 2; ++i)
    y[i] = x[i] * factor[0];
}

static int32_t entry(opc_call *call) {
  int64_t n = call->input_dims[0][0];
  int64_t dims[2] = {n, 2};
  void *y = call->api->output(call, 0, dims);
  if (!y)
    return call->api->fail(call, OPC_FAULT_MEMORY, 0, n * 8, 0);
  int64_t words[] = {(int64_t)&call->status, (int64_t)call->inputs[0],
                     (int64_t)call->constants, (int64_t)y, n};
  opc_launch launch = {scale, words, n, 64, n * 2, n * 16, 0};
  call->api->launch(call, &launch);
  return 0;
}

__attribute__((visibility("default")))
const opc_program_descriptor OPC_TEST_SYMBOL = {
    OPC_ABI_VERSION,   0, entry, manifest, sizeof(manifest) - 1, constants,
    sizeof(constants), 0, 0};
