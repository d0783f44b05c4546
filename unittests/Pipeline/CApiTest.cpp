//===- CApiTest.cpp - The C interface of the compiler ---------------------===//
#include "TempFolder.h"
#include "opc-c/compiler.h"

#include "gtest/gtest.h"
#include <string>

TEST(CApi, NullIsAUsageErrorThatNamesTheFunction) {
  auto said = [](opc_status status) {
    EXPECT_EQ(status, OPC_ERROR_USAGE);
    return std::string(opc_last_error());
  };
  opc_program *program = nullptr;
  char *json = nullptr;
  EXPECT_EQ(said(opc_compile(nullptr, nullptr, &program)),
            "opc_compile: model_path and program may not be NULL");
  EXPECT_EQ(said(opc_compile("m.onnx", nullptr, nullptr)),
            "opc_compile: model_path and program may not be NULL");
  EXPECT_EQ(said(opc_compile_buffer(nullptr, 0, nullptr, nullptr, &program)),
            "opc_compile_buffer: model and program may not be NULL");
  EXPECT_EQ(said(opc_compile_buffer("", 0, nullptr, nullptr, nullptr)),
            "opc_compile_buffer: model and program may not be NULL");
  EXPECT_EQ(said(opc_compile_file(nullptr, "m.so", nullptr)),
            "opc_compile_file: model_path and output may not be NULL");
  EXPECT_EQ(said(opc_compile_file("m.onnx", nullptr, nullptr)),
            "opc_compile_file: model_path and output may not be NULL");
  EXPECT_EQ(said(opc_save(nullptr, "m.so")),
            "opc_save: program and path may not be NULL");
  EXPECT_EQ(said(opc_inspect_model(nullptr, nullptr, &json)),
            "opc_inspect_model: model_path and json may not be NULL");
  EXPECT_EQ(said(opc_inspect_model("m.onnx", nullptr, nullptr)),
            "opc_inspect_model: model_path and json may not be NULL");
  EXPECT_EQ(said(opc_inspect_buffer(nullptr, 0, nullptr, nullptr, &json)),
            "opc_inspect_buffer: model and json may not be NULL");
  EXPECT_EQ(said(opc_inspect_buffer("", 0, nullptr, nullptr, nullptr)),
            "opc_inspect_buffer: model and json may not be NULL");
  EXPECT_EQ(said(opc_targets(nullptr)), "opc_targets: json may not be NULL");
}

TEST(CApi, ADumpIsWrittenEachTime) {
  TempFolder folder;
  std::ofstream(folder / "m.mlir")
      << "func.func @main(%x: tensor<2xf32> {opc.name = \"x\"})\n"
         "    -> (tensor<2xf32> {opc.name = \"y\"})\n"
         "    attributes {opc.symbols = []} {\n"
         "  %y = opc.relu %x : (tensor<2xf32>) -> tensor<2xf32>\n"
         "  return %y : tensor<2xf32>\n}\n";
  for (std::string dump : {"first", "second"}) {
    std::string options = "{\"cache\": \"" + (folder / "cache") +
                          "\", \"dump_stages\": \"" + (folder / dump) + "\"}";
    opc_program *program = nullptr;
    ASSERT_EQ(
        opc_compile((folder / "m.mlir").c_str(), options.c_str(), &program),
        OPC_OK)
        << opc_last_error();
    opc_close(program);
    EXPECT_FALSE(std::filesystem::is_empty(folder / dump));
  }
}

TEST(CApi, WhatIsLoadedIsAWholeProgram) {
  opc_program *program = nullptr;
  for (const char *options : {"{\"stop_after\": \"import\"}",
                              "{\"emit\": \"llvm\"}", "{\"emit\": \"obj\"}"}) {
    EXPECT_EQ(opc_compile_buffer("m", 1, nullptr, options, &program),
              OPC_ERROR_USAGE);
    EXPECT_EQ(std::string(opc_last_error()),
              "what is loaded is a whole program: stop_after and emit are of "
              "opc_compile_file");
  }
}

TEST(CApi, AnEmptyModelIsAnError) {
  opc_program *program = nullptr;
  EXPECT_EQ(opc_compile_buffer("", 0, nullptr, nullptr, &program),
            OPC_ERROR_INPUT);
  EXPECT_STREQ(opc_last_error(), "model: is empty");
  EXPECT_EQ(program, nullptr);
}
