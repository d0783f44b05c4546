//===- MadeUpDeviceTest.cpp - Kernels in memory that is not the host's ----===//
//
// A target whose chip has memory of its own, run by a device that no file of
// lib knows (Inputs/FakeDevice.cpp). What a run takes of it is counted.
//
//===----------------------------------------------------------------------===//
#include "Inputs/FakeDevice.h"
#include "TempFolder.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "opc-c/opc.h"
#include "opc/Conversion/OpcToHost/HostProgram.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Pipeline/Compiler.h"
#include "opc/Pipeline/InitAll.h"
#include "opc/Pipeline/Jit.h"
#include "opc/Pipeline/Stages.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <cmath>
#include <cstdlib>
#include <dlfcn.h>
#include <thread>

using namespace mlir;
using namespace opc;
using testing::HasSubstr;

namespace {

/// A chip as the reference's, but for its device.
std::string chipFor(const std::string &device, bool ownMemory) {
  std::string text = findTarget("reference")->chips[0].text.str();
  std::string none = R"({"name": "", "own_memory": false})";
  text.replace(text.find(none), none.size(),
               R"({"name": ")" + device + R"(", "own_memory": )" +
                   (ownMemory ? "true}" : "false}"));
  return text;
}

/// Chips b1: memory of its own; shared: the host's; old and absent: devices
/// that cannot be opened.
const Target &boardTarget() {
  static const std::string own = chipFor("board", true);
  static const std::string shared = chipFor("board", false);
  static const std::string old = chipFor("old", true);
  static const std::string empty = chipFor("empty", true);
  static const std::string absent = chipFor("absent", true);
  static const EmbeddedFile chips[] = {{"b1", own},
                                       {"shared", shared},
                                       {"old", old},
                                       {"empty", empty},
                                       {"absent", absent}};
  static const Target target = {.name = "board",
                                .summary = "made up, with memory of its own",
                                .chips = chips};
  return target;
}

constexpr llvm::StringLiteral kGraph = R"(
func.func @main(%x: tensor<?x3xf32> {opc.name = "x",
    opc.dims = affine_map<()[s0] -> (s0, 3)>})
    -> (tensor<?x4xf32> {opc.name = "y"}, tensor<?x3xf32> {opc.name = "z"})
    attributes {opc.symbols = ["n"]} {
  %w = opc.constant {value = dense<[[1.0, 2.0, 3.0, 4.0], [0.5, -1.0, 0.25, 2.0], [-2.0, 1.0, 8.0, 0.0]]> : tensor<3x4xf32>} : tensor<3x4xf32>
  %0 = opc.tanh %x : (tensor<?x3xf32>) -> tensor<?x3xf32> loc("squash")
  %1 = opc.matmul %0, %w {transpose_a = false, transpose_b = false} : (tensor<?x3xf32>, tensor<3x4xf32>) -> tensor<?x4xf32> loc("product")
  %2 = opc.relu %1 : (tensor<?x4xf32>) -> tensor<?x4xf32> loc("clip")
  %3 = opc.cumulative %0 {kind = "sum", axis = 1 : i64, exclusive = false, reverse = false} : (tensor<?x3xf32>) -> tensor<?x3xf32> loc("sums")
  return %2, %3 : tensor<?x4xf32>, tensor<?x3xf32>
}
)";

constexpr float kWeights[3][4] = {
    {1, 2, 3, 4}, {0.5, -1, 0.25, 2}, {-2, 1, 8, 0}};

/// What kGraph computes.
void expected(const std::vector<float> &x, std::vector<float> &y,
              std::vector<float> &z) {
  for (size_t row = 0; row < x.size() / 3; ++row) {
    float t[3], sum = 0;
    for (int k = 0; k < 3; ++k) {
      t[k] = std::tanh(x[row * 3 + k]);
      z.push_back(sum += t[k]);
    }
    for (int j = 0; j < 4; ++j) {
      float total = 0;
      for (int k = 0; k < 3; ++k)
        total += t[k] * kWeights[k][j];
      y.push_back(std::max(total, 0.0f));
    }
  }
}

std::vector<float> someFloats(size_t count) {
  std::vector<float> x;
  for (size_t i = 0; i < count; ++i)
    x.push_back(float(i % 13) / 4 - 1.5f);
  return x;
}

class MadeUpDevice : public testing::Test {
protected:
  static void SetUpTestSuite() { registerTarget(boardTarget()); }

