//===- GroupQuery.h - the caches of GroupQueryAttention ---------*- C++ -*-===//
//
// Of com.microsoft. A cache is [b, heads, rows, depth]; batch b has seen
// `lengths[b]` tokens, `kept[b]` of them before this step.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_ONNX_OPS_GROUPQUERY_H
#define OPC_LIB_FRONTEND_ONNX_OPS_GROUPQUERY_H

#include "Reader/Node.h"

namespace opc::onnx {

/// How a cache keeps its rows: as they are, or as signed integers of `bits`
/// bits with a scale; of 4 bits two stand in a byte, each 8 too great.
struct CacheForm {
  int64_t bits = 0;
  /// f32, one for all or [1, heads, 1, depth]; null: rows as they are.
  Value scale;
};
/// What attribute `type` and input `scale` of a node say; `rows` is one of the
/// tensors that the cache keeps.
CacheForm readCacheForm(Node &n, StringRef type, int64_t scale, Value rows);
/// The type of its elements; `plain` is that of rows as they are.
Type elementOfCache(Node &n, const CacheForm &form, Type plain);
/// Rows as the cache keeps them, saturated.
Value toCache(Node &n, Value rows, const CacheForm &form);
/// In f32 where the form has a scale.
Value fromCache(Node &n, Value cache, const CacheForm &form);

/// `rows` of each head: `chosen` (i64, [b, 1, m]) among those of x.
Value pickRows(Node &n, Value x, Value chosen);

/// A cache of the last tokens: the oldest go when it is full, `capacity -
/// window + 1` at once, and what is left moves to its beginning.
struct WindowedCache {
  AffineExpr capacity, queries;
  int64_t window;
  Value kept, lengths;
};
/// Rows that a step sees: those of the past, then the new ones.
Value stagedRows(Node &n, const WindowedCache &w, Value past, Value fresh);
/// The cache after the step; rows that hold nothing are 0.
Value windowedRows(Node &n, const WindowedCache &w, Value staged);
/// Which of the staged rows a query sees: [b, 1, queries, capacity + queries].
Value windowedKeys(Node &n, const WindowedCache &w);

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_OPS_GROUPQUERY_H
