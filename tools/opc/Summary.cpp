//===- Summary.cpp - A tensor in a few numbers ----------------------------===//
#include "Summary.h"

#include <cmath>
#include <cstring>

using namespace opc::cli;

namespace {

template <typename T> double load(const char *at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return static_cast<double>(value);
}

double loadBF16(const char *at) {
  uint16_t half;
  std::memcpy(&half, at, sizeof(half));
  uint32_t bits = static_cast<uint32_t>(half) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

using Loader = double (*)(const char *at);

// In the order of opc_dtype.
constexpr Loader kLoaders[] = {load<uint8_t>,  load<int8_t>,   load<int16_t>,
                               load<int32_t>,  load<int64_t>,  load<uint8_t>,
                               load<uint16_t>, load<uint32_t>, load<uint64_t>,
                               load<_Float16>, loadBF16,       load<float>,
                               load<double>};

} // namespace

Summary opc::cli::summarize(const opc_tensor &tensor) {
  int64_t count = 1;
  for (int32_t i = 0; i < tensor.rank; ++i)
    count *= tensor.dims[i];
  Loader loader = kLoaders[tensor.dtype];
  size_t bytes = opc_dtype_bytes(tensor.dtype);
  const char *at = static_cast<const char *>(tensor.data);
  Summary summary;
  double sum = 0;
  for (int64_t i = 0; i < count; ++i, at += bytes) {
    double value = loader(at);
    if (!std::isfinite(value)) {
      ++summary.notFinite;
      continue;
    }
    bool first = summary.finite++ == 0;
    summary.least = first ? value : std::fmin(summary.least, value);
    summary.greatest = first ? value : std::fmax(summary.greatest, value);
    sum += value;
  }
  if (summary.finite)
    summary.mean = sum / static_cast<double>(summary.finite);
  return summary;
}
