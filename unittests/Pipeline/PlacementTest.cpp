//===- PlacementTest.cpp - Programs of the processor and a device ---------===//
//
// The device of MadeUpDeviceTest.cpp, for chips whose figures send everything
// there or nothing, and for a target that refuses kernels.
//
//===----------------------------------------------------------------------===//
#include "Inputs/FakeDevice.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc-c/opc.h"
#include "opc/Pipeline/Compiler.h"
#include "opc/Pipeline/Explain.h"
#include "opc/Pipeline/Jit.h"
#include "opc/Targets/Simt/Family.h"
#include "llvm/Support/JSON.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <cstdlib>
#include <dlfcn.h>

using namespace opc;
using testing::HasSubstr;

namespace {

/// A chip as the reference's, but for its device and figures.
std::string chipWith(llvm::StringRef speed) {
  std::string text = findTarget("reference")->chips[0].text.str();
  size_t begin = text.find("\"device\""), end = text.find("\"caches\"");
  text.replace(begin, end - begin,
               R"("device": {"name": "board", "own_memory": true}, "speed": )" +
                   speed.str() + ", ");
  return text;
}

std::string speedOf(double gflops, double us, double linkUs, double linkGbs) {
  return llvm::formatv(R"({{"gflops": {0:f3}, "serial_gflops": {0:f3}, )"
                       R"("bandwidth_gbs": {0:f3}, "launch_us": {1:f3}, )"
                       R"("link_us": {2:f3}, "link_gbs": {3:f3}})",
                       gflops, us, linkUs, linkGbs);
}

const std::string kFast = chipWith(speedOf(1e6, 0.001, 0.001, 1e6));
const std::string kSlow = chipWith(speedOf(1, 1000, 1000, 0.1));
/// Fast, but each copy takes longer than all that the tests compute.
const std::string kFar = chipWith(speedOf(1e6, 0.001, 1e6, 1e6));
const EmbeddedFile kChips[] = {{"fast", kFast}, {"slow", kSlow}, {"far", kFar}};

const Target &yardTarget() {
  static const Target target = {
      .name = "yard", .summary = "made up", .chips = kChips};
  return target;
}

/// A chip whose target writes kernels itself.
const std::string kPicky =
    R"({"summary": "made up", "rank": 1,
        "device": {"name": "board", "own_memory": true}, "speed": )" +
    speedOf(1e6, 0.001, 0.001, 1e6) +
    R"(, "simt": {"wave": 32, "group": 256, "shared_bytes": 32768,
                  "register_bytes": 256, "vector_bits": 128}})";
const EmbeddedFile kPickyChips[] = {{"fast", kPicky}};

/// It is given kernels until it has refused them all.
llvm::Error refuse(mlir::ModuleOp kernels, const TargetDesc &desc,
                   llvm::SmallVectorImpl<char> &) {
  auto first = *kernels.getOps<mlir::func::FuncOp>().begin();
  return llvm::make_error<KernelRefusal>(desc.name(), first.getName(),
                                         "it is a Monday");
}

const Target &pickyTarget() {
  static const Target target = [] {
    Target target =
        named(simt::sourceTarget(), "picky", "made up", kPickyChips);
    target.emit = refuse;
    return target;
  }();
  return target;
}

constexpr llvm::StringLiteral kGraph = R"(
func.func @main(%x: tensor<?x3xf32> {opc.name = "x",
    opc.dims = affine_map<()[s0] -> (s0, 3)>})
    -> (tensor<?x3xf32> {opc.name = "y"}, tensor<?x3xf32> {opc.name = "z"})
    attributes {opc.symbols = ["n"]} {
  %0 = opc.neg %x : (tensor<?x3xf32>) -> tensor<?x3xf32> loc("turn")
  %1 = opc.cumulative %0 {kind = "sum", axis = 1 : i64, exclusive = false, reverse = false} : (tensor<?x3xf32>) -> tensor<?x3xf32> loc("left")
  %2 = opc.cumulative %0 {kind = "sum", axis = 1 : i64, exclusive = false, reverse = true} : (tensor<?x3xf32>) -> tensor<?x3xf32> loc("right")
  %3 = opc.mul %1, %2 : (tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x3xf32> loc("times")
  return %3, %1 : tensor<?x3xf32>, tensor<?x3xf32>
}
)";

class Placement : public testing::Test {
protected:
  static void SetUpTestSuite() {
    registerTarget(yardTarget());
    registerTarget(pickyTarget());
  }

  void SetUp() override {
    setenv("OPC_DEVICE_PATH", OPC_TEST_DEVICES, 1);
    plugIn = dlopen(OPC_TEST_DEVICES "/libopc_device_board.so", RTLD_NOW);
    ASSERT_TRUE(plugIn) << dlerror();
    state = static_cast<FakeDeviceState *>(dlsym(plugIn, FAKE_DEVICE_STATE));
    ASSERT_TRUE(state);
    *state = {};
    state->mostBytes = INT64_MAX;
  }

  void TearDown() override {
    opc_close(program);
    dlclose(plugIn);
  }

