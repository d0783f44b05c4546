//===- MadeUpFrontendTest.cpp - A format that no file of lib knows --------===//
//
// A front end is a reader and a table: a line of its text fills a struct of
// Frontend/Graph, which knows extents, windows and masks. What it gives is
// compiled like any other graph.
//
//   in x 1 c n
//   maxpool y x 2
//   out y
//
//===----------------------------------------------------------------------===//
#include "mlir/IR/Verifier.h"
#include "opc/Frontend/Graph/Layers/AttentionForm.h"
#include "opc/Frontend/Graph/Layers/Pooling.h"
#include "opc/Frontend/Graph/MainFunction.h"
#include "opc/Pipeline/InitAll.h"
#include "opc/Pipeline/Jit.h"
#include "opc/Pipeline/Stages.h"
#include "llvm/ADT/StringExtras.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <map>

using namespace mlir;
using namespace opc;
using graph::Emitter;
using graph::Ints;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

using Words = SmallVector<StringRef>;

/// "maxpool y x 2": windows of 2 that lie side by side, the last one cut off.
Value readMaxPool(Emitter &n, ArrayRef<Value> operands, ArrayRef<int64_t> w) {
  if (w.size() != 1)
    n.fail("one window wanted");
  if (n.failed())
    return {};
  graph::Pool pool{operands[0], {{w[0]}, {w[0]}, {1}, {0}, {0}}, true};
  return graph::maxPool(n, pool);
}

/// "attend y q k v": each query sees the keys up to its own.
Value readAttend(Emitter &n, ArrayRef<Value> operands, ArrayRef<int64_t>) {
  graph::AttentionForm attention;
  attention.q = operands[0];
  attention.k = operands[1];
  attention.v = operands[2];
  attention.mask.causal = true;
  attention.result = n.elementOf(attention.q);
  return graph::attend(n, attention).y;
}

Value readAdd(Emitter &n, ArrayRef<Value> operands, ArrayRef<int64_t>) {
  return n.add(operands[0], operands[1]);
}

struct Row {
  StringRef word;
  size_t operands;
  Value (*read)(Emitter &n, ArrayRef<Value> operands, ArrayRef<int64_t> words);
};

constexpr Row kRows[] = {
    {"add", 2, readAdd},
    {"attend", 3, readAttend},
    {"maxpool", 1, readMaxPool},
};

class LineReader {
public:
  explicit LineReader(MLIRContext &context)
      : main(&context, FileLineColLoc::get(&context, "lines", 0, 0)) {}

  /// The graph, or the first diagnostic.
  std::optional<runtime::Diagnostic> read(StringRef text) {
    for (StringRef line : llvm::split(text.trim(), '\n'))
      if (auto diagnostic = readLine(line))
        return diagnostic;
    return std::nullopt;
  }

  graph::MainFunction main;

private:
  std::optional<runtime::Diagnostic> readLine(StringRef line) {
    Words words;
    line.split(words, ' ');
    StringRef name = words[1];
    MLIRContext *context = main.function.getContext();
    Emitter n(main.state, NameLoc::get(StringAttr::get(context, name)));
    if (words[0] == "in")
      addInput(name, ArrayRef(words).drop_front(2));
    else if (words[0] == "out")
      main.returnOutputs({{name.str(), values.at(name.str())}});
    else
      values[name.str()] = readOp(n, words);
    if (!n.failed())
      return std::nullopt;
    runtime::Diagnostic diagnostic = n.objection().of("node", name);
    diagnostic.op = words[0].str();
    return diagnostic;
  }

  Value readOp(Emitter &n, ArrayRef<StringRef> words) {
    const auto *row =
        llvm::find_if(kRows, [&](const Row &r) { return r.word == words[0]; });
    if (row == std::end(kRows)) {
      n.refuse("is not supported", "add, attend or maxpool");
      return {};
    }
    SmallVector<Value> operands;
    SmallVector<int64_t> numbers;
    for (StringRef word : words.drop_front(2).take_front(row->operands))
      operands.push_back(values.at(word.str()));
    for (StringRef word : words.drop_front(2 + row->operands))
      word.getAsInteger(10, numbers.emplace_back());
    return row->read(n, operands, numbers);
  }

