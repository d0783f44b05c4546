//===- OnnxImportTest.cpp - what the ONNX importer makes and refuses ------===//
#include "TinyModel.h"
#include "gmock/gmock.h"

using namespace opc::onnx;
using namespace opc::onnx::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

TEST(OnnxImport, KeepsNamedExtents) {
  TinyModel m;
  m.input("x", {"batch", "3"});
  m.input("y", {"batch", "3"});
  m.node("Add", {"x", "y"}, {"z"});
  m.output("z");
  Imported result = import(m);
  EXPECT_THAT(result.errors, ElementsAre());
  EXPECT_THAT(result.ir, HasSubstr("opc.symbols = [\"batch\"]"));
  // Equal names are equal extents: nothing to check at run time.
  EXPECT_THAT(result.ir, Not(HasSubstr("bind_broadcast")));
}

TEST(OnnxImport, PinsExtents) {
  TinyModel m;
  m.input("x", {"batch", "3"});
  m.node("Relu", {"x"}, {"y"});
  m.output("y");
  ImportOptions options;
  options.dims = {{"batch", 4}};
  EXPECT_THAT(import(m, options).ir, HasSubstr("tensor<4x3xf32>"));
  options.dims = {{"length", 4}};
  EXPECT_THAT(import(m, options).errors,
              ElementsAre("no input has a dimension called 'length': there are "
                          "batch"));
  options.dims = {{"batches", 4}};
  EXPECT_THAT(import(m, options).errors.front(),
              HasSubstr("did you mean 'batch'"));
}

TEST(OnnxImport, ResolvesShapeArithmetic) {
  TinyModel m;
  m.input("x", {"batch", "3", "4"});
  m.constant("zero", {0});
  m.constant("rest", {-1});
  m.node("Shape", {"x"}, {"shape"});
  m.node("Gather", {"shape", "zero"}, {"first"});
  auto *axis = m.node("Concat", {"first", "rest"}, {"target"}).add_attribute();
  axis->set_name("axis");
  axis->set_type(::onnx::AttributeProto::INT);
  m.node("Reshape", {"x", "target"}, {"y"});
  m.output("y");
  Imported result = import(m);
  EXPECT_THAT(result.errors, ElementsAre());
  EXPECT_THAT(result.ir, HasSubstr("()[s0] -> (s0, 12)"));
  EXPECT_THAT(result.ir, Not(HasSubstr("bind_element")));
}

TEST(OnnxImport, BindsWhatOnlyTheProgramKnows) {
  TinyModel m;
  m.input("x", {"6"});
  m.input("shape", {"2"}, 7);
  m.node("Reshape", {"x", "shape"}, {"y"});
  m.output("y");
  EXPECT_THAT(import(m).ir, HasSubstr("opc.bind_element"));
  ImportOptions options;
  std::vector<char> data(16);
  data[0] = 3;
  data[8] = 2;
  options.constants["shape"] = ConstantInput{"int64", {2}, data};
  EXPECT_THAT(import(m, options).ir, HasSubstr("tensor<3x2xf32>"));
}

TEST(OnnxImport, ReportsAllUnsupportedNodes) {
  TinyModel m;
  m.input("x", {"2"});
  m.node("Frobnicate", {"x"}, {"y"});
  m.node("StringSplit", {"y"}, {"z"});
  m.node("ReduceSum", {"x", "axes"}, {"w"});
  m.input("axes", {"1"}, 7);
  m.output("w");
  EXPECT_THAT(
      import(m).errors,
      ElementsAre(
          "node 'Frobnicate_node' (Frobnicate, domain ai.onnx, opset 18, "
          "f32[2]): is not supported",
          "node 'StringSplit_node' (StringSplit, domain ai.onnx, opset 18): is "
          "not supported; nearest supported form: integers that stand for the "
          "texts",
          "node 'ReduceSum_node' (ReduceSum, domain ai.onnx, opset 18, "
          "f32[2], i64[1]): needs the value of input 'axes' at compile time; "
          "nearest supported form: a constant"));
}

TEST(OnnxImport, NamesCyclesAndUnknownNames) {
  TinyModel m;
  m.input("x", {"2"});
  m.node("Add", {"x", "b"}, {"a"});
  m.node("Neg", {"a"}, {"b"});
  m.node("Relu", {"nowhere"}, {"c"});
  m.output("a");
  EXPECT_THAT(import(m).errors,
              ElementsAre(HasSubstr("input 'a' is computed after it: the graph "
                                    "has a cycle"),
                          HasSubstr("input 'nowhere' is defined nowhere")));
}

TEST(OnnxImport, RefusesAbsurdExtents) {
  for (const char *extent : {"-2", "9223372036854775807"}) {
    TinyModel m;
    m.input("x", {extent});
    m.output("x");
    EXPECT_THAT(import(m).errors.front(),
                HasSubstr("is not between 0 and 2^40"))
        << extent;
  }
  TinyModel m;
  m.input("x", {"1000000", "1000000", "1000000"});
  m.output("x");
  EXPECT_THAT(import(m).errors.front(), HasSubstr("exceeds 2^40 bytes"));
}

TEST(OnnxImport, RefusesOtherBytes) {
  const char *message = "m.onnx: is no ONNX model: it is truncated, corrupt, "
                        "nested too deep or of another format";
  EXPECT_THAT(importBytes("").errors, ElementsAre(message));
  EXPECT_THAT(importBytes("not a model").errors, ElementsAre(message));
  TinyModel m;
  m.input("x", {"2"});
  m.output("x");
  std::string bytes = m.model.SerializeAsString();
  EXPECT_THAT(importBytes(bytes.substr(0, bytes.size() - 3)).errors,
              ElementsAre(message));
}

