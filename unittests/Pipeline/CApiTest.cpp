//===- CApiTest.cpp - The C interface of the compiler ---------------------===//
#include "TempFolder.h"
#include "opc-c/explain.h"
#include "opc-c/survey.h"

#include "gtest/gtest.h"
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

TEST(CApi, NullIsAUsageErrorThatNamesTheFunction) {
  auto said = [](opc_status status) {
    EXPECT_EQ(status, OPC_ERROR_USAGE);
    return std::string(opc_last_error());
  };
  opc_program *program = nullptr;
  char *json = nullptr;
  opc_model model = {};
  EXPECT_EQ(said(opc_compile(nullptr, nullptr, &program)),
            "opc_compile: model and program may not be NULL");
  EXPECT_EQ(said(opc_compile(&model, nullptr, nullptr)),
            "opc_compile: model and program may not be NULL");
  EXPECT_EQ(said(opc_compile_file(nullptr, "m.so", nullptr)),
            "opc_compile_file: model and output may not be NULL");
  EXPECT_EQ(said(opc_compile_file(&model, nullptr, nullptr)),
            "opc_compile_file: model and output may not be NULL");
  EXPECT_EQ(said(opc_save(nullptr, "m.so")),
            "opc_save: program and path may not be NULL");
  EXPECT_EQ(said(opc_inspect_model(nullptr, nullptr, &json)),
            "opc_inspect_model: model and json may not be NULL");
  EXPECT_EQ(said(opc_inspect_model(&model, nullptr, nullptr)),
            "opc_inspect_model: model and json may not be NULL");
  for (char **out : {static_cast<char **>(nullptr), &json}) {
    EXPECT_EQ(said(opc_survey_model(out ? nullptr : &model, nullptr, out)),
              "opc_survey_model: model and json may not be NULL");
    EXPECT_EQ(said(opc_explain_model(out ? nullptr : &model, nullptr, out)),
              "opc_explain_model: model and json may not be NULL");
  }
  EXPECT_EQ(said(opc_targets(nullptr)), "opc_targets: json may not be NULL");
  EXPECT_EQ(said(opc_compile(&model, nullptr, &program)),
            "the model has neither path nor data");
  model.num_constants = 1;
  EXPECT_EQ(said(opc_compile(&model, nullptr, &program)),
            "constants may not be NULL");
  model = {};
  model.path = "m.onnx";
  model.data = "m";
  EXPECT_EQ(said(opc_compile(&model, nullptr, &program)),
            "the model is given by path and in memory");
}

/// A model in memory.
static opc_model inMemory(std::string_view bytes) {
  opc_model model = {};
  model.data = bytes.data();
  model.size = bytes.size();
  return model;
}

static constexpr char kRelu[] =
    "func.func @main(%x: tensor<2xf32> {opc.name = \"x\"})\n"
    "    -> (tensor<2xf32> {opc.name = \"y\"})\n"
    "    attributes {opc.symbols = []} {\n"
    "  %y = opc.relu %x : (tensor<2xf32>) -> tensor<2xf32>\n"
    "  return %y : tensor<2xf32>\n}\n";

TEST(CApi, ADumpIsWrittenEachTime) {
  TempFolder folder;
  std::ofstream(folder / "m.mlir") << kRelu;
  std::string path = folder / "m.mlir";
  opc_model model = {};
  model.path = path.c_str();
  for (std::string dump : {"first", "second"}) {
    std::string options = "{\"cache\": \"" + (folder / "cache") +
                          "\", \"dump_stages\": \"" + (folder / dump) + "\"}";
    opc_program *program = nullptr;
    ASSERT_EQ(opc_compile(&model, options.c_str(), &program), OPC_OK)
        << opc_last_error();
    opc_close(program);
    EXPECT_FALSE(std::filesystem::is_empty(folder / dump));
  }
}

TEST(CApi, WhatIsLoadedIsAWholeProgram) {
  opc_program *program = nullptr;
  for (const char *options : {"{\"stop_after\": \"import\"}",
                              "{\"emit\": \"llvm\"}", "{\"emit\": \"obj\"}"}) {
    opc_model model = inMemory("m");
    EXPECT_EQ(opc_compile(&model, options, &program), OPC_ERROR_USAGE);
    EXPECT_EQ(std::string(opc_last_error()),
              "what is loaded is a whole program: stop_after and emit are of "
              "opc_compile_file");
  }
}

