//===- BuilderTest.cpp - Graphs built through the C interface -------------===//
//
// Results are held against loops that are written here; every error is met.
//
//===----------------------------------------------------------------------===//
#include "opc-c/builder.h"

#include "gtest/gtest.h"
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

using Floats = std::vector<float>;

/// Distinct numbers in [-1, 1).
Floats randomFloats(size_t count, unsigned seed) {
  std::mt19937 engine(seed);
  Floats values(count);
  for (float &value : values)
    value = static_cast<float>(engine() % 2048) / 1024 - 1;
  return values;
}

/// A builder whose calls must succeed unless a test says otherwise.
class Graph {
public:
  Graph() { EXPECT_EQ(opc_builder_create(&builder), OPC_OK); }
  ~Graph() { opc_builder_destroy(builder); }

  opc_value input(const char *name, std::vector<opc_dim> dims,
                  opc_dtype dtype = OPC_F32) {
    opc_value value = 0;
    check(opc_builder_input(builder, name, dtype, dims.data(), dims.size(),
                            &value));
    return value;
  }
  opc_value constant(const Floats &data, std::vector<int64_t> dims) {
    opc_tensor tensor = {const_cast<float *>(data.data()), OPC_F32,
                         static_cast<int32_t>(dims.size()), dims.data()};
    opc_value value = 0;
    check(opc_builder_constant(builder, &tensor, &value));
    return value;
  }
  opc_value op(const char *name, std::vector<opc_value> operands,
               const char *attributes = nullptr) {
    opc_value value = 0;
    check(opc_builder_op(builder, name, operands.data(), operands.size(),
                         attributes, &value, 1));
    return value;
  }
  void output(const char *name, opc_value value) {
    check(opc_builder_output(builder, name, value));
  }
  /// What is wrong with an op; "" where nothing is.
  std::string fault(const char *name, std::vector<opc_value> operands,
                    const char *attributes = nullptr, size_t results = 1) {
    std::vector<opc_value> values(results);
    opc_status status =
        opc_builder_op(builder, name, operands.data(), operands.size(),
                       attributes, values.data(), results);
    return status == OPC_OK ? "" : opc_last_error();
  }
  opc_model finish() {
    opc_model model = {};
    check(opc_builder_finish(builder, &model));
    return model;
  }

  opc_builder *builder = nullptr;

private:
  void check(opc_status status) {
    EXPECT_EQ(status, OPC_OK) << opc_last_error();
  }
};

/// The one output of a program for f32 inputs.
Floats run(opc_program *program, std::vector<opc_tensor> inputs) {
  opc_results *results = nullptr;
  EXPECT_EQ(
      opc_run(program, inputs.data(), inputs.size(), nullptr, 0, &results),
      OPC_OK)
      << opc_last_error();
  if (!results)
    return {};
  const opc_tensor *y = opc_result(results, 0);
  size_t count = 1;
  for (int32_t i = 0; i < y->rank; ++i)
    count *= y->dims[i];
  const float *data = static_cast<const float *>(y->data);
  Floats values(data, data + count);
  opc_free_results(results);
  return values;
}

using Program = std::unique_ptr<opc_program, decltype(&opc_close)>;

Program compiled(const opc_model &model, const char *target) {
  std::string options =
      std::string("{\"cache\": false, \"target\": \"") + target + "\"}";
  opc_program *program = nullptr;
  EXPECT_EQ(opc_compile(&model, options.c_str(), &program), OPC_OK)
      << opc_last_error();
  return {program, opc_close};
}

void expectNear(const Floats &found, const Floats &wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], wanted[i], 2e-5) << "element " << i;
}

/// relu?(x w + b) of x [rows, in] and w [in, out].
Floats layer(const Floats &x, const Floats &w, const Floats &b, bool relu) {
  size_t out = b.size(), in = w.size() / out, rows = x.size() / in;
  Floats y(rows * out);
  for (size_t r = 0; r < rows; ++r)
    for (size_t o = 0; o < out; ++o) {
      double sum = b[o];
      for (size_t i = 0; i < in; ++i)
        sum += double(x[r * in + i]) * w[i * out + o];
      y[r * out + o] = static_cast<float>(relu ? std::max(sum, 0.0) : sum);
    }
  return y;
}