TEST(OnnxImport, RefusesOpsetsOutOfRange) {
  TinyModel m(99);
  m.input("x", {"2"});
  m.output("x");
  EXPECT_THAT(import(m).errors,
              ElementsAre("opset 99 of ai.onnx is not supported; nearest "
                          "supported form: 6 to 28"));
}

TEST(OnnxImport, RefusesDataOfTheWrongSize) {
  TinyModel m;
  m.constant("c", {1, 2, 3}).set_dims(0, 4);
  m.node("Identity", {"c"}, {"y"});
  m.output("y");
  EXPECT_THAT(
      import(m).errors.front(),
      HasSubstr("initializer 'c': 24 bytes of data for 4 elements of i64"));
}

TEST(OnnxImport, RefusesAttributesOfTheWrongType) {
  TinyModel m;
  m.input("x", {"2", "2"});
  auto *axis = m.node("Softmax", {"x"}, {"y"}).add_attribute();
  axis->set_name("axis");
  axis->set_type(::onnx::AttributeProto::STRING);
  m.output("y");
  EXPECT_THAT(import(m).errors.front(),
              HasSubstr("attribute 'axis' has the wrong type"));
}

TEST(OnnxImport, InlinesFunctionsAndStopsAtRecursion) {
  TinyModel m;
  m.input("x", {"2"});
  m.node("Twice", {"x"}, {"y"}).set_domain("local");
  m.output("y");
  auto *import = m.model.add_opset_import();
  import->set_domain("local");
  import->set_version(1);
  auto *function = m.model.add_functions();
  function->set_domain("local");
  function->set_name("Twice");
  function->add_input("a");
  function->add_output("b");
  function->add_opset_import()->set_version(18);
  auto *node = function->add_node();
  node->set_op_type("Add");
  node->add_input("a");
  node->add_input("a");
  node->add_output("b");
  EXPECT_THAT(opc::onnx::test::import(m).ir, HasSubstr("opc.add %arg0, %arg0"));
  node->set_op_type("Twice");
  node->set_domain("local");
  node->mutable_input()->RemoveLast();
  EXPECT_THAT(opc::onnx::test::import(m).errors.front(),
              HasSubstr("functions that call each other more than 24 deep"));
}

//===----------------------------------------------------------------------===//
// What fuzzing found
//===----------------------------------------------------------------------===//

TEST(OnnxImport, KernelExtentsOutliveTheirLoop) {
  TinyModel m;
  m.input("x", {"1", "1", "3"});
  m.input("w", {"1", "2", "3"});
  m.node("ConvTranspose", {"x", "w"}, {"y"});
  m.output("y");
  EXPECT_THAT(import(m).ir, HasSubstr("tensor<1x2x5xf32>"));
}

TEST(OnnxImport, RefusesScansWithoutTheirState) {
  TinyModel m;
  m.input("x", {"2", "3"});
  auto &node = m.node("Scan", {"", "x"}, {"y"});
  auto *count = node.add_attribute();
  count->set_name("num_scan_inputs");
  count->set_type(::onnx::AttributeProto::INT);
  count->set_i(1);
  auto *body = node.add_attribute();
  body->set_name("body");
  body->set_type(::onnx::AttributeProto::GRAPH);
  body->mutable_g()->add_input()->set_name("s");
  body->mutable_g()->add_input()->set_name("e");
  body->mutable_g()->add_output()->set_name("s");
  m.output("y");
  EXPECT_THAT(import(m).errors.front(), HasSubstr("input 0 is missing"));
}

TEST(OnnxImport, RefusesNodesWithoutOutputs) {
  TinyModel m;
  m.input("x", {"2"});
  m.node("Mean", {"x"}, {});
  m.output("x");
  EXPECT_THAT(import(m).errors.front(), HasSubstr("has no outputs"));
}

TEST(OnnxImport, RefusesDepthsOutOfRange) {
  for (int64_t depth : {int64_t(-1), int64_t(1) << 62}) {
    TinyModel m;
    m.input("x", {"2"}, 7);
    m.constant("depth", {depth});
    m.constant("values", {0, 1});
    m.node("OneHot", {"x", "depth", "values"}, {"y"});
    m.output("y");
    EXPECT_THAT(import(m).errors.front(), HasSubstr("is out of range"));
  }
}

TEST(OnnxImport, RefusesAttentionOfIntegers) {
  TinyModel m(23);
  for (const char *name : {"q", "k", "v"})
    m.input(name, {"1", "2", "4", "8"}, 6);
  auto *causal = m.node("Attention", {"q", "k", "v"}, {"y"}).add_attribute();
  causal->set_name("is_causal");
  causal->set_type(::onnx::AttributeProto::INT);
  causal->set_i(1);
  m.output("y");
  EXPECT_THAT(import(m).errors.front(),
              HasSubstr("input 'Q' is i32, not f16, bf16, f32 or f64"));
}

TEST(OnnxImport, MessagesAreOneLineWhateverNamesHold) {
  TinyModel m;
  m.input("x", {"2"});
  m.node("Re\nlu", {"x"}, {"y"}).set_domain("a\nb");
  m.output("y");
  EXPECT_THAT(import(m).errors.front(),
              HasSubstr("(Re\\nlu, domain a\\nb, opset 0, f32[2])"));
}

} // namespace
