//===- ExamplesTest.cpp - The examples run as their comments say ----------===//
#include "TempDir.h"
#include "opc/Runtime/Npy.h"

#include <cstdio>
#include <gtest/gtest.h>
#include <sys/wait.h>

using namespace opc::runtime;
using namespace opc::runtime::test;

/// Standard output and error of a command, and its exit code.
static std::pair<std::string, int> outputOf(const std::string &command) {
  std::string text;
  FILE *pipe = popen((command + " 2>&1").c_str(), "r");
  for (int c; (c = std::fgetc(pipe)) != EOF;)
    text += char(c);
  return {text, WEXITSTATUS(pclose(pipe))};
}

TEST(Examples, RunFromC) {
  auto [text, code] =
      outputOf(std::string(OPC_EXAMPLE_C) + " " + testProgram("double"));
  EXPECT_EQ(text, "y: f32[1, 2]\n");
  EXPECT_EQ(code, 0);
}

TEST(Examples, RunFromCxx) {
  TempDir dir;
  float values[] = {1, 2, 3, 4};
  int64_t dims[] = {2, 2};
  ASSERT_TRUE(writeNpy(dir.path("x.npy"), {values, OPC_F32, 2, dims}).ok());
  auto [text, code] = outputOf(std::string(OPC_EXAMPLE_CXX) + " " +
                               testProgram("triple") + " " + dir.path("x.npy"));
  EXPECT_EQ(text, "y: 3 6 9 12\n");
  EXPECT_EQ(code, 0);
}

TEST(Examples, ReportErrors) {
  for (const char *example : {OPC_EXAMPLE_C, OPC_EXAMPLE_CXX}) {
    auto [text, code] = outputOf(std::string(example) + " none.so");
    EXPECT_EQ(text, "error: none.so: No such file or directory\n");
    EXPECT_EQ(code, 1);
    EXPECT_EQ(outputOf(example).second, 2);
  }
  auto [text, code] =
      outputOf(std::string(OPC_EXAMPLE_CXX) + " " + testProgram("double"));
  EXPECT_EQ(text, "error: expected 1 inputs, got 0\n");
}
