//===- ProgramTest.cpp - Loading program files ----------------------------===//
#include "opc/Runtime/Program.h"
#include "FakeProgram.h"
#include "TempDir.h"
#include "opc/Runtime/Artifact.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

using namespace opc::runtime::test;
using opc::Program;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

/// What the program at `path` makes of 1.
static float scaleOf(Program &program) {
  Tensor x({1, 2}, 1);
  auto results = program.run({x.view()});
  EXPECT_TRUE(results) << opc_last_error();
  return results ? results->values<float>(0)[0] : 0;
}

static std::string refusal(const std::string &path) {
  EXPECT_FALSE(Program::load(path));
  return opc_last_error();
}

TEST(Program, LoadsAndRuns) {
  auto program = Program::load(testProgram("double"));
  ASSERT_TRUE(program) << opc_last_error();
  EXPECT_EQ(program->numInputs(), 1u);
  EXPECT_EQ(program->numOutputs(), 1u);
  Tensor x({1000, 2}, 0);
  auto results = program->run({x.view()});
  ASSERT_TRUE(results) << opc_last_error();
  auto y = results->values<float>(0);
  ASSERT_EQ(y.size(), 2000u);
  for (size_t i = 0; i < y.size(); ++i)
    EXPECT_EQ(y[i], 2 * float(i));
  Tensor out({1000, 2});
  opc_tensor input = x.view(), output = out.view();
  EXPECT_TRUE(program->runInto({&input, 1}, {&output, 1})) << opc_last_error();
  EXPECT_EQ(out.values[3], 6);
}

TEST(Program, DescribesItself) {
  auto program = Program::load(testProgram("double"));
  ASSERT_TRUE(program);
  const opc_spec &x = program->input(0);
  EXPECT_STREQ(x.name, "x");
  EXPECT_EQ(x.dtype, OPC_F32);
  EXPECT_THAT(std::vector<int64_t>(x.dims, x.dims + x.rank),
              ElementsAre(-1, 2));
  EXPECT_STREQ(x.symbols[0], "n");
  EXPECT_EQ(x.symbols[1], nullptr);
  EXPECT_STREQ(opc_output_name(program->get(), 0), "y");
  EXPECT_EQ(opc_output_name(program->get(), 1), nullptr);
  EXPECT_EQ(opc_input_spec(program->get(), 1), nullptr);
  EXPECT_EQ(std::string(program->manifest()).back(), '}');
  EXPECT_STREQ(opc_version(), "0.1.0");
}

TEST(Program, RefusesOtherVersions) {
  EXPECT_EQ(refusal(testProgram("future")),
            testProgram("future") +
                ": compiled by opc '0.1.0' for ABI version 5, this runtime has "
                "version 4: compile it again with the opc of this runtime");
}

TEST(Program, RefusesMissingCpuFeaturesByName) {
  EXPECT_THAT(refusal(testProgram("exotic")),
              HasSubstr("'warp9' is not known to this runtime"));
}

TEST(Program, RefusesOtherSharedObjects) {
  EXPECT_THAT(refusal(testProgram("silent")),
              HasSubstr("not a program that opc compiled: it has no section "
                        ".opc.manifest"));
  EXPECT_THAT(refusal(testProgram("nameless")),
              HasSubstr("not a program that opc compiled: it exports no symbol "
                        "opc_program_v1"));
}

TEST(Program, LoadsAFileTwice) {
  auto one = Program::load(testProgram("double"));
  auto two = Program::load(testProgram("double"));
  ASSERT_TRUE(one && two);
  one.reset();
  EXPECT_EQ(scaleOf(*two), 2);
}

// The dynamic linker alone would give the old program for the new file.
TEST(Program, LoadsWhatReplacedAFile) {
  TempDir dir;
  std::string path = dir.path("m.so");
  std::vector<Program> programs;
  for (int round = 0; round < 3; ++round)
    for (const char *name : {"double", "triple"}) {
      fs::copy_file(testProgram(name), dir.path("new.so"));
      fs::rename(dir.path("new.so"), path);
      auto program = Program::load(path);
      ASSERT_TRUE(program) << opc_last_error();
      programs.push_back(std::move(*program));
    }
  for (size_t i = 0; i < programs.size(); ++i)
    EXPECT_EQ(scaleOf(programs[i]), i % 2 ? 3 : 2);
}

