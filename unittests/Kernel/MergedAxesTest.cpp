//===- MergedAxesTest.cpp - neighbouring axes walked as one ---------------===//
#include "opc/Kernel/MergedAxes.h"
#include "mlir/Parser/Parser.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace opc;

namespace {

/// The merged extents of the kernel's first returned value.
class Merged {
public:
  explicit Merged(const std::string &text) {
    context.loadDialect<OpcDialect, func::FuncDialect>();
    module = parseSourceString<ModuleOp>(text, &context);
    kernel = *module->getOps<func::FuncOp>().begin();
    root = kernel.getBody().front().getTerminator()->getOperand(0);
  }

  std::vector<int64_t> domain() {
    KernelForm form(kernel);
    Dims dims(form.env.dims(root));
    MergedAxes axes = MergedAxes::ofKernel(form, dims);
    elementwise = axes.elementwise();
    auto known = constantsOf(axes.domain());
    return known ? std::vector<int64_t>(known->begin(), known->end())
                 : std::vector<int64_t>();
  }

  bool elementwise = false;

private:
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  func::FuncOp kernel;
  Value root;
};

TEST(MergedAxesTest, FullOperandsAreOneAxis) {
  Merged merged(
      R"(func.func @k(%x: tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32> {
    %y = opc.relu %x : (tensor<2x3x5x7xf32>) -> tensor<2x3x5x7xf32>
    return %y : tensor<2x3x5x7xf32>
  })");
  EXPECT_EQ(merged.domain(), (std::vector<int64_t>{210}));
  EXPECT_TRUE(merged.elementwise);
}

TEST(MergedAxesTest, ABroadcastChannelStandsApart) {
  Merged merged(
      R"(func.func @k(%x: tensor<2x3x5x7xf32>, %b: tensor<3x1x1xf32>) -> tensor<2x3x5x7xf32> {
    %y = opc.add %x, %b : (tensor<2x3x5x7xf32>, tensor<3x1x1xf32>) -> tensor<2x3x5x7xf32>
    return %y : tensor<2x3x5x7xf32>
  })");
  EXPECT_EQ(merged.domain(), (std::vector<int64_t>{2, 3, 35}));
}

TEST(MergedAxesTest, ARowVectorLeavesTheRowsTogether) {
  Merged merged(
      R"(func.func @k(%x: tensor<2x3x5x7xf32>, %b: tensor<7xf32>) -> tensor<2x3x5x7xf32> {
    %y = opc.mul %x, %b : (tensor<2x3x5x7xf32>, tensor<7xf32>) -> tensor<2x3x5x7xf32>
    return %y : tensor<2x3x5x7xf32>
  })");
  EXPECT_EQ(merged.domain(), (std::vector<int64_t>{30, 7}));
}

TEST(MergedAxesTest, AxesOfExtentOneGoWithAnyOther) {
  Merged merged(
      R"(func.func @k(%x: tensor<1x3x1x7xf32>, %b: tensor<3x1x1xf32>) -> tensor<1x3x1x7xf32> {
    %y = opc.add %x, %b : (tensor<1x3x1x7xf32>, tensor<3x1x1xf32>) -> tensor<1x3x1x7xf32>
    return %y : tensor<1x3x1x7xf32>
  })");
  EXPECT_EQ(merged.domain(), (std::vector<int64_t>{3, 7}));
}

TEST(MergedAxesTest, MovedElementsKeepTheirAxes) {
  Merged merged(R"(func.func @k(%x: tensor<5x3xf32>) -> tensor<3x5xf32> {
    %t = opc.transpose %x {perm = array<i64: 1, 0>} : (tensor<5x3xf32>) -> tensor<3x5xf32>
    %y = opc.relu %t : (tensor<3x5xf32>) -> tensor<3x5xf32>
    return %y : tensor<3x5xf32>
  })");
  EXPECT_EQ(merged.domain(), (std::vector<int64_t>{3, 5}));
  EXPECT_FALSE(merged.elementwise);
}

} // namespace
