//===- HostProgramTest.cpp - Programs without control flow ----------------===//
#include "TestProgram.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MathExtras.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using testing::ElementsAre;
using testing::IsEmpty;

namespace {

constexpr llvm::StringLiteral kChain = R"mlir(
func.func @main(%x: tensor<?x2xf32> {opc.name = "x", opc.dims = affine_map<()[s0] -> (s0, 2)>})
    -> (tensor<?xf32> {opc.name = "y"}) attributes {opc.symbols = ["n"]} {
  %two = opc.constant {value = dense<2.0> : tensor<f32>} : tensor<f32>
  %0 = opc.neg %x : (tensor<?x2xf32>) -> tensor<?x2xf32> loc("negate")
  %1 = opc.mul %0, %two : (tensor<?x2xf32>, tensor<f32>) -> tensor<?x2xf32> loc("double")
  %2 = opc.relu %1 : (tensor<?x2xf32>) -> tensor<?x2xf32> loc("clip")
  %3 = opc.add %2, %x : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32> loc("sum")
  %4 = opc.reshape %3 {dims = affine_map<()[s0] -> (s0 * 2)>} : (tensor<?x2xf32>) -> tensor<?xf32> loc("flatten")
  return %4 : tensor<?xf32>
} loc("main")
)mlir";

class Chain : public testing::TestWithParam<bool> {};

TEST_P(Chain, RunsAtEverySize) {
  TestProgram test(kChain, GetParam());
  for (int64_t n : {0, 1, 3, 100}) {
    std::vector<float> x, y;
    for (int64_t i = 0; i < 2 * n; ++i) {
      x.push_back(i % 2 ? i : -i);
      y.push_back(std::max(-2 * x.back(), 0.0f) + x.back());
    }
    auto outputs = test.run({TestTensor::of({n, 2}, x)});
    ASSERT_EQ(outputs.size(), 1u);
    EXPECT_THAT(outputs[0].dims, ElementsAre(2 * n));
    EXPECT_EQ(outputs[0].values<float>(), y);
  }
  EXPECT_EQ(test.launches, GetParam() ? 1u : 4u);
}

INSTANTIATE_TEST_SUITE_P(Fused, Chain, testing::Bool());

TEST(HostProgram, SaysWhatItIs) {
  TestProgram test(kChain, /*fuse=*/false);
  llvm::json::Object manifest = opc::manifestOf(test.program);
  std::string text;
  llvm::raw_string_ostream(text) << llvm::json::Value(std::move(manifest));
  EXPECT_EQ(text,
            R"({"constants_bytes":0,"demands":[],)"
            R"("inputs":[{"dtype":"f32","name":"x","shape":["n",2]}],)"
            R"("kernels":[{"locations":[0],"name":"neg_0","ops":["opc.neg"]},)"
            R"({"locations":[3],"name":"mul_1","ops":["opc.mul"]},)"
            R"({"locations":[4],"name":"relu_2","ops":["opc.relu"]},)"
            R"({"locations":[5],"name":"add_3","ops":["opc.add"]}],)"
            R"("locations":["negate","flatten","main","double","clip","sum"],)"
            R"("operators":["","","","","",""],)"
            R"("outputs":[{"dtype":"f32","name":"y","shape":["?"]}]})");
}

TEST(HostProgram, FusedKernelsNameAllTheirNodes) {
  TestProgram test(kChain, /*fuse=*/true);
  ASSERT_EQ(test.program.kernels.size(), 1u);
  EXPECT_THAT(test.program.kernels[0].ops,
              ElementsAre("opc.neg", "opc.mul", "opc.relu", "opc.add"));
  EXPECT_EQ(test.program.kernels[0].locations.size(), 4u);
}