  Status compile(const char *target, llvm::StringRef graph = kGraph) {
    options.target = target;
    return compileProgram(ModelSource::inMemory(graph, ""), options, compiled);
  }

  void load(const char *target) {
    Status status = compile(target);
    ASSERT_TRUE(status.ok()) << status.message();
    status = loadIntoProcess(std::move(compiled), program);
    ASSERT_TRUE(status.ok()) << status.message();
  }

  /// Sums from the left: -1 1 -3 and -0.5 -3.5 -2.5; from the right: -3 -2 -4
  /// and -2.5 -2 1.
  void checkRun() {
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
    EXPECT_THAT(valuesOf(0), testing::ElementsAre(3, -2, 12, 1.25, 7, -2.5));
    EXPECT_THAT(valuesOf(1), testing::ElementsAre(-1, 1, -3, -0.5, -3.5, -2.5));
    opc_free_results(results);
  }

  std::string explained(const char *target) {
    options.target = target;
    std::string text;
    Status status =
        explainModel(ModelSource::inMemory(kGraph, ""), options, text);
    EXPECT_TRUE(status.ok()) << status.message();
    return text;
  }

  CompileOptions options;
  CompiledProgram compiled;
  opc_program *program = nullptr;
  void *plugIn = nullptr;
  FakeDeviceState *state = nullptr;
};

TEST_F(Placement, EverythingGoesWhereItCostsNothing) {
  ASSERT_NO_FATAL_FAILURE(load("cpu:x86-64-v3+yard:fast"));
  checkRun();
  EXPECT_GE(state->launches, 3);
  EXPECT_EQ(state->writes, 1);
  EXPECT_EQ(state->reads, 2);
  EXPECT_THAT(opc_manifest(program),
              HasSubstr(R"("targets":["cpu:x86-64-v3","yard:fast"])"));
}

TEST_F(Placement, NothingGoesWhereItCostsMore) {
  for (const char *target :
       {"yard:slow+cpu:x86-64-v3", "cpu:x86-64-v3+yard:far"}) {
    ASSERT_NO_FATAL_FAILURE(load(target));
    checkRun();
    EXPECT_EQ(state->launches + state->writes + state->reads, 0) << target;
    opc_close(program);
    program = nullptr;
  }
}

TEST_F(Placement, WhatADeviceRefusesIsTheProcessors) {
  ASSERT_NO_FATAL_FAILURE(load("cpu:x86-64-v3+picky:fast"));
  checkRun();
  EXPECT_EQ(state->launches, 0);
  EXPECT_THAT(explained("cpu:x86-64-v3+picky:fast"),
              HasSubstr(R"("why":"picky:fast refuses: it is a Monday")"));
}

TEST_F(Placement, SaysWhereAndWhy) {
  std::string text = explained("cpu:x86-64-v3+yard:fast");
  EXPECT_THAT(text, HasSubstr(R"("chip":"yard:fast")"));
  EXPECT_THAT(text, HasSubstr(R"("why":"least time")"));
  EXPECT_THAT(text, HasSubstr(R"("times_us":{"cpu:x86-64-v3":)"));
}

TEST_F(Placement, OpsStayWhereTheModelWantsThem) {
  std::string graph = kGraph.str();
  for (size_t at = graph.find("{kind"); at != std::string::npos;
       at = graph.find("{kind", at + 1))
    graph.insert(at + 1, "opc.target = \"cpu:x86-64-v3\", ");
  Status status = compile("cpu:x86-64-v3+yard:fast", graph);
  ASSERT_TRUE(status.ok()) << status.message();
  status = loadIntoProcess(std::move(compiled), program);
  ASSERT_TRUE(status.ok()) << status.message();
  checkRun();
  EXPECT_EQ(state->launches, 2) << "neg and mul";
}

TEST_F(Placement, SetsThatMakeNoSenseAreNamed) {
  struct Case {
    const char *target, *line;
  };
  for (auto [target, line] :
       {Case{"cpu+nosuch", "unknown target 'nosuch'"},
        Case{"cpu+", "unknown target ''"},
        Case{"cpu:x86-64-v3+cpu:x86-64-v3", "cpu:x86-64-v3 is named twice"},
        Case{"cpu:x86-64-v3+reference:plain",
             "cpu:x86-64-v3 and reference:plain are both run by the host"},
        Case{"yard:fast+picky:fast",
             "yard:fast and picky:fast are both of device 'board'"},
        Case{"cpu+musa:mp_22", "musa:mp_22 has no figures of its speed"}}) {
    Status status = compile(target);
    EXPECT_FALSE(status.ok()) << target;
    EXPECT_THAT(status.message(), HasSubstr(line));
  }
}

TEST_F(Placement, TheHostOfDevicesAloneIsTheProcessorAtHand) {
  ASSERT_NO_FATAL_FAILURE(load("yard:fast+opencl:gpu"));
  EXPECT_THAT(opc_manifest(program), HasSubstr(R"("targets":["cpu:)"));
  checkRun();
}

} // namespace
