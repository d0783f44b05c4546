//===- CApiTest.cpp - The C interface of the compiler ---------------------===//
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

TEST(CApi, AnEmptyModelIsAnError) {
  opc_program *program = nullptr;
  EXPECT_EQ(opc_compile_buffer("", 0, nullptr, nullptr, &program),
            OPC_ERROR_INPUT);
  EXPECT_STREQ(opc_last_error(), "model: is empty");
  EXPECT_EQ(program, nullptr);
}
