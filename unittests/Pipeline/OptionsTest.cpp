//===- OptionsTest.cpp - Options of a compilation -------------------------===//
#include "opc/Pipeline/Options.h"

#include "gtest/gtest.h"
#include <set>

using namespace opc;

static std::string complaintAbout(const char *json) {
  CompileOptions options;
  Status status = parseOptions(json, options);
  EXPECT_EQ(status.code(), OPC_ERROR_USAGE) << json;
  return status.message();
}

TEST(Options, ReadsAllOfThem) {
  CompileOptions options;
  Status status = parseOptions(
      R"({"target": "reference", "threads": 3, "dims": {"n": 4, "b": 1},
          "donate": ["s", 1, ["t", "y"]],
          "outputs": ["y", "x"], "emit": "obj", "stop_after": "host", "dump_stages": "d",
          "cache": "c", "verify_each": true, "progress": true})",
      options);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(options.target, "reference");
  EXPECT_EQ(options.threads, 3);
  ASSERT_EQ(options.dims.size(), 2u);
  EXPECT_EQ(options.dims[0].first, "b") << "sorted, for the fingerprint";
  ASSERT_EQ(options.donate.size(), 3u);
  EXPECT_EQ(options.donate[0].input, "s");
  EXPECT_EQ(options.donate[1].index, 1);
  EXPECT_EQ(options.donate[2].output, "y");
  EXPECT_EQ(options.outputs, (std::vector<std::string>{"y", "x"}));
  EXPECT_EQ(options.emit, Emit::Obj);
  EXPECT_TRUE(options.cache);
  EXPECT_EQ(options.cacheDirectory, "c");
  EXPECT_TRUE(options.verifyEach && options.progress);
}

TEST(Options, EmptyTextMeansDefaults) {
  CompileOptions options;
  ASSERT_TRUE(parseOptions("", options).ok());
  EXPECT_EQ(options.target, "cpu");
  EXPECT_FALSE(options.emitsText());
}

TEST(Options, NamesWhatIsWrong) {
  EXPECT_EQ(complaintAbout(R"({"tragte": "cpu"})"), "unknown option 'tragte'");
  EXPECT_EQ(complaintAbout(R"({"threads": 0})"),
            "option 'threads' is not a number from 1 to 1024");
  EXPECT_EQ(complaintAbout(R"({"threads": 1025})"),
            "option 'threads' is not a number from 1 to 1024");
  EXPECT_EQ(complaintAbout(R"({"dims": {"n": -1}})"),
            "option 'dims.n' is not a number that is 0 or more");
  EXPECT_EQ(complaintAbout(R"({"outputs": []})"),
            "option 'outputs' is not a list of at least one name");
  EXPECT_EQ(complaintAbout(R"({"outputs": [1]})"),
            "option 'outputs' is not a list of at least one name");
  EXPECT_EQ(complaintAbout(R"({"emit": "elf"})"),
            "option 'emit' is not one of so, exe, obj, llvm, mlir, source");
  EXPECT_EQ(complaintAbout(R"({"cache": 1})"),
            "option 'cache' is not true, false or a directory");
  EXPECT_EQ(complaintAbout(R"({"constants": {}})"),
            "unknown option 'constants'");
  for (const char *donate : {"1", "[null]", "[-1]", "[1.5]", "[[1]]",
                             "[[1, 2]]", "[[null, \"y\"]]", "{}"})
    EXPECT_EQ(
        complaintAbout((std::string("{\"donate\": ") + donate + "}").c_str()),
        "option 'donate' is not a list of inputs, by name or number, or of "
        "pairs of an input and an output");
  EXPECT_EQ(complaintAbout("[]"), "options: not a JSON object");
  EXPECT_EQ(complaintAbout("{"), complaintAbout("{")) << "any text is fine";
}

