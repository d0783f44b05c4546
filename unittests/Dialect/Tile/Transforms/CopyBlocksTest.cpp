//===- CopyBlocksTest.cpp - one copy in the words of each API -------------===//
#include "opc/Dialect/Tile/Transforms/CopyBlocks.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace opc::tile;

namespace {

/// A copy of 16 rows of 10 numbers out of 64 rows of 100, and what the
/// machine's API is told. The numbers follow from the vendors' own definitions:
/// a gap is from an end to the next start, blocks of a local memory are whole
/// 32 bytes.
struct Words {
  const char *machine, *local, *form;
  TransferFields into, outOf;
};
const Words kWords[] = {
    // Gaps: 400 - 40 bytes in global memory; 96 bytes are 3 blocks, of which 2
    // are the row's.
    {"Ascend/Machines/910b-vector.json",
     "padded = [16, 24]",
     "DataCopyPad",
     {40, 16, 360, 1},
     {40, 16, 1, 360}},
    {"Ascend/Machines/950-vector.json",
     "padded = [16, 16]",
     "DataCopyPad",
     {40, 16, 360, 0},
     {40, 16, 0, 360}},
    // Starts, and one segment less.
    {"Cambricon/Machines/mlu370.json",
     "padded = [16, 32]",
     "__memcpy_async",
     {40, 15, 400, 128},
     {40, 15, 128, 400}},
    // One gap, and all bytes for a count.
    {"Sunway/Machines/sw26010.json",
     "padded = [16, 10]",
     "athread_get with a stride",
     {40, 640, 360, 0},
     {40, 640, 0, 360}},
    {"Sunway/Machines/sw26010-pro.json",
     "padded = [16, 10]",
     "athread_dma_iget_stride",
     {40, 640, 360, 0},
     {40, 640, 0, 360}},
    // Padded rows do not follow each other: a transfer for each.
    {"Sunway/Machines/sw26010-pro.json",
     "padded = [16, 16]",
     "athread_dma_iget",
     {40, 0, 0, 0},
     {40, 0, 0, 0}},
};

class CopyBlocksTest : public ::testing::Test {
protected:
  CopyBlocksTest() { context.loadDialect<TileDialect, func::FuncDialect>(); }

  /// The copies of a function with these arguments and this body.
  std::vector<CopyAsyncOp> copies(const std::string &arguments,
                                  const std::string &body) {
    std::string text =
        "func.func @f(" + arguments + ") {\n" + body + "\n  return\n}\n";
    module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module) << text;
    std::vector<CopyAsyncOp> found;
    module->walk([&](CopyAsyncOp copy) { found.push_back(copy); });
    return found;
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

void expectFields(CopyAsyncOp copy, const CopyForm &form,
                  const TransferFields &expected) {
  llvm::Expected<TransferFields> fields = transferFields(form, blocksOf(copy));
  ASSERT_TRUE(bool(fields)) << llvm::toString(fields.takeError());
  EXPECT_EQ(fields->blockBytes, expected.blockBytes) << form.name;
  EXPECT_EQ(fields->count, expected.count) << form.name;
  EXPECT_EQ(fields->fromStride, expected.fromStride) << form.name;
  EXPECT_EQ(fields->toStride, expected.toStride) << form.name;
}

TEST_F(CopyBlocksTest, SpeaksEachApi) {
  for (const Words &words : kWords) {
    SCOPED_TRACE(words.machine);
    llvm::Expected<Machine> machine =
        Machine::load(std::string(OPC_TARGETS_FOLDER) + "/" + words.machine);
    ASSERT_TRUE(bool(machine)) << llvm::toString(machine.takeError());
    std::string local =
        llvm::formatv("<16x10xf32, vector, {0}>", words.local).str();
    auto found = copies(
        "%g: !tile.buffer<64x100xf32, global>",
        "  %l = tile.buffer : " + local +
            "\n  %t = tile.copy_async %g[8, 8] to %l[0, 0] sizes [16, 10] : "
            "<64x100xf32, global> to " +
            local +
            "\n  %u = tile.copy_async %l[0, 0] to %g[8, 8] sizes [16, 10] : " +
            local + " to <64x100xf32, global>");
    for (CopyAsyncOp copy : found) {
      bool into = copy == found.front();
      llvm::Expected<const CopyForm *> form = formOf(copy, *machine);
      ASSERT_TRUE(bool(form)) << llvm::toString(form.takeError());
      if (into)
        EXPECT_EQ((*form)->name.find(words.form), 0u) << (*form)->name;
      expectFields(copy, **form, into ? words.into : words.outOf);
    }
  }
}

TEST_F(CopyBlocksTest, RunsThatContinueAreOne) {
  auto found = copies(
      "%g: !tile.buffer<8x4x6xf32, global>, %l: !tile.buffer<8x4x6xf32, "
      "global>",
      "  %t = tile.copy_async %g[0, 0, 0] to %l[0, 0, 0] sizes [8, 4, 6] : "
      "<8x4x6xf32, global> to <8x4x6xf32, global>\n"
      "  %u = tile.copy_async %g[0, 0, 0] to %l[0, 0, 0] sizes [8, 2, 6] : "
      "<8x4x6xf32, global> to <8x4x6xf32, global>\n"
      "  %v = tile.copy_async %g[0, 0, 0] to %l[0, 0, 0] sizes [8, 4, 3] : "
      "<8x4x6xf32, global> to <8x4x6xf32, global>\n"
      "  %w = tile.copy_async %g[0, 0, 0] to %l[0, 0, 0] sizes [2, 2, 3] "
      "from_steps [1, 1, 2] : <8x4x6xf32, global> to <8x4x6xf32, global>");
  // Block bytes, and count and pitches of each level.
  const std::vector<std::vector<int64_t>> expected = {
      {768},
      {48, 8, 96, 96},
      {12, 32, 24, 24},
      {4, 3, 8, 4, 2, 24, 24, 2, 96, 96}};
  for (size_t place = 0; place < found.size(); ++place) {
    CopyBlocks blocks = blocksOf(found[place]);
    std::vector<int64_t> numbers = {blocks.block.value};
    for (const BlockLevel &level : blocks.levels)
      numbers.insert(numbers.end(), {level.count.value, level.fromPitch.value,
                                     level.toPitch.value});
    EXPECT_EQ(numbers, expected[place]) << place;
  }
}

/// An API without a stride on one side, and a length that only the run knows.
TEST(CopyForms, BlocksFollowEachOtherWhereThereIsNoStride) {
  CopyForm form;
  form.count = CountField::TotalBytes;
  form.fromStride.meaning = StrideMeaning::Gap;
  Amount some{40, false, 4};
  CopyBlocks blocks{
      some, {{Amount::exactly(16), Amount::exactly(400), Amount::exactly(40)}}};
  EXPECT_EQ(llvm::toString(checkBlocks(form, blocks)),
            "blocks have to follow each other");
  form.toStride.meaning = StrideMeaning::Gap;
  EXPECT_EQ(llvm::toString(checkBlocks(form, blocks)), "");
}

} // namespace
