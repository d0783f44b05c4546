//===- BoundProgram.h - one compiled program for Python ---------*- C++ -*-===//
//
// Owns an opc_program. All methods may be called from several threads at once.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PYTHON_BOUNDPROGRAM_H
#define OPC_PYTHON_BOUNDPROGRAM_H

#include "Arrays.h"

namespace opc::python {

class Program {
public:
  /// Takes `handle` over.
  explicit Program(opc_program *handle);
  Program(const Program &) = delete;
  Program &operator=(const Program &) = delete;
  ~Program();

  /// `inputs`: a dict by name, a list or a tuple; `out`: what Destinations
  /// takes. Gives a list of arrays: what was given in `out`, and for all other
  /// outputs new ones, which are tensors of torch if an input is.
  nanobind::list run(nanobind::handle inputs, nanobind::handle out);
  void setThreads(nanobind::int_ threads);
  void save(nanobind::bytes path) const;
  void startProfile();
  /// The profile (opc_profile_stop) as Python's data.
  nanobind::object stopProfile();
  nanobind::object manifest() const { return document; }
  opc_program *get() const { return handle; }

private:
  /// The inputs and places of one run.
  struct Call;
  void addInputs(Call &to, nanobind::handle given) const;
  void addNamed(Call &to, nanobind::handle given) const;
  void addListed(Call &to, nanobind::handle given) const;

  opc_program *handle;
  nanobind::object document;
  std::vector<ArraySpec> inputs, outputs;
};

/// The value of a JSON text of the libraries, which is freed.
nanobind::object loadsAndFree(char *json);

} // namespace opc::python

#endif // OPC_PYTHON_BOUNDPROGRAM_H
