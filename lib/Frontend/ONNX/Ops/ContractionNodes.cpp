//===- ContractionNodes.cpp - MatMul, Gemm, Einsum ------------------------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Arrays/Einsum.h"
#include "opc/Frontend/Graph/Arrays/MatrixProduct.h"

using namespace mlir;

namespace opc::onnx {
namespace {

void buildMatMul(Node &n) {
  Value a = n.need(0), b = n.need(1);
  n.out(0, matrixProduct(n, a, b));
}

void buildGemm(Node &n) {
  Gemm g;
  g.a = n.need(0);
  g.b = n.need(1);
  g.c = n.in(2);
  if (n.failed() || n.rank(g.a) != 2 || n.rank(g.b) != 2)
    return n.fail("A or B is no matrix");
  g.broadcasts = n.opset >= 7 || n.flag("broadcast", false);
  g.alpha = n.real("alpha", 1);
  g.beta = n.real("beta", 1);
  g.transposeA = n.flag("transA", false);
  g.transposeB = n.flag("transB", false);
  n.out(0, rounded(n, gemm(n, g)));
}

void buildEinsum(Node &n) {
  SmallVector<Value> operands;
  for (int64_t i = 0; i < n.numInputs(); ++i)
    operands.push_back(n.need(i));
  n.out(0, rounded(n, einsum(n, n.needString("equation"), operands)));
}

constexpr OpRow kRows[] = {
    {"Einsum", 12, kLatest, buildEinsum},
    {"Gemm", 6, kLatest, buildGemm},
    {"MatMul", 1, kLatest, buildMatMul},
};

} // namespace

ArrayRef<OpRow> contractionRows() { return kRows; }

} // namespace opc::onnx