TEST(CApi, AnEmptyModelIsAnError) {
  opc_program *program = nullptr;
  opc_model model = inMemory("");
  EXPECT_EQ(opc_compile(&model, nullptr, &program), OPC_ERROR_INPUT);
  EXPECT_STREQ(opc_last_error(), "model: is empty");
  EXPECT_EQ(program, nullptr);
}

/// What a program makes of {-1, 2}.
static std::vector<float> resultOf(opc_program *program) {
  float x[] = {-1, 2};
  int64_t dims[] = {2};
  opc_tensor input = {x, OPC_F32, 1, dims};
  opc_results *results = nullptr;
  EXPECT_EQ(opc_run(program, &input, 1, nullptr, 0, &results), OPC_OK)
      << opc_last_error();
  auto *y = static_cast<const float *>(opc_result(results, 0)->data);
  std::vector<float> values(y, y + 2);
  opc_free_results(results);
  return values;
}

TEST(CApi, TextMayBeInMemory) {
  const std::string relu = kRelu;
  for (const std::string &text :
       {relu, "\n // a comment\n" + relu, "module {\n" + relu + "}"}) {
    opc_model model = inMemory(text);
    opc_program *program = nullptr;
    ASSERT_EQ(opc_compile(&model, "{\"cache\": false}", &program), OPC_OK)
        << opc_last_error();
    EXPECT_EQ(resultOf(program), (std::vector<float>{0, 2}));
    opc_close(program);
  }
}

TEST(CApi, ATextInMemoryThatIsWrongIsNamed) {
  for (auto [text, said] : std::vector<std::pair<const char *, const char *>>{
           {"module {}", "model: has no function @main"},
           {"// nothing", "model: is no ONNX model"},
           {"func.func @main(", "model:1:"},
           {"text", "model: is no ONNX model"}}) {
    opc_model model = inMemory(text);
    opc_program *program = nullptr;
    EXPECT_EQ(opc_compile(&model, "{\"cache\": false}", &program),
              OPC_ERROR_INPUT);
    EXPECT_EQ(std::string(opc_last_error()).substr(0, strlen(said)), said);
  }
}

/// An ONNX model: y = x - c, all f32[n].
static constexpr char kSub[] =
    "\x08\x08:I\n\x0e\n\x01x\n\x01"
    "c\x12\x01y\"\x03Sub\x12\x01gZ\x10\n\x01x\x12\x0b\n\t\x08\x01\x12\x05\n"
    "\x03\x12\x01nZ\x10\n\x01"
    "c\x12\x0b\n\t\x08\x01\x12\x05\n\x03\x12\x01n"
    "b\x10\n\x01y\x12\x0b\n\t\x08\x01\x12\x05\n\x03\x12\x01n"
    "B\x04\n\x00\x10\r";

TEST(CApi, ConstantsAreReadWhereTheyAre) {
  std::string bytes(kSub, sizeof(kSub) - 1);
  opc_model model = inMemory(bytes);
  float values[] = {0.5f, -4};
  int64_t dims[] = {2};
  opc_constant constant = {"c", {values, OPC_F32, 1, dims}};
  model.constants = &constant;
  model.num_constants = 1;
  opc_program *program = nullptr;
  ASSERT_EQ(opc_compile(&model, "{\"cache\": false}", &program), OPC_OK)
      << opc_last_error();
  // What was needed of them is in the program.
  values[0] = values[1] = 100;
  EXPECT_EQ(resultOf(program), (std::vector<float>{-1.5f, 6}));
  opc_close(program);
}

TEST(CApi, AConstantThatDoesNotFitIsNamed) {
  std::string bytes(kSub, sizeof(kSub) - 1);
  opc_model model = inMemory(bytes);
  int32_t values[] = {1, 2};
  int64_t dims[] = {2};
  opc_constant constant = {"c", {values, OPC_I32, 1, dims}};
  model.constants = &constant;
  model.num_constants = 1;
  opc_program *program = nullptr;
  EXPECT_EQ(opc_compile(&model, "{\"cache\": false}", &program),
            OPC_ERROR_INPUT);
  EXPECT_STREQ(opc_last_error(),
               "input 'c': a constant of i32[2] is given for f32[2]");
  EXPECT_NE(std::string(opc_last_diagnostics()).find("\"name\":\"c\""),
            std::string::npos);
}