  void SetUp() override {
    setenv("OPC_DEVICE_PATH", "/nowhere:" OPC_TEST_DEVICES, 1);
    plugIn = dlopen(OPC_TEST_DEVICES "/libopc_device_board.so", RTLD_NOW);
    ASSERT_TRUE(plugIn) << dlerror();
    state = static_cast<FakeDeviceState *>(dlsym(plugIn, FAKE_DEVICE_STATE));
    ASSERT_TRUE(state);
    *state = {};
    state->mostBytes = INT64_MAX;
  }

  void TearDown() override {
    opc_close(program);
    EXPECT_EQ(state->open, 0) << "the device was not closed";
    EXPECT_EQ(state->modules, 0) << "an image was not unloaded";
    EXPECT_EQ(state->allocations, 0) << "memory was not given back";
    dlclose(plugIn);
  }

  void read(StringRef text, const char *target) {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    module = parseSourceString<ModuleOp>(text, &context);
    ASSERT_TRUE(module);
    options.target = target;
    options.verifyEach = true;
    Status status = resolveTarget(options, desc);
    ASSERT_TRUE(status.ok()) << status.message();
    module.get()->setAttr(kTargetAttr, StringAttr::get(&context, desc->name()));
  }

  void runStagesTo(const char *first, const char *last) {
    StageContext around{options, *desc, host};
    Status status =
        runStages(*module, around, *findStage(first), *findStage(last));
    ASSERT_TRUE(status.ok()) << status.message();
  }

  /// Compiles all kernels for `target`; `status` says what loading gives.
  Status load(StringRef text, const char *target) {
    read(text, target);
    if (Status status = compileGraph(*module, options, *desc, compiled);
        !status.ok())
      return status;
    return loadIntoProcess(std::move(compiled), program);
  }

  /// Moves the kernels whose name begins so to the device's chip.
  unsigned place(StringRef name, StringRef chip) {
    unsigned count = 0;
    for (auto kernel : module->getOps<func::FuncOp>())
      if (kernel->hasAttr(kKernelAttr) && kernel.getName().starts_with(name)) {
        kernel->setAttr(kTargetAttr, StringAttr::get(&context, chip));
        ++count;
      }
    return count;
  }

  void checkRun(int64_t rows) {
    std::vector<float> x = someFloats(rows * 3), y, z;
    expected(x, y, z);
    int64_t shape[] = {rows, 3};
    opc_tensor input = {x.data(), OPC_F32, 2, shape};
    opc_results *results = nullptr;
    ASSERT_EQ(opc_run(program, &input, 1, nullptr, 0, &results), OPC_OK)
        << opc_last_error();
    auto valuesOf = [&](size_t index) {
      return static_cast<const float *>(opc_result(results, index)->data);
    };
    for (size_t i = 0; i < y.size(); ++i)
      EXPECT_NEAR(valuesOf(0)[i], y[i], 1e-5) << i;
    for (size_t i = 0; i < z.size(); ++i)
      EXPECT_NEAR(valuesOf(1)[i], z[i], 1e-5) << i;
    opc_free_results(results);
  }

  /// Runs kSplit, whose sums the board makes, and counts what it was asked.
  void checkSplitRun() {
    ASSERT_EQ(compiled.images.size(), 1u);
    Status status = loadIntoProcess(std::move(compiled), program);
    ASSERT_TRUE(status.ok()) << status.message();
    float x[] = {1, -2, 4, 0.5, 3, -1};
    int64_t shape[] = {2, 3};
    opc_tensor input = {x, OPC_F32, 2, shape};
    opc_results *results = nullptr;
    ASSERT_EQ(opc_run(program, &input, 1, nullptr, 0, &results), OPC_OK)
        << opc_last_error();
    auto valuesOf = [&](size_t index) {
      auto *data = static_cast<const float *>(opc_result(results, index)->data);
      return std::vector<float>(data, data + 6);
    };
    // Sums from the left: -1 1 -3 and -0.5 -3.5 -2.5; from the right: -3 -2 -4
    // and -2.5 -2 1.
    EXPECT_THAT(valuesOf(0), testing::ElementsAre(3, -2, 12, 1.25, 7, -2.5));
    EXPECT_THAT(valuesOf(1), testing::ElementsAre(-1, 1, -3, -0.5, -3.5, -2.5));
    opc_free_results(results);
    EXPECT_EQ(state->launches, 2);
    // What the processor made and both read; two results, of which one is used
    // twice.
    EXPECT_EQ(state->writes, 1);
    EXPECT_EQ(state->reads, 2);
  }

