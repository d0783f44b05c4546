//===- TensorCall.cpp - Programs called with torch's tensors --------------===//
#include "TensorCall.h"
#include "Exceptions.h"

#include <algorithm>
#include <array>
#include <memory>
#include <span>

namespace nb = nanobind;
using namespace opc::python;

/// Bytes of what is copied rather than asked whose it is.
static constexpr int64_t leastLent = 1 << 14;

namespace {
/// DLManagedTensorVersioned of DLPack 1.
struct ManagedTensor {
  uint32_t major, minor;
  void *context;
  void (*release)(ManagedTensor *);
  uint64_t flags;
  nb::dlpack::dltensor tensor;
};

/// A result, with what DLPack points to.
struct Result : ManagedTensor {
  std::vector<int64_t> dims, strides;
};
} // namespace

/// DLPackExchangeAPI of DLPack 1.3; functions that are not called here are
/// plain pointers.
struct opc::python::ExchangeApi {
  uint32_t major, minor;
  void *previous;
  void *allocate;
  void *exportOwned;
  int (*import)(ManagedTensor *, void **object);
  int (*borrow)(void *object, nb::dlpack::dltensor *);
  void *stream;
};

static const ExchangeApi *apiOf(nb::handle tensorClass) {
  nb::object capsule = tensorClass.attr("__dlpack_c_exchange_api__");
  auto *api = static_cast<const ExchangeApi *>(
      PyCapsule_GetPointer(capsule.ptr(), "dlpack_exchange_api"));
  if (!api)
    nb::raise_python_error();
  if (api->major != nb::dlpack::major_version || !api->borrow)
    throw nb::attribute_error("another version of DLPack's exchange");
  return api;
}

static std::vector<std::vector<int>> ordersOf(nb::list orders) {
  std::vector<std::vector<int>> found;
  for (nb::handle order : orders) {
    std::vector<int> &axes = found.emplace_back();
    for (nb::handle axis : order)
      axes.push_back(nb::cast<int>(axis));
  }
  return found;
}

static std::vector<int> donorsOf(nb::handle program, size_t outputs) {
  std::vector<int> donors(outputs, -1);
  int input = 0;
  for (nb::handle spec : program.attr("manifest")["inputs"]) {
    if (nb::borrow<nb::dict>(spec).contains("donated_to"))
      donors.at(nb::cast<size_t>(spec["donated_to"])) = input;
    ++input;
  }
  return donors;
}

static std::vector<size_t> lentOfManifest(nb::handle program) {
  std::vector<size_t> lent;
  size_t input = 0;
  for (nb::handle spec : program.attr("manifest")["inputs"]) {
    if (nb::borrow<nb::dict>(spec).contains("lent"))
      lent.push_back(input);
    ++input;
  }
  return lent;
}

TensorCall::TensorCall(nb::object program, nb::handle tensorClass,
                       nb::list inputOrders, nb::list outputOrders)
    : owner(program), program(nb::cast<Program &>(program).get()),
      api(apiOf(tensorClass)), tensorClass(nb::borrow(tensorClass)),
      inputOrders(ordersOf(inputOrders)), outputOrders(ordersOf(outputOrders)),
      donors(donorsOf(program, this->outputOrders.size())),
      lentInputs(lentOfManifest(program)),
      hasDonors(std::ranges::any_of(donors, [](int d) { return d >= 0; })) {}

/// What the inputs of one call are, with what they point to.
struct TensorCall::Inputs {
  std::vector<opc_tensor> tensors;
  std::vector<int64_t> dims, sizes; // reserved: they are pointed into
  std::vector<std::pair<size_t, nb::object>> copies; // of which input

  explicit Inputs(const std::vector<Order> &orders) {
    size_t ranks = 0;
    for (const Order &order : orders)
      ranks += order.size();
    tensors.reserve(orders.size());
    dims.reserve(ranks);
    sizes.reserve(orders.size());
  }

  bool isCopied(size_t input) const {
    return std::ranges::any_of(copies,
                               [&](auto &copy) { return copy.first == input; });
  }

  void addSize(nb::handle value) {
    int64_t size = PyLong_AsLongLong(value.ptr());
    if (size == -1 && PyErr_Occurred())
      nb::raise_python_error();
    sizes.push_back(size);
    tensors.push_back({&sizes.back(), OPC_I64, 0, nullptr});
  }
};

/// Whether a tensor is row-major after permuting its axes.
static bool isRowMajor(const nb::dlpack::dltensor &tensor,
                       const std::vector<int> &order) {
  int64_t expected = 1;
  bool dense = true;
  for (size_t i = order.size(); i-- > 0;) {
    int64_t extent = tensor.shape[order[i]];
    if (extent == 0)
      return true;
    dense &= extent == 1 || tensor.strides[order[i]] == expected;
    expected *= extent;
  }
  auto address = reinterpret_cast<uintptr_t>(tensor.data) + tensor.byte_offset;
  return dense && address % ((tensor.dtype.bits + 7) / 8) == 0;
}

