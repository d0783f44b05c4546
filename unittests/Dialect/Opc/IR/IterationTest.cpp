//===- IterationTest.cpp - what ops say they combine ----------------------===//
//
// Evaluates what IterationOps say of themselves on small integers, and compares
// it with their definitions, written as loops.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"
#include <functional>

using namespace mlir;
using namespace opc;
using llvm::formatv;

namespace {

using Index = std::vector<int64_t>;

struct Tensor {
  Index dims;
  std::vector<int64_t> data;

  explicit Tensor(Index dims) : dims(std::move(dims)) {
    int64_t count = 1;
    for (int64_t extent : this->dims)
      count *= extent;
    data.resize(count);
  }
  /// Distinct neighbours, some of them negative.
  static Tensor numbers(Index dims) {
    Tensor tensor(std::move(dims));
    for (size_t i = 0; i < tensor.data.size(); ++i)
      tensor.data[i] = int64_t(i * 7919 % 201) - 100;
    return tensor;
  }
  bool holds(const Index &at) const {
    bool inside = at.size() == dims.size();
    for (size_t axis = 0; axis < at.size() && inside; ++axis)
      inside = at[axis] >= 0 && at[axis] < dims[axis];
    return inside;
  }
  int64_t &operator[](const Index &at) {
    EXPECT_TRUE(holds(at));
    size_t position = 0;
    for (size_t axis = 0; axis < dims.size(); ++axis)
      position = position * dims[axis] + at[axis];
    return data[position];
  }
  std::string type(StringRef element = "i32") const {
    std::string text = "tensor<";
    for (int64_t extent : dims)
      text += std::to_string(extent) + "x";
    return text + element.str() + ">";
  }
};

void forEach(const Index &dims,
             const std::function<void(const Index &)> &body) {
  Index at(dims.size());
  std::function<void(size_t)> level = [&](size_t axis) {
    if (axis == dims.size())
      return body(at);
    for (at[axis] = 0; at[axis] < dims[axis]; ++at[axis])
      level(axis + 1);
  };
  level(0);
}

int64_t valueOf(AffineExpr expr, const Index &dims) {
  if (auto fixed = dyn_cast<AffineConstantExpr>(expr))
    return fixed.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims.at(dim.getPosition());
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t x = valueOf(binary.getLHS(), dims),
          y = valueOf(binary.getRHS(), dims);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return x + y;
  case AffineExprKind::Mul:
    return x * y;
  case AffineExprKind::FloorDiv:
    return x / y;
  default:
    return x % y;
  }
}

/// The sums of what the op says it combines, or of the products of it.
Tensor evaluate(StringRef op, StringRef attributes,
                std::vector<Tensor> operands, Tensor y) {
  std::string names, types, arguments;
  for (auto [i, operand] : llvm::enumerate(operands)) {
    StringRef comma = i ? ", " : "";
    names += formatv("{0}%x{1}", comma, i).str();
    types += (comma + operand.type()).str();
    arguments += formatv("{0}%x{1}: {2}", comma, i, operand.type()).str();
  }
  std::string text = formatv(
      "func.func @k({0}) -> {1} {{ %y = opc.{2} {3} {{{4}} : ({5}) -> {1} "
      "return %y : {1} }",
      arguments, y.type(), op, names, attributes, types);
  MLIRContext context;
  context.loadDialect<OpcDialect, func::FuncDialect>();
  auto module = parseSourceString<ModuleOp>(text, &context);
  EXPECT_TRUE(module) << text;
  ShapeEnv env(&context);
  IterationOp iterates;
  module->walk([&](IterationOp found) { iterates = found; });
  Iteration iteration = iterates.getIteration(env);
  Index combined;
  for (AffineExpr extent : iteration.combined)
    combined.push_back(valueOf(extent, {}));
  forEach(y.dims, [&](const Index &out) {
    int64_t total = 0;
    forEach(combined, [&](const Index &position) {
      Index all(out);
      all.insert(all.end(), position.begin(), position.end());
      int64_t product = 1;
      for (const Access &access : iteration.accesses) {
        Tensor &operand = operands[access.operand];
        Index at;
        for (AffineExpr index : access.at)
          at.push_back(valueOf(index, all));
        bool exists = operand.holds(at);
        EXPECT_TRUE(exists || !access.guarded.empty());
        product *= exists ? operand[at] : 0;
      }
      total += product;
    });
    y[out] = total;
  });
  return y;
}

