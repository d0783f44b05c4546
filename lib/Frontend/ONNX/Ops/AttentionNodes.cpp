//===- AttentionNodes.cpp - Attention of ai.onnx, and its convolution
//----------===//
//
// Scores that a mask takes out are minus infinity; a row without any key gives
// zeros.
//
//===----------------------------------------------------------------------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Layers/AttentionForm.h"
#include "opc/Frontend/Graph/Wide.h"

using namespace mlir;

namespace opc::onnx {
namespace {

/// Heads, those of keys and values behind the past ones.
bool readHeads(Node &n, AttentionForm &a) {
  int64_t heads = n.integer("q_num_heads", 0);
  int64_t sharedHeads = n.integer("kv_num_heads", 0);
  a.q = splitHeads(n, n.need(0), heads);
  a.k = splitHeads(n, n.need(1), sharedHeads);
  a.v = splitHeads(n, n.need(2), sharedHeads);
  if (n.has(4) != n.has(5))
    n.fail("past_key and past_value come together");
  if (n.has(4) && n.has(6))
    n.fail("nonpad_kv_seqlen and past_key exclude each other");
  if (n.has(4)) {
    a.k = n.concat({n.in(4), a.k}, 2);
    a.v = n.concat({n.in(5), a.v}, 2);
  }
  return !n.failed();
}

void readMask(Node &n, AttentionMask &m) {
  m.mask = n.in(3);
  m.causal = n.flag("is_causal", false);
  m.left = n.integer("left_window_size", -1);
  m.right = n.integer("right_window_size", -1);
  if (n.has(4))
    m.past = n.dim(n.in(4), 2);
  m.lengths = n.in(6);
}

/// What attribute qk_matmul_output_mode counts.
constexpr llvm::StringLiteral kSteps[] = {"product", "capped", "biased",
                                          "probabilities"};

void buildAttention(Node &n) {
  AttentionForm a;
  if (!readHeads(n, a))
    return;
  int64_t mode = n.integer("qk_matmul_output_mode", 0);
  readMask(n, a.mask);
  if (n.hasAttr("scale"))
    a.scale = n.real("scale", 1);
  if (a.scale && !(*a.scale >= 0)) // its root is taken
    return n.fail("scale is negative");
  a.softcap = n.real("softcap", 0);
  a.roots = true;
  a.softmax = n.elementAttr("softmax_precision", {});
  a.result = n.elementOf(n.need(0));
  if (n.wants(3))
    a.gives = kSteps[mode >= 0 && mode < 3 ? mode : 3];
  Attended r = attend(n, a);
  n.out(1, a.k);
  n.out(2, a.v);
  if (n.wants(3))
    n.out(3, rounded(n, r.scores));
  bool packed = !n.failed() && n.rank(n.in(0)) == 3;
  n.out(0, packed ? joinHeads(n, r.y) : r.y);
}

/// A depthwise convolution over what came before and now.
void buildCausalConvWithState(Node &n) {
  Value x = n.need(0), w = n.need(1);
  if (n.failed() || n.rank(x) != 3 || n.rank(w) != 3)
    return n.fail("input or weight has no rank of 3");
  std::optional<int64_t> channels = constantOf(n.dim(w, 0));
  std::optional<int64_t> taps = constantOf(n.dim(w, 2));
  if (!channels || !taps || *channels < 1 || *taps < 1)
    return n.failNeeds("weight");
  n.requireEqual(n.dim(x, 1), n.expr(*channels));
  n.requireEqual(n.dim(w, 1), n.expr(1));
  Dims kept{n.dim(x, 0), n.dim(x, 1), n.expr(*taps - 1)};
  Value past = n.has(3) ? n.in(3) : n.broadcast(n.like(x, 0), kept);
  Value line = n.concat({past, x}, 2);
  Value all = wide(n, line);
  Value y = n.emit<ConvOp>({all, wide(n, w)},
                           {{"strides", n.ints(1)},
                            {"dilations", n.ints(1)},
                            {"pad_low", n.ints(0)},
                            {"pad_high", n.ints(0)},
                            {"group", n.i64(*channels)}},
                           n.elementOf(all));
  if (n.has(2))
    y = n.add(y, n.unsqueeze(wide(n, n.in(2)), {1}));
  std::string activation = n.string("activation", "none");
  if (activation == "silu" || activation == "swish")
    y = n.unary<SwishOp>(y, {{"alpha", n.f64(1)}});
  else if (activation != "none")
    return n.fail("activation " + quoted(activation) + " is not known");
  n.out(0, rounded(n, y));
  n.out(1, n.slice(line, 2, n.dim(line, 2) - (*taps - 1), n.expr(*taps - 1)));
}

constexpr OpRow kRows[] = {
    {"Attention", 23, kLatest, buildAttention},
    {"CausalConvWithState", 27, kLatest, buildCausalConvWithState},
};

} // namespace

ArrayRef<OpRow> attentionRows() { return kRows; }

} // namespace opc::onnx
