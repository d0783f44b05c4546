//===- DiagnosticTest.cpp - Lines and JSON of what is wrong ---------------===//
#include "opc/Runtime/Error.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace opc::runtime;
using Code = Diagnostic::Code;
using Json = nlohmann::json;

static Diagnostic refusedNode() {
  Diagnostic diagnostic;
  diagnostic.code = Code::Unsupported;
  diagnostic.subject = "node";
  diagnostic.name = "conv\n1";
  diagnostic.op = "Conv";
  diagnostic.domain = "ai.onnx";
  diagnostic.opset = 18;
  diagnostic.dtype = "f32, i64";
  diagnostic.shape = "[3, ?], []";
  diagnostic.reason = "group 0 is not supported";
  diagnostic.nearest = "1";
  return diagnostic;
}

TEST(Diagnostic, IsOneLine) {
  EXPECT_EQ(refusedNode().line(),
            "node 'conv\\n1' (Conv, domain ai.onnx, opset 18, f32[3, ?], "
            "i64[]): group 0 is not supported; nearest supported form: 1");
  Diagnostic shapeless = refusedNode();
  shapeless.shape = "";
  EXPECT_EQ(shapeless.line(),
            "node 'conv\\n1' (Conv, domain ai.onnx, opset 18, f32, i64): group "
            "0 is not supported; nearest supported form: 1");
  Diagnostic plain;
  plain.reason = "no graph";
  EXPECT_EQ(plain.line(), "no graph");
  plain.place = "m.mlir:3:4";
  EXPECT_EQ(plain.line(), "m.mlir:3:4: no graph");
  plain.subject = "input";
  plain.name = "x";
  EXPECT_EQ(plain.line(), "m.mlir:3:4: input 'x': no graph");
}

TEST(Diagnostic, IsAnObject) {
  Json all = Json::parse(toJson(std::vector{refusedNode()}));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0]["code"], "unsupported");
  EXPECT_EQ(all[0]["message"], refusedNode().line());
  EXPECT_EQ(all[0]["name"], "conv\n1");
  EXPECT_EQ(all[0]["opset"], 18);
  EXPECT_EQ(all[0]["shape"], "[3, ?], []");
  EXPECT_EQ(all[0]["nearest"], "1");
  EXPECT_FALSE(all[0].contains("place"));
}

TEST(Diagnostic, OfBytesThatAreNoTextIsJson) {
  Diagnostic diagnostic;
  diagnostic.name = diagnostic.subject = diagnostic.reason = "\xff\"\x1b[1m";
  Json all = Json::parse(toJson(std::vector{diagnostic}));
  EXPECT_EQ(all[0]["reason"], "\\xff\"\x1b[1m");
  EXPECT_EQ(all[0]["message"].get<std::string>().find('\x1b'),
            std::string::npos);
}

TEST(Diagnostic, IsReadBack) {
  std::vector<Diagnostic> written(4, refusedNode());
  written[1].code = Code::NeedsValue;
  written[1].input = "axes";
  written[2] = {Code::Usage};
  written[2].reason = "unknown option";
  written[3].target = "cpu";
  written[3].place = "a.mlir:1:2";
  std::vector<Diagnostic> read = diagnosticsOf(toJson(written));
  EXPECT_EQ(toJson(read), toJson(written));
  ASSERT_EQ(read.size(), 4u);
  EXPECT_EQ(read[1].code, Code::NeedsValue);
  EXPECT_EQ(read[1].input, "axes");
}

TEST(Diagnostic, OfOtherTextIsAFaultOfOurOwn) {
  for (const char *text : {"", "{", "[1]", "[{\"code\": 3}]", "[{}]"}) {
    std::vector<Diagnostic> read = diagnosticsOf(text);
    ASSERT_EQ(read.size(), 1u) << text;
    EXPECT_EQ(read[0].code, Code::Internal) << text;
  }
  EXPECT_TRUE(diagnosticsOf("[]").empty());
}

TEST(Diagnostic, OfAStatusIsTheGravest) {
  Diagnostic internal, usage;
  internal.code = Code::Internal;
  usage.code = Code::Usage;
  EXPECT_EQ(Status::of({refusedNode()}).code(), OPC_ERROR_INPUT);
  EXPECT_EQ(Status::of({refusedNode(), usage}).code(), OPC_ERROR_USAGE);
  EXPECT_EQ(Status::of({usage, internal, refusedNode()}).code(),
            OPC_ERROR_INTERNAL);
  // Whoever fails without saying why has failed.
  EXPECT_FALSE(Status::of({}).ok());
  EXPECT_EQ(Status::of({}).code(), OPC_ERROR_INTERNAL);
  EXPECT_TRUE(Status().ok());
  EXPECT_EQ(Status().code(), OPC_OK);
  EXPECT_TRUE(Status().diagnostics().empty());
}

TEST(Diagnostic, OfAStatusIsReported) {
  Status status = Status::of({refusedNode(), refusedNode()});
  EXPECT_EQ(report(status), OPC_ERROR_INPUT);
  std::string line = refusedNode().line();
  EXPECT_EQ(opc_last_error(), line + "\n" + line);
  EXPECT_EQ(Json::parse(opc_last_diagnostics()).size(), 2u);
  // Success leaves the last error.
  EXPECT_EQ(report(Status()), OPC_OK);
  EXPECT_EQ(Json::parse(opc_last_diagnostics()).size(), 2u);
  EXPECT_EQ(outOfMemory(), OPC_ERROR_INPUT);
  EXPECT_STREQ(opc_last_error(), "out of memory");
  EXPECT_STREQ(opc_last_diagnostics(), "[]");
}

TEST(Diagnostic, SaysWhereAFileIsAtFault) {
  Status status = Status::input("its manifest is damaged").in("m.so");
  EXPECT_EQ(status.message(), "m.so: its manifest is damaged");
  EXPECT_EQ(status.diagnostics()[0].place, "m.so");
  EXPECT_EQ(std::move(status).in("a").message(),
            "a: m.so: its manifest is damaged");
  EXPECT_TRUE(Status().in("m.so").ok());
}
