//===- Inputs.cpp - Values for the inputs of a program --------------------===//
//
// Files come first: their shapes give symbolic dimensions their extents, which
// the inputs that are made up then follow.
//
//===----------------------------------------------------------------------===//
#include "Inputs.h"

#include "RunOptions.h"
#include "opc/Runtime/AtomicFile.h"
#include "opc/Runtime/Data.h"
#include "opc/Runtime/Escape.h"
#include "opc/Runtime/Suggest.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <random>
#include <span>

using namespace opc::cli;
using opc::runtime::NpyArray;

std::string opc::cli::shapeText(const opc_spec &spec) {
  std::vector<std::string> dims;
  for (int32_t i = 0; i < spec.rank; ++i)
    dims.push_back(
        spec.dims[i] >= 0 ? std::to_string(spec.dims[i])
        : spec.symbols[i]
            ? opc::runtime::printable(spec.symbols[i], opc::runtime::shownBytes)
            : "?");
  return fmt::format("[{}]", fmt::join(dims, ", "));
}

namespace {

using Extents = std::map<std::string, int64_t>;

/// What each input is to hold: a path, "random" or "zeros".
Status readChoices(const Arguments &arguments, const opc_program *program,
                   std::map<std::string, std::string> &choices) {
  for (const std::string &text : arguments.all("input")) {
    std::string name, value;
    if (Status status = splitPair("input", text, name, value); !status.ok())
      return status;
    name = opc::runtime::toText(name);
    bool known = false;
    std::vector<std::string> names;
    for (size_t i = 0; i < opc_num_inputs(program); ++i) {
      names.push_back(opc_input_name(program, i));
      known |= names.back() == name;
    }
    if (!known)
      return Status::input(fmt::format(
          "there is no input '{}'{}: there are {}", name,
          opc::runtime::suggestion(name, names), fmt::join(names, ", ")));
    if (!choices.emplace(name, value).second)
      return Status::usage(fmt::format("--input {} is given twice", name));
  }
  return {};
}

bool isFile(const std::string &choice) {
  return choice != "random" && choice != "zeros";
}

/// Reads an input's file, which gives symbols their extents; `fixed` are those
/// that --dim gave. Files that disagree are found by the run.
Status readArray(const opc_spec &spec, const std::string &path,
                 const Extents &fixed, Extents &extents, NpyArray &array) {
  if (Status status = opc::runtime::readNpy(path, array); !status.ok())
    return status;
  for (int32_t i = 0; i < std::min<int32_t>(spec.rank, array.dims.size());
       ++i) {
    if (spec.dims[i] >= 0 || !spec.symbols[i])
      continue;
    auto given = fixed.find(spec.symbols[i]);
    if (given != fixed.end() && given->second != array.dims[i])
      return Status::input(
          fmt::format("{}: extent {} of '{}', which --dim says is {}", path,
                      array.dims[i], spec.symbols[i], given->second));
    extents.emplace(spec.symbols[i], array.dims[i]);
  }
  return {};
}

/// What --dim calls an extent that a run decides.
std::string dimName(const opc_spec &spec, int32_t axis) {
  return spec.symbols[axis] ? std::string(spec.symbols[axis])
                            : fmt::format("{}.{}", spec.name, axis);
}

/// The extents of an input that is made up; all are known.
std::vector<int64_t> resolveShape(const opc_spec &spec,
                                  const Extents &extents) {
  std::vector<int64_t> dims(spec.dims, spec.dims + spec.rank);
  for (int32_t axis = 0; axis < spec.rank; ++axis)
    if (dims[axis] < 0)
      dims[axis] = extents.at(dimName(spec, axis));
  return dims;
}

/// A word as a shell takes it.
std::string shellWord(const std::string &word) {
  bool plain = std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) || std::strchr("_-./,:@%+", c);
  });
  if (plain)
    return word;
  std::string quoted = "'";
  for (char c : word)
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// Inputs whose shape nothing gives, and the dimensions that are open.
struct OpenShapes {
  std::vector<const opc_spec *> inputs;
  std::vector<std::string> dims;

  void add(const opc_spec &spec, const Extents &extents) {
    bool open = false;
    for (int32_t axis = 0; axis < spec.rank; ++axis) {
      if (spec.dims[axis] >= 0 || extents.contains(dimName(spec, axis)))
        continue;
      open = true;
      std::string name = dimName(spec, axis);
      if (std::find(dims.begin(), dims.end(), name) == dims.end())
        dims.push_back(name);
    }
    if (open)
      inputs.push_back(&spec);
  }

  /// All of them at once.
  Status complaint() const {
    constexpr size_t shown = 8;
    if (inputs.empty())
      return {};
    std::vector<std::string> types, options;
    for (const opc_spec *spec :
         std::span(inputs).first(std::min(inputs.size(), shown)))
      types.push_back(fmt::format(
          "'{}' is {}{}",
          opc::runtime::printable(spec->name, opc::runtime::shownBytes),
          opc_dtype_name(spec->dtype), shapeText(*spec)));
    if (inputs.size() > shown)
      types.push_back(fmt::format("{} more", inputs.size() - shown));
    for (const std::string &dim : dims)
      options.push_back("--dim " + shellWord(dim) + "=N");
    bool one = inputs.size() == 1;
    return Status::input(fmt::format(
        "input{} {}: say how large {} to be with {} or --input {}=FILE.npy",
        one ? "" : "s", fmt::join(types, ", "), one ? "it is" : "they are",
        fmt::join(options, " "), one ? shellWord(inputs[0]->name) : "NAME"));
  }
};

