//===- Manifest.cpp - Reading and checking a manifest ---------------------===//
//
// A Reader walks the JSON value and keeps the first problem with the path to
// it ("inputs[2].shape[0]"); later reads then do nothing.
//
//===----------------------------------------------------------------------===//
#include "Manifest.h"
#include "Text.h"
#include "opc/Runtime/Escape.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <unordered_map>

using namespace opc::runtime;
using Json = nlohmann::json;

namespace {
class Reader {
public:
  explicit Reader(Manifest &manifest) : out(manifest) {}
  Status read(const Json &root);

private:
  void fail(const std::string &path, const std::string &problem);
  const Json *member(const Json &object, const std::string &path,
                     const char *key, Json::value_t type, bool required);
  void text(const Json &object, const std::string &path, const char *key,
            std::string &to, bool required = true);
  void number(const Json &object, const std::string &path, const char *key,
              int64_t low, int64_t high, int64_t &to, bool required = true);
  template <typename Each>
  void array(const Json &object, const std::string &path, const char *key,
             bool required, Each each);
  void texts(const Json &object, const std::string &path, const char *key,
             std::vector<std::string> &to, bool required);

  void target(const Json &object);
  void tensor(const Json &object, const std::string &path, TensorSpec &spec);
  void dim(const Json &value, const std::string &path, Dim &dim);
  void kernel(const Json &object, const std::string &path, KernelSpec &spec);
  void demand(const Json &object, const std::string &path, DemandSpec &spec);
  void device(const Json &object, const std::string &path, DeviceSpec &spec);
  void image(const Json &object, const std::string &path, ImageSpec &spec);
  void devices(const Json &root);
  void checksum(const Json &object);
  void uniqueInputs();
  void donations(const Json &root);
  void loans(const Json &root);

  bool failed() const { return !problem.empty(); }

  Manifest &out;
  std::unordered_map<std::string, int32_t> symbolIndex;
  std::string problem;
};
} // namespace

void Reader::fail(const std::string &path, const std::string &what) {
  if (!failed())
    problem = fmt::format("manifest: {}: {}", path, what);
}

static std::string joined(const std::string &path, const char *key) {
  return path.empty() ? key : path + "." + key;
}

/// The member, or null with a problem noted if it is missing or of another
/// type. Unsigned counts as integer.
const Json *Reader::member(const Json &object, const std::string &path,
                           const char *key, Json::value_t type, bool required) {
  auto found = object.find(key);
  if (found == object.end()) {
    if (required)
      fail(joined(path, key), "missing");
    return nullptr;
  }
  Json::value_t actual = found->type();
  if (actual == Json::value_t::number_unsigned)
    actual = Json::value_t::number_integer;
  if (actual == type)
    return &*found;
  fail(joined(path, key),
       fmt::format("expected {}, got {}", Json(type).type_name(),
                   found->type_name()));
  return nullptr;
}

void Reader::text(const Json &object, const std::string &path, const char *key,
                  std::string &to, bool required) {
  if (auto *value = member(object, path, key, Json::value_t::string, required))
    to = value->get_ref<const std::string &>();
}

static bool inRange(const Json &value, int64_t low, int64_t high) {
  if (value.is_number_unsigned() && value.get<uint64_t>() > uint64_t(INT64_MAX))
    return false;
  int64_t number = value.get<int64_t>();
  return number >= low && number <= high;
}

void Reader::number(const Json &object, const std::string &path,
                    const char *key, int64_t low, int64_t high, int64_t &to,
                    bool required) {
  auto *value =
      member(object, path, key, Json::value_t::number_integer, required);
  if (!value)
    return;
  if (!inRange(*value, low, high))
    return fail(joined(path, key), fmt::format("{} is outside of {} to {}",
                                               value->dump(), low, high));
  to = value->get<int64_t>();
}

template <typename Each>
void Reader::array(const Json &object, const std::string &path, const char *key,
                   bool required, Each each) {
  auto *value = member(object, path, key, Json::value_t::array, required);
  for (size_t i = 0; value && i < value->size() && !failed(); ++i)
    each((*value)[i], fmt::format("{}[{}]", joined(path, key), i));
}

void Reader::texts(const Json &object, const std::string &path, const char *key,
                   std::vector<std::string> &to, bool required) {
  array(object, path, key, required, [&](const Json &v, const std::string &at) {
    if (!v.is_string())
      return fail(at, fmt::format("expected string, got {}", v.type_name()));
    to.push_back(v.get_ref<const std::string &>());
  });
}

void Reader::target(const Json &root) {
  auto *object = member(root, "", "target", Json::value_t::object, true);
  if (!object)
    return;
  text(*object, "target", "name", out.target);
  text(*object, "target", "chip", out.chip, /*required=*/false);
  text(*object, "target", "arch", out.arch, /*required=*/false);
  texts(*object, "target", "features", out.features, /*required=*/false);
}