TEST(Program, RefusesAFileThatWasRewrittenInPlace) {
  TempDir dir;
  std::string path = dir.write("m.so", TempDir::read(testProgram("double")));
  auto program = Program::load(path);
  ASSERT_TRUE(program);
  // The same bytes, so that the loaded program survives this test.
  fs::last_write_time(path,
                      fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_EQ(refusal(path), path + ": was rewritten in place while this process "
                                  "has it loaded: close the older program "
                                  "first");
  program.reset();
  EXPECT_TRUE(Program::load(path)) << opc_last_error();
}

TEST(Program, LoadsFromSeveralThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([i] {
      for (int round = 0; round < 50; ++round) {
        auto program = Program::load(testProgram(i % 2 ? "double" : "triple"));
        ASSERT_TRUE(program) << opc_last_error();
        ASSERT_EQ(scaleOf(*program), i % 2 ? 2 : 3);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
}

TEST(Program, AdoptsOnlyWhatIsWhole) {
  std::string manifest = addManifest;
  opc_program *program = nullptr;
  opc_program_descriptor good = {OPC_ABI_VERSION,
                                 0,
                                 addEntry,
                                 manifest.data(),
                                 manifest.size(),
                                 nullptr,
                                 0,
                                 nullptr,
                                 0};
  auto refused = [&](auto change) {
    opc_program_descriptor bad = good;
    change(bad);
    EXPECT_NE(opc_adopt(&bad, nullptr, nullptr, &program), OPC_OK);
    EXPECT_EQ(program, nullptr);
    return std::string(opc_last_error());
  };
  alignas(64) static const char constants[64] = {};
  EXPECT_THAT(refused([](auto &d) { d.abi_version = 9; }),
              HasSubstr("ABI version 9"));
  EXPECT_EQ(refused([](auto &d) { d.entry = nullptr; }),
            "the program has no entry or no manifest");
  EXPECT_THAT(refused([](auto &d) { d.constants = constants + 4; }),
              HasSubstr("not aligned to 64 bytes"));
  EXPECT_EQ(refused([](auto &d) { d.constants_size = 8; }),
            "the program has no constants");
  EXPECT_EQ(refused([](auto &d) {
              d.constants = constants;
              d.constants_size = 64;
            }),
            "the manifest promises 0 bytes of constants, the program has 64");
  EXPECT_EQ(opc_adopt(nullptr, nullptr, nullptr, &program), OPC_ERROR_USAGE);
  EXPECT_EQ(opc_adopt(&good, nullptr, nullptr, nullptr), OPC_ERROR_USAGE);
}

TEST(Program, NullIsAnErrorThatNamesTheFunction) {
  auto said = [](bool refused) {
    EXPECT_TRUE(refused);
    std::string error = opc_last_error();
    Program::load("/nonexistent"); // another error
    return error;
  };
  EXPECT_EQ(said(!opc_manifest(nullptr)), "opc_manifest: program is NULL");
  EXPECT_EQ(said(opc_num_inputs(nullptr) == 0),
            "opc_num_inputs: program is NULL");
  EXPECT_EQ(said(opc_num_outputs(nullptr) == 0),
            "opc_num_outputs: program is NULL");
  EXPECT_EQ(said(!opc_input_name(nullptr, 0)),
            "opc_input_name: program is NULL");
  EXPECT_EQ(said(!opc_output_name(nullptr, 0)),
            "opc_output_name: program is NULL");
  EXPECT_EQ(said(!opc_input_spec(nullptr, 0)),
            "opc_input_spec: program is NULL");
  EXPECT_EQ(said(!opc_output_spec(nullptr, 0)),
            "opc_output_spec: program is NULL");
  EXPECT_EQ(said(opc_set_threads(nullptr, 1) == OPC_ERROR_USAGE),
            "opc_set_threads: program is NULL");
  EXPECT_EQ(said(opc_profile_start(nullptr) == OPC_ERROR_USAGE),
            "opc_profile_start: program is NULL");
  EXPECT_EQ(said(!opc_profile_stop(nullptr)),
            "opc_profile_stop: program is NULL");
  opc_results *results = nullptr;
  EXPECT_EQ(said(opc_run(nullptr, nullptr, 0, nullptr, 0, &results) ==
                 OPC_ERROR_USAGE),
            "opc_run: program is NULL");
  EXPECT_EQ(said(!opc_result(nullptr, 0)), "opc_result: results is NULL");
  EXPECT_EQ(said(!opc_take_result(nullptr, 0)),
            "opc_take_result: results is NULL");
  opc_program *program = nullptr;
  EXPECT_EQ(said(opc_load(nullptr, &program) == OPC_ERROR_USAGE),
            "opc_load: path and program may not be NULL");
  EXPECT_EQ(said(opc_load("m.so", nullptr) == OPC_ERROR_USAGE),
            "opc_load: path and program may not be NULL");
  opc_close(nullptr);
  opc_free_data(nullptr);
  opc_free_results(nullptr);
}

TEST(Program, ReleasesItsOwner) {
  int released = 0;
  opc_program *program = nullptr;
  opc_program_descriptor descriptor = {OPC_ABI_VERSION,
                                       0,
                                       addEntry,
                                       addManifest,
                                       strlen(addManifest),
                                       nullptr,
                                       0,
                                       nullptr,
                                       0};
  ASSERT_EQ(opc_adopt(
                &descriptor, &released,
                [](void *owner) { ++*static_cast<int *>(owner); }, &program),
            OPC_OK);
  EXPECT_EQ(released, 0);
  opc_close(program);
  EXPECT_EQ(released, 1);
  opc_close(nullptr);
}