constexpr const char *kTargets[] = {"reference", "cpu"};

TEST(Builder, PerceptronOfASymbolicBatch) {
  Floats w1 = randomFloats(20 * 12, 1), b1 = randomFloats(12, 2);
  Floats w2 = randomFloats(12 * 5, 3), b2 = randomFloats(5, 4);
  Graph g;
  opc_value x = g.input("x", {{0, "batch"}, {20, nullptr}});
  opc_value h = g.op("matrix_product", {x, g.constant(w1, {20, 12})});
  h = g.op("relu", {g.op("add", {h, g.constant(b1, {12})})});
  opc_value y = g.op("matrix_product", {h, g.constant(w2, {12, 5})});
  g.output("y", g.op("add", {y, g.constant(b2, {5})}));
  opc_model model = g.finish();
  for (const char *target : kTargets) {
    Program program = compiled(model, target);
    ASSERT_TRUE(program);
    ASSERT_EQ(opc_num_inputs(program.get()), 1u);
    EXPECT_STREQ(opc_input_spec(program.get(), 0)->symbols[0], "batch");
    for (int64_t batch : {1, 3, 37}) {
      Floats data = randomFloats(batch * 20, 5);
      int64_t dims[] = {batch, 20};
      expectNear(run(program.get(), {{data.data(), OPC_F32, 2, dims}}),
                 layer(layer(data, w1, b1, true), w2, b2, false));
    }
  }
}

constexpr size_t kHeads = 2, kDepth = 4, kWidth = kHeads * kDepth;

/// Head `h` of row `i` of x [length, width].
const float *headOf(const Floats &x, size_t i, size_t h) {
  return x.data() + i * kWidth + h * kDepth;
}

/// exp(q_i k_j / root(depth)) of one head, for all keys j up to i.
std::vector<double> attentionWeights(const Floats &q, const Floats &k, size_t i,
                                     size_t h) {
  std::vector<double> weights;
  for (size_t j = 0; j <= i; ++j) {
    double score = 0;
    for (size_t d = 0; d < kDepth; ++d)
      score += double(headOf(q, i, h)[d]) * headOf(k, j, h)[d];
    weights.push_back(std::exp(score / std::sqrt(double(kDepth))));
  }
  return weights;
}

/// Row `i` of causal attention, of one head.
void attendRow(const std::vector<double> &weights, const Floats &v, size_t i,
               size_t h, Floats &y) {
  double total = 0;
  for (double weight : weights)
    total += weight;
  for (size_t d = 0; d < kDepth; ++d) {
    double sum = 0;
    for (size_t j = 0; j <= i; ++j)
      sum += weights[j] / total * headOf(v, j, h)[d];
    y[i * kWidth + h * kDepth + d] = static_cast<float>(sum);
  }
}

/// Causal attention of [length, width] over heads, written out.
Floats attention(const Floats &q, const Floats &k, const Floats &v) {
  Floats y(q.size());
  for (size_t h = 0; h < kHeads; ++h)
    for (size_t i = 0; i < q.size() / kWidth; ++i)
      attendRow(attentionWeights(q, k, i, h), v, i, h, y);
  return y;
}

