//===- CallTest.cpp - Running programs and refusing bad calls -------------===//
//
// Every message of a run is written out here as a user reads it.
//
//===----------------------------------------------------------------------===//
#include "FakeProgram.h"
#include "FloatState.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

using namespace opc::runtime;
using namespace opc::runtime::test;
using testing::ElementsAre;
using testing::StartsWith;

namespace {
class CallTest : public testing::Test {
protected:
  Tensor x{{4, 3}, 0}, y{{4, 3}, 100};
  ProgramPtr program = adopt(addEntry);

  opc_status run(std::vector<opc_tensor> inputs) {
    opc_results *raw = nullptr;
    opc_status status =
        opc_run(program.get(), inputs.data(), inputs.size(), nullptr, 0, &raw);
    results.reset(raw);
    return status;
  }
  /// The reason why a run with these inputs is refused.
  std::string refusal(std::vector<opc_tensor> inputs) {
    EXPECT_NE(run(inputs), OPC_OK);
    EXPECT_EQ(results, nullptr);
    return opc_last_error();
  }

  ResultsPtr results;
};
} // namespace

static std::vector<float> valuesOf(const opc_tensor &tensor, size_t count) {
  auto *data = static_cast<const float *>(tensor.data);
  return {data, data + count};
}

TEST_F(CallTest, GivesOutputs) {
  ASSERT_EQ(run({x.view(), y.view()}), OPC_OK) << opc_last_error();
  const opc_tensor *z = opc_result(results.get(), 0);
  ASSERT_NE(z, nullptr);
  EXPECT_EQ(z->dtype, OPC_F32);
  EXPECT_THAT(std::vector<int64_t>(z->dims, z->dims + z->rank),
              ElementsAre(4, 3));
  for (size_t i = 0; i < 12; ++i)
    EXPECT_EQ(valuesOf(*z, 12)[i], 100 + 2 * float(i));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(z->data) % OPC_ALIGNMENT, 0u);
  EXPECT_EQ(opc_result(results.get(), 1), nullptr);
}

TEST_F(CallTest, TakesOutputsOut) {
  ASSERT_EQ(run({x.view(), y.view()}), OPC_OK);
  auto *data = static_cast<float *>(opc_take_result(results.get(), 0));
  ASSERT_NE(data, nullptr);
  EXPECT_EQ(opc_take_result(results.get(), 0), nullptr);
  results.reset();
  EXPECT_EQ(data[1], 102);
  opc_free_data(data);
  opc_free_data(nullptr);
}

TEST_F(CallTest, RunsEmptyTensors) {
  Tensor none({0, 3});
  opc_tensor empty = none.view();
  empty.data = nullptr;
  ASSERT_EQ(run({empty, empty}), OPC_OK) << opc_last_error();
  EXPECT_EQ(opc_result(results.get(), 0)->dims[0], 0);
}

TEST_F(CallTest, RefusesWrongCount) {
  EXPECT_EQ(refusal({x.view()}), "expected 2 inputs, got 1");
}

TEST_F(CallTest, RefusesWrongDtype) {
  opc_tensor wrong = x.view();
  wrong.dtype = OPC_I32;
  EXPECT_EQ(refusal({wrong, y.view()}),
            "input 'x': expected f32[n, 3], got i32[4, 3]");
  wrong.dtype = static_cast<opc_dtype>(77);
  EXPECT_EQ(refusal({wrong, y.view()}),
            "input 'x': expected f32[n, 3], got unknown[4, 3]");
}

TEST_F(CallTest, RefusesWrongRank) {
  Tensor flat({12});
  EXPECT_EQ(refusal({flat.view(), y.view()}),
            "input 'x': expected f32[n, 3], got f32[12]");
  opc_tensor wrong = x.view();
  for (int rank : {-1, 1 << 30}) {
    wrong.rank = rank;
    EXPECT_EQ(refusal({wrong, y.view()}),
              "input 'x': expected f32[n, 3], got f32 of rank " +
                  std::to_string(rank));
  }
}

