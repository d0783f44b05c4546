//===- Frame.cpp - The arrays of a run, and its results -------------------===//
//
// A run of a small program lasts a microsecond, so its arrays are one
// allocation, sized from the manifest.
//
//===----------------------------------------------------------------------===//
#include "Boundary.h"
#include "Call.h"
#include "Text.h"
#include "opc/Runtime/Data.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <new>

using namespace opc::runtime;

/// Takes `count` objects from the memory at `at`. They have no values yet: what
/// reads them comes after what writes them, and zeros would cost a call each.
template <typename T> static std::span<T> carve(char *&at, size_t count) {
  static_assert(alignof(T) <= alignof(int64_t));
  static_assert(std::is_trivially_default_constructible_v<T>);
  auto *first = reinterpret_cast<T *>(at);
  std::uninitialized_default_construct_n(first, count);
  at += count * sizeof(T);
  return {first, count};
}

Frame *Frame::create(const Manifest &manifest) {
  size_t numOutputs = manifest.outputs.size(), numDims = 0;
  for (const TensorSpec &spec : manifest.outputs)
    numDims += spec.shape.size();
  size_t numInputs = manifest.inputs.size();
  size_t numSymbols = manifest.symbols.size();
  size_t bytes = sizeof(opc_results) + numOutputs * sizeof(Output) +
                 numInputs * 2 * sizeof(void *) +
                 (numInputs + numDims + numSymbols) * sizeof(int64_t);
  auto *at = static_cast<char *>(std::malloc(bytes));
  if (!at)
    return nullptr;
  Frame *frame = new (at) opc_results;
  at += sizeof(opc_results);
  frame->outputs = carve<Output>(at, numOutputs);
  frame->outputDims = carve<int64_t>(at, numDims);
  frame->inputs = carve<const void *>(at, numInputs);
  frame->inputDims = carve<const int64_t *>(at, numInputs);
  frame->inputBytes = carve<int64_t>(at, numInputs);
  frame->symbols = carve<int64_t>(at, numSymbols);
  std::fill(frame->symbols.begin(), frame->symbols.end(), -1);
  int64_t *dims = frame->outputDims.data();
  for (size_t i = 0; i < numOutputs; ++i) {
    const TensorSpec &spec = manifest.outputs[i];
    auto rank = static_cast<int32_t>(spec.shape.size());
    frame->outputs[i] = {{nullptr, spec.dtype, rank, dims}, nullptr, 0};
    dims += rank;
  }
  return frame;
}

void Frame::destroy(Frame *frame) {
  if (!frame)
    return;
  for (Output &output : frame->outputs)
    if (!output.brought)
      deallocate(output.tensor.data);
  std::free(frame);
}

extern "C" const opc_tensor *opc_result(const opc_results *results,
                                        size_t index) {
  if (!isGiven(results, "opc_result: results"))
    return nullptr;
  return index < results->outputs.size() ? &results->outputs[index].tensor
                                         : nullptr;
}

static Status takeResult(opc_results *results, size_t index, void *&data) {
  if (!results)
    return Status::usage("opc_take_result: results is NULL");
  if (index >= results->outputs.size())
    return Status::usage(fmt::format("there is no output {}", index));
  Output &output = results->outputs[index];
  if (output.brought)
    return Status::usage(
        fmt::format("output {} is in a buffer that the caller owns", index));
  data = std::exchange(output.tensor.data, nullptr);
  return {};
}

extern "C" void *opc_take_result(opc_results *results, size_t index) {
  void *data = nullptr;
  guarded([&] { return takeResult(results, index, data); });
  return data;
}

void *opc::runtime::allocateData(size_t bytes) {
  return bytes > size_t(INT64_MAX) ? nullptr : allocate(int64_t(bytes));
}

extern "C" void opc_free_data(void *data) { deallocate(data); }

extern "C" void opc_free_results(opc_results *results) {
  Frame::destroy(results);
}
