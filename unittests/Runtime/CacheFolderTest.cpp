//===- CacheFolderTest.cpp - Where compiled code is kept ------------------===//
#include "opc/Runtime/CacheFolder.h"

#include "gtest/gtest.h"

using namespace opc::runtime;

TEST(CacheFolder, SizesOfTheLimit) {
  EXPECT_EQ(parseSize("1000"), 1000u);
  EXPECT_EQ(parseSize("512M"), 512u << 20);
  EXPECT_EQ(parseSize("1.5g"), uint64_t(3) << 29);
  EXPECT_EQ(parseSize("0"), 0u);
  for (const char *text : {"", "G", "-1", "1T", "nan", "inf", "1e30", "1e9",
                           "1e9M", "+1", "0x10", ".", "1.2.3"})
    EXPECT_FALSE(parseSize(text).has_value()) << text;
}
