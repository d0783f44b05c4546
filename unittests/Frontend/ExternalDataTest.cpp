//===- ExternalDataTest.cpp - weights in files beside the model -----------===//
#include "TinyModel.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "gmock/gmock.h"

using namespace opc::onnx;
using namespace opc::onnx::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class ExternalData : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("opc-external", folder));
    llvm::SmallString<128> file(folder);
    llvm::sys::path::append(file, "weights.bin");
    std::error_code error;
    llvm::raw_fd_ostream stream(file, error);
    for (int64_t value : {7, 8, 9})
      stream.write(reinterpret_cast<const char *>(&value), sizeof(value));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  /// Imports a model whose only tensor (two int64) is described by `entries`.
  Imported
  importWith(const std::vector<std::pair<std::string, std::string>> &entries) {
    TinyModel m;
    auto &tensor = m.constant("c", {0, 0});
    tensor.clear_int64_data();
    tensor.set_data_location(::onnx::TensorProto::EXTERNAL);
    for (const auto &[key, value] : entries) {
      auto *entry = tensor.add_external_data();
      entry->set_key(key);
      entry->set_value(value);
    }
    m.node("Identity", {"c"}, {"y"});
    m.output("y");
    ImportOptions options;
    options.directory = folder.str().str();
    return import(m, options);
  }
  void link(const char *target, const char *name) {
    llvm::SmallString<128> place(folder);
    llvm::sys::path::append(place, name);
    ASSERT_FALSE(llvm::sys::fs::create_link(target, place));
  }
  std::string
  refusal(const std::vector<std::pair<std::string, std::string>> &entries) {
    Imported result = importWith(entries);
    return result.errors.empty() ? result.ir : result.errors.front();
  }

  llvm::SmallString<128> folder;
};

TEST_F(ExternalData, IsReadAtItsOffset) {
  Imported result = importWith(
      {{"location", "weights.bin"}, {"offset", "8"}, {"length", "16"}});
  EXPECT_THAT(result.errors, ElementsAre());
  EXPECT_THAT(result.ir, HasSubstr("dense<[8, 9]>"));
}

TEST_F(ExternalData, MayNotLeaveTheFolder) {
  for (const char *location : {"/etc/hostname", "../weights.bin", ""})
    EXPECT_THAT(refusal({{"location", location}}),
                HasSubstr("is not a path below the model's folder"))
        << location;
  link("/etc", "etc");
  EXPECT_THAT(refusal({{"location", "etc/hostname"}}),
              HasSubstr("leads out of the model's folder"));
}

// As a model hub lays out its cache: models/x/snapshots/1/weights.bin is a link
// to ../../blobs/0123.
TEST_F(ExternalData, MayBeALinkInTheFolder) {
  llvm::SmallString<128> blobs(folder);
  llvm::sys::path::append(blobs, "blobs");
  ASSERT_FALSE(llvm::sys::fs::create_directory(blobs));
  llvm::sys::path::append(blobs, "0123");
  ASSERT_FALSE(llvm::sys::fs::rename(folder + "/weights.bin", blobs));
  llvm::sys::path::append(folder, "snapshots");
  ASSERT_FALSE(llvm::sys::fs::create_directory(folder));
  link("../blobs/0123", "weights.bin");
  link("../blobs", "blobs");
  Imported result = importWith({{"location", "weights.bin"}});
  EXPECT_THAT(result.errors, ElementsAre());
  EXPECT_THAT(result.ir, HasSubstr("dense<[7, 8]>"));
  EXPECT_THAT(refusal({{"location", "blobs/0123"}}),
              HasSubstr("leads out of the model's folder"));
  link("/dev/zero", "endless.bin");
  EXPECT_THAT(refusal({{"location", "endless.bin"}}),
              HasSubstr("is no regular file"));
  llvm::sys::path::remove_filename(folder);
}

TEST_F(ExternalData, MustBeThereAndLargeEnough) {
  EXPECT_THAT(refusal({{"location", "none.bin"}}), HasSubstr("is missing"));
  EXPECT_THAT(refusal({{"location", "weights.bin"}, {"offset", "16"}}),
              HasSubstr("external data at 16 of length 16 lies outside of a "
                        "file of 24 bytes"));
  EXPECT_THAT(refusal({{"location", "weights.bin"}, {"offset", "x"}}),
              HasSubstr("is not a number"));
  EXPECT_THAT(refusal({{"location", "weights.bin"}, {"length", "8"}}),
              HasSubstr("8 bytes of data for 2 elements of i64"));
}

} // namespace
