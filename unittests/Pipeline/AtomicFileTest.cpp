//===- AtomicFileTest.cpp - Whole files or none ---------------------------===//
#include "opc/Pipeline/AtomicFile.h"

#include "TempFolder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <fstream>
#include <sys/stat.h>

using namespace opc;
using runtime::Status;
using testing::HasSubstr;

TEST(AtomicFile, WritesAndReplaces) {
  TempFolder folder;
  ASSERT_TRUE(writeFile(folder / "f", "one").ok());
  ASSERT_TRUE(writeFile(folder / "f", "two").ok());
  EXPECT_EQ(folder.read("f"), "two");
  EXPECT_EQ(folder.numFiles(), 1u);
}

TEST(AtomicFile, AFailureLeavesWhatWasThere) {
  TempFolder folder;
  ASSERT_TRUE(writeFile(folder / "f", "old").ok());
  Status status = writeAtomically(folder / "f", [](llvm::StringRef temporary) {
    std::ofstream(temporary.str()) << "half";
    return Status::internal("stopped");
  });
  EXPECT_EQ(status.message(), folder / "f" + ": stopped");
  EXPECT_EQ(folder.read("f"), "old");
  EXPECT_EQ(folder.numFiles(), 1u);
}

TEST(AtomicFile, NamesPlacesThatCannotBeWritten) {
  TempFolder folder;
  EXPECT_THAT(writeFile(folder / "no/f", "x").message(),
              HasSubstr("no/f: No such file or directory"));
  EXPECT_THAT(writeFile(folder / "", "x").message(),
              HasSubstr("is a directory"));
}

TEST(AtomicFile, DevicesStayWhatTheyAre) {
  EXPECT_EQ(writeFile("/dev/full", "x").message(),
            "/dev/full: No space left on device");
  EXPECT_TRUE(writeFile("/dev/null", "x").ok());
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  Status status =
      writeAtomically("/dev/null", [](llvm::StringRef) { return Status(); });
  EXPECT_EQ(status.message(), "/dev/null: is not a regular file");
}

TEST(AtomicFile, NewFilesHaveTheUsualPermissions) {
  TempFolder folder;
  ASSERT_TRUE(writeFile(folder / "f", "x").ok());
  mode_t mask = umask(0);
  umask(mask);
  struct stat info;
  ASSERT_EQ(stat((folder / "f").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0666 & ~mask);
}
