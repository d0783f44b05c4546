//===- QuantiseNodes.cpp - from reals to integers and back ----------------===//
#include "QuantiseNodes.h"

using namespace mlir;

namespace opc::onnx {

/// Scale and zero point of x.
static Scheme readScheme(Node &n) {
  return {n.need(1), n.in(2), n.integer("axis", 1), n.integer("block_size", 0)};
}

void buildQuantizeLinear(Node &n) {
  Value x = n.need(0);
  Scheme s = readScheme(n);
  n.ignore("saturate"); // of results of 8 bits with a point
  Type element = s.zero ? n.elementOf(s.zero) : Type(n.u8Type());
  if (n.integer("output_dtype", 0) != 0) {
    Type asked = n.elementAttr("output_dtype", element);
    if (s.zero && !n.failed() && asked != element)
      n.fail("output_dtype " + dtypeName(asked) +
             " is not the type of the zero point, " + dtypeName(element));
    element = asked;
  }
  if (n.failed() || !isa<IntegerType>(element) || element.isInteger(1))
    return n.refuse("results other than integers are not supported",
                    "integers");
  Type real = n.elementOf(s.scale);
  if (n.integer("precision", 0) != 0)
    real = n.elementAttr("precision", real);
  if (!n.failed() && !isa<FloatType>(real))
    return n.fail("precision is no float type");
  n.out(0, quantise(n, x, s, real, element));
}

void buildDequantizeLinear(Node &n) {
  Value x = n.need(0);
  Scheme s = readScheme(n);
  Type element = n.elementOf(s.scale);
  if (n.integer("output_dtype", 0) != 0)
    element = n.elementAttr("output_dtype", element);
  if (n.failed() || !isa<IntegerType>(n.elementOf(x)))
    return n.refuse("inputs other than integers are not supported", "integers");
  n.out(0, dequantise(n, x, s, element));
}

namespace {

void buildDynamicQuantizeLinear(Node &n) {
  Quantised q = dynamicQuantise(n, n.need(0));
  n.out(0, q.data);
  n.out(1, q.scale);
  n.out(2, q.zero);
}

constexpr OpRow kRows[] = {
    {"DequantizeLinear", 10, kLatest, buildDequantizeLinear},
    {"DynamicQuantizeLinear", 11, kLatest, buildDynamicQuantizeLinear},
    {"QuantizeLinear", 10, kLatest, buildQuantizeLinear},
};

} // namespace

ArrayRef<OpRow> quantiseRows() { return kRows; }

} // namespace opc::onnx