void Reader::dim(const Json &value, const std::string &path, Dim &dim) {
  if (value.is_number_integer()) {
    if (!inRange(value, 0, INT64_MAX))
      return fail(path, fmt::format("extent {} is negative or too large",
                                    value.dump()));
    dim.extent = value.get<int64_t>();
    return;
  }
  if (!value.is_string())
    return fail(path, fmt::format("expected an extent or a symbol, got {}",
                                  value.type_name()));
  const auto &name = value.get_ref<const std::string &>();
  if (name.empty() || name == "?")
    return;
  auto [found, isNew] =
      symbolIndex.try_emplace(name, static_cast<int32_t>(out.symbols.size()));
  dim.symbol = found->second;
  if (isNew)
    out.symbols.push_back(name);
}

void Reader::tensor(const Json &object, const std::string &path,
                    TensorSpec &spec) {
  if (!object.is_object())
    return fail(path,
                fmt::format("expected object, got {}", object.type_name()));
  text(object, path, "name", spec.name);
  std::string dtype;
  text(object, path, "dtype", dtype);
  if (failed())
    return;
  auto known = dtypeNamed(dtype);
  if (!known)
    return fail(path + ".dtype", fmt::format("unknown dtype {}", quote(dtype)));
  spec.dtype = *known;
  array(object, path, "shape", true, [&](const Json &v, const std::string &at) {
    dim(v, at, spec.shape.emplace_back());
  });
  if (spec.shape.size() > maxRank)
    fail(path + ".shape",
         fmt::format("rank {} is above {}", spec.shape.size(), maxRank));
  std::vector<int64_t> extents;
  for (Dim dim : spec.shape)
    extents.push_back(dim.extent);
  spec.bytes = denseBytes(spec.dtype, extents);
}

void Reader::kernel(const Json &object, const std::string &path,
                    KernelSpec &spec) {
  if (!object.is_object())
    return fail(path,
                fmt::format("expected object, got {}", object.type_name()));
  text(object, path, "name", spec.name);
  texts(object, path, "ops", spec.ops, /*required=*/false);
  number(object, path, "image", 0, int64_t(out.images.size()) - 1, spec.image,
         /*required=*/false);
  array(object, path, "locations", false,
        [&](const Json &v, const std::string &at) {
          int64_t count = out.locations.size();
          if (!v.is_number_integer() || !inRange(v, 0, count - 1))
            return fail(at,
                        fmt::format("{} is no index into {} locations",
                                    v.is_number() ? v.dump() : v.type_name(),
                                    count));
          spec.locations.push_back(v.get<int64_t>());
        });
}

/// The name is part of that of a file.
void Reader::device(const Json &object, const std::string &path,
                    DeviceSpec &spec) {
  if (!object.is_object())
    return fail(path,
                fmt::format("expected object, got {}", object.type_name()));
  text(object, path, "name", spec.name);
  if (auto *own = member(object, path, "own_memory", Json::value_t::boolean,
                         /*required=*/true))
    spec.ownMemory = own->get<bool>();
  auto isPart = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (spec.name.empty() ||
      !std::all_of(spec.name.begin(), spec.name.end(), isPart))
    fail(path + ".name", fmt::format("{} is no name of lower-case letters, "
                                     "digits and '_'",
                                     quote(spec.name)));
}

void Reader::image(const Json &object, const std::string &path,
                   ImageSpec &spec) {
  if (!object.is_object())
    return fail(path,
                fmt::format("expected object, got {}", object.type_name()));
  text(object, path, "target", spec.target);
  number(object, path, "device", 0, int64_t(out.devices.size()) - 1,
         spec.device);
}

void Reader::devices(const Json &root) {
  array(root, "", "devices", false, [&](const Json &v, const std::string &at) {
    device(v, at, out.devices.emplace_back());
  });
  array(root, "", "images", false, [&](const Json &v, const std::string &at) {
    image(v, at, out.images.emplace_back());
  });
}

void Reader::demand(const Json &object, const std::string &path,
                    DemandSpec &spec) {
  if (!object.is_object())
    return fail(path,
                fmt::format("expected object, got {}", object.type_name()));
  text(object, path, "text", spec.text);
  int64_t last = int64_t(out.locations.size()) - 1;
  number(object, path, "location", 0, last, spec.location);
}

void Reader::checksum(const Json &root) {
  std::string hex;
  text(root, "", "checksum", hex, /*required=*/false);
  if (hex.empty())
    return;
  uint64_t value = 0;
  auto [end, error] =
      std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  if (error != std::errc() || end != hex.data() + hex.size() ||
      hex.size() != 16)
    return fail("checksum",
                fmt::format("{} is not 16 hexadecimal digits", quote(hex)));
  out.checksum = value;
}

