//===- RandomNodes.cpp - random numbers and dropout
//----------------------------===//
//
// Numbers come from opc.random_bits: the same on every target, and the same at
// every run, from the node's seed or, without one, from its place in the graph.
//
//===----------------------------------------------------------------------===//
#include "Reader/Node.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

/// Uniform in [0, 1) with 24 bits, in f32.
Value uniform(Node &n, ArrayRef<AffineExpr> dims, int64_t stream) {
  float seed = static_cast<float>(n.real("seed", 0));
  Type bits =
      IntegerType::get(n.state.builder.getContext(), 32, IntegerType::Unsigned);
  // Nodes without a seed differ by their first output's name.
  int64_t place = 0;
  for (char c : n.proto.output_size() ? n.proto.output(0) : std::string())
    place = (place * 131 + static_cast<unsigned char>(c)) & 0xffffffff;
  bool seeded = n.hasAttr("seed");
  Value raw = n.emit<RandomBitsOp>(
      {},
      {{"seed", n.i64(seeded ? llvm::bit_cast<int32_t>(seed) : place)},
       {"stream", n.i64(stream)},
       {"dims", n.exprs(dims)}},
      bits);
  Value high = n.binary<ShiftRightOp>(raw, n.scalarInt(bits, 8));
  Value real = n.cast(high, n.f32Type());
  return n.mul(real, n.like(real, std::ldexp(1.0, -24)));
}

/// Box and Muller's transform of two uniform numbers.
Value normal(Node &n, ArrayRef<AffineExpr> dims) {
  Value a = uniform(n, dims, 0), b = uniform(n, dims, 1);
  Value one = n.like(a, 1);
  Value radius =
      n.unary<SqrtOp>(n.mul(n.unary<LogOp>(n.sub(one, a)), n.like(a, -2)));
  return n.mul(radius, n.unary<CosOp>(n.mul(b, n.like(b, 2 * M_PI))));
}

Value scaledNormal(Node &n, ArrayRef<AffineExpr> dims) {
  Value x = normal(n, dims);
  return n.add(n.mul(x, n.like(x, n.real("scale", 1))),
               n.like(x, n.real("mean", 0)));
}
Value scaledUniform(Node &n, ArrayRef<AffineExpr> dims) {
  Value x = uniform(n, dims, 0);
  double low = n.real("low", 0), high = n.real("high", 1);
  return n.add(n.mul(x, n.like(x, high - low)), n.like(x, low));
}

using Distribution = Value (*)(Node &, ArrayRef<AffineExpr>);

template <Distribution distribution> void buildOfShape(Node &n) {
  Ints shape = n.needIntegers("shape");
  for (int64_t extent : shape)
    if (extent < 0)
      return n.fail(
          formatv("attribute 'shape' holds {0}, less than 0", extent));
  n.out(0, n.cast(distribution(n, n.exprList(shape)),
                  n.elementAttr("dtype", n.f32Type())));
}
template <Distribution distribution> void buildLike(Node &n) {
  Value x = n.need(0);
  n.out(0, n.cast(distribution(n, n.dims(x)),
                  n.elementAttr("dtype", n.elementOf(x))));
}

void buildBernoulli(Node &n) {
  Value p = n.need(0);
  Value hit =
      n.compare<LessOp>(uniform(n, n.dims(p), 0), n.cast(p, n.f32Type()));
  n.out(0, n.cast(hit, n.elementAttr("dtype", n.elementOf(p))));
}

/// Inference only: what training drops is random.
void buildDropout(Node &n) {
  Value x = n.need(0);
  // What is dropped, and by which numbers.
  n.ignore("ratio");
  n.ignore("seed");
  if (n.opset >= 12)
    n.ignoreInput(1);
  if (n.opset < 7 && !n.flag("is_test", false))
    return n.refuse("is_test=0 is not supported", "the form for inference");
  Value ratio = n.opset < 12 ? Value() : n.scalarOf(n.in(1), "ratio");
  if (n.opset >= 12 && n.has(2)) {
    std::optional<int64_t> training = n.knownScalar(2, "training_mode");
    auto known = n.reals(ratio);
    bool keepsAll = known && known->front() == 0;
    if (training.value_or(0) != 0 && !keepsAll)
      return n.refuse("training_mode is true with a ratio that is not 0, which "
                      "is not supported",
                      "the form for inference");
  }
  n.out(0, x);
  Type mask = n.opset < 10 ? n.elementOf(x) : n.boolType();
  if (n.wants(1))
    n.out(1, n.broadcast(n.scalarInt(mask, 1), n.dims(x)));
}

constexpr OpRow kRows[] = {
    {"Bernoulli", 15, kLatest, buildBernoulli},
    {"Dropout", 6, kLatest, buildDropout},
    {"RandomNormal", 1, kLatest, buildOfShape<scaledNormal>},
    {"RandomNormalLike", 1, kLatest, buildLike<scaledNormal>},
    {"RandomUniform", 1, kLatest, buildOfShape<scaledUniform>},
    {"RandomUniformLike", 1, kLatest, buildLike<scaledUniform>},
};

} // namespace

ArrayRef<OpRow> randomRows() { return kRows; }

} // namespace opc::onnx
