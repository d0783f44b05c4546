//===- AthreadPrelude.cpp - helpers of emitted kernels --------------------===//
//===----------------------------------------------------------------------===//
#include "Athread.h"

namespace opc::sunway {

static constexpr llvm::StringLiteral kNew = R"c(
/* Copies of `rows` rows of `bytes`, which lie `pitch` apart in LDM and `stride`
   in main memory. */
static void opc_get(opc_copies *c, void *to, long pitch, const void *from, long stride, long rows, long bytes) {
  if (rows <= 0 || bytes <= 0)
    return;
  if (rows == 1 || (pitch == bytes && stride == bytes)) {
    athread_dma_iget(to, (void *)from, rows * bytes, &c->reply);
    c->count++;
  } else if (pitch == bytes) {
    athread_dma_iget_stride(to, (void *)from, rows * bytes, bytes, stride - bytes, &c->reply);
    c->count++;
  } else {
    for (long r = 0; r < rows; ++r, c->count++)
      athread_dma_iget((char *)to + r * pitch, (char *)from + r * stride, bytes, &c->reply);
  }
}
static void opc_put(opc_copies *c, void *to, long stride, const void *from, long pitch, long rows, long bytes) {
  if (rows <= 0 || bytes <= 0)
    return;
  if (rows == 1 || (pitch == bytes && stride == bytes)) {
    athread_dma_iput(to, (void *)from, rows * bytes, &c->reply);
    c->count++;
  } else if (pitch == bytes) {
    athread_dma_iput_stride(to, (void *)from, rows * bytes, bytes, stride - bytes, &c->reply);
    c->count++;
  } else {
    for (long r = 0; r < rows; ++r, c->count++)
      athread_dma_iput((char *)to + r * stride, (char *)from + r * pitch, bytes, &c->reply);
  }
}
static void opc_wait(opc_copies *c) {
  if (!c)
    return;
  athread_dma_wait_value(&c->reply, c->count);
  c->reply = 0;
  c->count = 0;
}
)c";

static constexpr llvm::StringLiteral kOld = R"c(
/* Copies of `rows` rows of `bytes`, which lie `pitch` apart in LDM and `stride`
   in main memory. */
static void opc_get(opc_copies *c, void *to, long pitch, const void *from, long stride, long rows, long bytes) {
  if (rows <= 0 || bytes <= 0)
    return;
  if (rows == 1 || (pitch == bytes && stride == bytes)) {
    athread_get(PE_MODE, (void *)from, to, rows * bytes, (void *)&c->reply, 0, 0, 0);
    c->count++;
  } else if (pitch == bytes) {
    athread_get(PE_MODE, (void *)from, to, rows * bytes, (void *)&c->reply, 0, stride - bytes, bytes);
    c->count++;
  } else {
    for (long r = 0; r < rows; ++r, c->count++)
      athread_get(PE_MODE, (char *)from + r * stride, (char *)to + r * pitch, bytes, (void *)&c->reply, 0, 0, 0);
  }
}
static void opc_put(opc_copies *c, void *to, long stride, const void *from, long pitch, long rows, long bytes) {
  if (rows <= 0 || bytes <= 0)
    return;
  if (rows == 1 || (pitch == bytes && stride == bytes)) {
    athread_put(PE_MODE, (void *)from, to, rows * bytes, (void *)&c->reply, 0, 0);
    c->count++;
  } else if (pitch == bytes) {
    athread_put(PE_MODE, (void *)from, to, rows * bytes, (void *)&c->reply, stride - bytes, bytes);
    c->count++;
  } else {
    for (long r = 0; r < rows; ++r, c->count++)
      athread_put(PE_MODE, (char *)from + r * pitch, (char *)to + r * stride, bytes, (void *)&c->reply, 0, 0);
  }
}
static void opc_wait(opc_copies *c) {
  if (!c)
    return;
  while (c->reply != c->count)
    ;
  c->reply = 0;
  c->count = 0;
}
)c";

static constexpr llvm::StringLiteral kHead = R"c(
#if defined(__clang__)
#pragma clang fp contract(off)
#endif

/* Copies that are on their way, and how many of them. */
typedef struct {
  crts_rply_t reply;
  int count;
} opc_copies;
)c";

static constexpr llvm::StringLiteral kNumbers = R"c(
static inline float opc_bits_float(int x) {
  union { int from; float to; } both = {x};
  return both.to;
}
static inline int opc_bits_int(float x) {
  union { float from; int to; } both = {x};
  return both.to;
}
static inline double opc_bits_double(long long x) {
  union { long long from; double to; } both = {x};
  return both.to;
}
/* NaN wins, and -0 is below 0. */
#define opc_maximum(x, y) \
  ((x) != (x) || (y) != (y) ? (x) + (y) : (x) == (y) ? (1 / (x) < 0 ? (y) : (x)) : (x) > (y) ? (x) : (y))
#define opc_minimum(x, y) \
  ((x) != (x) || (y) != (y) ? (x) + (y) : (x) == (y) ? (1 / (x) < 0 ? (x) : (y)) : (x) < (y) ? (x) : (y))
static inline long long opc_ones(unsigned long long x) {
  long long count = 0;
  for (; x; x &= x - 1)
    ++count;
  return count;
}
)c";

std::string prelude(bool oldCalls) {
  std::string text = kHead.str();
  text += oldCalls ? kOld : kNew;
  text += kNumbers;
  return text;
}

} // namespace opc::sunway