/// A copy that is row-major after the permutation.
static nb::object copyInOrder(nb::handle value, const std::vector<int> &order) {
  nb::list axes, back;
  std::vector<int> inverse(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    axes.append(order[i]);
    inverse[order[i]] = int(i);
  }
  for (int axis : inverse)
    back.append(axis);
  nb::object format = nb::module_::import_("torch").attr("contiguous_format");
  return value.attr("permute")(axes)
      .attr("clone")(nb::arg("memory_format") = format)
      .attr("permute")(back);
}

static int64_t bytesOf(const opc_tensor &tensor) {
  int64_t bytes = opc_dtype_bytes(tensor.dtype);
  for (int64_t dim : std::span(tensor.dims, tensor.rank))
    bytes *= dim;
  return bytes;
}

/// Which of the tensors share memory with others.
static std::vector<size_t> overlapping(const std::vector<opc_tensor> &tensors) {
  struct Range {
    const char *begin, *end;
    size_t tensor;
  };
  std::vector<Range> ranges;
  for (size_t i = 0; i < tensors.size(); ++i) {
    auto *begin = static_cast<const char *>(tensors[i].data);
    if (int64_t bytes = bytesOf(tensors[i]); bytes > 0)
      ranges.push_back({begin, begin + bytes, i});
  }
  std::ranges::sort(ranges, {}, &Range::begin);
  std::vector<size_t> found;
  const Range *last = nullptr; // the one that reaches furthest
  for (const Range &range : ranges) {
    if (last && range.begin < last->end)
      found.insert(found.end(), {last->tensor, range.tensor});
    if (!last || range.end > last->end)
      last = &range;
  }
  return found;
}

void TensorCall::copyInput(Inputs &to, size_t index, nb::object value) const {
  nb::dlpack::dltensor tensor;
  nb::object copy = copyInOrder(value, inputOrders[index]);
  if (api->borrow(copy.ptr(), &tensor))
    nb::raise_python_error();
  to.tensors[index].data =
      static_cast<char *>(tensor.data) + tensor.byte_offset;
  to.copies.emplace_back(index, std::move(copy));
}

/// How many have a tensor's object, what is behind it, its memory's object, and
/// the memory.
static std::array<int64_t, 4> holdersOf(nb::handle tensor) {
  nb::object storage = tensor.attr("untyped_storage")();
  static const nb::handle count =
      nb::object(nb::module_::import_("torch._C").attr("_storage_Use_Count"))
          .release();
  return {int64_t(Py_REFCNT(tensor.ptr())),
          nb::cast<int64_t>(tensor.attr("_use_count")()),
          int64_t(Py_REFCNT(storage.ptr())),
          nb::cast<int64_t>(count(storage.attr("_cdata")))};
}

/// Whether a tensor has no more holders than one that was just made.
static bool isOfOne(nb::handle tensor) {
  static const std::array<int64_t, 4> alone =
      holdersOf(nb::module_::import_("torch").attr("empty")(1));
  return Py_REFCNT(tensor.ptr()) == alone[0] && holdersOf(tensor) == alone;
}

std::vector<uint8_t> TensorCall::lentOf(const Inputs &inputs,
                                        const Given &given) const {
  std::vector<uint8_t> lent(given.size());
  for (size_t input : lentInputs) {
    auto address = reinterpret_cast<uintptr_t>(inputs.tensors[input].data);
    bool isWorthIt = bytesOf(inputs.tensors[input]) >= leastLent;
    lent[input] =
        address % OPC_ALIGNMENT == 0 &&
        (inputs.isCopied(input) || (isWorthIt && isOfOne(given[input])));
  }
  return lent;
}

TensorCall::Given TensorCall::ordered(nb::args given) const {
  bool isApart = given.size() > 0 && nb::isinstance<nb::list>(given[0]);
  nb::list lent = isApart ? nb::borrow<nb::list>(given[0]) : nb::list();
  size_t next = isApart ? 1 : 0, count = given.size() - next + nb::len(lent);
  if (count != inputOrders.size() || nb::len(lent) != lentInputs.size())
    raiseError(OPC_ERROR_INPUT, "expected " +
                                    std::to_string(inputOrders.size()) +
                                    " inputs, got " + std::to_string(count));
  Given all(count);
  for (size_t i = 0; i < lentInputs.size(); ++i)
    all[lentInputs[i]] = PyList_GetItem(lent.ptr(), Py_ssize_t(i));
  for (nb::handle &each : all)
    if (!each.is_valid())
      each = given[next++];
  return all;
}

void TensorCall::separate(Inputs &inputs, const Given &given) const {
  for (size_t input : overlapping(inputs.tensors))
    if (std::ranges::count(donors, int(input)) && !inputs.isCopied(input))
      copyInput(inputs, input, nb::borrow(given[input]));
}

