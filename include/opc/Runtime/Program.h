//===- Program.h - Programs and results that free themselves ----*- C++ -*-===//
//
// The C interface (opc-c/opc.h) for C++: header-only, no exceptions. What fails
// gives nothing, and opc_last_error() says why.
//
//   auto program = opc::Program::load("model.so");
//   auto results = program->run({{data, OPC_F32, 2, dims}});
//   std::span<const float> scores = results->values<float>(0);
//
//===----------------------------------------------------------------------===//
#ifndef OPC_RUNTIME_PROGRAM_H
#define OPC_RUNTIME_PROGRAM_H

#include "opc-c/opc.h"

#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace opc {

/// The outputs of one run.
class Results {
public:
  explicit Results(opc_results *results) : results(results) {}

  const opc_tensor &operator[](size_t index) const {
    return *opc_result(results.get(), index);
  }
  /// Output `index` as a flat array; T must be the type of its dtype.
  template <typename T> std::span<const T> values(size_t index) const {
    const opc_tensor &tensor = (*this)[index];
    size_t count = 1;
    for (int32_t i = 0; i < tensor.rank; ++i)
      count *= static_cast<size_t>(tensor.dims[i]);
    return {static_cast<const T *>(tensor.data), count};
  }
  opc_results *get() const { return results.get(); }

private:
  struct Free {
    void operator()(opc_results *results) const { opc_free_results(results); }
  };
  std::unique_ptr<opc_results, Free> results;
};

/// A loaded program. Several threads may run it at once.
class Program {
public:
  explicit Program(opc_program *program) : program(program) {}

  static std::optional<Program> load(const std::string &path) {
    opc_program *program = nullptr;
    if (opc_load(path.c_str(), &program) != OPC_OK)
      return std::nullopt;
    return Program(program);
  }

  size_t numInputs() const { return opc_num_inputs(get()); }
  size_t numOutputs() const { return opc_num_outputs(get()); }
  const opc_spec &input(size_t index) const {
    return *opc_input_spec(get(), index);
  }
  const opc_spec &output(size_t index) const {
    return *opc_output_spec(get(), index);
  }
  const char *manifest() const { return opc_manifest(get()); }

  bool setThreads(int threads) {
    return opc_set_threads(get(), threads) == OPC_OK;
  }

  std::optional<Results> run(std::span<const opc_tensor> inputs) {
    opc_results *results = nullptr;
    if (opc_run(get(), inputs.data(), inputs.size(), nullptr, 0, &results) !=
        OPC_OK)
      return std::nullopt;
    return Results(results);
  }
  std::optional<Results> run(std::initializer_list<opc_tensor> inputs) {
    return run(std::span(inputs.begin(), inputs.size()));
  }
  /// Runs into buffers of the caller, one for each output.
  bool runInto(std::span<const opc_tensor> inputs,
               std::span<const opc_tensor> outputs) {
    return opc_run(get(), inputs.data(), inputs.size(), outputs.data(),
                   outputs.size(), nullptr) == OPC_OK;
  }

  bool startProfile() { return opc_profile_start(get()) == OPC_OK; }
  /// The profile's JSON (opc_profile_stop); empty if none was started.
  std::string stopProfile() {
    char *json = opc_profile_stop(get());
    std::string text = json ? json : "";
    opc_free_data(json);
    return text;
  }

  opc_program *get() const { return program.get(); }

private:
  struct Close {
    void operator()(opc_program *program) const { opc_close(program); }
  };
  std::unique_ptr<opc_program, Close> program;
};

} // namespace opc

#endif // OPC_RUNTIME_PROGRAM_H