TEST(Builder, CausalAttentionOfASymbolicLength) {
  Graph g;
  opc_value x = g.input("x", {{0, "length"}, {kWidth, nullptr}});
  Floats zeros(kWidth, 0), weights[4];
  auto project = [&](opc_value value, size_t i) {
    weights[i] = randomFloats(kWidth * kWidth, 10 + i);
    opc_value w = g.constant(weights[i], {kWidth, kWidth});
    return g.op("einsum", {value, w}, "{\"equation\": \"ij,jk->ik\"}");
  };
  auto heads = [&](size_t i) {
    opc_value split =
        g.op("reshape", {project(x, i)}, "{\"dims\": [1, \"length\", 2, 4]}");
    return g.op("transpose", {split}, "{\"perm\": [0, 2, 1, 3]}");
  };
  opc_value q = heads(0), k = heads(1), v = heads(2);
  opc_value y =
      g.op("scaled_dot_product_attention", {q, k, v}, "{\"causal\": true}");
  y = g.op("transpose", {y}, "{\"perm\": [0, 2, 1, 3]}");
  y = g.op("reshape", {y}, "{\"dims\": [\"length\", 8]}");
  g.output("y", g.op("add", {project(y, 3), x}));
  opc_model model = g.finish();
  for (const char *target : kTargets) {
    Program program = compiled(model, target);
    ASSERT_TRUE(program);
    for (int64_t length : {1, 7, 33}) {
      Floats data = randomFloats(length * kWidth, 20);
      int64_t dims[] = {length, kWidth};
      auto projected = [&](const Floats &value, size_t i) {
        return layer(value, weights[i], zeros, false);
      };
      Floats wanted = projected(
          attention(projected(data, 0), projected(data, 1), projected(data, 2)),
          3);
      for (size_t i = 0; i < wanted.size(); ++i)
        wanted[i] += data[i];
      expectNear(run(program.get(), {{data.data(), OPC_F32, 2, dims}}), wanted);
    }
  }
}

TEST(Builder, AttentionIsOneOp) {
  Graph g;
  opc_value x = g.input(
      "x", {{1, nullptr}, {2, nullptr}, {5, nullptr}, {kWidth, nullptr}});
  g.output("y", g.op("scaled_dot_product_attention", {x, x, x},
                     "{\"causal\": true, \"left\": 2}"));
  opc_model model = g.finish();
  std::string text(static_cast<const char *>(model.data), model.size);
  auto count = [&](const char *name) {
    size_t found = 0;
    for (size_t at = text.find(name); at != std::string::npos;
         at = text.find(name, at + 1))
      ++found;
    return found;
  };
  EXPECT_EQ(count("opc.attention"), 1u);
  EXPECT_EQ(count(" = opc."), 1u);
}

TEST(Builder, LargeConstantsStayWhereTheyAre) {
  Floats w = randomFloats(20 * 12, 1), small = {2};
  Graph g;
  opc_value x = g.input("x", {{1, nullptr}, {20, nullptr}});
  opc_value y = g.op("matrix_product", {x, g.constant(w, {20, 12})});
  g.output("y", g.op("mul", {y, g.constant(small, {})}));
  opc_model model = g.finish();
  ASSERT_EQ(model.num_constants, 1u);
  EXPECT_EQ(model.constants[0].value.data, w.data());
}

TEST(Builder, ResultsHaveTheFirstTypeThatFits) {
  Graph g;
  opc_value x = g.input("x", {{0, "n"}});
  opc_value smaller = g.op("less", {x, g.op("neg", {x})});
  g.output("y", g.op("select", {smaller, x, g.op("abs", {x})}));
  Floats data = {-1, 2, -3};
  int64_t dims[] = {3};
  Program program = compiled(g.finish(), "cpu");
  ASSERT_TRUE(program);
  EXPECT_EQ(run(program.get(), {{data.data(), OPC_F32, 1, dims}}),
            (Floats{-1, 2, -3}));
}

TEST(Builder, ExtentsThatMustAgreeAreCheckedInTheRun) {
  Graph g;
  opc_value a = g.input("a", {{0, "m"}, {0, "k"}});
  opc_value b = g.input("b", {{0, "l"}, {0, "n"}});
  const char *flags = "{\"transpose_a\": false, \"transpose_b\": false}";
  g.output("y", g.op("matmul", {a, b}, flags));
  Program program = compiled(g.finish(), "cpu");
  ASSERT_TRUE(program);
  Floats data(6, 1);
  int64_t left[] = {2, 3}, right[] = {3, 2}, wrong[] = {2, 3};
  EXPECT_EQ(run(program.get(), {{data.data(), OPC_F32, 2, left},
                                {data.data(), OPC_F32, 2, right}}),
            (Floats{3, 3, 3, 3}));
  opc_tensor inputs[] = {{data.data(), OPC_F32, 2, left},
                         {data.data(), OPC_F32, 2, wrong}};
  opc_results *results = nullptr;
  EXPECT_EQ(opc_run(program.get(), inputs, 2, nullptr, 0, &results),
            OPC_ERROR_INPUT);
  EXPECT_NE(std::string(opc_last_error()).find("inner extents 3 and 2 differ"),
            std::string::npos)
      << opc_last_error();
}

