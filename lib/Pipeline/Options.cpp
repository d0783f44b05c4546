//===- Options.cpp - Reads the options of a compilation -------------------===//
//
// One table: a row for each key, with what reads it. A key that is not in the
// table is a usage error, so that a misspelt option never passes unnoticed.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Options.h"

#include "Notices.h"
#include "TargetSet.h"

#include "opc/Runtime/Escape.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace opc;
namespace json = llvm::json;

namespace {

constexpr int64_t maxThreads = 1024;

Status wrong(llvm::StringRef key, llvm::StringRef expected) {
  return Status::usage(
      llvm::formatv("option '{0}' is not {1}", key, expected).str());
}

Status readString(llvm::StringRef key, const json::Value &value,
                  std::string &out) {
  std::optional<llvm::StringRef> text = value.getAsString();
  if (!text || text->empty())
    return wrong(key, "a string with at least one character");
  out = text->str();
  return {};
}

Status readBool(llvm::StringRef key, const json::Value &value, bool &out) {
  std::optional<bool> flag = value.getAsBoolean();
  if (!flag)
    return wrong(key, "true or false");
  out = *flag;
  return {};
}

Status readThreads(const json::Value &value, CompileOptions &options) {
  std::optional<int64_t> threads = value.getAsInteger();
  if (!threads || *threads < 1 || *threads > maxThreads)
    return wrong("threads",
                 llvm::formatv("a number from 1 to {0}", maxThreads).str());
  options.threads = *threads;
  return {};
}

Status readDims(const json::Value &value, CompileOptions &options) {
  const json::Object *object = value.getAsObject();
  if (!object)
    return wrong("dims", "an object of numbers");
  for (const auto &[name, entry] : *object) {
    std::optional<int64_t> extent = entry.getAsInteger();
    if (!extent || *extent < 0)
      return wrong("dims." + name.str(), "a number that is 0 or more");
    options.dims.emplace_back(name.str(), *extent);
  }
  llvm::sort(options.dims);
  return {};
}

/// "input", a number, or either in a pair with the name of an output.
bool readDonation(const json::Value &value, Donation &donation) {
  const json::Array *pair = value.getAsArray();
  if (pair && pair->size() != 2)
    return false;
  const json::Value &input = pair ? pair->front() : value;
  if (std::optional<llvm::StringRef> name = input.getAsString())
    donation.input = name->str();
  else
    donation.index = input.getAsInteger().value_or(-1);
  if (pair)
    donation.output = pair->back().getAsString().value_or("").str();
  bool hasInput = input.getAsString() || donation.index >= 0;
  return hasInput && (!pair || pair->back().getAsString());
}

Status readDonate(const json::Value &value, CompileOptions &options) {
  const json::Array *list = value.getAsArray();
  bool good = list != nullptr;
  if (list)
    for (const json::Value &entry : *list)
      good = readDonation(entry, options.donate.emplace_back()) && good;
  return good ? Status()
              : wrong("donate", "a list of inputs, by name or number, or of "
                                "pairs of an input and an output");
}

Status readLend(const json::Value &value, CompileOptions &options) {
  const json::Array *names = value.getAsArray();
  bool good = names != nullptr;
  if (names)
    for (const json::Value &name : *names) {
      good &= name.getAsString().has_value();
      options.lend.push_back(name.getAsString().value_or("").str());
    }
  return good ? Status() : wrong("lend", "a list of names of inputs");
}

Status readOutputs(const json::Value &value, CompileOptions &options) {
  const json::Array *names = value.getAsArray();
  if (!names || names->empty())
    return wrong("outputs", "a list of at least one name");
  for (const json::Value &name : *names) {
    if (!name.getAsString())
      return wrong("outputs", "a list of at least one name");
    options.outputs.push_back(name.getAsString()->str());
  }
  return {};
}

Status readEmit(const json::Value &value, CompileOptions &options) {
  static constexpr std::pair<llvm::StringLiteral, Emit> kinds[] = {
      {"so", Emit::So},     {"exe", Emit::Exe},   {"obj", Emit::Obj},
      {"llvm", Emit::LLVM}, {"mlir", Emit::MLIR}, {"source", Emit::Source}};
  llvm::StringRef text = value.getAsString().value_or("");
  const auto *kind =
      llvm::find_if(kinds, [&](const auto &row) { return row.first == text; });
  if (kind == std::end(kinds))
    return wrong("emit", "one of so, exe, obj, llvm, mlir, source");
  options.emit = kind->second;
  return {};
}

Status readCache(const json::Value &value, CompileOptions &options) {
  if (value.getAsString())
    return readString("cache", value, options.cacheDirectory);
  if (readBool("cache", value, options.cache).ok())
    return {};
  return wrong("cache", "true, false or a directory");
}

struct Row {
  llvm::StringLiteral key;
  Status (*read)(const json::Value &value, CompileOptions &options);
};

constexpr Row kRows[] = {
    {"target",
     [](const json::Value &value, CompileOptions &options) {
       return readString("target", value, options.target);
     }},
    {"threads", readThreads},
    {"dims", readDims},
    {"outputs", readOutputs},
    {"donate", readDonate},
    {"lend", readLend},
    {"emit", readEmit},
    {"stop_after",
     [](const json::Value &value, CompileOptions &options) {
       return readString("stop_after", value, options.stopAfter);
     }},
    {"dump_stages",
     [](const json::Value &value, CompileOptions &options) {
       return readString("dump_stages", value, options.dumpStages);
     }},
    {"cache", readCache},
    {"verify_each",
     [](const json::Value &value, CompileOptions &options) {
       return readBool("verify_each", value, options.verifyEach);
     }},
    {"progress",
     [](const json::Value &value, CompileOptions &options) {
       return readBool("progress", value, options.progress);
     }},
    {"explain",
     [](const json::Value &value, CompileOptions &options) {
       return readBool("explain", value, options.explain);
     }},
};

} // namespace