TEST(HostProgram, AbsurdSizesAreFaults) {
  TestProgram test(kChain);
  TestTensor huge{{int64_t(1) << 61, 2}, {}};
  EXPECT_EQ(test.fails({huge}).fault, OPC_FAULT_LIMIT);
  TestTensor negative{{-3, 2}, {}};
  TestFault fault = test.fails({negative});
  EXPECT_EQ(fault.fault, OPC_FAULT_LIMIT);
  EXPECT_EQ(fault.observed, -3);
  TestTensor large{{int64_t(1) << 40, 2}, {}};
  EXPECT_EQ(test.fails({large}).fault, OPC_FAULT_MEMORY);
}

TEST(HostProgram, InputsThatShareASymbolMustAgree) {
  TestProgram test(R"mlir(
func.func @main(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>},
                %y: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0 * 2 + 1)>})
    -> (tensor<?xf32>, tensor<?xf32>) attributes {opc.symbols = ["n"]} {
  return %x, %y : tensor<?xf32>, tensor<?xf32>
})mlir");
  auto outputs = test.run(
      {TestTensor::of<float>({1}, {5}), TestTensor::of<float>({3}, {1, 2, 3})});
  EXPECT_THAT(outputs[0].values<float>(), ElementsAre(5));
  EXPECT_THAT(outputs[1].values<float>(), ElementsAre(1, 2, 3));
  TestFault fault = test.fails(
      {TestTensor::of<float>({1}, {5}), TestTensor::of<float>({2}, {1, 2})});
  EXPECT_EQ(fault.fault, OPC_FAULT_SHAPE);
  EXPECT_EQ(fault.observed, 2);
  EXPECT_EQ(fault.expected, 3);
}

TEST(HostProgram, ConstantsAndRepeatedValuesAreOutputs) {
  TestProgram test(R"mlir(
func.func @main(%x: tensor<2xf32> {opc.dims = affine_map<() -> (2)>})
    -> (tensor<3xi64>, tensor<2xf32>, tensor<2xf32>, tensor<2x1xf32>) attributes {opc.symbols = []} {
  %c = opc.constant {value = dense<[7, 8, 9]> : tensor<3xi64>} : tensor<3xi64>
  %0 = opc.neg %x : (tensor<2xf32>) -> tensor<2xf32>
  %1 = opc.reshape %0 {dims = affine_map<() -> (2, 1)>} : (tensor<2xf32>) -> tensor<2x1xf32>
  return %c, %0, %0, %1 : tensor<3xi64>, tensor<2xf32>, tensor<2xf32>, tensor<2x1xf32>
})mlir");
  auto outputs = test.run({TestTensor::of<float>({2}, {1, 2})});
  EXPECT_THAT(outputs[0].values<int64_t>(), ElementsAre(7, 8, 9));
  for (int i : {1, 2, 3})
    EXPECT_THAT(outputs[i].values<float>(), ElementsAre(-1, -2));
  EXPECT_THAT(outputs[3].dims, ElementsAre(2, 1));
}

TEST(HostProgram, SizesFollowFromData) {
  TestProgram test(R"mlir(
func.func @main(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>})
    -> (tensor<1x?xi64>, tensor<1x?xi64>) attributes {opc.symbols = ["n", ""]} {
  %0 = opc.nonzero_count %x : (tensor<?xf32>) -> tensor<i64>
  opc.bind_element %0 {index = 0 : i64, symbol = 1 : i64} : tensor<i64>
  %1 = opc.nonzero %x {count = affine_map<()[s0, s1] -> (s1)>} : (tensor<?xf32>) -> tensor<1x?xi64>
  %2 = opc.neg %1 : (tensor<1x?xi64>) -> tensor<1x?xi64>
  %3 = opc.neg %2 : (tensor<1x?xi64>) -> tensor<1x?xi64>
  return %1, %3 : tensor<1x?xi64>, tensor<1x?xi64>
})mlir");
  auto outputs = test.run({TestTensor::of<float>({5}, {0, 3, 0, 1, 2})});
  EXPECT_THAT(outputs[0].dims, ElementsAre(1, 3));
  EXPECT_THAT(outputs[0].values<int64_t>(), ElementsAre(1, 3, 4));
  EXPECT_THAT(outputs[1].values<int64_t>(), ElementsAre(1, 3, 4));
  outputs = test.run({TestTensor::of<float>({2}, {0, 0})});
  EXPECT_THAT(outputs[1].dims, ElementsAre(1, 0));
  outputs = test.run({TestTensor::of<float>({0}, {})});
  EXPECT_THAT(outputs[0].values<int64_t>(), IsEmpty());
}

