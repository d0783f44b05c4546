//===- Bind.cpp - Checking what a caller gives to a run -------------------===//
//
// Compiled code trusts its inputs, so whatever a caller can get wrong is found
// here, and said with the name of the input.
//
//===----------------------------------------------------------------------===//
#include "Call.h"
#include "Text.h"

#include <fmt/format.h>

using namespace opc::runtime;

static bool hasDims(const opc_tensor &tensor) {
  return tensor.rank == 0 || tensor.dims;
}

/// How a caller's tensor reads in a message, whatever it is.
static std::string given(const opc_tensor &tensor) {
  if (tensor.rank < 0 || tensor.rank > maxRank || !hasDims(tensor))
    return fmt::format("{} of rank {}", opc_dtype_name(tensor.dtype),
                       tensor.rank);
  return typeText(tensor.dtype, {tensor.dims, size_t(tensor.rank)});
}

static Status mismatch(const Manifest &manifest, const char *kind,
                       const TensorSpec &spec, const opc_tensor &tensor) {
  return Status::input(fmt::format("{} {}: expected {}, got {}", kind,
                                   quote(spec.name), typeText(spec, manifest),
                                   given(tensor)));
}

/// The first input that has the symbol: the one that bound it.
static const TensorSpec &binderOf(const Manifest &manifest, int32_t symbol) {
  for (const TensorSpec &spec : manifest.inputs)
    for (Dim dim : spec.shape)
      if (dim.symbol == symbol)
        return spec;
  return manifest.inputs.front(); // not reached: the caller has seen the symbol
}

static Status bindDims(const Manifest &manifest, const TensorSpec &spec,
                       const opc_tensor &tensor, Frame &frame) {
  for (size_t i = 0; i < spec.shape.size(); ++i) {
    Dim expected = spec.shape[i];
    int64_t actual = tensor.dims[i];
    if (actual < 0 || (expected.extent >= 0 && actual != expected.extent))
      return mismatch(manifest, "input", spec, tensor);
    if (expected.symbol < 0)
      continue;
    int64_t &value = frame.symbols[expected.symbol];
    if (value < 0)
      value = actual;
    if (value != actual)
      return Status::input(fmt::format(
          "input {}: dimension {} ({}) is {}, but input {} has {} for it",
          quote(spec.name), i, quote(manifest.symbols[expected.symbol]), actual,
          quote(binderOf(manifest, expected.symbol).name), value));
  }
  return {};
}

static Status checkData(const char *kind, const TensorSpec &spec,
                        const opc_tensor &tensor, int64_t bytes) {
  if (!tensor.data && bytes > 0)
    return Status::usage(
        fmt::format("{} {}: data is NULL", kind, quote(spec.name)));
  size_t element = opc_dtype_bytes(spec.dtype);
  if (reinterpret_cast<uintptr_t>(tensor.data) % element != 0)
    return Status::usage(
        fmt::format("{} {}: data at {} is not aligned to its elements of {} "
                    "bytes",
                    kind, quote(spec.name), tensor.data, element));
  return {};
}

static Status bindInput(const Manifest &manifest, size_t index,
                        const opc_tensor &tensor, Frame &frame) {
  const TensorSpec &spec = manifest.inputs[index];
  if (tensor.dtype != spec.dtype || tensor.rank != int64_t(spec.shape.size()))
    return mismatch(manifest, "input", spec, tensor);
  if (!hasDims(tensor))
    return Status::usage(
        fmt::format("input {}: dims is NULL", quote(spec.name)));
  if (Status s = bindDims(manifest, spec, tensor, frame); !s.ok())
    return s;
  auto bytes = denseBytes(spec.dtype, {tensor.dims, spec.shape.size()});
  if (!bytes)
    return Status::input(
        fmt::format("input {}: the size of {} is too large to address",
                    quote(spec.name), given(tensor)));
  if (Status s = checkData("input", spec, tensor, *bytes); !s.ok())
    return s;
  frame.inputs[index] = tensor.data;
  frame.inputDims[index] = tensor.dims;
  return {};
}

Status opc::runtime::bindInputs(const Manifest &manifest,
                                std::span<const opc_tensor> inputs,
                                Frame &frame) {
  if (inputs.size() != manifest.inputs.size())
    return Status::input(fmt::format("expected {} inputs, got {}",
                                     manifest.inputs.size(), inputs.size()));
  for (size_t i = 0; i < inputs.size(); ++i)
    if (Status s = bindInput(manifest, i, inputs[i], frame); !s.ok())
      return s;
  return {};
}

Status opc::runtime::bindOutputs(const Manifest &manifest,
                                 std::span<const opc_tensor> outputs,
                                 Frame &frame) {
  if (outputs.empty())
    return {};
  if (outputs.size() != manifest.outputs.size())
    return Status::input(fmt::format("expected {} outputs, got {}",
                                     manifest.outputs.size(), outputs.size()));
  for (size_t i = 0; i < outputs.size(); ++i) {
    const TensorSpec &spec = manifest.outputs[i];
    const opc_tensor &tensor = outputs[i];
    if (!tensor.data)
      continue;
    if (tensor.dtype != spec.dtype ||
        tensor.rank != int64_t(spec.shape.size()) || !hasDims(tensor))
      return mismatch(manifest, "output", spec, tensor);
    if (Status s = checkData("output", spec, tensor, 0); !s.ok())
      return s;
    frame.outputs[i].brought = &tensor;
  }
  return {};
}
