//===- Text.cpp - Dtypes, their names and sizes ---------------------------===//
//
// The table of dtypes behind opc_dtype_name, opc_dtype_bytes and messages.
//
//===----------------------------------------------------------------------===//
#include "Text.h"
#include "opc/Runtime/Escape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>

using namespace opc::runtime;

namespace {
struct DtypeInfo {
  const char *name;
  size_t bytes;
};
} // namespace

/// In the order of opc_dtype.
static constexpr DtypeInfo dtypes[] = {
    {"bool", 1}, {"i8", 1},  {"i16", 2}, {"i32", 4}, {"i64", 8},
    {"u8", 1},   {"u16", 2}, {"u32", 4}, {"u64", 8}, {"f16", 2},
    {"bf16", 2}, {"f32", 4}, {"f64", 8},
};
static_assert(std::size(dtypes) == OPC_F64 + 1);

bool opc::runtime::isValid(opc_dtype dtype) {
  return static_cast<unsigned>(dtype) < std::size(dtypes);
}

extern "C" const char *opc_dtype_name(opc_dtype dtype) {
  return isValid(dtype) ? dtypes[dtype].name : "unknown";
}

extern "C" size_t opc_dtype_bytes(opc_dtype dtype) {
  return isValid(dtype) ? dtypes[dtype].bytes : 0;
}

std::optional<opc_dtype> opc::runtime::dtypeNamed(std::string_view name) {
  for (size_t i = 0; i < std::size(dtypes); ++i)
    if (name == dtypes[i].name)
      return static_cast<opc_dtype>(i);
  return std::nullopt;
}

std::string opc::runtime::quote(std::string_view text) {
  std::string shown = printable(text, shownBytes);
  if (text.size() <= shownBytes)
    return fmt::format("'{}'", shown);
  return fmt::format("'{}' ({} bytes)", shown, text.size());
}

std::string opc::runtime::typeText(opc_dtype dtype,
                                   std::span<const int64_t> dims) {
  return fmt::format("{}[{}]", opc_dtype_name(dtype), fmt::join(dims, ", "));
}

std::optional<int64_t> opc::runtime::denseBytes(opc_dtype dtype,
                                                std::span<const int64_t> dims) {
  // An extent of 0 hides an overflow of the others, not a negative one.
  int64_t bytes = opc_dtype_bytes(dtype);
  bool empty = false, overflow = false;
  for (int64_t dim : dims) {
    if (dim < 0)
      return std::nullopt;
    empty |= dim == 0;
    overflow |= dim != 0 && __builtin_mul_overflow(bytes, dim, &bytes);
  }
  if (empty)
    return 0;
  return overflow ? std::nullopt : std::optional<int64_t>(bytes);
}
