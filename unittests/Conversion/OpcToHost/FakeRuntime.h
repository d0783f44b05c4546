//===- FakeRuntime.h - The smallest runtime that runs a program -*- C++ -*-===//
//
// One thread, no pool. It hands out memory full of a pattern that no test
// computes, with guards behind it, and knows of every block that was forgotten,
// released twice or written beyond its end.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_UNITTESTS_CONVERSION_OPCTOHOST_FAKERUNTIME_H
#define OPC_UNITTESTS_CONVERSION_OPCTOHOST_FAKERUNTIME_H

#include "opc-c/module.h"
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

/// A tensor that a test gives or gets.
struct TestTensor {
  std::vector<int64_t> dims;
  std::vector<char> data;

  template <typename T>
  static TestTensor of(std::vector<int64_t> dims, std::vector<T> values) {
    TestTensor tensor{std::move(dims), {}};
    tensor.data.resize(values.size() * sizeof(T));
    if (!values.empty())
      memcpy(tensor.data.data(), values.data(), tensor.data.size());
    return tensor;
  }
  template <typename T> std::vector<T> values() const {
    std::vector<T> result(data.size() / sizeof(T));
    if (!data.empty())
      memcpy(result.data(), data.data(), data.size());
    return result;
  }
};

struct TestFault {
  int64_t fault = 0, op = -1, observed = 0, expected = 0;
};

class FakeRuntime : public opc_call {
public:
  /// `ranks` and `bytes` are those of the outputs' dims and elements.
  FakeRuntime(const void *constants, std::vector<int64_t> ranks,
              std::vector<int64_t> elementBytes);

  /// Runs `entry`; returns what it returns.
  int32_t run(opc_entry_fn entry, const std::vector<TestTensor> &inputs);

  std::vector<TestTensor> outputs;
  TestFault fault;
  size_t launches = 0;
  std::vector<int64_t> allocations; ///< sizes, in the order of the requests
  size_t liveBlocks = 0;            ///< never released
  std::vector<std::string> problems;

private:
  struct Block {
    std::unique_ptr<char[]> memory;
    char *data = nullptr;
    int64_t bytes = 0;
    bool released = false;
  };
  static void launch(opc_call *call, const opc_launch *launch);
  static void *alloc(opc_call *call, int64_t bytes);
  static void release(opc_call *call, void *memory);
  static void *output(opc_call *call, int64_t index, const int64_t *dims);
  static int32_t fail(opc_call *call, int64_t fault, int64_t op,
                      int64_t observed, int64_t expected);
  char *newBlock(int64_t bytes);
  void checkGuards();

  static const opc_runtime_api table;
  std::vector<int64_t> ranks, elementBytes;
  std::vector<Block> blocks;
  std::vector<char *> outputData;
};

#endif // OPC_UNITTESTS_CONVERSION_OPCTOHOST_FAKERUNTIME_H
