//===- Destinations.cpp - Arrays that results are written to --------------===//
//
// What Python alone can know is refused here: layout, read-only memory, what a
// framework puts off. Extents and overlaps are the runtime's to check, which
// does so for every caller.
//
//===----------------------------------------------------------------------===//
#include "Destinations.h"
#include "Exceptions.h"
#include "Foreign.h"

namespace nb = nanobind;
using namespace opc::python;

/// What data() of an empty array may lack, and the runtime wants to see.
alignas(OPC_ALIGNMENT) static char nothing[OPC_ALIGNMENT];

static std::string stridesText(const int64_t *strides, size_t rank) {
  return " with strides " + shapeText(strides, rank);
}

/// Why numpy's array cannot be written where it lies.
static std::string flawOf(PyArrayObject *array) {
  if (!PyArray_ISWRITEABLE(array))
    return "a read-only " + typeText(array);
  if (!PyArray_ISNOTSWAPPED(array))
    return "a byte-swapped " + typeText(array);
  if (!PyArray_ISALIGNED(array))
    return typeText(array) + " that is not aligned to its elements";
  std::vector<int64_t> strides;
  for (int i = 0; i < PyArray_NDIM(array); ++i)
    strides.push_back(PyArray_STRIDE(array, i) / PyArray_ITEMSIZE(array));
  return typeText(array) + stridesText(strides.data(), strides.size());
}

static void writeToNumpy(const ArraySpec &spec, nb::handle value,
                         opc_tensor &tensor) {
  PyArrayObject *array = asNumpy(value);
  if (!PyArray_CheckExact(value.ptr()) && nb::hasattr(value, "mask"))
    refuse(spec, "a masked array");
  checkDtype(spec, array);
  if (!PyArray_ISCARRAY(array))
    refuse(spec, flawOf(array) + " to write to");
  tensor = {PyArray_DATA(array), spec.dtype, PyArray_NDIM(array),
            dimsOf(array)};
}

/// What a tensor of a framework stands for may not be what is in its memory.
static void checkIsPlain(const ArraySpec &spec, nb::handle value) {
  constexpr std::pair<const char *, const char *> pending[] = {
      {"is_neg", "a negation"}, {"is_conj", "a conjugation"}};
  for (auto [isPending, what] : pending)
    if (nb::hasattr(value, isPending) && isTrue(value.attr(isPending)()))
      refuse(spec,
             std::string("a tensor that puts off ") + what + " to write to");
  if (isTorchTensor(value) && isTrue(value.attr("requires_grad")))
    refuse(spec, "a tensor that requires grad to write to: give its detach()");
}

static void writeToForeign(const ArraySpec &spec, nb::handle value,
                           opc_tensor &tensor, nb::ndarray<> &foreign) {
  checkIsPlain(spec, value);
  nb::ndarray<nb::ro> array = importArray(spec, value);
  if (!isDense(array))
    refuse(spec, typeText(array) +
                     stridesText(array.stride_ptr(), array.ndim()) +
                     " to write to");
  if (!nb::try_cast(value, foreign))
    refuse(spec, "a read-only " + typeText(array) + " to write to");
  tensor = {foreign.data(), spec.dtype, int32_t(foreign.ndim()),
            foreign.shape_ptr()};
}

void opc::python::writeTo(const ArraySpec &spec, nb::handle value,
                          opc_tensor &tensor, nb::ndarray<> &foreign) {
  if (PyArray_IsScalar(value.ptr(), Generic))
    refuse(spec, "a scalar of numpy to write to");
  if (PyArray_Check(value.ptr()))
    writeToNumpy(spec, value, tensor);
  else
    writeToForeign(spec, value, tensor, foreign);
}

std::string opc::python::countText(size_t number, const char *what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

void Destinations::set(size_t index, nb::handle value) {
  if (value.is_none())
    return;
  objects[index] = nb::borrow(value);
  nb::ndarray<> array;
  writeTo(outputs[index], value, tensors[index], array);
  if (!tensors[index].data)
    tensors[index].data = nothing;
  if (array.is_valid())
    foreign.push_back(std::move(array));
}

void Destinations::addNamed(nb::handle out) {
  size_t found = 0;
  for (size_t i = 0; i < outputs.size(); ++i) {
    PyObject *value = PyDict_GetItemWithError(out.ptr(), outputs[i].name.ptr());
    if (!value)
      continue;
    ++found;
    set(i, value);
  }
  if (found == size_t(PyDict_Size(out.ptr())))
    return;
  nb::set known;
  for (const ArraySpec &output : outputs)
    known.add(output.name);
  for (nb::handle name : nb::borrow<nb::dict>(out).keys())
    if (!known.contains(name))
      raiseError(OPC_ERROR_INPUT, "no output is named " + quoted(name) +
                                      ": the model has " +
                                      countText(outputs.size(), "output"));
}

void Destinations::addListed(nb::handle out) {
  size_t given = nb::len(out);
  if (given != outputs.size())
    raiseError(OPC_ERROR_INPUT, "out: expected " +
                                    countText(outputs.size(), "array") +
                                    ", got " + std::to_string(given));
  for (size_t i = 0; i < given; ++i)
    set(i, out[i]);
}

void Destinations::add(nb::handle out) {
  if (out.is_none())
    return;
  tensors.resize(outputs.size());
  objects.resize(outputs.size());
  if (PyDict_Check(out.ptr()))
    addNamed(out);
  else if (PyList_Check(out.ptr()) || PyTuple_Check(out.ptr()))
    addListed(out);
  else if (outputs.size() == 1)
    set(0, out);
  else
    raiseError(OPC_ERROR_USAGE,
               "out: expected a dict, list or tuple for " +
                   countText(outputs.size(), "output") + ", got " +
                   std::string(nb::type_name(out.type()).c_str()));
}

bool Destinations::donate(int output, nb::handle input) {
  if (output < 0 || given(output).is_valid())
    return false;
  objects.resize(outputs.size());
  objects[output] = nb::borrow(input);
  return true;
}
