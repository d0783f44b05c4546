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
          "constants": {"axes": {"dtype": "int64", "shape": [1],
                                 "data": "AQAAAAAAAAA="}},
          "outputs": ["y", "x"], "emit": "obj", "stop_after": "host", "dump_stages": "d",
          "cache": "c", "verify_each": true, "progress": true})",
      options);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(options.target, "reference");
  EXPECT_EQ(options.threads, 3);
  ASSERT_EQ(options.dims.size(), 2u);
  EXPECT_EQ(options.dims[0].first, "b") << "sorted, for the fingerprint";
  ASSERT_EQ(options.constants.size(), 1u);
  EXPECT_EQ(options.constants[0].data.size(), 8u);
  EXPECT_EQ(options.constants[0].data[0], 1);
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
  EXPECT_EQ(complaintAbout(R"({"emit": "exe"})"),
            "option 'emit' is not one of so, obj, llvm, mlir, source");
  EXPECT_EQ(complaintAbout(R"({"cache": 1})"),
            "option 'cache' is not true, false or a directory");
  EXPECT_EQ(complaintAbout(R"({"constants": {"a": {"dtype": "x"}}})"),
            "option 'constants.a' is not an object of dtype, shape and data");
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
  const char *constants[] = {
      R"("a": {"dtype": "i8", "shape": [2], "data": "AAA="})",
      R"("a": {"dtype": "i8", "shape": [2], "data": "AAE="})",
      R"("a": {"dtype": "i8", "shape": [2, 1], "data": "AAA="})",
      R"("a": {"dtype": "i8", "shape": [1, 2], "data": "AAA="})",
      R"("a": {"dtype": "u8", "shape": [2], "data": "AAA="})",
      R"("b": {"dtype": "i8", "shape": [2], "data": "AAA="})"};
  std::set<std::string> different = {plain};
  for (const char *constant : constants)
    different.insert(fingerprint(
        (std::string(R"({"constants": {)") + constant + "}}").c_str()));
  EXPECT_EQ(different.size(), 1 + std::size(constants));
  EXPECT_EQ(plain, fingerprint(R"({"progress": true, "verify_each": true})"))
      << "these do not change the program";
}
