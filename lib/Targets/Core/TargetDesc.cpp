//===- TargetDesc.cpp - Reads the description of a chip -------------------===//
//
// Strict: every key must be known and of the right kind, and the required ones
// must be there, so that a misspelt property is found when the file is written
// (a unit test loads them all) and not as slow code.
//
//===----------------------------------------------------------------------===//
#include "opc/Targets/Core/TargetDesc.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace opc;
namespace json = llvm::json;

namespace {

/// Reads the keys of one object and remembers the first complaint. Keys that
/// nobody asked for are complaints too.
class ObjectReader {
public:
  ObjectReader(const json::Object &object, std::string place,
               std::string &complaint)
      : object(object), place(std::move(place)), complaint(complaint) {}

  ~ObjectReader() {
    for (const auto &entry : object)
      if (!asked.contains(entry.first))
        complain(entry.first, "is not a known property");
  }

  void read(llvm::StringRef key, std::string &out) {
    if (const json::Value *value = find(key, /*required=*/true))
      take(key, value->getAsString(), out, "is not a string");
  }
  void read(llvm::StringRef key, int64_t &out, bool required = false) {
    const json::Value *value = find(key, required);
    if (!value)
      return;
    take(key, value->getAsInteger(), out, "is not an integer");
    if (out < 0)
      complain(key, "is negative");
  }
  void read(llvm::StringRef key, double &out) {
    if (const json::Value *value = find(key, /*required=*/true))
      take(key, value->getAsNumber(), out, "is not a number");
  }
  void read(llvm::StringRef key, bool &out) {
    if (const json::Value *value = find(key, /*required=*/true))
      take(key, value->getAsBoolean(), out, "is neither true nor false");
  }
  void read(llvm::StringRef key, llvm::SmallVector<std::string> &out) {
    for (const json::Value &value : array(key)) {
      out.emplace_back();
      take(key, value.getAsString(), out.back(), "is not a list of strings");
    }
  }
  template <typename Body> void inner(llvm::StringRef key, Body body) {
    if (const json::Value *value = find(key, /*required=*/true))
      nested(*value, key, body);
  }
  template <typename Body> void objects(llvm::StringRef key, Body body) {
    for (const json::Value &value : array(key))
      nested(value, key, body);
  }
  /// All entries of an object whose keys are free.
  template <typename Body> void numbers(llvm::StringRef key, Body body) {
    const json::Value *value = find(key, /*required=*/true);
    const json::Object *entries = value ? value->getAsObject() : nullptr;
    if (!entries)
      return complain(key, "is not an object");
    for (const auto &entry : *entries)
      if (std::optional<double> number = entry.second.getAsNumber())
        body(entry.first.str(), *number);
      else
        complain(key, "is not an object of numbers");
  }

private:
  const json::Value *find(llvm::StringRef key, bool required) {
    asked.insert(key);
    const json::Value *value = object.get(key);
    if (!value && required)
      complain(key, "is missing");
    return value;
  }
  json::Array array(llvm::StringRef key) {
    const json::Value *value = find(key, /*required=*/true);
    if (value && !value->getAsArray())
      complain(key, "is not a list");
    return value && value->getAsArray() ? *value->getAsArray() : json::Array();
  }
  template <typename Read, typename Out>
  void take(llvm::StringRef key, const Read &read, Out &out,
            llvm::StringRef otherwise) {
    if (read)
      out = Out(*read);
    else
      complain(key, otherwise);
  }
  template <typename Body>
  void nested(const json::Value &value, llvm::StringRef key, Body body) {
    if (const json::Object *inner = value.getAsObject()) {
      ObjectReader reader(*inner, place + key.str() + ".", complaint);
      body(reader);
    } else {
      complain(key, "is not an object");
    }
  }
  void complain(llvm::StringRef key, llvm::StringRef what) {
    if (complaint.empty())
      complaint = llvm::formatv("'{0}{1}' {2}", place, key, what).str();
  }

