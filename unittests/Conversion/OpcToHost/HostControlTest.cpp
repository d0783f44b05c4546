//===- HostControlTest.cpp - Branches and loops ---------------------------===//
#include "TestProgram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using testing::ElementsAre;
using testing::IsEmpty;

namespace {

TestTensor flag(bool value) { return TestTensor::of<char>({}, {value}); }
TestTensor number(int64_t value) {
  return TestTensor::of<int64_t>({}, {value});
}

TEST(HostControl, BranchesOfKnownSize) {
  TestProgram test(R"mlir(
func.func @main(%c: tensor<i1> {opc.dims = affine_map<() -> ()>},
                %x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>})
    -> tensor<?xf32> attributes {opc.symbols = ["n"]} {
  %0 = opc.exp %x : (tensor<?xf32>) -> tensor<?xf32>
  %1 = opc.if %c {dims = [affine_map<()[s0] -> (s0)>]} : (tensor<i1>) -> tensor<?xf32> {
    %2 = opc.neg %x : (tensor<?xf32>) -> tensor<?xf32>
    %3 = opc.neg %2 : (tensor<?xf32>) -> tensor<?xf32>
    opc.yield %3 : tensor<?xf32>
  } else {
    opc.yield %0 : tensor<?xf32>
  }
  %4 = opc.neg %1 : (tensor<?xf32>) -> tensor<?xf32>
  return %4 : tensor<?xf32>
})mlir");
  auto x = TestTensor::of<float>({2}, {0, 5});
  EXPECT_THAT(test.run({flag(true), x})[0].values<float>(), ElementsAre(0, -5));
  EXPECT_THAT(test.run({flag(false), TestTensor::of<float>({1}, {0})})[0]
                  .values<float>(),
              ElementsAre(-1));
}

TEST(HostControl, BranchesOfOtherSizes) {
  TestProgram test(R"mlir(
func.func @main(%c: tensor<i1> {opc.dims = affine_map<() -> ()>},
                %x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>})
    -> (tensor<?xf32>, tensor<?xf32>) attributes {opc.symbols = ["n", "", ""]} {
  %0 = opc.if %c {dims = [affine_map<()[s0, s1] -> (s1)>]} : (tensor<i1>) -> tensor<?xf32> {
    %2 = opc.concat %x, %x {axis = 0 : i64} : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
    opc.yield %2 : tensor<?xf32>
  } else {
    %3 = opc.nonzero_count %x : (tensor<?xf32>) -> tensor<i64>
    opc.bind_element %3 {index = 0 : i64, symbol = 2 : i64} : tensor<i64>
    %4 = opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1, s2] -> (s2)>} : () -> tensor<?xf32>
    opc.yield %4 : tensor<?xf32>
  }
  opc.bind_dim %0 {axis = 0 : i64, symbol = 1 : i64} : tensor<?xf32>
  %1 = opc.neg %0 : (tensor<?xf32>) -> tensor<?xf32>
  return %0, %1 : tensor<?xf32>, tensor<?xf32>
})mlir");
  auto x = TestTensor::of<float>({3}, {4, 0, 6});
  auto outputs = test.run({flag(true), x});
  EXPECT_THAT(outputs[0].values<float>(), ElementsAre(4, 0, 6, 4, 0, 6));
  EXPECT_THAT(outputs[1].dims, ElementsAre(6));
  outputs = test.run({flag(false), x});
  EXPECT_THAT(outputs[0].values<float>(), ElementsAre(0, 1));
  EXPECT_THAT(outputs[1].values<float>(), ElementsAre(0, -1));
}