  /// What a run that must fail says; it gives all memory back.
  std::string failure(int64_t rows) {
    std::vector<float> x = someFloats(rows * 3);
    int64_t shape[] = {rows, 3};
    opc_tensor input = {x.data(), OPC_F32, 2, shape};
    opc_results *results = nullptr;
    EXPECT_EQ(opc_run(program, &input, 1, nullptr, 0, &results),
              OPC_ERROR_INPUT);
    EXPECT_EQ(results, nullptr);
    EXPECT_EQ(state->allocations, 0) << "a run that failed kept memory";
    return opc_last_error();
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  CompileOptions options;
  const TargetDesc *desc = nullptr;
  HostProgram host;
  CompiledProgram compiled;
  opc_program *program = nullptr;
  void *plugIn = nullptr;
  FakeDeviceState *state = nullptr;
};

TEST_F(MadeUpDevice, RunsAtEverySize) {
  Status status = load(kGraph, "board:b1");
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(state->modules, 1);
  for (int64_t rows : {0, 1, 2, 37, 1000}) {
    checkRun(rows);
    EXPECT_EQ(state->allocations, 0) << "a run kept memory";
  }
  EXPECT_GE(state->launches, 10) << "kernels did not run on the device";
}

TEST_F(MadeUpDevice, ATensorIsCopiedOnceForEachDirection) {
  Status status = load(kGraph, "board:b1");
  ASSERT_TRUE(status.ok()) << status.message();
  checkRun(5);
  // x and the weights; y and z.
  EXPECT_EQ(state->writes, 2);
  EXPECT_EQ(state->reads, 2);
}

TEST_F(MadeUpDevice, RunsInMemoryOfTheHost) {
  Status status = load(kGraph, "board:shared");
  ASSERT_TRUE(status.ok()) << status.message();
  checkRun(37);
  EXPECT_GE(state->launches, 2);
  EXPECT_EQ(state->writes + state->reads, 0);
}

constexpr llvm::StringLiteral kSplit = R"(
func.func @main(%x: tensor<?x3xf32> {opc.name = "x",
    opc.dims = affine_map<()[s0] -> (s0, 3)>})
    -> (tensor<?x3xf32> {opc.name = "y"}, tensor<?x3xf32> {opc.name = "z"})
    attributes {opc.symbols = ["n"]} {
  %0 = opc.neg %x : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %1 = opc.cumulative %0 {kind = "sum", axis = 1 : i64, exclusive = false, reverse = false} : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %2 = opc.cumulative %0 {kind = "sum", axis = 1 : i64, exclusive = false, reverse = true} : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %3 = opc.mul %1, %2 : (tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x3xf32>
  return %3, %1 : tensor<?x3xf32>, tensor<?x3xf32>
}
)";

TEST_F(MadeUpDevice, SharesAGraphWithTheProcessor) {
  ASSERT_NO_FATAL_FAILURE(read(kSplit, "cpu"));
  ASSERT_NO_FATAL_FAILURE(runStagesTo("import", "form-kernels"));
  EXPECT_EQ(place("cumulative", "board:b1"), 2u);
  ASSERT_NO_FATAL_FAILURE(runStagesTo("form-kernels", "llvm"));
  Status status = assembleProgram(*module, host, options, *desc, compiled);
  ASSERT_TRUE(status.ok()) << status.message();
  checkSplitRun();
}

TEST_F(MadeUpDevice, TakesTheOpsThatNameIt) {
  ASSERT_NO_FATAL_FAILURE(read(kSplit, "cpu:x86-64-v3"));
  module->walk([&](CumulativeOp op) {
    op->setAttr(kTargetAttr, StringAttr::get(&context, "board:b1"));
  });
  Status status = compileGraph(*module, options, *desc, compiled);
  ASSERT_TRUE(status.ok()) << status.message();
  checkSplitRun();
}

TEST_F(MadeUpDevice, RunsOutOfAFile) {
  ASSERT_NO_FATAL_FAILURE(read(kGraph, "board:b1"));
  Status status = compileGraph(*module, options, *desc, compiled);
  ASSERT_TRUE(status.ok()) << status.message();
  TempFolder folder;
  std::string path = folder / "board.so";
  status = linkSharedObject(compiled.parts(), *compiled.desc, path);
  ASSERT_TRUE(status.ok()) << status.message();
  ASSERT_EQ(opc_load(path.c_str(), &program), OPC_OK) << opc_last_error();
  EXPECT_THAT(opc_manifest(program),
              HasSubstr(R"("devices":[{"name":"board","own_memory":true}])"));
  EXPECT_THAT(opc_manifest(program),
              HasSubstr(R"("images":[{"device":0,"target":"board:b1"}])"));
  checkRun(7);
}

TEST_F(MadeUpDevice, IsOpenOnceForAllPrograms) {
  Status status = load(kGraph, "board:b1");
  ASSERT_TRUE(status.ok()) << status.message();
  opc_program *first = program;
  program = nullptr;
  CompiledProgram again;
  module = parseSourceString<ModuleOp>(kGraph, &context);
  module.get()->setAttr(kTargetAttr, StringAttr::get(&context, desc->name()));
  status = compileGraph(*module, options, *desc, again);
  ASSERT_TRUE(status.ok()) << status.message();
  status = loadIntoProcess(std::move(again), program);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(state->open, 1);
  EXPECT_EQ(state->modules, 2);
  opc_close(first);
  EXPECT_EQ(state->open, 1);
  checkRun(3);
  EXPECT_EQ(state->opened, 1);
}

TEST_F(MadeUpDevice, SeveralThreadsRunOneProgram) {
  Status status = load(kGraph, "board:b1");
  ASSERT_TRUE(status.ok()) << status.message();
  std::vector<std::thread> threads;
  for (int64_t rows : {5, 37, 129})
    threads.emplace_back([this, rows] {
      for (int run = 0; run < 20; ++run)
        checkRun(rows);
    });
  for (std::thread &thread : threads)
    thread.join();
}

TEST_F(MadeUpDevice, NoMemoryIsAnErrorOfTheRun) {
  Status status = load(kGraph, "board:b1");
  ASSERT_TRUE(status.ok()) << status.message();
  checkRun(100);
  state->mostBytes = 1024;
  EXPECT_THAT(failure(1000), HasSubstr("device 'board': no memory for "));
  checkRun(2);
  state->mostBytes = INT64_MAX;
  checkRun(1000);
}

TEST_F(MadeUpDevice, ALaunchThatIsRefusedIsAnErrorOfTheRun) {
  Status status = load(kGraph, "board:b1");
  ASSERT_TRUE(status.ok()) << status.message();
  checkRun(4);
  state->failLaunch = state->launches + 2;
  std::string line = failure(4);
  EXPECT_THAT(line, HasSubstr("device 'board': the queue is full"));
  EXPECT_THAT(line, testing::StartsWith("product")) << "names the node";
  checkRun(4);
}

TEST_F(MadeUpDevice, ALaunchThatFailsLaterIsAnErrorOfTheRun) {
  Status status = load(kGraph, "board:b1");
  ASSERT_TRUE(status.ok()) << status.message();
  for (int64_t which : {1, 2}) {
    state->failLater = state->launches + which;
    EXPECT_THAT(failure(4), HasSubstr("device 'board': a kernel did not end"));
    checkRun(4);
  }
}

TEST_F(MadeUpDevice, WhatKernelsMeetIsReported) {
  constexpr llvm::StringLiteral text = R"(
func.func @main(%x: tensor<?x3xf32> {opc.name = "x",
    opc.dims = affine_map<()[s0] -> (s0, 3)>})
    -> (tensor<?xf32> {opc.name = "y"}) attributes {opc.symbols = ["n"]} {
  %i = opc.constant {value = dense<7> : tensor<i64>} : tensor<i64>
  %0 = opc.gather %x, %i {axis = 1 : i64} : (tensor<?x3xf32>, tensor<i64>) -> tensor<?xf32> loc("pick")
  return %0 : tensor<?xf32>
}
)";
  Status status = load(text, "board:b1");
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_THAT(failure(4),
              HasSubstr("index 7 lies outside of a dimension of 3"));
}

TEST_F(MadeUpDevice, AMissingDeviceIsNamed) {
  struct Case {
    const char *chip, *line;
  };
  for (auto [chip, line] :
       {Case{"board:absent",
             "device 'absent': libopc_device_absent.so is neither in a folder "
             "of OPC_DEVICE_PATH, nor beside the runtime, nor where the "
             "dynamic linker looks"},
        Case{"board:old", "libopc_device_old.so is of version 99 of "
                          "opc-c/device.h, this runtime has version 1"},
        Case{"board:empty", "libopc_device_empty.so has no opc_device_v1"}}) {
    Status status = load(kGraph, chip);
    EXPECT_FALSE(status.ok()) << chip;
    EXPECT_THAT(status.message(), HasSubstr(line));
    EXPECT_EQ(program, nullptr);
  }
  state->refusesOpen = 1;
  Status status = load(kGraph, "board:b1");
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status.message(),
              HasSubstr("device 'board': no board is plugged in"));
}

} // namespace