TEST_F(CallTest, RefusesWrongExtent) {
  Tensor wide({4, 5});
  EXPECT_EQ(refusal({x.view(), wide.view()}),
            "input 'y': expected f32[n, 3], got f32[4, 5]");
  int64_t negative[] = {-4, 3};
  opc_tensor wrong = x.view();
  wrong.dims = negative;
  EXPECT_EQ(refusal({wrong, y.view()}),
            "input 'x': expected f32[n, 3], got f32[-4, 3]");
}

TEST_F(CallTest, RefusesSymbolsThatDisagree) {
  Tensor five({5, 3});
  EXPECT_EQ(refusal({x.view(), five.view()}),
            "input 'y': dimension 0 ('n') is 5, but input 'x' has 4 for it");
}

TEST_F(CallTest, RefusesBadPointers) {
  opc_tensor wrong = x.view();
  wrong.dims = nullptr;
  EXPECT_EQ(refusal({wrong, y.view()}), "input 'x': dims is NULL");
  wrong = x.view();
  wrong.data = nullptr;
  EXPECT_EQ(refusal({wrong, y.view()}), "input 'x': data is NULL");
  wrong.data = reinterpret_cast<char *>(x.values.data()) + 1;
  EXPECT_THAT(refusal({wrong, y.view()}), StartsWith("input 'x': data at 0x"));
  EXPECT_EQ(opc_run(program.get(), nullptr, 2, nullptr, 0, nullptr),
            OPC_ERROR_USAGE);
  EXPECT_EQ(opc_run(nullptr, nullptr, 0, nullptr, 0, nullptr), OPC_ERROR_USAGE);
}

TEST_F(CallTest, RefusesSizesThatOverflow) {
  int64_t huge[] = {INT64_MAX / 8, 3};
  opc_tensor wrong = x.view();
  wrong.dims = huge;
  EXPECT_THAT(refusal({wrong, y.view()}),
              StartsWith("input 'x': the size of f32[1152921504606846975, 3] "
                         "is too large"));
}

TEST_F(CallTest, WritesIntoTheCallersBuffer) {
  Tensor z({4, 3});
  opc_tensor inputs[] = {x.view(), y.view()}, output = z.view();
  ASSERT_EQ(opc_run(program.get(), inputs, 2, &output, 1, nullptr), OPC_OK)
      << opc_last_error();
  EXPECT_EQ(z.values[11], 122);

  opc_results *raw = nullptr;
  ASSERT_EQ(opc_run(program.get(), inputs, 2, &output, 1, &raw), OPC_OK);
  ResultsPtr kept(raw);
  EXPECT_EQ(opc_result(raw, 0)->data, z.values.data());
  EXPECT_EQ(opc_take_result(raw, 0), nullptr);
}

TEST_F(CallTest, RefusesBuffersThatDoNotFit) {
  auto refused = [&](opc_tensor output, size_t count = 1) {
    opc_tensor inputs[] = {x.view(), y.view()};
    opc_results *raw = nullptr;
    EXPECT_NE(opc_run(program.get(), inputs, 2, &output, count, &raw), OPC_OK);
    EXPECT_EQ(raw, nullptr);
    return std::string(opc_last_error());
  };
  Tensor small({3, 3});
  EXPECT_EQ(refused(small.view()),
            "output 'z': the result is f32[4, 3], the given buffer f32[3, 3]");
  opc_tensor wrong = small.view();
  wrong.dtype = OPC_F64;
  EXPECT_EQ(refused(wrong), "output 'z': expected f32[n, 3], got f64[3, 3]");
  EXPECT_EQ(refused(x.view()),
            "output 'z': the given buffer overlaps input 'x'");
  opc_tensor two[2] = {x.view(), x.view()};
  opc_tensor inputs[] = {x.view(), y.view()};
  EXPECT_EQ(opc_run(program.get(), inputs, 2, two, 2, nullptr),
            OPC_ERROR_USAGE);
}