struct Placing {
  Index strides, dilations, low, high;

  std::string text() const {
    auto list = [](const Index &values) {
      return "array<i64: " +
             llvm::join(
                 llvm::map_range(values,
                                 [](int64_t v) { return std::to_string(v); }),
                 ", ") +
             ">";
    };
    return formatv(
        "strides = {0}, dilations = {1}, pad_low = {2}, pad_high = {3}",
        list(strides), list(dilations), list(low), list(high));
  }
};

const Placing kPlacings[] = {{{1, 1}, {1, 1}, {0, 0}, {0, 0}},
                             {{2, 1}, {1, 2}, {1, 2}, {0, 1}},
                             {{3, 2}, {2, 1}, {0, 2}, {3, 0}}};

/// x [N, H, W, groups * C] and w [groups, KH, KW, C, M], by definition.
Tensor convolve(Tensor x, Tensor w, const Placing &p) {
  int64_t groups = w.dims[0], channels = w.dims[3], columns = w.dims[4];
  Index dims{x.dims[0], 0, 0, groups * columns};
  for (size_t i = 0; i < 2; ++i)
    dims[i + 1] = (x.dims[i + 1] + p.low[i] + p.high[i] -
                   (w.dims[i + 1] - 1) * p.dilations[i] - 1) /
                      p.strides[i] +
                  1;
  Tensor y(dims);
  forEach(dims, [&](const Index &at) {
    int64_t group = at[3] / columns;
    forEach({w.dims[1], w.dims[2], channels}, [&](const Index &k) {
      Index from{at[0], 0, 0, group * channels + k[2]};
      for (size_t i = 0; i < 2; ++i)
        from[i + 1] =
            at[i + 1] * p.strides[i] + k[i] * p.dilations[i] - p.low[i];
      if (x.holds(from))
        y[at] += x[from] * w[{group, k[0], k[1], k[2], at[3] % columns}];
    });
  });
  return y;
}

/// The axes of x in another order.
Tensor permuted(Tensor x, const Index &order) {
  Index dims;
  for (int64_t axis : order)
    dims.push_back(x.dims[axis]);
  Tensor y(dims);
  forEach(dims, [&](const Index &at) {
    Index from(at.size());
    for (size_t i = 0; i < order.size(); ++i)
      from[order[i]] = at[i];
    y[at] = x[from];
  });
  return y;
}

/// w [matrices, K, N] as [matrices * panels, K, lanes], or with groups of K.
Tensor packed(Tensor w, int64_t group) {
  constexpr int64_t lanes = 8;
  int64_t panels = (w.dims[2] + lanes - 1) / lanes;
  Tensor b({w.dims[0] * panels, w.dims[1] / group, lanes, group});
  forEach(w.dims, [&](const Index &at) {
    b[{at[0] * panels + at[2] / lanes, at[1] / group, at[2] % lanes,
       at[1] % group}] = w[at];
  });
  if (group == 1)
    b.dims.pop_back();
  return b;
}

TEST(IterationTest, MatmulBroadcastsAndTransposes) {
  Tensor a = Tensor::numbers({2, 1, 3, 4}), b = Tensor::numbers({5, 4, 6});
  Tensor y({2, 5, 3, 6});
  forEach(y.dims, [&](const Index &at) {
    for (int64_t k = 0; k < 4; ++k)
      y[at] += a[{at[0], 0, at[2], k}] * b[{at[1], k, at[3]}];
  });
  EXPECT_EQ(evaluate("matmul", "", {a, b}, Tensor(y.dims)).data, y.data);
  EXPECT_EQ(evaluate("matmul", "transpose_a = true, transpose_b = true",
                     {permuted(a, {0, 1, 3, 2}), permuted(b, {0, 2, 1})},
                     Tensor(y.dims))
                .data,
            y.data);
}

