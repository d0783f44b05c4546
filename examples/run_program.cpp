//===- run_program.cpp - Run a compiled model from C++ --------------------===//
//
// usage: opc_example_cxx MODEL.so [INPUT.npy]...
//
// Runs the program with one file for each input, in the model's order, and
// prints the first values of every f32 output.
//
//   c++ -std=c++20 run_program.cpp -lopc_runtime -o run_program
//
//===----------------------------------------------------------------------===//
#include "opc/Runtime/Npy.h"
#include "opc/Runtime/Program.h"

#include <algorithm>
#include <cstdio>
#include <vector>

static int fail(const char *reason) {
  std::fprintf(stderr, "error: %s\n", reason);
  return 1;
}

static void print(const opc_spec &spec, std::span<const float> values) {
  std::printf("%s:", spec.name);
  for (float value : values.first(std::min<size_t>(values.size(), 8)))
    std::printf(" %g", value);
  std::printf("%s\n", values.size() > 8 ? " ..." : "");
}

int main(int argc, char **argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s MODEL.so [INPUT.npy]...\n", argv[0]);
    return 2;
  }
  auto program = opc::Program::load(argv[1]);
  if (!program)
    return fail(opc_last_error());

  std::vector<opc::runtime::NpyArray> arrays(argc - 2);
  std::vector<opc_tensor> inputs;
  for (size_t i = 0; i < arrays.size(); ++i) {
    auto status = opc::runtime::readNpy(argv[i + 2], arrays[i]);
    if (!status.ok())
      return fail(status.message().c_str());
    inputs.push_back(arrays[i].tensor());
  }

  auto results = program->run(inputs);
  if (!results)
    return fail(opc_last_error());
  for (size_t i = 0; i < program->numOutputs(); ++i)
    if ((*results)[i].dtype == OPC_F32)
      print(program->output(i), results->values<float>(i));
  return 0;
}
