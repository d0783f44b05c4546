//===- Foreign.h - Arrays of other packages than numpy ----------*- C++ -*-===//
//
// They come through DLPack (or the buffer protocol), without a copy.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PYTHON_FOREIGN_H
#define OPC_PYTHON_FOREIGN_H

#include "Arrays.h"

namespace opc::python {

/// As Python's `if` sees it: numpy has a bool of its own.
bool isTrue(nanobind::handle value);

/// Whether `value` is a tensor of torch, which is not imported to learn it.
bool isTorchTensor(nanobind::handle value);

/// Whether a masked array says of some elements that they are no values.
bool isMasked(nanobind::handle array);

/// "f64[2, 3]", or what the array's own package calls it.
std::string typeText(PyArrayObject *array);
std::string typeText(const nanobind::ndarray<nanobind::ro> &array);

/// The array that `value` is; raises opc.InputError where it is none, where it
/// is not in this machine's memory, and for another dtype than `spec` has.
nanobind::ndarray<nanobind::ro> importArray(const ArraySpec &spec,
                                            nanobind::handle value);

/// The same for numpy's: only the dtype can be wrong.
void checkDtype(const ArraySpec &spec, PyArrayObject *array);

/// In row-major order, and aligned to its elements.
bool isDense(const nanobind::ndarray<nanobind::ro> &array);

} // namespace opc::python

#endif // OPC_PYTHON_FOREIGN_H
