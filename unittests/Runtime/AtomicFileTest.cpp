//===- AtomicFileTest.cpp - Whole files or none ---------------------------===//
#include "opc/Runtime/AtomicFile.h"
#include "TempDir.h"

#include <csignal>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace opc::runtime;
using namespace opc::runtime::test;

namespace {
/// No file of this process may grow beyond `bytes` while this lives.
class FileSizeLimit {
public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before);
    rlimit limit = {bytes, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
  }

private:
  rlimit before;
  void (*handler)(int) = std::signal(SIGXFSZ, SIG_IGN);
};
} // namespace

TEST(AtomicFile, WritesAndReplaces) {
  TempDir dir;
  ASSERT_TRUE(writeFile(dir.path("f"), {"one"}).ok());
  ASSERT_TRUE(writeFile(dir.path("f"), {"t", "", "wo"}).ok());
  EXPECT_EQ(TempDir::read(dir.path("f")), "two");
  EXPECT_EQ(dir.numFiles(), 1u);
}

TEST(AtomicFile, AFailureLeavesWhatWasThere) {
  TempDir dir;
  std::string path = dir.path("f");
  ASSERT_TRUE(writeFile(path, {"old"}).ok());
  FileSizeLimit limit(4);
  EXPECT_EQ(writeFile(path, {"four", "more"}).message(),
            path + ": cannot write: File too large");
  EXPECT_EQ(TempDir::read(path), "old");
  EXPECT_EQ(dir.numFiles(), 1u);
}

TEST(AtomicFile, NamesPlacesThatCannotBeWritten) {
  TempDir dir;
  EXPECT_EQ(writeFile(dir.path("no/f"), {"x"}).message(),
            dir.path("no/f") + ": cannot write: No such file or directory");
  EXPECT_EQ(writeFile(dir.path(""), {"x"}).message(),
            dir.path("") + ": cannot write: Is a directory");
  EXPECT_EQ(dir.numFiles(), 0u);
}

TEST(AtomicFile, DevicesStayWhatTheyAre) {
  EXPECT_EQ(writeFile("/dev/full", {"x"}).message(),
            "/dev/full: cannot write: No space left on device");
  EXPECT_TRUE(writeFile("/dev/null", {"x"}).ok());
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(AtomicFile, NewFilesHaveTheUsualPermissions) {
  TempDir dir;
  ASSERT_TRUE(writeFile(dir.path("f"), {"x"}).ok());
  mode_t mask = umask(0);
  umask(mask);
  struct stat info;
  ASSERT_EQ(stat(dir.path("f").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0666 & ~mask);
}

TEST(AtomicFile, AReplacedFileKeepsItsPermissions) {
  TempDir dir;
  std::string path = dir.path("f");
  for (mode_t mode : {0640, 0600, 0777}) {
    ASSERT_TRUE(writeFile(path, {"old"}).ok());
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    ASSERT_TRUE(writeFile(path, {"new"}).ok());
    struct stat info;
    ASSERT_EQ(stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, mode);
  }
}

TEST(AtomicFile, ALongNameCanBeWritten) {
  TempDir dir;
  std::string path = dir.path(std::string(255, 'n'));
  ASSERT_TRUE(writeFile(path, {"one"}).ok());
  ASSERT_TRUE(writeFile(path, {"two"}).ok());
  EXPECT_EQ(TempDir::read(path), "two");
  EXPECT_EQ(dir.numFiles(), 1u);
}

TEST(AtomicFile, KnowsAFileByAnyName) {
  TempDir dir;
  std::string file = dir.write("f", "x"), hard = dir.path("hard"),
              soft = dir.path("soft"), other = dir.write("g", "x");
  std::filesystem::create_hard_link(file, hard);
  std::filesystem::create_symlink("f", soft);
  for (const std::string &name : {file, hard, soft, dir.path("./f")}) {
    Status status = checkIsNot(name, file);
    EXPECT_EQ(status.code(), OPC_ERROR_USAGE);
    EXPECT_EQ(status.message(), name + ": is the same file as the input " +
                                    file + ", which it would replace");
    EXPECT_FALSE(checkIsNot(file, name).ok());
  }
  EXPECT_TRUE(checkIsNot(other, file).ok());
  EXPECT_TRUE(checkIsNot(dir.path("none"), file).ok());
  EXPECT_TRUE(checkIsNot(file, dir.path("none")).ok());
  EXPECT_TRUE(checkIsNot("/dev/null", "/dev/null").ok()) << "stays what it is";
}