/// A size that only the branch not taken would have is nobody's fault.
TEST(HostControl, BranchesNotTakenAreNotChecked) {
  TestProgram test(R"mlir(
func.func @main(%c: tensor<i1> {opc.dims = affine_map<() -> ()>},
                %x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>})
    -> tensor<1xf32> attributes {opc.symbols = ["n"]} {
  %0 = opc.if %c {dims = [affine_map<() -> (1)>]} : (tensor<i1>) -> tensor<1xf32> {
    %1 = opc.slice %x {starts = affine_map<() -> (5)>, steps = array<i64: 1>, dims = affine_map<()[s0] -> (s0 - 5)>} : (tensor<?xf32>) -> tensor<?xf32>
    %2 = opc.reduce %1 {axes = array<i64: 0>, kind = "sum", keepdims = true} : (tensor<?xf32>) -> tensor<1xf32>
    opc.yield %2 : tensor<1xf32>
  } else {
    %3 = opc.reduce %x {axes = array<i64: 0>, kind = "sum", keepdims = true} : (tensor<?xf32>) -> tensor<1xf32>
    opc.yield %3 : tensor<1xf32>
  }
  return %0 : tensor<1xf32>
})mlir");
  auto x = TestTensor::of<float>({2}, {1, 2});
  EXPECT_THAT(test.run({flag(false), x})[0].values<float>(), ElementsAre(3));
  TestFault fault = test.fails({flag(true), x});
  EXPECT_EQ(fault.fault, OPC_FAULT_LIMIT);
  EXPECT_EQ(fault.observed, -3);
}

/// Fibonacci: both carried values change places, one is scanned.
TEST(HostControl, CarriedValuesOfKnownSize) {
  TestProgram test(R"mlir(
func.func @main(%n: tensor<i64> {opc.dims = affine_map<() -> ()>},
                %a: tensor<1xi64> {opc.dims = affine_map<() -> (1)>},
                %b: tensor<1xi64> {opc.dims = affine_map<() -> (1)>})
    -> (tensor<1xi64>, tensor<1xi64>, tensor<?x1xi64>) attributes {opc.symbols = [""]} {
  %0:3 = "opc.loop"(%n, %a, %b) <{operandSegmentSizes = array<i32: 1, 0, 2>,
      body_dims = [affine_map<() -> ()>, affine_map<() -> (1)>, affine_map<() -> (1)>],
      dims = [affine_map<() -> (1)>, affine_map<() -> (1)>, affine_map<()[s0] -> (s0, 1)>]}> ({
  ^bb0(%i: tensor<i64>, %x: tensor<1xi64>, %y: tensor<1xi64>):
    %go = opc.constant {value = dense<true> : tensor<i1>} : tensor<i1>
    %z = opc.add %x, %y : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
    opc.yield %go, %y, %z, %y : tensor<i1>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>
  }) : (tensor<i64>, tensor<1xi64>, tensor<1xi64>) -> (tensor<1xi64>, tensor<1xi64>, tensor<?x1xi64>)
  opc.bind_dim %0#2 {axis = 0 : i64, symbol = 0 : i64} : tensor<?x1xi64>
  return %0#0, %0#1, %0#2 : tensor<1xi64>, tensor<1xi64>, tensor<?x1xi64>
})mlir");
  auto zero = TestTensor::of<int64_t>({1}, {0});
  auto one = TestTensor::of<int64_t>({1}, {1});
  auto outputs = test.run({number(10), zero, one});
  EXPECT_THAT(outputs[0].values<int64_t>(), ElementsAre(55));
  EXPECT_THAT(outputs[1].values<int64_t>(), ElementsAre(89));
  EXPECT_THAT(outputs[2].dims, ElementsAre(10, 1));
  EXPECT_THAT(outputs[2].values<int64_t>(),
              ElementsAre(1, 1, 2, 3, 5, 8, 13, 21, 34, 55));
  outputs = test.run({number(0), zero, one});
  EXPECT_THAT(outputs[0].values<int64_t>(), ElementsAre(0));
  EXPECT_THAT(outputs[2].dims, ElementsAre(0, 1));
  EXPECT_THAT(outputs[2].values<int64_t>(), IsEmpty());
}