constexpr llvm::StringLiteral kBroadcast = R"mlir(
func.func @main(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>},
                %y: tensor<?xf32> {opc.dims = affine_map<()[s0, s1] -> (s1)>})
    -> tensor<?xf32> attributes {opc.symbols = ["a", "b", ""]} {
  opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0, s1)>, symbol = 2 : i64} loc("plus")
  %0 = opc.add %x, %y {opc.dims = [affine_map<()[s0, s1, s2] -> (s2)>]} : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
})mlir";

TEST(HostProgram, ExtentsBroadcastAtRunTime) {
  TestProgram test(kBroadcast);
  auto three = TestTensor::of<float>({3}, {1, 2, 3});
  auto one = TestTensor::of<float>({1}, {10});
  EXPECT_THAT(test.run({three, one})[0].values<float>(),
              ElementsAre(11, 12, 13));
  EXPECT_THAT(test.run({one, three})[0].values<float>(),
              ElementsAre(11, 12, 13));
  EXPECT_THAT(test.run({one, one})[0].values<float>(), ElementsAre(20));
  EXPECT_THAT(test.run({TestTensor{{0}, {}}, one})[0].dims, ElementsAre(0));
  TestFault fault = test.fails({three, TestTensor::of<float>({2}, {1, 2})});
  EXPECT_EQ(fault.fault, OPC_FAULT_SHAPE);
  EXPECT_EQ(fault.observed, 3);
  EXPECT_EQ(fault.expected, 2);
  EXPECT_EQ(test.program.locations[fault.op], "plus");
}

TEST(HostProgram, ClampsAreNotAffine) {
  TestProgram test(R"mlir(
func.func @main(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>})
    -> tensor<?xf32> attributes {opc.symbols = ["n", ""]} {
  opc.bind_clamp {bounds = affine_map<()[s0] -> (s0 - 2, 0, 3)>, symbol = 1 : i64}
  %0 = opc.slice %x {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<()[s0, s1] -> (s1)>} : (tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
})mlir");
  EXPECT_THAT(test.run({TestTensor::of<float>({1}, {1})})[0].dims,
              ElementsAre(0));
  EXPECT_THAT(
      test.run({TestTensor::of<float>({4}, {1, 2, 3, 4})})[0].values<float>(),
      ElementsAre(1, 2));
  EXPECT_THAT(test.run({TestTensor::of<float>({7}, {1, 2, 3, 4, 5, 6, 7})})[0]
                  .values<float>(),
              ElementsAre(1, 2, 3));
}

/// The host computes extents and kernels compute values from the same formulas.
TEST(HostProgram, ExtentsRoundAlikeEverywhere) {
  TestProgram test(R"mlir(
#sizes = affine_map<()[s0] -> ((s0 - 9) floordiv 4 + 3, (s0 - 9) ceildiv 4 + 3, (s0 - 9) mod 4,
                               (s0 * 7) ceildiv 3)>
func.func @main(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>})
    -> (tensor<?x?x?x?xi64>, tensor<4xi64>) attributes {opc.symbols = ["n"]} {
  %0 = opc.iota {axis = 0 : i64, dims = #sizes} : () -> tensor<?x?x?x?xi64>
  %1 = opc.extents {values = #sizes} : () -> tensor<4xi64>
  return %0, %1 : tensor<?x?x?x?xi64>, tensor<4xi64>
})mlir");
  for (int64_t n = 0; n < 24; ++n) {
    std::vector<int64_t> expected = {
        llvm::divideFloorSigned(n - 9, int64_t(4)) + 3,
        llvm::divideCeilSigned(n - 9, int64_t(4)) + 3,
        llvm::mod(n - 9, int64_t(4)),
        llvm::divideCeilSigned(7 * n, int64_t(3))};
    auto outputs =
        test.run({TestTensor::of<float>({n}, std::vector<float>(n))});
    EXPECT_EQ(outputs[0].dims, expected) << "at " << n;
    EXPECT_EQ(outputs[1].values<int64_t>(), expected) << "at " << n;
  }
}