TEST(Builder, SymbolsAreTheirNamesWhereverTheyAreDeclared) {
  Graph g;
  opc_value a = g.input("a", {{0, "z"}}), b = g.input("b", {{0, "y"}});
  opc_value sum = g.op("add", {a, b}); // has an extent without a name
  opc_value x = g.input("x", {{0, "i32"}, {0, "j"}});
  g.output("sum", sum);
  g.output("y", g.op("reshape", {x}, "{\"dims\": [\"j * i32\", 1]}"));
  Program program = compiled(g.finish(), "cpu");
  ASSERT_TRUE(program);
  Floats data = {1, 2, 3, 4, 5, 6};
  int64_t two[] = {2}, one[] = {1}, both[] = {2, 3};
  opc_tensor inputs[] = {{data.data(), OPC_F32, 1, two},
                         {data.data(), OPC_F32, 1, one},
                         {data.data(), OPC_F32, 2, both}};
  opc_results *results = nullptr;
  ASSERT_EQ(opc_run(program.get(), inputs, 3, nullptr, 0, &results), OPC_OK)
      << opc_last_error();
  EXPECT_EQ(opc_result(results, 0)->dims[0], 2);
  EXPECT_EQ(opc_result(results, 1)->dims[0], 6);
  opc_free_results(results);
}

constexpr const char *kTwice = R"json({
  "function": "twice",
  "ir": "define void @twice(ptr %x, ptr %y, i64 %n) {\nentry:\n  br label %head\nhead:\n  %i = phi i64 [ 0, %entry ], [ %next, %body ]\n  %more = icmp slt i64 %i, %n\n  br i1 %more, label %body, label %end\nbody:\n  %px = getelementptr float, ptr %x, i64 %i\n  %v = load float, ptr %px\n  %w = fadd float %v, %v\n  %py = getelementptr float, ptr %y, i64 %i\n  store float %w, ptr %py\n  %next = add i64 %i, 1\n  br label %head\nend:\n  ret void\n}\n",
  "extents": ["3 * batch"], "dims": [["batch", 3]], "dtype": "f32"
})json";

TEST(Builder, ForeignKernelsAreOps) {
  Graph g;
  opc_value x = g.input("x", {{0, "batch"}, {3, nullptr}});
  g.output("y", g.op("relu", {g.op("external_kernel", {x}, kTwice)}));
  opc_model model = g.finish();
  for (const char *target : kTargets) {
    Program program = compiled(model, target);
    ASSERT_TRUE(program);
    Floats data = randomFloats(12 * 3, 5), wanted;
    for (float value : data)
      wanted.push_back(std::max(2 * value, 0.0f));
    int64_t dims[] = {12, 3};
    expectNear(run(program.get(), {{data.data(), OPC_F32, 2, dims}}), wanted);
  }
}

TEST(Builder, ForeignKernelsSayTheirTypes) {
  Graph g;
  opc_value x = g.input("x", {{4, nullptr}});
  constexpr const char *untyped =
      "{\"function\": \"f\", \"ir\": \"\", \"dims\": [[4]]}";
  EXPECT_EQ(g.fault("external_kernel", {x}, untyped),
            "op 'external_kernel': attribute 'dtype' is needed");
  EXPECT_EQ(g.fault("external_kernel", {x}, untyped, 0),
            "op 'external_kernel': at least 1 results wanted, 0 given");
}

