//===- NpyTest.cpp - Tensors in numpy's file format -----------------------===//
#include "opc/Runtime/Npy.h"
#include "TempDir.h"

#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace opc::runtime;
using namespace opc::runtime::test;
using testing::ElementsAre;
using testing::HasSubstr;

/// A version 1 file with this dictionary.
static std::string npy(const std::string &header, const std::string &data = "",
                       int major = 1) {
  std::string text = "\x93NUMPY";
  size_t size = header.size() + 1;
  text += {char(major), 0, char(size & 0xff), char(size >> 8)};
  if (major > 1)
    text += {0, 0};
  return text + header + "\n" + data;
}

static std::string dictionary(const std::string &descr,
                              const std::string &shape,
                              const std::string &order = "False") {
  return "{'descr': " + descr + ", 'fortran_order': " + order +
         ", 'shape': " + shape + ", }";
}

namespace {
class NpyTest : public testing::Test {
protected:
  TempDir dir;
  NpyArray array;

  std::string refusal(const std::string &bytes) {
    std::string path = dir.write("a.npy", bytes);
    Status status = readNpy(path, array);
    EXPECT_EQ(status.code(), OPC_ERROR_INPUT);
    EXPECT_THAT(status.message(), testing::StartsWith(path + ": "));
    return status.message().substr(path.size() + 2);
  }
};
} // namespace

TEST_F(NpyTest, RoundTripsEveryDtype) {
  for (int i = OPC_BOOL; i <= OPC_F64; ++i) {
    auto dtype = static_cast<opc_dtype>(i);
    std::vector<unsigned char> bytes(6 * opc_dtype_bytes(dtype));
    for (size_t k = 0; k < bytes.size(); ++k)
      bytes[k] = dtype == OPC_BOOL ? k % 2 : 7 * k + 1;
    for (const std::vector<int64_t> &dims :
         std::vector<std::vector<int64_t>>{{2, 3}, {6}, {1, 6, 1}}) {
      opc_tensor tensor = {bytes.data(), dtype, int32_t(dims.size()),
                           dims.data()};
      ASSERT_TRUE(writeNpy(dir.path("t.npy"), tensor).ok());
      ASSERT_TRUE(readNpy(dir.path("t.npy"), array).ok());
      EXPECT_EQ(array.dtype, dtype);
      EXPECT_EQ(array.dims, dims);
      EXPECT_EQ(std::memcmp(array.data.get(), bytes.data(), bytes.size()), 0);
    }
  }
}

TEST_F(NpyTest, RoundTripsScalarsAndEmptyArrays) {
  float one = 1;
  ASSERT_TRUE(writeNpy(dir.path("t.npy"), {&one, OPC_F32, 0, nullptr}).ok());
  ASSERT_TRUE(readNpy(dir.path("t.npy"), array).ok());
  EXPECT_TRUE(array.dims.empty());
  EXPECT_EQ(*static_cast<float *>(array.data.get()), 1);
  int64_t dims[] = {3, 0};
  ASSERT_TRUE(writeNpy(dir.path("t.npy"), {nullptr, OPC_F32, 2, dims}).ok());
  ASSERT_TRUE(readNpy(dir.path("t.npy"), array).ok());
  EXPECT_THAT(array.dims, ElementsAre(3, 0));
}

// The bytes that numpy 2.3 writes for numpy.arange(2, dtype=numpy.int16).
TEST_F(NpyTest, WritesWhatNumpyWrites) {
  int16_t values[] = {0, 1};
  int64_t dims[] = {2};
  ASSERT_TRUE(writeNpy(dir.path("t.npy"), {values, OPC_I16, 1, dims}).ok());
  std::string expected =
      npy(dictionary("'<i2'", "(2,)") + std::string(60, ' '));
  expected.resize(127);
  expected += '\n';
  expected[8] = 118;
  EXPECT_EQ(TempDir::read(dir.path("t.npy")),
            expected + std::string("\0\0\1\0", 4));
}

TEST_F(NpyTest, ReadsAllVersionsAndSpellings) {
  std::string data(4, '\1');
  for (const std::string &bytes :
       {npy(dictionary("'<u2'", "(2,)"), data),
        npy(dictionary("'=u2'", "(2,)"), data, 2),
        npy(dictionary("\"<u2\"", "(2,)"), data, 3),
        npy("{'shape':(2,),'fortran_order':False,'descr':'<u2'}", data)}) {
    Status status = readNpy(dir.write("a.npy", bytes), array);
    ASSERT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(array.dtype, OPC_U16);
    EXPECT_THAT(array.dims, ElementsAre(2));
  }
  for (const char *descr : {"'<V2'", "'|V2'", "'bfloat16'"}) {
    ASSERT_TRUE(
        readNpy(dir.write("a.npy", npy(dictionary(descr, "(2,)"), data)), array)
            .ok());
    EXPECT_EQ(array.dtype, OPC_BF16);
  }
}

TEST_F(NpyTest, MakesBoolsZeroOrOne) {
  ASSERT_TRUE(readNpy(dir.write("a.npy", npy(dictionary("'|b1'", "(3,)"),
                                             std::string("\0\1\7", 3))),
                      array)
                  .ok());
  auto *bytes = static_cast<unsigned char *>(array.data.get());
  EXPECT_THAT(std::vector<int>(bytes, bytes + 3), ElementsAre(0, 1, 1));
}

