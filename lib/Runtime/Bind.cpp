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
  auto bytes = bytesOf(spec, tensor.dims);
  if (!bytes)
    return Status::input(
        fmt::format("input {}: the size of {} is too large to address",
                    quote(spec.name), given(tensor)));
  if (Status s = checkData("input", spec, tensor, *bytes); !s.ok())
    return s;
  frame.inputs[index] = tensor.data;
  frame.inputDims[index] = tensor.dims;
  frame.inputBytes[index] = *bytes;
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

static bool overlap(const void *a, int64_t aBytes, const void *b,
                    int64_t bBytes) {
  auto x = reinterpret_cast<uintptr_t>(a), y = reinterpret_cast<uintptr_t>(b);
  return x < y + uintptr_t(bBytes) && y < x + uintptr_t(aBytes);
}

/// Which input is donated to an output; none: the number of all.
static size_t donorOf(const Manifest &manifest, size_t output) {
  for (auto [input, taker] : manifest.donations)
    if (taker == output)
      return input;
  return manifest.inputs.size();
}

/// "output 'y': the given buffer", or what of its donor is written.
static std::string bufferText(const Manifest &manifest, size_t output,
                              bool isDonors) {
  const std::string &name = manifest.outputs[output].name;
  if (!isDonors)
    return fmt::format("output {}: the given buffer", quote(name));
  return fmt::format("input {}: what is donated to output {}",
                     quote(manifest.inputs[donorOf(manifest, output)].name),
                     quote(name));
}

/// A buffer is written while inputs are read, and no two outputs share one.
/// Only a donor's own memory may be that of its output.
static Status checkApart(const Manifest &manifest,
                         std::span<const opc_tensor> inputs, const Frame &frame,
                         size_t index) {
  const opc_tensor &buffer = *frame.outputs[index].brought;
  int64_t bytes = frame.outputs[index].bytes;
  size_t donor = donorOf(manifest, index);
  bool isDonors = donor < inputs.size() && buffer.data == inputs[donor].data;
  for (size_t i = 0; i < inputs.size(); ++i)
    if ((i != donor || !isDonors) &&
        overlap(buffer.data, bytes, inputs[i].data, frame.inputBytes[i]))
      return Status::input(fmt::format("{} overlaps input {}",
                                       bufferText(manifest, index, isDonors),
                                       quote(manifest.inputs[i].name)));
  for (size_t i = 0; i < index; ++i) {
    const Output &other = frame.outputs[i];
    if (other.brought &&
        overlap(buffer.data, bytes, other.brought->data, other.bytes))
      return Status::input(fmt::format("{} overlaps that of output {}",
                                       bufferText(manifest, index, isDonors),
                                       quote(manifest.outputs[i].name)));
  }
  return {};
}

/// Whether a run may give the spec's tensor these extents.
static bool fits(const TensorSpec &spec, const opc_tensor &tensor) {
  if (tensor.rank != int64_t(spec.shape.size()) || !hasDims(tensor))
    return false;
  for (size_t i = 0; i < spec.shape.size(); ++i)
    if (spec.shape[i].extent >= 0 && spec.shape[i].extent != tensor.dims[i])
      return false;
  return true;
}

static Status bindBuffer(const Manifest &manifest, size_t index,
                         const opc_tensor &tensor, Output &output) {
  const TensorSpec &spec = manifest.outputs[index];
  if (tensor.dtype != spec.dtype || !fits(spec, tensor))
    return mismatch(manifest, "output", spec, tensor);
  auto bytes = bytesOf(spec, tensor.dims);
  if (!bytes)
    return mismatch(manifest, "output", spec, tensor);
  output.brought = &tensor;
  output.bytes = *bytes;
  return checkData("output", spec, tensor, 0);
}

/// What the caller brought, then the memory of donated inputs.
static Status findBuffers(const Manifest &manifest,
                          std::span<const opc_tensor> inputs,
                          std::span<const opc_tensor> outputs, Frame &frame) {
  if (!outputs.empty() && outputs.size() != manifest.outputs.size())
    return Status::input(fmt::format("expected {} outputs, got {}",
                                     manifest.outputs.size(), outputs.size()));
  for (size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i].data)
      if (Status s = bindBuffer(manifest, i, outputs[i], frame.outputs[i]);
          !s.ok())
        return s;
  for (auto [input, taker] : manifest.donations)
    if (Output &output = frame.outputs[taker];
        inputs[input].data && !output.brought) {
      output.brought = &inputs[input];
      output.bytes = frame.inputBytes[input];
    }
  return {};
}

Status opc::runtime::bindOutputs(const Manifest &manifest,
                                 std::span<const opc_tensor> inputs,
                                 std::span<const opc_tensor> outputs,
                                 Frame &frame) {
  if (outputs.empty() && manifest.donations.empty())
    return {};
  if (Status s = findBuffers(manifest, inputs, outputs, frame); !s.ok())
    return s;
  for (size_t i = 0; i < frame.outputs.size(); ++i)
    if (frame.outputs[i].brought)
      if (Status s = checkApart(manifest, inputs, frame, i); !s.ok())
        return s;
  return {};
}