TEST_F(CallTest, RefusesBuffersBeforeItRuns) {
  std::string manifest = addManifest;
  manifest.insert(manifest.find(R"({"name": "z")"),
                  R"({"name": "w", "dtype": "f32", "shape": ["n", 3]}, )");
  program = adopt(
      [](opc_call *) {
        ADD_FAILURE() << "it ran";
        return 1;
      },
      manifest);
  auto refused = [&](opc_tensor w, opc_tensor z) {
    opc_tensor inputs[] = {x.view(), y.view()}, outputs[] = {w, z};
    EXPECT_EQ(opc_run(program.get(), inputs, 2, outputs, 2, nullptr),
              OPC_ERROR_INPUT);
    return std::string(opc_last_error());
  };
  Tensor w({4, 3}), z({4, 3}), wide({4, 5});
  EXPECT_EQ(refused(w.view(), wide.view()),
            "output 'z': expected f32[n, 3], got f32[4, 5]");
  EXPECT_EQ(refused(w.view(), w.view()),
            "output 'z': the given buffer overlaps that of output 'w'");
  EXPECT_EQ(refused(w.view(), y.view()),
            "output 'z': the given buffer overlaps input 'y'");
  int64_t negative[] = {-4, 3};
  opc_tensor wrong = z.view();
  wrong.dims = negative;
  EXPECT_EQ(refused(w.view(), wrong),
            "output 'z': expected f32[n, 3], got f32[-4, 3]");
}

namespace {
class DonationTest : public CallTest {
protected:
  DonationTest() {
    std::string manifest = addManifest;
    std::string x = R"({"name": "x", )";
    manifest.insert(manifest.find(x) + x.size(), R"("donated_to": 0, )");
    program = adopt(addEntry, manifest);
  }
  opc_status runInto(opc_tensor *z, opc_results **raw = nullptr) {
    opc_tensor inputs[] = {x.view(), y.view()};
    return opc_run(program.get(), inputs, 2, z, z ? 1 : 0, raw);
  }
};
} // namespace

TEST_F(DonationTest, IsWhereTheOutputIsWritten) {
  EXPECT_EQ(opc_input_spec(program.get(), 0)->donated_to, 0);
  EXPECT_EQ(opc_input_spec(program.get(), 1)->donated_to, -1);
  ASSERT_EQ(runInto(nullptr), OPC_OK) << opc_last_error();
  for (size_t i = 0; i < 12; ++i)
    EXPECT_EQ(x.values[i], 100 + 2 * float(i));
  opc_results *raw = nullptr;
  ASSERT_EQ(runInto(nullptr, &raw), OPC_OK) << opc_last_error();
  ResultsPtr kept(raw);
  EXPECT_EQ(opc_result(raw, 0)->data, x.values.data());
  EXPECT_EQ(opc_take_result(raw, 0), nullptr);
}

TEST_F(DonationTest, IsReadWhereTheOutputHasAnotherBuffer) {
  Tensor z({4, 3});
  opc_tensor output = z.view();
  ASSERT_EQ(runInto(&output), OPC_OK) << opc_last_error();
  EXPECT_EQ(z.values[11], 122);
  EXPECT_EQ(x.values[11], 11);
  output = x.view();
  ASSERT_EQ(runInto(&output), OPC_OK) << opc_last_error();
  EXPECT_EQ(x.values[11], 122);
  output.data = nullptr;
  ASSERT_EQ(runInto(&output), OPC_OK) << opc_last_error();
  EXPECT_EQ(x.values[11], 233);
}

TEST_F(DonationTest, OverlapsNothingElse) {
  EXPECT_EQ(refusal({x.view(), x.view()}),
            "input 'x': what is donated to output 'z' overlaps input 'y'");
  EXPECT_EQ(x.values[11], 11);
  opc_tensor output = y.view();
  EXPECT_EQ(runInto(&output), OPC_ERROR_INPUT);
  EXPECT_STREQ(opc_last_error(),
               "output 'z': the given buffer overlaps input 'y'");
}

TEST_F(DonationTest, MayBeEmpty) {
  Tensor none({0, 3});
  opc_tensor empty = none.view();
  empty.data = nullptr;
  ASSERT_EQ(run({empty, empty}), OPC_OK) << opc_last_error();
  EXPECT_EQ(opc_result(results.get(), 0)->dims[0], 0);
}