void TensorCall::addTensor(Inputs &to, const Order &order,
                           nb::object value) const {
  nb::dlpack::dltensor tensor;
  if (api->borrow(value.ptr(), &tensor))
    nb::raise_python_error();
  if (size_t(tensor.ndim) != order.size())
    raiseError(OPC_ERROR_INPUT,
               "input " + std::to_string(to.tensors.size()) + ": expected " +
                   std::to_string(order.size()) + " axes, got " +
                   std::to_string(tensor.ndim));
  bool isTaken = isRowMajor(tensor, order);
  opc_dtype dtype;
  if (!dtypeOf(tensor.dtype, dtype))
    raiseError(OPC_ERROR_INPUT, "input " + std::to_string(to.tensors.size()) +
                                    ": a tensor of DLPack type code " +
                                    std::to_string(tensor.dtype.code));
  const int64_t *dims = to.dims.data() + to.dims.size();
  for (int axis : order)
    to.dims.push_back(tensor.shape[axis]);
  to.tensors.push_back({static_cast<char *>(tensor.data) + tensor.byte_offset,
                        dtype, tensor.ndim, dims});
  if (!isTaken)
    copyInput(to, to.tensors.size() - 1, std::move(value));
}

static void releaseResult(ManagedTensor *managed) {
  auto *result = static_cast<Result *>(managed);
  opc_free_data(result->tensor.data);
  delete result;
}

nb::object TensorCall::result(opc_results *results, size_t index) const {
  const opc_tensor tensor = *opc_result(results, index);
  const Order &order = outputOrders[index];
  if (order.size() != size_t(tensor.rank))
    raiseError(OPC_ERROR_INTERNAL,
               "output " + std::to_string(index) + ": expected " +
                   std::to_string(order.size()) + " axes, got " +
                   std::to_string(tensor.rank));
  auto result = std::make_unique<Result>();
  result->dims.resize(tensor.rank);
  result->strides.resize(tensor.rank);
  int64_t stride = 1;
  for (int i = tensor.rank; i-- > 0;) {
    result->dims[order[i]] = tensor.dims[i];
    result->strides[order[i]] = stride;
    stride *= std::max<int64_t>(tensor.dims[i], 1);
  }
  result->major = nb::dlpack::major_version;
  result->minor = nb::dlpack::minor_version;
  result->context = nullptr;
  result->flags = 0;
  result->release = releaseResult;
  result->tensor.data = opc_take_result(results, index);
  result->tensor.device = {nb::device::cpu::value, 0};
  result->tensor.ndim = tensor.rank;
  result->tensor.dtype = dlpackDtype(tensor.dtype);
  result->tensor.shape = result->dims.data();
  result->tensor.strides = result->strides.data();
  result->tensor.byte_offset = 0;
  void *object = nullptr;
  // The tensor owns what it is made of, once it is one.
  if (api->import(result.get(), &object)) {
    releaseResult(result.release());
    nb::raise_python_error();
  }
  result.release();
  return nb::steal(static_cast<PyObject *>(object));
}

nb::list TensorCall::lent() const {
  nb::list numbers;
  for (size_t input : lentInputs)
    numbers.append(input);
  return numbers;
}

nb::tuple TensorCall::call(nb::args arguments) const {
  Given given = ordered(arguments);
  Inputs inputs(inputOrders);
  for (size_t i = 0; i < inputOrders.size(); ++i)
    if (PyLong_Check(given[i].ptr()))
      inputs.addSize(given[i]);
    else if (PyObject_TypeCheck(
                 given[i].ptr(),
                 reinterpret_cast<PyTypeObject *>(tensorClass.ptr())))
      addTensor(inputs, inputOrders[i], nb::borrow(given[i]));
    else
      raiseError(OPC_ERROR_INPUT, "input " + std::to_string(i) +
                                      ": expected a tensor or an int");
  if (hasDonors)
    separate(inputs, given);
  std::vector<uint8_t> lent;
  if (!lentInputs.empty())
    lent = lentOf(inputs, given);
  opc_results *results = nullptr;
  opc_status status;
  {
    nb::gil_scoped_release release;
    status = opc_run_lending(
        program, inputs.tensors.data(), inputs.tensors.size(),
        lent.empty() ? nullptr : lent.data(), nullptr, 0, &results);
  }
  check(status);
  std::unique_ptr<opc_results, decltype(&opc_free_results)> owned(
      results, opc_free_results);
  // What was donated as a copy is not yet where the caller has it.
  for (auto &[input, copy] : inputs.copies)
    if (std::ranges::count(donors, int(input)))
      given[input].attr("copy_")(copy);
  nb::list tensors;
  for (size_t i = 0; i < outputOrders.size(); ++i)
    tensors.append(donors[i] < 0 ? result(results, i)
                                 : nb::borrow(given[donors[i]]));
  return nb::tuple(tensors);
}