TEST_F(NpyTest, RefusesByName) {
  std::string data(8, 'x');
  EXPECT_EQ(refusal(npy(dictionary("'>f4'", "(2,)"), data)),
            "big-endian dtype '>f4' is not supported");
  EXPECT_EQ(refusal(npy(dictionary("'<c8'", "(1,)"), data)),
            "dtype '<c8' is not supported");
  EXPECT_EQ(refusal(npy(dictionary("'<V1'", "(1,)"), data)),
            "dtype '<V1' is not supported: save integers of 4 bits as int8 or "
            "uint8");
  EXPECT_EQ(refusal(npy(dictionary("[('a', '<f4')]", "(2,)"), data)),
            "structured dtypes are not supported");
  EXPECT_EQ(refusal(npy(dictionary("'<f4'", "(2,)", "True"), data)),
            "column-major (Fortran) order is not supported: save "
            "numpy.ascontiguousarray of it");
}

TEST_F(NpyTest, RefusesMalformedFiles) {
  std::string data(8, 'x');
  EXPECT_EQ(refusal(""), "not a .npy file");
  EXPECT_EQ(refusal("\x93NUMPY"), "not a .npy file");
  EXPECT_EQ(refusal("not numpy at all"), "not a .npy file");
  EXPECT_EQ(refusal(npy("{}", "", 4)), ".npy version 4 is not known");
  EXPECT_THAT(refusal(std::string("\x93NUMPY\1\0\xff\x7f{", 11)),
              HasSubstr("ends at byte 11"));
  EXPECT_THAT(refusal(std::string("\x93NUMPY\2\0\xff\xff\xff\xff", 12)),
              HasSubstr("malformed: a header of 4294967295 bytes"));
  EXPECT_EQ(refusal(npy(dictionary("'<f4'", "(3,)"), data)),
            "f32[3] does not fit the 8 bytes of data");
  EXPECT_EQ(refusal(npy(dictionary("'<f4'", "(1,)"), data)),
            "f32[1] does not fit the 8 bytes of data");
  EXPECT_THAT(refusal(npy(dictionary("'<f4'", "(4611686018427387904, 4)"))),
              HasSubstr("does not fit"));
}

TEST_F(NpyTest, RefusesMalformedHeaders) {
  struct Bad {
    const char *header, *expected;
  };
  for (const Bad &bad : std::initializer_list<Bad>{
           {"", "'{' at byte 1"},
           {"}", "'{' at byte 0"},
           {"[1]", "'{' at byte 0"},
           {"{", "a key at byte 2"},
           {"{5: 1}", "a key at byte 1"},
           {"{'descr' '<f4'}", "a key at byte 9"},
           {"{'descr': 5, }", "a dtype at byte 10"},
           {"{'descr': '<f4, }", "a dtype at byte 10"},
           {"{'descr': '<f4'", "',' or '}' at byte 16"},
           {"{'descr': '<f4' 'shape'}", "',' or '}' at byte 16"},
           {"{'fortran_order': 0}", "True or False at byte 18"}})
    EXPECT_EQ(refusal(npy(bad.header)),
              std::string("malformed header: expected ") + bad.expected);
  EXPECT_EQ(refusal(npy("{'descr': '<f4'}")),
            "malformed header: descr, fortran_order or shape is missing");
  EXPECT_EQ(refusal(npy("{'other': 1}")),
            "malformed header: unexpected key 'other'");
  EXPECT_EQ(refusal(npy("{'shape': (1,), 'shape': (1,)}")),
            "malformed header: unexpected key 'shape'");
  EXPECT_THAT(refusal(npy(dictionary("'<f4'", "()") + " x")),
              HasSubstr("expected the end"));
}

TEST_F(NpyTest, RefusesMalformedShapes) {
  struct Bad {
    const char *shape, *expected;
  };
  for (const Bad &bad :
       std::initializer_list<Bad>{{"3", "a tuple"},
                                  {"(3)", "','"},
                                  {"(3,,)", "an extent"},
                                  {"(-3,)", "an extent"},
                                  {"(x,)", "an extent"},
                                  {"(99999999999999999999,)", "an extent"},
                                  {"(3 4)", "',' or ')'"},
                                  {"(1.5,)", "',' or ')'"}})
    EXPECT_THAT(refusal(npy(dictionary("'<f4'", bad.shape))),
                testing::StartsWith(fmt::format(
                    "malformed header: expected {} at byte ", bad.expected)))
        << bad.shape;
  std::string deep = "(";
  for (int i = 0; i < 65; ++i)
    deep += "1, ";
  EXPECT_EQ(refusal(npy(dictionary("'<f4'", deep + ")"), "1234")),
            "rank 65 is above 64");
}

TEST_F(NpyTest, LeavesNothingBehindWhenWritingFails) {
  float one = 1;
  opc_tensor tensor = {&one, OPC_F32, 0, nullptr};
  std::string path = dir.path("none/t.npy");
  EXPECT_EQ(writeNpy(path, tensor).message(),
            path + ": cannot write: No such file or directory");
  EXPECT_EQ(writeNpy("/dev/full", tensor).message(),
            "/dev/full: cannot write: No space left on device");
  EXPECT_EQ(dir.numFiles(), 0u);
  ASSERT_TRUE(writeNpy(dir.path("t.npy"), tensor).ok());
  EXPECT_EQ(dir.numFiles(), 1u);
}
