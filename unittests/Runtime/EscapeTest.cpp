//===- EscapeTest.cpp - Text from outside, made fit to be shown -----------===//
#include "opc/Runtime/Escape.h"
#include "Text.h"

#include <gtest/gtest.h>

using namespace opc::runtime;

TEST(Escape, LeavesTextAsItIs) {
  for (const char *text :
       {"", "x", "input.1", "a\\b", "'", "gr\u00f6\u00dfe", "\u8f93\u5165",
        "\U0001f600", "\ud7ff\ue000", "\U0010ffff"}) {
    EXPECT_TRUE(isText(text)) << text;
    EXPECT_EQ(toText(text), text);
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Escape, ShowsBytesThatAreNoText) {
  // Overlong forms, surrogates, codes above U+10FFFF, halves of characters.
  for (const char *bytes :
       {"\xff\xfe", "\xc0\xaf", "\xc1\x81", "\xe0\x80\xaf", "\xed\xa0\x80",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\x80", "\xe2\x82", "\xc3"}) {
    std::string expected;
    for (const char *at = bytes; *at; ++at) {
      char escaped[8];
      snprintf(escaped, sizeof(escaped), "\\x%02x", *at & 0xff);
      expected += escaped;
    }
    EXPECT_FALSE(isText(bytes)) << expected;
    EXPECT_EQ(toText(bytes), expected);
    EXPECT_EQ(printable(bytes), expected);
  }
  // What follows a broken character is read anew.
  EXPECT_EQ(toText("\xe2\x82z"), "\\xe2\\x82z");
  EXPECT_EQ(toText("\xc3\xc3\xa4"), "\\xc3\u00e4");
}

TEST(Escape, NulIsNoText) {
  std::string_view bytes("a\0b", 3);
  EXPECT_FALSE(isText(bytes));
  EXPECT_EQ(toText(bytes), "a\\x00b");
  EXPECT_EQ(printable(bytes), "a\\x00b");
}

TEST(Escape, ATerminalIsToldNothing) {
  EXPECT_EQ(printable("a\nb\r\tc"), "a\\nb\\r\\tc");
  EXPECT_EQ(printable("\033[31m\x7f"), "\\x1b[31m\\x7f");
  EXPECT_EQ(printable("\u009b1m"), "\\u009b1m");
  EXPECT_EQ(printable("\u202egnp.exe"), "\\u202egnp.exe");
  EXPECT_EQ(printable("\u2028\u200b\ufeff"), "\\u2028\\u200b\\ufeff");
  EXPECT_EQ(printable("\U000e0041"), "\\U000e0041");
  // JSON has its own way to write them.
  EXPECT_EQ(toText("a\n\033"), "a\n\033");
}

TEST(Escape, CutsWhatIsLongBetweenCharacters) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdef", 5), "abcde...");
  EXPECT_EQ(printable("ab\u20accd", 4), "ab...");
  EXPECT_EQ(printable("ab\u20accd", 5), "ab\u20ac...");
  EXPECT_EQ(printable("\x80\x80\x80\x80\x80\x80", 5), "\\x80\\x80...");
  EXPECT_EQ(quote("x\n"), "'x\\n'");
  EXPECT_EQ(quote(std::string(1000, 'x')),
            "'" + std::string(200, 'x') + "...' (1000 bytes)");
}