void Reader::uniqueInputs() {
  std::vector<std::string_view> names;
  for (const TensorSpec &input : out.inputs)
    names.push_back(input.name);
  std::sort(names.begin(), names.end());
  auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    fail("inputs", fmt::format("two inputs are named {}", quote(*twice)));
}

/// Each output has one donor, of its own type.
void Reader::donations(const Json &root) {
  std::vector<bool> taken(out.outputs.size());
  for (size_t i = 0; i < out.inputs.size() && !failed(); ++i) {
    const Json &input = root["inputs"][i];
    if (!input.contains("donated_to"))
      continue;
    std::string path = fmt::format("inputs[{}]", i);
    int64_t output = 0, last = int64_t(taken.size()) - 1;
    number(input, path, "donated_to", 0, last, output);
    if (failed())
      return;
    const TensorSpec &from = out.inputs[i], &to = out.outputs[output];
    if (taken[output] || from.dtype != to.dtype ||
        from.shape.size() != to.shape.size())
      return fail(
          path + ".donated_to",
          fmt::format("{} takes {}", typeText(to, out),
                      taken[output] ? "two inputs" : typeText(from, out)));
    taken[output] = true;
    out.donations.push_back({i, size_t(output)});
  }
}

void Reader::loans(const Json &root) {
  for (size_t i = 0; i < out.inputs.size(); ++i) {
    auto *lent = member(root["inputs"][i], fmt::format("inputs[{}]", i), "lent",
                        Json::value_t::boolean, /*required=*/false);
    if (lent && lent->get<bool>())
      out.lent.push_back(i);
  }
}

Status Reader::read(const Json &root) {
  if (!root.is_object())
    return Status::input(
        fmt::format("manifest: expected object, got {}", root.type_name()));
  // First of all: a manifest of another ABI may differ in everything else.
  int64_t abi = 0;
  number(root, "", "abi", 0, INT64_MAX, abi);
  text(root, "", "opc", out.version);
  if (failed())
    return Status::input(problem);
  if (abi != OPC_ABI_VERSION)
    return Status::input(fmt::format(
        "compiled by opc {} for ABI version {}, this runtime has version {}: "
        "compile it again with the opc of this runtime",
        quote(out.version), abi, OPC_ABI_VERSION));
  target(root);
  int64_t threads = 1, constants = 0;
  number(root, "", "threads", 1, maxThreads, threads, /*required=*/false);
  number(root, "", "constants_bytes", 0, INT64_MAX, constants);
  out.threads = static_cast<int>(threads);
  out.constantsBytes = static_cast<uint64_t>(constants);
  checksum(root);
  texts(root, "", "locations", out.locations, /*required=*/false);
  texts(root, "", "operators", out.operators, /*required=*/false);
  array(root, "", "demands", false, [&](const Json &v, const std::string &at) {
    demand(v, at, out.demands.emplace_back());
  });
  auto tensors = [&](const char *key, std::vector<TensorSpec> &to) {
    array(root, "", key, true, [&](const Json &v, const std::string &at) {
      tensor(v, at, to.emplace_back());
    });
  };
  tensors("inputs", out.inputs);
  tensors("outputs", out.outputs);
  devices(root);
  array(root, "", "kernels", false, [&](const Json &v, const std::string &at) {
    kernel(v, at, out.kernels.emplace_back());
  });
  uniqueInputs();
  if (!failed())
    donations(root);
  if (!failed())
    loans(root);
  return failed() ? Status::input(problem) : Status();
}

Status opc::runtime::parseManifest(std::string_view text, Manifest &manifest) {
  manifest = Manifest();
  // The library reports where a text stops being JSON only by an exception,
  // and it throws when memory runs out; neither leaves this function.
  try {
    Json root = Json::parse(text.begin(), text.end());
    return Reader(manifest).read(root);
  } catch (const Json::parse_error &error) {
    return Status::input(
        fmt::format("manifest: no valid JSON at byte {}", error.byte));
  } catch (const Json::exception &) {
    return Status::input("manifest: no valid JSON: a value is out of range");
  }
}

std::optional<int64_t> opc::runtime::bytesOf(const TensorSpec &spec,
                                             const int64_t *dims) {
  return spec.bytes ? spec.bytes
                    : denseBytes(spec.dtype, {dims, spec.shape.size()});
}

std::string opc::runtime::typeText(const TensorSpec &spec,
                                   const Manifest &manifest) {
  std::vector<std::string> dims;
  for (Dim dim : spec.shape)
    dims.push_back(dim.extent >= 0 ? fmt::to_string(dim.extent)
                   : dim.symbol >= 0
                       ? printable(manifest.symbols[dim.symbol], shownBytes)
                       : std::string("?"));
  return fmt::format("{}[{}]", opc_dtype_name(spec.dtype),
                     fmt::join(dims, ", "));
}