  void addInput(StringRef name, ArrayRef<StringRef> extents) {
    Dims dims;
    for (StringRef extent : extents) {
      int64_t number;
      dims.push_back(extent.getAsInteger(10, number)
                         ? main.extent(extent)
                         : main.state.env.constant(number));
    }
    Type f32 = main.state.builder.getF32Type();
    values[name.str()] = main.addInput(name, tensorType(dims, f32), dims);
  }

  std::map<std::string, Value> values;
};

class MadeUpFrontend : public testing::TestWithParam<const char *> {
protected:
  MadeUpFrontend() {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// What the graph of `text` makes of its one input.
  std::vector<float> run(StringRef text, std::vector<float> x,
                         std::vector<int64_t> shape) {
    LineReader reader(context);
    if (auto diagnostic = reader.read(text)) {
      ADD_FAILURE() << diagnostic->line();
      return {};
    }
    EXPECT_TRUE(succeeded(verify(*reader.main.module)));
    CompileOptions options;
    options.target = GetParam();
    options.verifyEach = true;
    const TargetDesc *desc = nullptr;
    EXPECT_TRUE(resolveTarget(options, desc).ok());
    reader.main.module.get()->setAttr(kTargetAttr,
                                      StringAttr::get(&context, desc->name()));
    CompiledProgram compiled;
    opc_program *program = nullptr;
    Status status = compileGraph(*reader.main.module, options, *desc, compiled);
    if (status.ok())
      status = loadIntoProcess(std::move(compiled), program);
    if (!status.ok()) {
      ADD_FAILURE() << status.message();
      return {};
    }
    opc_tensor input = {x.data(), OPC_F32, int32_t(shape.size()), shape.data()};
    opc_results *results = nullptr;
    EXPECT_EQ(opc_run(program, &input, 1, nullptr, 0, &results), OPC_OK)
        << opc_last_error();
    const opc_tensor *y = opc_result(results, 0);
    size_t count = 1;
    for (int32_t i = 0; i < y->rank; ++i)
      count *= y->dims[i];
    const auto *data = static_cast<const float *>(y->data);
    std::vector<float> values(data, data + count);
    opc_free_results(results);
    opc_close(program);
    return values;
  }

  MLIRContext context;
};

TEST_P(MadeUpFrontend, WindowsHangOver) {
  EXPECT_THAT(run("in x 1 c n\nmaxpool y x 2\nadd z y y\nout z",
                  {1, 3, 2, 0, -1}, {1, 1, 5}),
              ElementsAre(6, 4, -2));
}

TEST_P(MadeUpFrontend, QueriesSeeWhatCameBefore) {
  // The first query sees itself alone; where all scores are 0, the second sees
  // the mean of both.
  EXPECT_THAT(run("in x 1 1 n 1\nadd z x x\nattend y x x x\nout y", {0, 2},
                  {1, 1, 2, 1}),
              ElementsAre(0, testing::FloatNear(1.9640276f, 1e-6f)));
}

INSTANTIATE_TEST_SUITE_P(Targets, MadeUpFrontend,
                         testing::Values("cpu", "reference"));

TEST(MadeUpFrontendErrors, AreRecords) {
  MLIRContext context;
  context.loadDialect<OpcDialect, func::FuncDialect>();
  auto unknown = LineReader(context).read("in x n\nblur y x");
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->code, runtime::Diagnostic::Code::Unsupported);
  EXPECT_EQ(unknown->line(), "node 'y' (blur): is not supported; nearest "
                             "supported form: add, attend or maxpool");
  auto wrong = LineReader(context).read("in x 2\nin w 3\nadd y x w");
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->code, runtime::Diagnostic::Code::Invalid);
  EXPECT_THAT(wrong->line(), HasSubstr("node 'y' (add): "));
}

} // namespace
