//===- PrivateFolderTest.cpp - Folders that others can change -------------===//
//
// Each folder here is private but for one thing. Giving files to another user
// takes root; where the test is not, those parts are skipped by name.
//
//===----------------------------------------------------------------------===//
#include "opc/Runtime/PrivateFolder.h"
#include "TempDir.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace opc::runtime;
using testing::HasSubstr;
namespace fs = std::filesystem;

namespace {

constexpr uid_t kNobody = 65534;

class PrivateFolderTest : public testing::Test {
protected:
  /// Why a folder is not trusted; "" where it is.
  std::string distrustOf(const std::string &name) {
    std::string why;
    bool opened = PrivateFolder::open(folder.path(name), why).has_value();
    EXPECT_EQ(opened, why.empty()) << name;
    return why;
  }
  /// The same of a file in the folder "f".
  std::string distrustOfFile(const char *name) {
    std::string why;
    auto opened = PrivateFolder::open(folder.path("f"), why);
    EXPECT_TRUE(opened) << why;
    EXPECT_EQ(opened->openFile(name, why).has_value(), why.empty());
    return why;
  }
  void make(const std::string &name, mode_t mode) {
    fs::create_directories(folder.path(name));
    ASSERT_EQ(chmod(folder.path(name).c_str(), mode), 0);
  }
  void write(const std::string &name, mode_t mode) {
    std::ofstream(folder.path(name)) << "text";
    ASSERT_EQ(chmod(folder.path(name).c_str(), mode), 0);
  }
  void giveAway(const std::string &name) {
    ASSERT_EQ(lchown(folder.path(name).c_str(), kNobody, kNobody), 0);
  }
  std::string quoted(const std::string &name) {
    return "'" + fs::canonical(folder.path("")).string() + "/" + name + "'";
  }

  test::TempDir folder;
};

#define NEEDS_ROOT()                                                           \
  if (geteuid() != 0)                                                          \
  GTEST_SKIP() << "only root can give files to another user"

} // namespace

TEST_F(PrivateFolderTest, MakesWhatIsMissing) {
  EXPECT_EQ(distrustOf("a/b/./../c//d"), "");
  EXPECT_TRUE(fs::is_directory(folder.path("a/c/d")));
  EXPECT_EQ(fs::status(folder.path("a/c")).permissions(), fs::perms::owner_all);
}

TEST_F(PrivateFolderTest, OthersMayNotWriteIt) {
  for (auto [mode, text] : {std::pair(0777, "777"), std::pair(0720, "720"),
                            std::pair(0702, "702"), std::pair(01777, "1777")}) {
    make("f", mode);
    EXPECT_EQ(distrustOf("f"),
              quoted("f") + " may be written by others (mode " + text + ")");
    EXPECT_EQ(distrustOf("f/."), distrustOf("f"));
  }
  make("f", 0755);
  EXPECT_EQ(distrustOf("f"), "");
}

TEST_F(PrivateFolderTest, OthersMayNotPutAnotherInItsPlace) {
  make("open/f", 0700);
  make("open", 0777);
  EXPECT_EQ(distrustOf("open/f"),
            quoted("open") + " may be written by others (mode 777)");
  EXPECT_EQ(distrustOf("open/new"), distrustOf("open/f"));
  EXPECT_FALSE(fs::exists(folder.path("open/new")));
  make("open", 01777);
  EXPECT_EQ(distrustOf("open/f"), "") << "as in /tmp";
}

TEST_F(PrivateFolderTest, LinksAreFollowedWithCare) {
  make("own/f", 0700);
  fs::create_symlink("own", folder.path("link"));
  fs::create_symlink(folder.path("link"), folder.path("again"));
  EXPECT_EQ(distrustOf("again/f"), "");
  make("open/f", 0700);
  make("open", 0777);
  fs::create_symlink("../own", folder.path("open/back"));
  EXPECT_THAT(distrustOf("open/back/f"), HasSubstr("may be written by others"))
      << "the link can be changed";
  fs::create_symlink("open/f", folder.path("there"));
  EXPECT_THAT(distrustOf("there"), HasSubstr("may be written by others"))
      << "and so can what a link leads through";
  fs::create_symlink("round", folder.path("round"));
  std::string why;
  EXPECT_FALSE(PrivateFolder::open(folder.path("round"), why).has_value());
  EXPECT_EQ(why, "");
}

TEST_F(PrivateFolderTest, WhatIsNoFolderIsNone) {
  write("file", 0600);
  for (const char *name : {"file", "file/f"}) {
    std::string why;
    EXPECT_FALSE(PrivateFolder::open(folder.path(name), why).has_value());
    EXPECT_EQ(why, "");
  }
}

TEST_F(PrivateFolderTest, OwnersWithoutANumberAreNotTrusted) {
  NEEDS_ROOT();
  make("f", 0700);
  pid_t child = fork();
  if (child == 0) {
    // All owners look alike in it, this process included.
    if (unshare(CLONE_NEWUSER) != 0)
      _exit(2);
    std::string why;
    bool isTrusted = PrivateFolder::open(folder.path("f"), why).has_value();
    _exit(isTrusted || why.find(" belongs to user ") == std::string::npos);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  if (WEXITSTATUS(status) == 2)
    GTEST_SKIP() << "no namespaces of users here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(PrivateFolderTest, ForeignFoldersAreNotTrusted) {
  NEEDS_ROOT();
  std::string why = " belongs to user 65534";
  make("theirs/f", 0700);
  giveAway("theirs/f");
  EXPECT_EQ(distrustOf("theirs/f"), quoted("theirs/f") + why);
  giveAway("theirs");
  EXPECT_EQ(distrustOf("theirs/f"), quoted("theirs") + why);
  make("shared/f", 0700);
  make("shared", 01777);
  fs::create_symlink("f", folder.path("shared/link"));
  EXPECT_EQ(distrustOf("shared/link"), "");
  giveAway("shared/link");
  EXPECT_EQ(distrustOf("shared/link"), quoted("shared/link") + why);
}

TEST_F(PrivateFolderTest, FilesThatOthersMayWriteAreNotOpened) {
  make("f", 0700);
  write("f/own", 0644);
  EXPECT_EQ(distrustOfFile("own"), "");
  write("f/open", 0666);
  EXPECT_EQ(distrustOfFile("open"),
            quoted("f/open") + " may be written by others (mode 666)");
  fs::create_symlink("own", folder.path("f/link"));
  EXPECT_EQ(distrustOfFile("link"), quoted("f/link") + " is a link");
  make("f/inner", 0700);
  EXPECT_EQ(distrustOfFile("inner"), quoted("f/inner") + " is no regular file");
  ASSERT_EQ(mkfifo(folder.path("f/pipe").c_str(), 0600), 0);
  EXPECT_EQ(distrustOfFile("pipe"), quoted("f/pipe") + " is no regular file");
  NEEDS_ROOT();
  write("f/theirs", 0600);
  giveAway("f/theirs");
  EXPECT_EQ(distrustOfFile("theirs"),
            quoted("f/theirs") + " belongs to user 65534");
}
