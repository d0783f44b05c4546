//===- FakeRuntime.cpp - The smallest runtime that runs a program ---------===//
#include "FakeRuntime.h"
#include <algorithm>

/// Bytes behind each block that nobody may write.
static constexpr int64_t kGuard = 128;
static constexpr char kGuardByte = 0x5A;
/// NaN in every float format, a number that no test uses as an integer.
static constexpr char kUnwritten = static_cast<char>(0xFF);

const opc_runtime_api FakeRuntime::table = {launch, alloc, release, output,
                                            fail};

FakeRuntime::FakeRuntime(const void *constantData, std::vector<int64_t> ranks,
                         std::vector<int64_t> elementBytes)
    : opc_call{}, outputs(ranks.size()), ranks(std::move(ranks)),
      elementBytes(std::move(elementBytes)), outputData(outputs.size()) {
  api = &table;
  constants = constantData;
}

char *FakeRuntime::newBlock(int64_t bytes) {
  Block block;
  block.bytes = bytes;
  block.memory.reset(new char[bytes + kGuard + OPC_ALIGNMENT]);
  auto address = reinterpret_cast<uintptr_t>(block.memory.get());
  block.data = block.memory.get() + (-address & (OPC_ALIGNMENT - 1));
  memset(block.data, kUnwritten, bytes);
  memset(block.data + bytes, kGuardByte, kGuard);
  blocks.push_back(std::move(block));
  return blocks.back().data;
}

/// Units one by one and from the last to the first: none may need another.
void FakeRuntime::launch(opc_call *call, const opc_launch *launch) {
  static_cast<FakeRuntime *>(call)->launches++;
  for (int64_t unit = launch->units; unit-- > 0;)
    launch->fn(launch->words, unit, unit + 1);
}

void *FakeRuntime::alloc(opc_call *call, int64_t bytes) {
  auto *self = static_cast<FakeRuntime *>(call);
  self->allocations.push_back(bytes);
  if (bytes < 0 || bytes > (int64_t(1) << 30))
    return nullptr;
  return self->newBlock(bytes);
}

void FakeRuntime::release(opc_call *call, void *memory) {
  auto *self = static_cast<FakeRuntime *>(call);
  for (Block &block : self->blocks) {
    if (block.data != memory)
      continue;
    if (block.released)
      self->problems.push_back("released twice");
    block.released = true;
    memset(block.data, kUnwritten, block.bytes); // whoever reads it will show
    return;
  }
  self->problems.push_back("released what was never allocated");
}

void *FakeRuntime::output(opc_call *call, int64_t index, const int64_t *dims) {
  auto *self = static_cast<FakeRuntime *>(call);
  if (self->outputData[index])
    self->problems.push_back("output requested twice");
  TestTensor &tensor = self->outputs[index];
  tensor.dims.assign(dims, dims + self->ranks[index]);
  int64_t bytes = self->elementBytes[index];
  for (int64_t dim : tensor.dims)
    bytes *= dim;
  tensor.data.resize(bytes);
  return self->outputData[index] = self->newBlock(bytes);
}

int32_t FakeRuntime::fail(opc_call *call, int64_t fault, int64_t op,
                          int64_t observed, int64_t expected) {
  static_cast<FakeRuntime *>(call)->fault = {fault, op, observed, expected};
  return 7;
}

void FakeRuntime::checkGuards() {
  for (const Block &block : blocks) {
    const char *guard = block.data + block.bytes;
    if (std::any_of(guard, guard + kGuard,
                    [](char byte) { return byte != kGuardByte; }))
      problems.push_back("written beyond the end of " +
                         std::to_string(block.bytes) + " bytes");
    bool isOutput = std::find(outputData.begin(), outputData.end(),
                              block.data) != outputData.end();
    liveBlocks += !block.released && !isOutput;
  }
}

int32_t FakeRuntime::run(opc_entry_fn entry,
                         const std::vector<TestTensor> &tensors) {
  std::vector<const void *> data;
  std::vector<const int64_t *> dims;
  for (const TestTensor &tensor : tensors) {
    char *copy = newBlock(tensor.data.size());
    std::copy(tensor.data.begin(), tensor.data.end(), copy);
    data.push_back(copy);
    dims.push_back(tensor.dims.data());
    blocks.back().released = true; // not the program's
  }
  inputs = data.data();
  input_dims = dims.data();
  int32_t code = entry(this);
  checkGuards();
  for (size_t i = 0; i < outputs.size() && code == 0; ++i) {
    if (!outputData[i]) {
      problems.push_back("output never requested");
      continue;
    }
    std::copy_n(outputData[i], outputs[i].data.size(), outputs[i].data.data());
  }
  return code;
}
