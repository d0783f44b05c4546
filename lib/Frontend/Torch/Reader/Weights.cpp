//===- Weights.cpp - tensors that an archive holds ------------------------===//
#include "Weights.h"
#include "ScalarTypes.h"
#include "opc/Frontend/Graph/ConstantElements.h"
#include "opc/Frontend/Graph/ElementTypes.h"
#include "opc/Frontend/Graph/Quoted.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace opc::graph;
using llvm::formatv;

namespace opc::torch {
namespace {

/// How a tensor lies in its storage; in elements.
struct View {
  Type element;
  Ints sizes, strides;
  int64_t offset = 0;
};

/// Numbers of a list of {"as_int": 3}; false where it holds anything else.
bool readNumbers(const json::Array *list, Ints &numbers) {
  if (!list)
    return false;
  for (const json::Value &each : *list) {
    Union item = Union::of(&each);
    std::optional<int64_t> value =
        item.is("as_int") ? item.value->getAsInteger() : std::nullopt;
    if (!value || *value < 0 || *value > kLargestExtent)
      return false;
    numbers.push_back(*value);
  }
  return true;
}

bool readView(MLIRContext *context, const json::Object &entry, View &view,
              Objection &error) {
  const json::Object *meta = entry.getObject("tensor_meta");
  error = "it is not described";
  if (!meta || !readNumbers(meta->getArray("sizes"), view.sizes) ||
      !readNumbers(meta->getArray("strides"), view.strides) ||
      view.sizes.size() != view.strides.size())
    return false;
  Union offset = Union::of(meta->getObject("storage_offset"));
  view.offset =
      offset.is("as_int") ? offset.value->getAsInteger().value_or(-1) : -1;
  if (view.offset < 0 || view.offset > kLargestExtent)
    return false;
  error = Objection();
  view.element =
      elementTypeOf(context, meta->getInteger("dtype").value_or(0), error);
  if (view.element)
    checkedType(view.sizes, view.element, error);
  return !error;
}

/// The number of elements from the first to the last one of a view; nothing
/// where it is beyond all memory.
std::optional<int64_t> spanOf(const View &view) {
  int64_t last = 0;
  for (auto [size, stride] : llvm::zip(view.sizes, view.strides)) {
    int64_t step;
    if (size == 0)
      return 0;
    if (llvm::MulOverflow(size - 1, stride, step) ||
        llvm::AddOverflow(last, step, last))
      return std::nullopt;
  }
  return last + 1;
}

/// The axes from the slowest to the fastest, where a view is dense so.
std::optional<Ints> denseOrder(const View &view) {
  Ints order = axesUpTo(view.sizes.size());
  llvm::stable_sort(order, [&](int64_t a, int64_t b) {
    return view.strides[a] > view.strides[b];
  });
  int64_t expected = 1;
  for (int64_t axis : llvm::reverse(order)) {
    if (view.sizes[axis] == 1)
      continue;
    if (view.strides[axis] != expected)
      return std::nullopt;
    expected *= view.sizes[axis];
  }
  return order;
}

/// The elements of any view, row-major.
std::shared_ptr<std::vector<char>> gathered(const View &view,
                                            ArrayRef<char> data) {
  int64_t width = bytesOfElement(view.element), count = 1;
  for (int64_t size : view.sizes)
    count *= size;
  auto copy = std::make_shared<std::vector<char>>(count * width);
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = i, from = 0;
    for (size_t axis = view.sizes.size(); axis-- > 0;) {
      from += rest % view.sizes[axis] * view.strides[axis];
      rest /= view.sizes[axis];
    }
    std::copy_n(data.data() + from * width, width, copy->data() + i * width);
  }
  return copy;
}

Value constantOver(Emitter &n, const View &view, ArrayRef<char> data) {
  int64_t width = bytesOfElement(view.element);
  Ints order = axesUpTo(view.sizes.size()), shape;
  std::shared_ptr<std::vector<char>> copy;
  bool empty = llvm::is_contained(view.sizes, 0);
  if (std::optional<Ints> dense = empty ? order : denseOrder(view)) {
    order = *dense;
  } else {
    copy = gathered(view, data);
    data = *copy;
  }
  int64_t count = 1;
  Ints back(order.size());
  for (auto [place, axis] : llvm::enumerate(order)) {
    shape.push_back(view.sizes[axis]);
    back[axis] = place;
    count *= view.sizes[axis];
  }
  Objection error;
  ElementsAttr value =
      elementsOver(RankedTensorType::get(shape, view.element),
                   data.take_front(count * width), copy, error);
  if (!value)
    n.fail(error);
  return value ? n.transpose(n.constant(value), back) : Value();
}

} // namespace

bool Weights::readList(const Archive &from, StringRef folder, StringRef list,
                       Objection &error) {
  std::optional<StringRef> text = from.find((folder + list).str());
  if (!text)
    return true;
  std::optional<json::Value> parsed = parseJson(*text, error);
  if (!parsed) {
    error = std::move(error).in("member " + quoted(list));
    return false;
  }
  lists.push_back(std::make_unique<json::Value>(std::move(*parsed)));
  const json::Object *object = lists.back()->getAsObject();
  const json::Object *config = object ? object->getObject("config") : nullptr;
  if (!config) {
    error = formatv("member {0} lists no tensors", quoted(list));
    return false;
  }
  for (const auto &[name, value] : *config)
    if (const json::Object *entry = value.getAsObject())
      tensors[name] = {
          (folder + entry->getString("path_name").value_or("")).str(), entry};
  return true;
}

bool Weights::open(const Archive &from, Objection &error) {
  archive = &from;
  return readList(from, "data/weights/", "model_weights_config.json", error) &&
         readList(from, "data/constants/", "model_constants_config.json",
                  error);
}

Value Weights::constant(Emitter &n, StringRef name) {
  const Entry &entry = tensors.find(name)->second;
  if (entry.description->getBoolean("use_pickle").value_or(false)) {
    n.refuse("a pickled tensor is not supported", "a plain tensor");
    return {};
  }
  View view;
  Objection error;
  if (!readView(n.state.builder.getContext(), *entry.description, view,
                error)) {
    n.fail(error);
    return {};
  }
  std::string key =
      formatv("{0}:{1}:{2}:{3}:{4}", entry.member, view.element, view.offset,
              llvm::make_range(view.sizes.begin(), view.sizes.end()),
              llvm::make_range(view.strides.begin(), view.strides.end()));
  if (Value before = made.lookup(key))
    return before;
  std::optional<StringRef> storage = archive->find(entry.member);
  std::optional<int64_t> span = spanOf(view);
  int64_t width = bytesOfElement(view.element);
  int64_t held = storage ? static_cast<int64_t>(storage->size()) / width : 0;
  if (!storage)
    n.fail(formatv("member {0} is missing", quoted(entry.member)));
  else if (!span || held < view.offset || held - view.offset < *span)
    n.fail(formatv("member {0} holds {1} elements, too few for it",
                   quoted(entry.member), held));
  if (n.failed())
    return {};
  StringRef data = storage->drop_front(view.offset * width);
  return made[key] = constantOver(n, view, {data.data(), data.size()});
}

} // namespace opc::torch
