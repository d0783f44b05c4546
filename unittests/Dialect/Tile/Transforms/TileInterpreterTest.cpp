//===- TileInterpreterTest.cpp - the interpreter sees what is too early ---===//
#include "TileInterpreter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "opc/Dialect/Tile/IR/TileDialect.h"
#include "llvm/Support/MathExtras.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace mlir;
using namespace opc::tile;

namespace {

constexpr const char *kBefore = R"(
func.func @f(%x: !tile.buffer<4x8xf32, global>, %y: !tile.buffer<4x8xf32, global>) {
  %a = tile.buffer : <4x8xf32, vector>
  %b = tile.buffer : <4x8xf32, vector>
)";
constexpr const char *kLoad =
    "  %t = tile.copy_async %x[0, 0] to %a[0, 0] sizes [4, 8] : "
    "<4x8xf32, global> to <4x8xf32, vector>\n";
constexpr const char *kWork =
    "  tile.unary neg %a to %b : <4x8xf32, vector> to <4x8xf32, vector>\n";
constexpr const char *kStore =
    "  %u = tile.copy_async %b[0, 0] to %y[0, 0] sizes [4, 8] : "
    "<4x8xf32, vector> to <4x8xf32, global>\n";

class TileInterpreterTest : public ::testing::Test {
protected:
  TileInterpreterTest() {
    context.loadDialect<TileDialect, arith::ArithDialect, func::FuncDialect,
                        scf::SCFDialect>();
  }

  /// Runs with x[i] = i; of `runs` those in which y[i] = -i.
  int goodRuns(const std::string &body, int runs) {
    auto module =
        parseSourceString<ModuleOp>(kBefore + body + "  return\n}\n", &context);
    EXPECT_TRUE(module);
    int good = 0;
    for (int seed = 1; module && seed <= runs; ++seed) {
      std::vector<HostTensor> tensors(2, HostTensor::filled({4, 8}, 0));
      for (int place = 0; place < 32; ++place)
        tensors[0].data[place] = place;
      problem = interpret(*module->getOps<func::FuncOp>().begin(), tensors, 1,
                          unsigned(seed * 977));
      bool right = problem.empty();
      for (int place = 0; place < 32; ++place)
        right &= tensors[1].data[place] == -place;
      good += right;
    }
    return good;
  }

  MLIRContext context;
  std::string problem;
};

TEST_F(TileInterpreterTest, RunsWhatWaits) {
  EXPECT_EQ(goodRuns(std::string(kLoad) + "  tile.wait %t\n" + kWork + kStore +
                         "  tile.wait %u\n",
                     40),
            40);
}

TEST_F(TileInterpreterTest, SeesWhatIsReadTooEarly) {
  EXPECT_LT(goodRuns(std::string(kLoad) + kWork + "  tile.wait %t\n" + kStore +
                         "  tile.wait %u\n",
                     40),
            40);
}

TEST_F(TileInterpreterTest, SeesWhatIsWrittenTooEarly) {
  EXPECT_LT(goodRuns(std::string(kLoad) + "  tile.wait %t\n" + kWork + kStore +
                         "  tile.unary neg %b to %b : <4x8xf32, vector> to "
                         "<4x8xf32, vector>\n  tile.wait %u\n",
                     40),
            40);
}

TEST_F(TileInterpreterTest, SeesCopiesThatNobodyWaitsFor) {
  EXPECT_LT(
      goodRuns(std::string(kLoad) + "  tile.wait %t\n" + kWork + kStore, 40),
      40);
  EXPECT_EQ(problem, "a copy goes on at the end");
}

TEST_F(TileInterpreterTest, SeesWhatIsOutside) {
  EXPECT_EQ(
      goodRuns("  %n = arith.constant 3 : index\n"
               "  %t = tile.copy_async %x[%n, 0] to %a[0, 0] sizes [2, 8] "
               ": <4x8xf32, global> to <4x8xf32, vector>\n"
               "  tile.wait %t\n",
               1),
      0);
  EXPECT_EQ(problem, "index 4 of extent 4");
}

} // namespace
