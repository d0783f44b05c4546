//===- MatrixProduct.cpp - products of matrices and vectors ---------------===//
#include "opc/Frontend/Graph/Arrays/MatrixProduct.h"
#include "opc/Frontend/Graph/Wide.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using llvm::formatv;

namespace opc::graph {

Value matrixProduct(Emitter &n, Value a, Value b) {
  int64_t rankA = n.rank(a), rankB = n.rank(b);
  if (n.failed() || rankA == 0 || rankB == 0) {
    n.fail("an operand is a scalar");
    return {};
  }
  if (rankA == 1)
    a = n.unsqueeze(a, {0});
  if (rankB == 1)
    b = n.unsqueeze(b, {1});
  Value y = n.matmul(a, b, n.elementOf(a));
  if (rankA == 1)
    y = n.squeeze(y, {-2});
  if (rankB == 1)
    y = n.squeeze(y, {-1});
  return y;
}

static Value scaled(Emitter &n, Value x, double factor) {
  if (factor == 1)
    return x;
  if (!n.isFloat(x) && factor != std::floor(factor))
    n.refuse(formatv("a factor of {0} for integers is not supported", factor));
  return n.mul(x, n.like(x, factor));
}

Value gemm(Emitter &n, const Gemm &g) {
  Value a = wide(n, g.a), b = wide(n, g.b);
  Value y = n.matmul(a, b, n.elementOf(a), g.transposeA, g.transposeB);
  y = scaled(n, y, g.alpha);
  if (g.c && !g.broadcasts)
    n.requireSameSize(n.dims(g.c), n.dims(y),
                      "C has {0} elements, the product has {1}");
  Value c = n.fitting(g.c, y, "C");
  return c && g.beta != 0 ? n.add(y, scaled(n, wide(n, c), g.beta)) : y;
}

} // namespace opc::graph