Status opc::parseOptions(llvm::StringRef text, CompileOptions &options) {
  llvm::Expected<json::Value> value = json::parse(text.empty() ? "{}" : text);
  if (!value)
    return Status::usage("options: " + llvm::toString(value.takeError()));
  const json::Object *object = value->getAsObject();
  if (!object)
    return Status::usage("options: not a JSON object");
  for (const auto &[key, entry] : *object) {
    const Row *row = llvm::find_if(
        kRows, [&, name = key.str()](const Row &r) { return r.key == name; });
    if (row == std::end(kRows))
      return Status::usage("unknown option '" + key.str() + "'");
    if (Status status = row->read(entry, options); !status.ok())
      return status;
  }
  return {};
}

static Status readConstant(const opc_constant &given, ConstantValue &constant) {
  if (!given.name)
    return Status::usage("constants: a name is NULL");
  constant.name = given.name;
  auto bad = [&](const llvm::Twine &what) {
    return Status::usage(
        ("constants: '" + llvm::Twine(given.name) + "': " + what).str());
  };
  const opc_tensor &value = given.value;
  if (opc_dtype_bytes(value.dtype) == 0)
    return bad("unknown dtype " + llvm::Twine(int(value.dtype)));
  if (value.rank < 0 || (value.rank > 0 && !value.dims))
    return bad("rank " + llvm::Twine(value.rank) + " with no dims");
  constant.dtype = value.dtype;
  constant.shape.assign(value.dims, value.dims + value.rank);
  int64_t bytes = opc_dtype_bytes(value.dtype);
  for (int64_t extent : constant.shape)
    if (extent < 0 || llvm::MulOverflow(bytes, extent, bytes))
      return bad("extent " + llvm::Twine(extent) +
                 " is negative or too large to address");
  if (bytes > 0 && !value.data)
    return bad("data is NULL");
  constant.data = {static_cast<const char *>(value.data), size_t(bytes)};
  return {};
}

Status opc::readConstants(llvm::ArrayRef<opc_constant> constants,
                          CompileOptions &options) {
  for (const opc_constant &given : constants)
    if (Status status = readConstant(given, options.constants.emplace_back());
        !status.ok())
      return status;
  auto name = [](const ConstantValue &constant) -> const std::string & {
    return constant.name;
  };
  std::ranges::sort(options.constants, {}, name);
  auto twice = std::ranges::adjacent_find(options.constants, {}, name);
  if (twice != options.constants.end())
    return Status::usage("constants: '" + twice->name + "' is given twice");
  return {};
}

/// Nobody can make other data of the same hash.
static std::string hashOf(llvm::ArrayRef<char> data) {
  llvm::BLAKE3 hash;
  hash.update(llvm::StringRef(data.data(), data.size()));
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

std::string CompileOptions::fingerprint() const {
  std::string text = llvm::formatv("threads={0}", threads).str();
  TargetSet set;
  if (TargetSet::parse(target, set).ok() && set.isMixed())
    text += ";targets " + set.name();
  for (const auto &[name, extent] : dims)
    text += llvm::formatv(";dim {0}={1}", llvm::toHex(name), extent).str();
  for (const ConstantValue &constant : constants) {
    text += llvm::formatv(";constant {0} {1} {2}", llvm::toHex(constant.name),
                          opc_dtype_name(constant.dtype), hashOf(constant.data))
                .str();
    for (int64_t extent : constant.shape)
      text += llvm::formatv(" {0}", extent).str();
  }
  for (const std::string &name : outputs)
    text += ";output " + llvm::toHex(name);
  for (const std::string &name : lend)
    text += ";lend " + llvm::toHex(name);
  for (const Donation &donation : donate)
    text +=
        llvm::formatv(";donate {0} {1} {2} {3}", llvm::toHex(donation.input),
                      donation.index, llvm::toHex(donation.output.value_or("")),
                      donation.output.has_value())
            .str();
  return text;
}

void CompileOptions::tell(const std::string &line) const {
  std::string text = runtime::printable(line);
  if (observer.line)
    observer.line(observer.data, text.c_str());
  else
    notice(text);
}

void CompileOptions::tellDecision(const std::string &line) const {
  if (explained)
    explained->push_back(line);
  else
    tell(line);
}

void CompileOptions::report(const std::string &line) const {
  if (observer.line || progress)
    tell(line);
}