TEST_F(CallTest, BuffersMayTouch) {
  std::vector<float> memory(36);
  int64_t dims[] = {4, 3};
  auto part = [&](int number) {
    return opc_tensor{&memory[12 * number], OPC_F32, 2, dims};
  };
  opc_tensor inputs[] = {part(0), part(2)}, output = part(1);
  EXPECT_EQ(opc_run(program.get(), inputs, 2, &output, 1, nullptr), OPC_OK)
      << opc_last_error();
  for (int number : {0, 2}) {
    opc_tensor across = output;
    across.data = &memory[12 + (number - 1)];
    EXPECT_EQ(opc_run(program.get(), inputs, 2, &across, 1, nullptr),
              OPC_ERROR_INPUT);
    EXPECT_THAT(opc_last_error(),
                testing::EndsWith(number ? "input 'y'" : "input 'x'"));
  }
}

TEST_F(CallTest, ReportsFaultsWithTheirPlace) {
  program = adopt([](opc_call *call) {
    return call->api->fail(call, OPC_FAULT_INDEX, 0, 12, 10);
  });
  EXPECT_EQ(refusal({x.view(), y.view()}),
            "node 'Add_0' (ai.onnx.Add): index 12 lies outside of a dimension "
            "of 10");
  program =
      adopt([](opc_call *call) { return call->api->fail(call, 99, 7, 1, 2); });
  EXPECT_EQ(refusal({x.view(), y.view()}), "the program: unknown fault 99");
}

/// Numbers go where the text says; what else is in braces stays.
TEST_F(CallTest, ReportsDemandsInTheWordsOfTheManifest) {
  std::string manifest = addManifest;
  manifest.insert(manifest.find(R"("constants_bytes")"),
                  R"("demands": [{"location": 0, "text": "a"},
                     {"location": 0, "text": "{1}{2} {0 {0}, {0}"}], )");
  program = adopt(
      [](opc_call *call) {
        return call->api->fail(call, OPC_FAULT_SHAPE, -2, -12, 10);
      },
      manifest);
  EXPECT_EQ(refusal({x.view(), y.view()}),
            "node 'Add_0' (ai.onnx.Add): 10{2} {0 -12, -12");
  program = adopt(
      [](opc_call *call) {
        return call->api->fail(call, OPC_FAULT_SHAPE, -3, 1, 2);
      },
      manifest);
  EXPECT_EQ(refusal({x.view(), y.view()}),
            "the program: a dimension is 1 where 2 is needed");
}

/// With the operator, where the manifest knows it.
TEST_F(CallTest, ReportsTheOperatorOfAPlace) {
  std::string manifest = addManifest;
  manifest.insert(manifest.find(R"("constants_bytes")"),
                  R"("operators": ["Gather\n"], )");
  program = adopt(
      [](opc_call *call) {
        return call->api->fail(call, OPC_FAULT_LENGTH, 0, 12, 10);
      },
      manifest);
  EXPECT_EQ(
      refusal({x.view(), y.view()}),
      "node 'Add_0' (ai.onnx.Add) (Gather\\n): length 12 is not between 0 "
      "and 10");
}

TEST_F(CallTest, TheFirstFaultCounts) {
  program = adopt([](opc_call *call) {
    call->api->fail(call, OPC_FAULT_DIVIDE, 0, 0, 0);
    return call->api->fail(call, OPC_FAULT_INDEX, 0, 12, 10);
  });
  EXPECT_EQ(refusal({x.view(), y.view()}),
            "node 'Add_0' (ai.onnx.Add): an integer was divided by zero");
}

/// What a kernel records, of an index and the extent that it does not fit.
static void recordIndex(const int64_t *words, int64_t index, int64_t extent) {
  auto *fault = reinterpret_cast<opc_kernel_fault *>(words[0]);
  *fault = {OPC_FAULT_INDEX, index, extent, /*claimed=*/1};
}

TEST_F(CallTest, ReportsFaultsOfKernels) {
  program = adopt([](opc_call *call) {
    int64_t words[] = {reinterpret_cast<int64_t>(&call->status)};
    opc_launch launch = {[](const int64_t *words, int64_t, int64_t) {
                           recordIndex(words, -12, 10);
                         },
                         words,
                         1,
                         1,
                         0,
                         0,
                         0};
    call->api->launch(call, &launch);
    return call->api->fail(call, OPC_FAULT_MEMORY, 0, 1, 2);
  });
  EXPECT_EQ(refusal({x.view(), y.view()}),
            "node 'Add_0' (ai.onnx.Add): index -12 lies outside of a dimension "
            "of 10");
}