TEST(Options, FingerprintTellsProgramsApart) {
  auto fingerprint = [](const char *json) {
    CompileOptions options;
    EXPECT_TRUE(parseOptions(json, options).ok());
    return options.fingerprint();
  };
  std::string plain = fingerprint("{}");
  EXPECT_NE(plain, fingerprint(R"({"threads": 2})"));
  EXPECT_NE(fingerprint(R"({"dims": {"a": 1}})"),
            fingerprint(R"({"dims": {"b": 1}})"));
  EXPECT_NE(fingerprint(R"({"dims": {"a": 1}})"),
            fingerprint(R"({"dims": {"a": 2}})"));
  EXPECT_NE(plain, fingerprint(R"({"outputs": ["a"]})"));
  EXPECT_NE(fingerprint(R"({"outputs": ["a", "b"]})"),
            fingerprint(R"({"outputs": ["b", "a"]})"));
  std::set<std::string> different = {plain};
  const char *donations[] = {R"(["a"])",      R"(["a", "b"])",
                             R"(["b", "a"])", R"([["a", "b"]])",
                             R"([1])",        R"([["a", ""]])"};
  for (const char *donation : donations)
    different.insert(
        fingerprint((std::string(R"({"donate": )") + donation + "}").c_str()));
  EXPECT_EQ(different.size(), 1 + std::size(donations));
  EXPECT_EQ(plain, fingerprint(R"({"progress": true, "verify_each": true})"))
      << "these do not change the program";
}

namespace {
const int64_t kTwo[] = {2}, kTwoOnes[] = {2, 1}, kNegative[] = {-1},
              kHuge[] = {INT64_MAX, 8};
char zeros[] = {0, 0}, ones[] = {0, 1};
opc_tensor bytes(char *data, opc_dtype dtype = OPC_I8,
                 llvm::ArrayRef<int64_t> dims = kTwo) {
  return {data, dtype, int32_t(dims.size()), dims.data()};
}
} // namespace

TEST(Options, ConstantsTellProgramsApart) {
  const opc_constant constants[] = {{"a", bytes(zeros)},
                                    {"a", bytes(ones)},
                                    {"a", bytes(zeros, OPC_I8, kTwoOnes)},
                                    {"a", bytes(zeros, OPC_U8)},
                                    {"b", bytes(zeros)}};
  std::set<std::string> different = {CompileOptions().fingerprint()};
  for (const opc_constant &constant : constants) {
    CompileOptions options;
    ASSERT_TRUE(readConstants(constant, options).ok());
    ASSERT_EQ(options.constants.size(), 1u);
    EXPECT_EQ(options.constants[0].data.data(), constant.value.data)
        << "it is read where it is";
    EXPECT_EQ(options.constants[0].data.size(), 2u);
    different.insert(options.fingerprint());
  }
  EXPECT_EQ(different.size(), 1 + std::size(constants));
  CompileOptions forth, back;
  ASSERT_TRUE(readConstants({constants[0], constants[4]}, forth).ok());
  ASSERT_TRUE(readConstants({constants[4], constants[0]}, back).ok());
  EXPECT_EQ(forth.fingerprint(), back.fingerprint());
}

TEST(Options, NamesWhatIsWrongWithAConstant) {
  auto complaint = [](llvm::ArrayRef<opc_constant> constants) {
    CompileOptions options;
    Status status = readConstants(constants, options);
    EXPECT_EQ(status.code(), OPC_ERROR_USAGE);
    return status.message();
  };
  opc_constant good = {"a", bytes(zeros)};
  EXPECT_EQ(complaint({good, good}), "constants: 'a' is given twice");
  EXPECT_EQ(complaint({{nullptr, bytes(zeros)}}), "constants: a name is NULL");
  EXPECT_EQ(complaint({{"a", bytes(zeros, opc_dtype(77))}}),
            "constants: 'a': unknown dtype 77");
  EXPECT_EQ(complaint({{"a", bytes(nullptr)}}), "constants: 'a': data is NULL");
  EXPECT_EQ(complaint({{"a", {zeros, OPC_I8, 1, nullptr}}}),
            "constants: 'a': rank 1 with no dims");
  EXPECT_EQ(complaint({{"a", {zeros, OPC_I8, -1, kTwo}}}),
            "constants: 'a': rank -1 with no dims");
  EXPECT_EQ(complaint({{"a", bytes(zeros, OPC_I8, kNegative)}}),
            "constants: 'a': extent -1 is negative or too large to address");
  EXPECT_EQ(complaint({{"a", bytes(zeros, OPC_I8, kHuge)}}),
            "constants: 'a': extent 8 is negative or too large to address");
}