TEST(Builder, OpsThatDoNotFitAreNamed) {
  Graph g;
  opc_value x = g.input("x", {{2, nullptr}, {3, nullptr}});
  opc_value i = g.input("i", {{2, nullptr}, {3, nullptr}}, OPC_I64);
  EXPECT_EQ(g.fault("rellu", {x}),
            "op 'rellu': there is no such op, did you mean 'relu'");
  for (const char *op : {"launch", "packed_matmul", "constant", "if"})
    EXPECT_NE(g.fault(op, {x}).find("there is no such op"), std::string::npos)
        << op;
  EXPECT_EQ(g.fault("add", {x}), "op 'add': expected 2 operands, but found 1");
  EXPECT_EQ(g.fault("add", {x, i}),
            "op 'add': requires the same element type for all operands and "
            "results");
  EXPECT_EQ(g.fault("exp", {i}),
            "op 'exp': operand 0 is of a dtype that is not supported; nearest "
            "supported form: floating-point");
  EXPECT_EQ(g.fault("relu", {x}, nullptr, 2),
            "op 'relu': 1 results wanted, 2 given");
  EXPECT_EQ(g.fault("matrix_product", {x}),
            "op 'matrix_product': 2 operands wanted, 1 given");
  EXPECT_EQ(g.fault("add", {x, 99}),
            "op 'add': operand 1 is no value of this builder");
  EXPECT_EQ(g.fault("scaled_dot_product_attention", {x, x, x}),
            "op 'scaled_dot_product_attention': q, k and v are tensors of "
            "floats of rank 4");
  // The builder goes on.
  EXPECT_EQ(g.fault("add", {x, x}), "");
}

TEST(Builder, AttributesThatDoNotFitAreNamed) {
  Graph g;
  opc_value x = g.input("x", {{2, nullptr}, {0, "n"}});
  EXPECT_EQ(g.fault("softmax", {x}), "op 'softmax': requires attribute 'axis'");
  EXPECT_EQ(
      g.fault("softmax", {x}, "{\"axis\": \"last\"}")
          .rfind("op 'softmax': attribute 'axis' may not be \"last\": ", 0),
      0u);
  EXPECT_EQ(g.fault("softmax", {x}, "{\"axes\": 1}"),
            "op 'softmax': there is no attribute 'axes'");
  EXPECT_EQ(g.fault("einsum", {x}, "{\"equation\": 1}"),
            "op 'einsum': attribute 'equation' is no text");
  EXPECT_EQ(g.fault("relu", {x}, "[]"),
            "op 'relu': attributes are no JSON object");
  EXPECT_EQ(g.fault("relu", {x}, "{").rfind("op 'relu': attributes: ", 0), 0u);
  EXPECT_EQ(g.fault("relu", {x}, std::string(100000, '[').c_str()),
            "op 'relu': attributes have more than 1000 brackets");
  EXPECT_EQ(g.fault("relu", {x}, "{\"dtype\": \"f23\"}"),
            "op 'relu': dtype 'f23' is not known");
  for (const char *dims : {"{\"dims\": [\"m\", 2]}", "{\"dims\": [\"n)>\", 2]}",
                           "{\"dims\": [\"n, 2\"]}", "{\"dims\": [[]]}",
                           "{\"dims\": [\"\"]}", "{\"dims\": [\"(n\", 2]}"})
    EXPECT_EQ(g.fault("reshape", {x}, dims)
                  .rfind("op 'reshape': attribute 'dims' may not be ", 0),
              0u)
        << dims;
}

TEST(Builder, AnOpThatDoesNotFitEndsTheGraph) {
  Graph g;
  opc_value a = g.input("a", {{2, nullptr}});
  opc_value b = g.input("b", {{3, nullptr}});
  std::string said = g.fault("einsum", {a, b}, "{\"equation\": \"ii,j->j\"}");
  EXPECT_EQ(said, "op 'einsum': equation 'ii,j->j' does not fit the operands");
  said = g.fault("add", {a, b});
  EXPECT_EQ(said, "op 'add': extents [2] and [3] do not broadcast");
}