TEST_F(CallTest, TheFirstKernelThatFaultsCounts) {
  std::string manifest = addManifest;
  auto insert = [&](const char *before, const char *text) {
    manifest.insert(manifest.find(before), text);
  };
  insert(R"({"name": "add_0")",
         R"({"name": "a"}, {"name": "b", "locations": [1]}, )");
  insert(R"(],
  "constants_bytes")",
         R"(, "node 'First_0'")");
  program = adopt(
      [](opc_call *call) {
        int64_t words[] = {reinterpret_cast<int64_t>(&call->status)};
        auto fault = [](const int64_t *words, int64_t, int64_t) {
          recordIndex(words, 7, 5);
        };
        for (int64_t kernel : {1, 2}) {
          opc_launch launch = {fault, words, 1, 1, 0, 0, kernel};
          call->api->launch(call, &launch);
        }
        return 1;
      },
      manifest);
  EXPECT_EQ(refusal({x.view(), y.view()}),
            "node 'First_0': index 7 lies outside of a dimension of 5");
}

TEST_F(CallTest, DistrustsThePrograms) {
  program = adopt([](opc_call *) { return 0; });
  EXPECT_EQ(refusal({x.view(), y.view()}),
            "the program did not write output 'z'");
  program = adopt([](opc_call *) { return 5; });
  EXPECT_EQ(refusal({x.view(), y.view()}),
            "the program failed with code 5 and no reason");
  program = adopt([](opc_call *call) {
    int64_t dims[] = {4, 5};
    call->api->output(call, 0, dims);
    return 1;
  });
  EXPECT_EQ(refusal({x.view(), y.view()}),
            "output 'z': the program computed f32[4, 5], its manifest says "
            "f32[n, 3]");
  program = adopt([](opc_call *call) {
    int64_t dims[] = {int64_t(1) << 55, 3};
    return call->api->output(call, 0, dims) ? 0 : 1;
  });
  EXPECT_EQ(refusal({x.view(), y.view()}),
            "output 'z': no memory for f32[36028797018963968, 3]");
}

TEST_F(CallTest, SeveralThreadsRunOneProgram) {
  auto work = [&] {
    Tensor a({500, 3}, 1), b({500, 3}, 2);
    opc_tensor inputs[] = {a.view(), b.view()};
    for (int round = 0; round < 200; ++round) {
      opc_results *raw = nullptr;
      ASSERT_EQ(opc_run(program.get(), inputs, 2, nullptr, 0, &raw), OPC_OK);
      ResultsPtr kept(raw);
      auto values = valuesOf(*opc_result(raw, 0), 1500);
      for (size_t i = 0; i < values.size(); ++i)
        ASSERT_EQ(values[i], 3 + 2 * float(i));
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back(work);
  for (std::thread &thread : threads)
    thread.join();
}

TEST_F(CallTest, KeepsSubnormalsWhateverTheHostDoes) {
  DefaultFloatState restore;
#if defined(__x86_64__)
  const uint64_t flush = 0x9fc0; // inputs and results, as fast-math sets it
#else
  const uint64_t flush = defaultFloatState;
#endif
  setFloatState(flush);
  constexpr float tiny = 1e-40f;
  Tensor a({30000, 3}), zero({30000, 3});
  std::fill(a.values.begin(), a.values.end(), tiny);
  std::fill(zero.values.begin(), zero.values.end(), 0.0f);
  opc_status status = run({a.view(), zero.view()});
  EXPECT_EQ(floatState() & flush, flush);
  setFloatState(defaultFloatState);
  ASSERT_EQ(status, OPC_OK);
  for (float value : valuesOf(*opc_result(results.get(), 0), 90000))
    ASSERT_EQ(value, tiny);
}

TEST_F(CallTest, LimitsThreads) {
  EXPECT_EQ(opc_set_threads(program.get(), 1), OPC_OK);
  EXPECT_EQ(opc_set_threads(program.get(), 0), OPC_ERROR_USAGE);
  EXPECT_STREQ(opc_last_error(), "0 threads are outside of 1 to 1024");
}
