//===- ReproducerTest.cpp - What a bug report needs -----------------------===//
#include "opc/Pipeline/Reproducer.h"
#include "TempFolder.h"
#include "opc/Pipeline/BuildInfo.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <unistd.h>

using namespace opc;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;

namespace {

constexpr char kGraph[] = R"(
func.func @main(%x: tensor<2xf32> {opc.name = "x", opc.dims = affine_map<() -> (2)>})
    -> (tensor<2xf32> {opc.name = "y"}) attributes {opc.symbols = []} {
  %0 = opc.relu %x : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
)";

/// A working directory of its own.
class ReproducerTest : public testing::Test {
protected:
  ReproducerTest() {
    EXPECT_TRUE(getcwd(before, sizeof before));
    EXPECT_EQ(chdir((folder / "").c_str()), 0);
    source = ModelSource::inMemory({kGraph, sizeof kGraph - 1}, "");
    source.isText = true;
    options.threads = 2;
  }
  ~ReproducerTest() override {
    unsetenv("TMPDIR");
    EXPECT_EQ(chdir(before), 0);
  }

  TempFolder folder;
  ModelSource source;
  CompileOptions options;
  char before[4096];
};

TEST_F(ReproducerTest, ADefectLeavesAll) {
  Status status = withReproducer(Status::internal("torn"), source, options);
  EXPECT_EQ(status.code(), OPC_ERROR_INTERNAL);
  std::string message = status.message();
  ASSERT_THAT(message, MatchesRegex("torn; reproducer: opc-repro.*[.]mlir"));
  EXPECT_EQ(folder.numFiles(), 1u);
  std::string text = folder.read(message.substr(message.rfind(' ') + 1));
  EXPECT_THAT(text, HasSubstr("build " + buildId()));
  EXPECT_THAT(text, HasSubstr("// error: torn\n"));
  EXPECT_THAT(text, HasSubstr("--threads 2"));
  EXPECT_THAT(text, HasSubstr("opc.relu"));
}

TEST_F(ReproducerTest, WhatIsNoDefectLeavesNothing) {
  Status status = withReproducer(Status::input("no model"), source, options);
  EXPECT_EQ(status.message(), "no model");
  EXPECT_EQ(folder.numFiles(), 0u);
}

TEST_F(ReproducerTest, IsWrittenWhereThereIsRoom) {
  setenv("TMPDIR", (folder / "").c_str(), 1);
  ASSERT_EQ(chdir("/proc"), 0);
  Status status = withReproducer(Status::internal("torn"), source, options);
  EXPECT_THAT(status.message(), EndsWith(".mlir"));
  EXPECT_EQ(folder.numFiles(), 1u);
}

} // namespace
