//===- Program.h - one compiled program for Python --------------*- C++ -*-===//
//
// Owns an opc_program. All methods may be called from several threads at once.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PYTHON_PROGRAM_H
#define OPC_PYTHON_PROGRAM_H

#include "Arrays.h"

namespace opc::python {

class Program {
public:
  /// Takes `handle` over.
  explicit Program(opc_program *handle);
  Program(const Program &) = delete;
  Program &operator=(const Program &) = delete;
  ~Program();

  /// `inputs`: a dict by name, a list or a tuple. Gives a list of arrays.
  nanobind::list run(nanobind::handle inputs);
  void setThreads(nanobind::int_ threads);
  void save(nanobind::bytes path) const;
  void startProfile();
  /// The profile (opc_profile_stop) as Python's data.
  nanobind::object stopProfile();
  nanobind::object manifest() const { return document; }

private:
  Arguments arguments(nanobind::handle inputs) const;
  void addNamed(Arguments &to, nanobind::handle inputs) const;
  void addListed(Arguments &to, nanobind::handle inputs) const;

  opc_program *handle;
  nanobind::object document;
  std::vector<InputSpec> specs;
};

/// The value of a JSON text of the libraries, which is freed.
nanobind::object loadsAndFree(char *json);

} // namespace opc::python

#endif // OPC_PYTHON_PROGRAM_H