TEST(Builder, DeclarationsThatDoNotFitAreNamed) {
  Graph g;
  auto said = [](opc_status status) {
    return status == OPC_OK ? "" : std::string(opc_last_error());
  };
  opc_value value = 0;
  opc_dim dims[] = {{-1, nullptr}}, odd[] = {{0, "a b"}};
  opc_dim many[65] = {};
  auto input = [&](const char *name, int dtype, opc_dim *extents, size_t rank) {
    return said(opc_builder_input(
        g.builder, name, static_cast<opc_dtype>(dtype), extents, rank, &value));
  };
  EXPECT_EQ(input("x", OPC_F32, dims, 1),
            "input 'x': extent -1 is not between 0 and 2^40");
  EXPECT_EQ(input("x", OPC_F32, odd, 1),
            "input 'x': symbol 'a b' is no name of letters, digits and _");
  EXPECT_EQ(input("x", 99, nullptr, 0), "unknown dtype 99");
  EXPECT_EQ(input("x", OPC_F32, many, 65)
                .rfind("input 'x': rank 65 is not supported", 0),
            0u);
  EXPECT_EQ(input("x", OPC_F32, nullptr, 0), "");
  EXPECT_EQ(input("x", OPC_F32, nullptr, 0), "input 'x' is declared twice");
  EXPECT_EQ(said(opc_builder_output(g.builder, "y", 0)),
            "output 'y': operand 0 is no value of this builder");
  EXPECT_EQ(said(opc_builder_output(g.builder, "y", value)), "");
  EXPECT_EQ(said(opc_builder_output(g.builder, "y", value)),
            "output 'y' is declared twice");
  opc_tensor tensor = {nullptr, OPC_F32, 1, nullptr};
  EXPECT_EQ(said(opc_builder_constant(g.builder, &tensor, &value)),
            "constant: rank 1 with no dims");
  int64_t extents[] = {4};
  tensor.dims = extents;
  EXPECT_EQ(said(opc_builder_constant(g.builder, &tensor, &value)),
            "opc_builder_constant: data may not be NULL");
  extents[0] = -4;
  EXPECT_EQ(said(opc_builder_constant(g.builder, &tensor, &value)),
            "constant: extent -4 is negative or too large to address");
  tensor.dtype = static_cast<opc_dtype>(99);
  EXPECT_EQ(said(opc_builder_constant(g.builder, &tensor, &value)),
            "unknown dtype 99");
}

TEST(Builder, AFinishedGraphTakesNothing) {
  Graph g;
  opc_model model = {};
  EXPECT_EQ(opc_builder_finish(g.builder, &model), OPC_ERROR_USAGE);
  EXPECT_STREQ(opc_last_error(), "the graph has no outputs");
  opc_value x = g.input("x", {{2, nullptr}});
  g.output("y", g.op("relu", {x}));
  g.finish();
  EXPECT_EQ(g.fault("relu", {x}), "the graph is finished");
  EXPECT_EQ(opc_builder_output(g.builder, "z", x), OPC_ERROR_USAGE);
  EXPECT_EQ(opc_builder_input(g.builder, "w", OPC_F32, nullptr, 0, &x),
            OPC_ERROR_USAGE);
  EXPECT_EQ(opc_builder_finish(g.builder, &model), OPC_ERROR_USAGE);
  EXPECT_STREQ(opc_last_error(), "the graph is finished");
}

TEST(Builder, NullIsAUsageErrorThatNamesTheFunction) {
  Graph g;
  opc_value value = 0;
  auto said = [](opc_status status) {
    EXPECT_EQ(status, OPC_ERROR_USAGE);
    return std::string(opc_last_error());
  };
  EXPECT_EQ(said(opc_builder_create(nullptr)),
            "opc_builder_create: builder may not be NULL");
  EXPECT_EQ(
      said(opc_builder_input(g.builder, nullptr, OPC_F32, nullptr, 0, &value)),
      "opc_builder_input: builder, name, dims and value may not be NULL");
  EXPECT_EQ(said(opc_builder_constant(g.builder, nullptr, &value)),
            "opc_builder_constant: builder, tensor and value may not be NULL");
  EXPECT_EQ(
      said(opc_builder_op(g.builder, "relu", nullptr, 1, nullptr, &value, 1)),
      "opc_builder_op: builder, op, operands and results may not be NULL");
  EXPECT_EQ(said(opc_builder_output(nullptr, "y", 1)),
            "opc_builder_output: builder and name may not be NULL");
  EXPECT_EQ(said(opc_builder_finish(g.builder, nullptr)),
            "opc_builder_finish: builder and model may not be NULL");
  opc_builder_destroy(nullptr);
}

} // namespace