TEST(IterationTest, ConvInBothLayouts) {
  for (const Placing &p : kPlacings)
    for (int64_t groups : {1, 3}) {
      Tensor x = Tensor::numbers({2, 7, 9, groups * 2});
      Tensor w = Tensor::numbers({groups, 2, 3, 2, 4});
      Tensor y = convolve(x, w, p);
      Tensor weights = permuted(w, {0, 4, 3, 1, 2}); // [groups, M, C, KH, KW]
      weights.dims = {groups * 4, 2, 2, 3};
      std::string text =
          p.text() + formatv(", group = {0}, layout = ", groups).str();
      EXPECT_EQ(
          evaluate("conv", text + "\"NHWC\"", {x, weights}, Tensor(y.dims))
              .data,
          y.data);
      Tensor first = permuted(y, {0, 3, 1, 2});
      EXPECT_EQ(evaluate("conv", text + "\"NCHW\"",
                         {permuted(x, {0, 3, 1, 2}), weights},
                         Tensor(first.dims))
                    .data,
                first.data);
    }
}

TEST(IterationTest, PackedMatmul) {
  for (int64_t columns : {3, 8, 19})
    for (int64_t group : {1, 2, 4}) {
      Tensor a = Tensor::numbers({2, 3, 8}),
             w = Tensor::numbers({1, 8, columns});
      Tensor y({2, 3, columns});
      forEach(y.dims, [&](const Index &at) {
        for (int64_t k = 0; k < 8; ++k)
          y[at] += a[{at[0], at[1], k}] * w[{0, k, at[2]}];
      });
      EXPECT_EQ(evaluate("packed_matmul",
                         formatv("columns = {0}", columns).str(),
                         {a, packed(w, group)}, Tensor(y.dims))
                    .data,
                y.data);
    }
}

TEST(IterationTest, PackedConv) {
  for (const Placing &p : kPlacings)
    for (int64_t groups : {1, 3})
      for (int64_t group : {1, 2, 4}) {
        Tensor x = Tensor::numbers({2, 7, 9, groups * 4});
        Tensor w = Tensor::numbers({groups, 2, 3, 4, 11});
        Tensor y = convolve(x, w, p);
        w.dims = {groups, 2 * 3 * 4, 11};
        std::string text =
            p.text() +
            formatv(", kernel = array<i64: 2, 3>, columns = {0}, groups = {1}",
                    groups * 11, groups)
                .str();
        EXPECT_EQ(
            evaluate("packed_conv", text, {x, packed(w, group)}, Tensor(y.dims))
                .data,
            y.data);
      }
}

TEST(IterationTest, DepthwiseConv) {
  for (const Placing &p : kPlacings) {
    Tensor x = Tensor::numbers({2, 7, 9, 5}), w = Tensor::numbers({2, 3, 5});
    Tensor each = permuted(w, {2, 0, 1});
    each.dims = {5, 2, 3, 1, 1};
    Tensor y = convolve(x, each, p);
    EXPECT_EQ(evaluate("depthwise_conv", p.text(), {x, w}, Tensor(y.dims)).data,
              y.data);
  }
}

TEST(IterationTest, PoolsHangOverTheEnd) {
  Tensor x = Tensor::numbers({2, 5, 3}), y({2, 3, 3});
  forEach(y.dims, [&](const Index &at) {
    for (int64_t k = 0; k < 3; ++k) {
      Index from{at[0], at[1] * 2 + k - 1, at[2]};
      y[at] += x.holds(from) ? x[from] : 0;
    }
  });
  EXPECT_EQ(
      evaluate("pool",
               "kind = \"sum\", kernel = array<i64: 3>, strides = array<i64: "
               "2>, dilations = array<i64: 1>, pad_low = array<i64: 1>, "
               "pad_high = array<i64: 0>, count_padding = false, dims = "
               "affine_map<() -> (2, 3, 3)>, layout = \"NHWC\"",
               {x}, Tensor(y.dims))
          .data,
      y.data);
}

TEST(IterationTest, ReductionsWithAndWithoutTheirAxes) {
  Tensor x = Tensor::numbers({2, 3, 4, 5}), y({3, 5});
  forEach(x.dims, [&](const Index &at) { y[{at[1], at[3]}] += x[at]; });
  for (bool keeps : {false, true}) {
    Tensor result(keeps ? Index{1, 3, 1, 5} : y.dims);
    std::string text =
        formatv("kind = \"sum\", axes = array<i64: 0, 2>, keepdims = {0}",
                keeps ? "true" : "false");
    EXPECT_EQ(evaluate("reduce", text, {x}, result).data, y.data);
  }
}

} // namespace
