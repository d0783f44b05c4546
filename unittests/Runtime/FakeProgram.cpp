//===- FakeProgram.cpp - Programs written by hand -------------------------===//
//
// The addition follows the binary interface (opc-c/module.h) as compiled code
// does.
//
//===----------------------------------------------------------------------===//
#include "FakeProgram.h"

#include <gtest/gtest.h>
#include <numeric>

using namespace opc::runtime::test;

const char *const opc::runtime::test::addManifest = R"json({
  "opc": "0.1.0", "abi": 4, "target": {"name": "cpu", "features": []},
  "threads": 2,
  "inputs": [{"name": "x", "dtype": "f32", "shape": ["n", 3]},
             {"name": "y", "dtype": "f32", "shape": ["n", 3]}],
  "outputs": [{"name": "z", "dtype": "f32", "shape": ["n", 3]}],
  "kernels": [{"name": "add_0", "ops": ["opc.add"], "locations": [0]}],
  "locations": ["node 'Add_0' (ai.onnx.Add)"],
  "constants_bytes": 0})json";

template <typename T> static T *pointer(int64_t word) {
  return reinterpret_cast<T *>(word);
}

static int64_t word(const void *address) {
  return reinterpret_cast<int64_t>(address);
}

static void addKernel(const int64_t *words, int64_t begin, int64_t end) {
  const auto *x = pointer<const float>(words[1]);
  const auto *y = pointer<const float>(words[2]);
  auto *z = pointer<float>(words[3]);
  for (int64_t i = begin * 3; i < end * 3; ++i)
    z[i] = x[i] + y[i];
}

int32_t opc::runtime::test::addEntry(opc_call *call) {
  int64_t n = call->input_dims[0][0];
  int64_t dims[] = {n, 3};
  // An intermediate, released, and one that is left to the runtime.
  void *scratch = call->api->alloc(call, n * 12);
  if (!scratch || !call->api->alloc(call, 100))
    return call->api->fail(call, OPC_FAULT_MEMORY, 0, n * 12, 0);
  void *z = call->api->output(call, 0, dims);
  if (!z)
    return call->api->fail(call, OPC_FAULT_MEMORY, 0, n * 12, 0);
  int64_t words[] = {word(&call->status), word(call->inputs[0]),
                     word(call->inputs[1]), word(z), n};
  opc_launch launch = {addKernel, words, n, 1, n * 3, n * 36, 0};
  call->api->launch(call, &launch);
  call->api->release(call, scratch);
  return 0;
}

ProgramPtr opc::runtime::test::adopt(opc_entry_fn entry,
                                     const std::string &manifest) {
  opc_program_descriptor descriptor = {
      OPC_ABI_VERSION, 0, entry, manifest.data(), manifest.size(), nullptr, 0,
      nullptr,         0};
  opc_program *program = nullptr;
  EXPECT_EQ(opc_adopt(&descriptor, nullptr, nullptr, &program), OPC_OK)
      << opc_last_error();
  return ProgramPtr(program);
}

static int64_t product(const std::vector<int64_t> &dims) {
  return std::accumulate(dims.begin(), dims.end(), int64_t(1),
                         std::multiplies<>());
}

Tensor::Tensor(std::vector<int64_t> d, float first)
    : dims(std::move(d)), values(product(dims)) {
  std::iota(values.begin(), values.end(), first);
}

opc_tensor Tensor::view() {
  return {values.data(), OPC_F32, static_cast<int32_t>(dims.size()),
          dims.data()};
}