uint16_t toHalf(float value, opc_dtype dtype) {
  if (dtype == OPC_F16) {
    _Float16 half = static_cast<_Float16>(value);
    uint16_t bits;
    std::memcpy(&bits, &half, sizeof(bits));
    return bits;
  }
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return static_cast<uint16_t>(bits >> 16);
}

template <typename T> void put(char *&at, T value) {
  std::memcpy(at, &value, sizeof(value));
  at += sizeof(value);
}

/// `seed` tells apart inputs of one size, whose difference would be 0
/// otherwise.
void fillRandom(opc_dtype dtype, size_t count, uint32_t seed, char *at) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> real(-1, 1);
  for (size_t i = 0; i < count; ++i) {
    float value = real(random);
    switch (dtype) {
    case OPC_F32:
      put(at, value);
      break;
    case OPC_F64:
      put(at, static_cast<double>(value));
      break;
    case OPC_F16:
    case OPC_BF16:
      put(at, toHalf(value, dtype));
      break;
    default:
      // Little-endian: the lowest byte is 0 or 1, the rest stays 0.
      *at = value > 0;
      at += opc_dtype_bytes(dtype);
    }
  }
}

Status makeArray(const opc_spec &spec, const std::string &choice,
                 const Extents &extents, uint32_t seed, NpyArray &array) {
  array.dtype = spec.dtype;
  array.dims = resolveShape(spec, extents);
  size_t count = 1, bytes = opc_dtype_bytes(spec.dtype);
  bool tooLarge = false;
  for (int64_t dim : array.dims)
    tooLarge |= __builtin_mul_overflow(count, static_cast<size_t>(dim), &count);
  tooLarge |= __builtin_mul_overflow(count, bytes, &bytes);
  void *data = tooLarge ? nullptr : opc::runtime::allocateData(bytes);
  if (!data)
    return Status::input(fmt::format("no memory for input '{}' of {}[{}]",
                                     spec.name, opc_dtype_name(spec.dtype),
                                     fmt::join(array.dims, ", ")));
  array.data.reset(data);
  std::memset(data, 0, bytes);
  if (choice == "random")
    fillRandom(spec.dtype, count, seed, static_cast<char *>(data));
  return {};
}

/// --dim names that no input has are mistakes.
Status checkDims(const Extents &dims, const opc_program *program) {
  std::vector<std::string> names;
  for (size_t i = 0; i < opc_num_inputs(program); ++i) {
    const opc_spec &spec = *opc_input_spec(program, i);
    for (int32_t axis = 0; axis < spec.rank; ++axis)
      if (spec.dims[axis] < 0)
        names.push_back(dimName(spec, axis));
  }
  for (const auto &[name, extent] : dims)
    if (std::find(names.begin(), names.end(), name) == names.end())
      return Status::input(fmt::format("no input has a dimension '{}'{}", name,
                                       opc::runtime::suggestion(name, names)));
  return {};
}

} // namespace

Status opc::cli::makeInputs(const Arguments &arguments,
                            const opc_program *program,
                            std::vector<NpyArray> &arrays) {
  Extents fixed;
  if (Status status = parseDims(arguments, fixed); !status.ok())
    return status;
  // What --dim gave a model is part of the program by now.
  if (isProgram(arguments.positional[0]))
    if (Status status = checkDims(fixed, program); !status.ok())
      return status;
  Extents extents = fixed;
  std::map<std::string, std::string> choices;
  if (Status status = readChoices(arguments, program, choices); !status.ok())
    return status;
  arrays.resize(opc_num_inputs(program));
  for (size_t i = 0; i < arrays.size(); ++i) {
    const opc_spec &spec = *opc_input_spec(program, i);
    std::string &choice =
        choices.try_emplace(spec.name, "random").first->second;
    if (!isFile(choice))
      continue;
    Status status = readArray(spec, choice, fixed, extents, arrays[i]);
    if (!status.ok())
      return status;
  }
  OpenShapes open;
  for (size_t i = 0; i < arrays.size(); ++i)
    if (const opc_spec &spec = *opc_input_spec(program, i);
        !isFile(choices[spec.name]))
      open.add(spec, extents);
  if (Status status = open.complaint(); !status.ok())
    return status;
  for (size_t i = 0; i < arrays.size(); ++i) {
    const opc_spec &spec = *opc_input_spec(program, i);
    const std::string &choice = choices[spec.name];
    if (isFile(choice))
      continue;
    Status status = makeArray(spec, choice, extents, i, arrays[i]);
    if (!status.ok())
      return status;
  }
  return {};
}

Status opc::cli::checkOutput(const Arguments &arguments,
                             const std::string &path) {
  std::vector<std::string> files = {arguments.positional[0]};
  for (const std::string &text : arguments.all("input"))
    files.push_back(text.substr(text.rfind('=') + 1));
  for (const std::string &file : files)
    if (Status status = runtime::checkIsNot(path, file); !status.ok())
      return status;
  return {};
}

Status opc::cli::runOnce(opc_program *program,
                         const std::vector<NpyArray> &arrays,
                         opc_results **results) {
  std::vector<opc_tensor> tensors;
  for (const NpyArray &array : arrays)
    tensors.push_back(array.tensor());
  return toStatus(
      opc_run(program, tensors.data(), tensors.size(), nullptr, 0, results));
}
