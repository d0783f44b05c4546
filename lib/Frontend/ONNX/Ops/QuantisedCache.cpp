//===- QuantisedCache.cpp - keys and values as integers -------------------===//
#include "GroupQuery.h"
#include "opc/Frontend/Graph/Quantised/Quantise.h"
#include "opc/Frontend/Graph/Wide.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

Type ofByte(Node &n) { return IntegerType::get(n.i64Type().getContext(), 8); }
Type ofFour(Node &n) {
  return IntegerType::get(n.i64Type().getContext(), 4, IntegerType::Unsigned);
}

/// One for all, or [1, heads, 1, depth].
Value readScale(Node &n, StringRef type, int64_t input, Value rows) {
  Value scale = n.need(input);
  if (n.failed())
    return {};
  if (type == "PER_TENSOR") {
    n.requireEqual(n.size(scale), n.expr(1));
    return n.reshape(scale, {});
  }
  AffineExpr heads = n.dim(rows, 1), depth = n.dim(rows, 3), one = n.expr(1);
  n.requireEqual(n.size(scale), heads * depth);
  return n.reshape(scale, {one, heads, one, depth});
}

/// Neighbours along the last axis in one byte, the first in its low bits.
Value packPairs(Node &n, Value x) {
  Dims dims = n.dims(x);
  AffineExpr pairs = n.quotient(dims.back(), n.expr(2));
  dims.back() = pairs;
  dims.push_back(n.expr(2));
  x = n.reshape(x, dims);
  int64_t axis = dims.size() - 1;
  Value low = n.slice(x, axis, n.expr(0), n.expr(1));
  Value high = n.slice(x, axis, n.expr(1), n.expr(1));
  Value byte = n.add(low, n.mul(high, n.like(high, 16)));
  return n.cast(n.squeeze(byte, {axis}), n.u8Type());
}

} // namespace

CacheForm readCacheForm(Node &n, StringRef type, int64_t scale, Value rows) {
  std::string kind = n.string(type, "NONE");
  int64_t bits = n.integer("kv_cache_bit_width", 0);
  if (kind == "NONE") {
    if (n.has(scale))
      n.fail(formatv("input {0} is a scale, but {1} is NONE", scale, type));
    return {};
  }
  if (kind != "PER_TENSOR" && kind != "PER_CHANNEL")
    n.refuse(formatv("{0} {1} is not supported", type, quoted(kind)),
             "NONE, PER_TENSOR or PER_CHANNEL");
  else if (bits != 4 && bits != 8)
    n.refuse(formatv("kv_cache_bit_width={0} is not supported", bits),
             "4 or 8");
  else
    return {bits, readScale(n, kind, scale, rows)};
  return {};
}

Type elementOfCache(Node &n, const CacheForm &form, Type plain) {
  if (!form.scale)
    return plain;
  return form.bits == 4 ? n.u8Type() : ofByte(n);
}

Value toCache(Node &n, Value rows, const CacheForm &form) {
  if (!form.scale || n.failed())
    return rows;
  Value x = n.div(n.cast(rows, n.f32Type()), form.scale);
  if (form.bits == 8)
    return saturate(n, x, {}, ofByte(n));
  Value shifted = saturate(n, x, n.scalarInt(n.i32Type(), 8), ofFour(n));
  return packPairs(n, n.cast(shifted, n.i32Type()));
}

Value fromCache(Node &n, Value cache, const CacheForm &form) {
  if (!form.scale || n.failed())
    return cache;
  if (form.bits == 8)
    return dequantise(n, cache, form.scale, {});
  return dequantise(n, unpackBytes(n, cache, 4), form.scale,
                    n.scalarInt(n.i32Type(), 8));
}

} // namespace opc::onnx
