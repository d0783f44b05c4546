//===- ConstantBlockTest.cpp - Layout and sharing of constants ------------===//
#include "opc/Conversion/OpcToHost/HostProgram.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include <gtest/gtest.h>

using namespace opc;
using namespace mlir;

namespace {

TEST(ConstantBlock, EqualDataIsStoredOnce) {
  MLIRContext context;
  Builder b(&context);
  auto vector = RankedTensorType::get({3}, b.getF32Type());
  auto column = RankedTensorType::get({3, 1}, b.getF32Type());
  ConstantBlock block;
  uint64_t first =
      block.add(DenseElementsAttr::get(vector, {1.0f, 2.0f, 3.0f}));
  uint64_t other =
      block.add(DenseElementsAttr::get(vector, {1.0f, 2.0f, 4.0f}));
  uint64_t again =
      block.add(DenseElementsAttr::get(column, {1.0f, 2.0f, 3.0f}));
  EXPECT_EQ(first, again);
  EXPECT_NE(first, other);
  EXPECT_EQ(other % 64, 0u);
  EXPECT_EQ(block.size(), 128u);
  EXPECT_EQ(block.pieces().size(), 2u);
}

TEST(ConstantBlock, SplatsAndBoolsAreWrittenOut) {
  MLIRContext context;
  Builder b(&context);
  ConstantBlock block;
  uint64_t splat = block.add(DenseElementsAttr::get(
      RankedTensorType::get({2, 3}, b.getIntegerType(16)), int16_t(7)));
  uint64_t flags = block.add(DenseElementsAttr::get(
      RankedTensorType::get({3}, b.getI1Type()), {true, false, true}));
  std::vector<char> bytes(block.size(), 'x');
  block.copyTo(bytes.data());
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(reinterpret_cast<int16_t *>(bytes.data() + splat)[i], 7);
  EXPECT_EQ(std::string(bytes.data() + flags, 3), std::string("\1\0\1", 3));
  EXPECT_EQ(bytes[splat + 12], 0);
}

TEST(ConstantBlock, EmptyConstantsHaveAPlace) {
  MLIRContext context;
  Builder b(&context);
  ConstantBlock block;
  auto type = RankedTensorType::get({0, 4}, b.getF32Type());
  EXPECT_EQ(block.add(DenseElementsAttr::get(type, ArrayRef<float>())), 0u);
  EXPECT_EQ(block.size(), 0u);
}

} // namespace
