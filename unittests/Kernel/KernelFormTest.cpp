//===- KernelFormTest.cpp - what a kernel computes ------------------------===//
#include "opc/Kernel/KernelForm.h"
#include "mlir/Parser/Parser.h"
#include "opc/Conversion/KernelAttributes.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace opc;

namespace {

/// The pairs (output, input) that may share a buffer, as text.
std::string inPlace(const std::string &kernel) {
  MLIRContext context;
  context.loadDialect<OpcDialect, func::FuncDialect>();
  auto module = parseSourceString<ModuleOp>(kernel, &context);
  auto function = *module->getOps<func::FuncOp>().begin();
  KernelForm(function).allowInPlace();
  std::string text;
  llvm::raw_string_ostream os(text);
  if (Attribute pairs = function->getAttr(kInplaceAttr))
    os << pairs;
  return text;
}

TEST(KernelFormTest, AnElementMayTakeThePlaceOfTheOneItIsMadeOf) {
  EXPECT_EQ(
      inPlace(
          R"(func.func @k(%x: tensor<4xf32>, %b: tensor<1xf32>) -> tensor<4xf32> {
    %y = opc.add %x, %b : (tensor<4xf32>, tensor<1xf32>) -> tensor<4xf32>
    return %y : tensor<4xf32>
  })"),
      "[[0, 0]]");
}

TEST(KernelFormTest, AMovementOpThatMovesNothingIsOnTheWay) {
  EXPECT_EQ(inPlace(R"(func.func @k(%x: tensor<4x1xf32>) -> tensor<4x1xf32> {
    %0 = opc.transpose %x {perm = array<i64: 0, 1>} : (tensor<4x1xf32>) -> tensor<4x1xf32>
    %y = opc.exp %0 : (tensor<4x1xf32>) -> tensor<4x1xf32>
    return %y : tensor<4x1xf32>
  })"),
            "[[0, 0]]");
}

TEST(KernelFormTest, WhatIsReadElsewhereStays) {
  EXPECT_EQ(inPlace(R"(func.func @k(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
    %0 = opc.transpose %x {perm = array<i64: 1, 0>} : (tensor<4x4xf32>) -> tensor<4x4xf32>
    %y = opc.exp %0 : (tensor<4x4xf32>) -> tensor<4x4xf32>
    return %y : tensor<4x4xf32>
  })"),
            "");
}

TEST(KernelFormTest, AScalarThatOtherElementsReadStays) {
  EXPECT_EQ(
      inPlace(
          R"(func.func @k(%x: tensor<4xf64>, %s: tensor<f32>) -> (tensor<4xf32>, tensor<f32>) {
    %0 = opc.cast %x {saturate = false} : (tensor<4xf64>) -> tensor<4xf32>
    %y = opc.add %0, %s : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
    %t = opc.exp %s : (tensor<f32>) -> tensor<f32>
    return %y, %t : tensor<4xf32>, tensor<f32>
  })"),
      "");
}

} // namespace