TEST(HostProgram, AKnownExtentDecidesABroadcast) {
  for (const char *operands : {"%c, %x : (tensor<3xf32>, tensor<?xf32>)",
                               "%x, %c : (tensor<?xf32>, tensor<3xf32>)"}) {
    TestProgram test(llvm::formatv(R"mlir(
func.func @main(%x: tensor<?xf32> {{opc.dims = affine_map<()[s0] -> (s0)>})
    -> tensor<3xf32> attributes {{opc.symbols = ["n"]} {{
  %c = opc.constant {{value = dense<[1.0, 2.0, 3.0]> : tensor<3xf32>} : tensor<3xf32>
  %0 = opc.add {0} -> tensor<3xf32>
  return %0 : tensor<3xf32>
})mlir",
                                   operands)
                         .str());
    EXPECT_THAT(
        test.run({TestTensor::of<float>({3}, {1, 2, 3})})[0].values<float>(),
        ElementsAre(2, 4, 6));
    EXPECT_THAT(test.run({TestTensor::of<float>({1}, {10})})[0].values<float>(),
                ElementsAre(11, 12, 13));
  }
}

TEST(HostProgram, KernelsReportFaults) {
  TestProgram test(R"mlir(
func.func @main(%x: tensor<3xf32> {opc.dims = affine_map<() -> (3)>},
                %i: tensor<1xi64> {opc.dims = affine_map<() -> (1)>})
    -> tensor<1xf32> attributes {opc.symbols = []} {
  %0 = opc.neg %x : (tensor<3xf32>) -> tensor<3xf32> loc("first")
  %1 = opc.gather %0, %i {axis = 0 : i64} : (tensor<3xf32>, tensor<1xi64>) -> tensor<1xf32> loc("pick"("Gather"))
  return %1 : tensor<1xf32>
})mlir");
  auto x = TestTensor::of<float>({3}, {1, 2, 3});
  EXPECT_THAT(
      test.run({x, TestTensor::of<int64_t>({1}, {-1})})[0].values<float>(),
      ElementsAre(-3));
  TestFault fault = test.fails({x, TestTensor::of<int64_t>({1}, {3})});
  EXPECT_EQ(fault.fault, OPC_FAULT_INDEX);
  EXPECT_EQ(test.program.locations[fault.op], "pick");
  EXPECT_EQ(test.program.operators[fault.op], "Gather");
  EXPECT_EQ(fault.observed, 3);
  EXPECT_EQ(fault.expected, 3);
}

/// Of tasks that run at once, one records: number and extent belong together.
TEST(HostProgram, TheFirstFaultOfAKernelIsRecorded) {
  TestProgram test(R"mlir(
func.func @main(%x: tensor<3xf32> {opc.dims = affine_map<() -> (3)>},
                %i: tensor<4xi64> {opc.dims = affine_map<() -> (4)>})
    -> tensor<4xf32> attributes {opc.symbols = []} {
  %0 = opc.gather %x, %i {axis = 0 : i64} : (tensor<3xf32>, tensor<4xi64>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
})mlir");
  auto x = TestTensor::of<float>({3}, {1, 2, 3});
  // Units run from the last to the first.
  auto fault = test.fails({x, TestTensor::of<int64_t>({4}, {9, 1, -4, 0})});
  EXPECT_EQ(fault.observed, -4);
  EXPECT_EQ(fault.expected, 3);
}

} // namespace