/// The second value swaps with the first, the third stays what it was.
TEST(HostControl, CarriedValuesMayBePermuted) {
  TestProgram test(R"mlir(
func.func @main(%n: tensor<i64> {opc.dims = affine_map<() -> ()>},
                %a: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>},
                %b: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>})
    -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) attributes {opc.symbols = ["n"]} {
  %0:3 = "opc.loop"(%n, %a, %b, %a) <{operandSegmentSizes = array<i32: 1, 0, 3>,
      body_dims = [affine_map<() -> ()>, affine_map<()[s0] -> (s0)>, affine_map<()[s0] -> (s0)>, affine_map<()[s0] -> (s0)>],
      dims = [affine_map<()[s0] -> (s0)>, affine_map<()[s0] -> (s0)>, affine_map<()[s0] -> (s0)>]}> ({
  ^bb0(%i: tensor<i64>, %x: tensor<?xf32>, %y: tensor<?xf32>, %z: tensor<?xf32>):
    %go = opc.constant {value = dense<true> : tensor<i1>} : tensor<i1>
    opc.yield %go, %y, %x, %z : tensor<i1>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
  }) : (tensor<i64>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>)
  return %0#0, %0#1, %0#2 : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
})mlir");
  auto a = TestTensor::of<float>({2}, {1, 2});
  auto b = TestTensor::of<float>({2}, {3, 4});
  for (int64_t n : {0, 1, 2, 3}) {
    auto outputs = test.run({number(n), a, b});
    EXPECT_EQ(outputs[0].values<float>(), (n % 2 ? b : a).values<float>());
    EXPECT_EQ(outputs[1].values<float>(), (n % 2 ? a : b).values<float>());
    EXPECT_EQ(outputs[2].values<float>(), a.values<float>());
  }
}

/// What comes after a loop does not take the room of its result.
TEST(HostControl, CarriedValuesOutliveTheLoop) {
  TestProgram test(R"mlir(
func.func @main(%n: tensor<i64> {opc.dims = affine_map<() -> ()>},
                %x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>})
    -> tensor<?xf32> attributes {opc.symbols = ["n"]} {
  %0 = "opc.loop"(%n, %x) <{operandSegmentSizes = array<i32: 1, 0, 1>,
      body_dims = [affine_map<() -> ()>, affine_map<()[s0] -> (s0)>], dims = [affine_map<()[s0] -> (s0)>]}> ({
  ^bb0(%i: tensor<i64>, %l: tensor<?xf32>):
    %go = opc.constant {value = dense<true> : tensor<i1>} : tensor<i1>
    %1 = opc.add %l, %x : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
    opc.yield %go, %1 : tensor<i1>, tensor<?xf32>
  }) : (tensor<i64>, tensor<?xf32>) -> tensor<?xf32>
  %2 = opc.neg %x : (tensor<?xf32>) -> tensor<?xf32>
  %3 = opc.mul %2, %x : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %4 = opc.add %2, %3 : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %5 = opc.add %0, %4 : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %5 : tensor<?xf32>
})mlir");
  for (int64_t n : {1, 2, 3, 4})
    EXPECT_THAT(test.run({number(n), TestTensor::of<float>({2}, {1, 2})})[0]
                    .values<float>(),
                ElementsAre(n - 1, 2 * n - 4));
}

/// A list grows until it has more than four elements; a loop in a loop.
TEST(HostControl, CarriedValuesThatGrow) {
  TestProgram test(R"mlir(
func.func @main(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>},
                %c: tensor<i1> {opc.dims = affine_map<() -> ()>})
    -> (tensor<?xf32>, tensor<?xf32>) attributes {opc.symbols = ["n", "", "", ""]} {
  %limit = opc.constant {value = dense<4> : tensor<i64>} : tensor<i64>
  %0:2 = "opc.loop"(%c, %x) <{operandSegmentSizes = array<i32: 0, 1, 1>,
      body_dims = [affine_map<() -> ()>, affine_map<()[s0, s1] -> (s1)>],
      dims = [affine_map<()[s0, s1, s2] -> (s2)>, affine_map<()[s0, s1, s2, s3] -> (s3)>]}> ({
  ^bb0(%i: tensor<i64>, %l: tensor<?xf32>):
    opc.bind_dim %l {axis = 0 : i64, symbol = 1 : i64} : tensor<?xf32>
    %1 = opc.concat %l, %x {axis = 0 : i64} : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
    %2 = opc.extents {values = affine_map<()[s0, s1] -> (s0 + s1)>} : () -> tensor<1xi64>
    %3 = opc.reshape %2 {dims = affine_map<() -> ()>} : (tensor<1xi64>) -> tensor<i64>
    %4 = opc.less_equal %3, %limit : (tensor<i64>, tensor<i64>) -> tensor<i1>
    %5 = opc.reduce %1 {axes = array<i64: 0>, kind = "sum", keepdims = false} : (tensor<?xf32>) -> tensor<f32>
    opc.yield %4, %1, %5 : tensor<i1>, tensor<?xf32>, tensor<f32>
  }) : (tensor<i1>, tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>)
  opc.bind_dim %0#0 {axis = 0 : i64, symbol = 2 : i64} : tensor<?xf32>
  opc.bind_dim %0#1 {axis = 0 : i64, symbol = 3 : i64} : tensor<?xf32>
  %6 = opc.neg %0#0 : (tensor<?xf32>) -> tensor<?xf32>
  return %6, %0#1 : tensor<?xf32>, tensor<?xf32>
})mlir");
  auto x = TestTensor::of<float>({2}, {1, 2});
  auto outputs = test.run({x, flag(true)});
  EXPECT_THAT(outputs[0].values<float>(), ElementsAre(-1, -2, -1, -2, -1, -2));
  EXPECT_THAT(outputs[1].values<float>(), ElementsAre(6, 9));
  outputs = test.run({x, flag(false)});
  EXPECT_THAT(outputs[0].values<float>(), ElementsAre(-1, -2));
  EXPECT_THAT(outputs[1].values<float>(), IsEmpty());
}

