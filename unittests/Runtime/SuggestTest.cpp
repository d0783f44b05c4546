//===- SuggestTest.cpp - The known word that a user may have meant --------===//
#include "opc/Runtime/Suggest.h"

#include <gtest/gtest.h>

using namespace opc::runtime;

TEST(Suggest, CountsEdits) {
  EXPECT_EQ(editDistance("", "abc"), 3u);
  EXPECT_EQ(editDistance("abc", ""), 3u);
  EXPECT_EQ(editDistance("kitten", "sitting"), 3u);
  EXPECT_EQ(editDistance("BATCH", "batch"), 0u);
}

TEST(Suggest, NamesWhatIsNearAndNothingElse) {
  std::vector<std::string> known = {"import", "simplify", "llvm", "a"};
  EXPECT_EQ(suggestion("simplfy", known), ", did you mean 'simplify'");
  EXPECT_EQ(suggestion("LLVM", known), ", did you mean 'llvm'");
  EXPECT_EQ(suggestion("lunch", known), "");
  EXPECT_EQ(suggestion("b", known), "");
  EXPECT_EQ(suggestion("A", known), ", did you mean 'a'");
  EXPECT_EQ(suggestion("", known), "");
  EXPECT_EQ(suggestion(std::string(1 << 20, 'x'), known), "");
  EXPECT_EQ(suggestion("x", {}), "");
}