  const json::Object &object;
  std::string place;
  std::string &complaint;
  llvm::StringSet<> asked;
};

void readCache(ObjectReader &in, CacheLevel &level) {
  in.read("bytes", level.bytes, /*required=*/true);
  in.read("line", level.line, /*required=*/true);
  in.read("ways", level.ways, /*required=*/true);
  in.read("shared_by", level.sharedBy, /*required=*/true);
}

void readVector(ObjectReader &in, VectorUnit &unit) {
  in.read("bits", unit.bits, /*required=*/true);
  in.read("registers", unit.registers, /*required=*/true);
  in.read("masks", unit.masks);
  in.read("fma_ports", unit.fmaPorts, /*required=*/true);
  in.read("fma_latency", unit.fmaLatency, /*required=*/true);
  in.read("load_ports", unit.loadPorts, /*required=*/true);
}

void readMatrixUnit(ObjectReader &in, MatrixUnit &unit) {
  in.read("name", unit.name);
  in.read("a", unit.a);
  in.read("b", unit.b);
  in.read("acc", unit.acc);
  in.read("m", unit.m, /*required=*/true);
  in.read("n", unit.n, /*required=*/true);
  in.read("k", unit.k, /*required=*/true);
  in.read("registers", unit.registers, /*required=*/true);
  in.read("fast_steps", unit.fastSteps);
}

void readNumerics(ObjectReader &in, ChipNumerics &numerics) {
  in.read("fma", numerics.fma);
  in.read("subnormals", numerics.subnormals);
  in.read("native_floats", numerics.nativeFloats);
  in.numbers("function_ulp", [&](std::string function, double ulp) {
    numerics.functionUlp[function] = ulp;
  });
}

void readChip(ObjectReader &in, TargetDesc &desc) {
  in.read("summary", desc.summary);
  in.read("rank", desc.rank, /*required=*/true);
  in.read("requires", desc.requiredFeatures);
  in.inner("llvm", [&](ObjectReader &llvm) {
    llvm.read("triple", desc.llvm.triple);
    llvm.read("cpu", desc.llvm.cpu);
    llvm.read("features", desc.llvm.features);
  });
  in.read("cores", desc.cores);
  in.objects("caches", [&](ObjectReader &cache) {
    readCache(cache, desc.caches.emplace_back());
  });
  in.inner("vector",
           [&](ObjectReader &unit) { readVector(unit, desc.vector); });
  in.objects("matrix_units", [&](ObjectReader &unit) {
    readMatrixUnit(unit, desc.matrixUnits.emplace_back());
  });
  in.read("memory_bandwidth_per_core", desc.memoryBandwidth);
  in.inner("numerics", [&](ObjectReader &numerics) {
    readNumerics(numerics, desc.numerics);
  });
}

/// What schedules divide by must not be 0.
llvm::StringRef findNonsense(const TargetDesc &desc) {
  if (desc.caches.empty())
    return "'caches' is empty";
  if (desc.vector.bits < 64 || desc.vector.bits % 64 != 0)
    return "'vector.bits' is not a multiple of 64";
  if (desc.vector.registers == 0 || desc.vector.fmaPorts == 0 ||
      desc.vector.loadPorts == 0)
    return "'vector' lacks registers or ports";
  if (desc.memoryBandwidth <= 0)
    return "'memory_bandwidth_per_core' is not positive";
  for (const MatrixUnit &unit : desc.matrixUnits)
    if (unit.m == 0 || unit.n == 0 || unit.k == 0)
      return "'matrix_units' has an empty shape";
  return "";
}

std::string spell(mlir::Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

} // namespace

llvm::Expected<TargetDesc> TargetDesc::parse(llvm::StringRef target,
                                             llvm::StringRef chip,
                                             llvm::StringRef text) {
  auto fail = [&](llvm::StringRef why) {
    return llvm::createStringError(
        llvm::formatv("chip {0}:{1}: {2}", target, chip, why).str());
  };
  llvm::Expected<json::Value> value = json::parse(text);
  if (!value)
    return fail(llvm::toString(value.takeError()));
  const json::Object *object = value->getAsObject();
  if (!object)
    return fail("the file is not a JSON object");
  TargetDesc desc;
  desc.target = target.str();
  desc.chip = chip.str();
  std::string complaint;
  {
    ObjectReader reader(*object, "", complaint);
    readChip(reader, desc);
  }
  if (complaint.empty())
    complaint = findNonsense(desc).str();
  if (!complaint.empty())
    return fail(complaint);
  return desc;
}

const MatrixUnit *TargetDesc::matrixUnitFor(mlir::Type a, mlir::Type b) const {
  std::string first = spell(a), second = spell(b);
  const MatrixUnit *unit =
      llvm::find_if(matrixUnits, [&](const MatrixUnit &candidate) {
        return candidate.a == first && candidate.b == second;
      });
  return unit == matrixUnits.end() ? nullptr : unit;
}

const CacheLevel &TargetDesc::cache(unsigned level) const {
  size_t last = caches.size() - 1;
  return caches[std::min<size_t>(level ? level - 1 : 0, last)];
}

bool TargetDesc::computesNatively(mlir::Type type) const {
  return !mlir::isa<mlir::FloatType>(type) ||
         llvm::is_contained(numerics.nativeFloats, spell(type));
}