/// What a loop states of its values is looked at where they come about.
TEST(HostControl, CarriedValuesMustKeepTheirStatedExtents) {
  TestProgram test(R"mlir(
func.func @main(%n: tensor<i64> {opc.dims = affine_map<() -> ()>},
                %x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>},
                %y: tensor<?xf32> {opc.dims = affine_map<()[s0, s1] -> (s1)>})
    -> tensor<?xf32> attributes {opc.symbols = ["a", "b"]} {
  %0 = "opc.loop"(%n, %x) <{operandSegmentSizes = array<i32: 1, 0, 1>,
      body_dims = [affine_map<() -> ()>, affine_map<()[s0] -> (s0)>], dims = [affine_map<()[s0] -> (s0)>]}> ({
  ^bb0(%i: tensor<i64>, %l: tensor<?xf32>):
    %go = opc.constant {value = dense<true> : tensor<i1>} : tensor<i1>
    opc.yield %go, %y : tensor<i1>, tensor<?xf32>
  }) : (tensor<i64>, tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
})mlir");
  auto two = TestTensor::of<float>({2}, {1, 2});
  auto other = TestTensor::of<float>({2}, {3, 4});
  EXPECT_THAT(test.run({number(1), two, other})[0].values<float>(),
              ElementsAre(3, 4));
  auto three = TestTensor::of<float>({3}, {1, 2, 3});
  EXPECT_THAT(test.run({number(0), two, three})[0].values<float>(),
              ElementsAre(1, 2));
  TestFault fault = test.fails({number(1), two, three});
  EXPECT_EQ(fault.fault, OPC_FAULT_SHAPE);
  EXPECT_EQ(fault.observed, 3);
  EXPECT_EQ(fault.expected, 2);
}

/// Slices of a scanned result must agree.
TEST(HostControl, ScannedSlicesMustAgree) {
  TestProgram test(R"mlir(
func.func @main(%n: tensor<i64> {opc.dims = affine_map<() -> ()>})
    -> tensor<?x?xf32> attributes {opc.symbols = ["", "", ""]} {
  %0 = "opc.loop"(%n) <{operandSegmentSizes = array<i32: 1, 0, 0>,
      body_dims = [affine_map<() -> ()>], dims = [affine_map<()[s0, s1] -> (s0, s1)>]}> ({
  ^bb0(%i: tensor<i64>):
    %go = opc.constant {value = dense<true> : tensor<i1>} : tensor<i1>
    opc.bind_element %i {index = 0 : i64, symbol = 2 : i64} : tensor<i64>
    %1 = opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1, s2] -> (s2)>} : () -> tensor<?xf32>
    opc.yield %go, %1 : tensor<i1>, tensor<?xf32>
  }) : (tensor<i64>) -> tensor<?x?xf32>
  opc.bind_dim %0 {axis = 0 : i64, symbol = 0 : i64} : tensor<?x?xf32>
  opc.bind_dim %0 {axis = 1 : i64, symbol = 1 : i64} : tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
})mlir");
  EXPECT_THAT(test.run({number(1)})[0].dims, ElementsAre(1, 0));
  EXPECT_THAT(test.run({number(0)})[0].dims, ElementsAre(0, 0));
  EXPECT_EQ(test.fails({number(3)}).fault, OPC_FAULT_SHAPE);
}

} // namespace
