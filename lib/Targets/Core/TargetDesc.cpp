//===- TargetDesc.cpp - Reads the description of a chip -------------------===//
//
// Strict: every key must be there, known and of the right kind, so that a
// misspelt property is found when the file is written (a unit test loads them
// all) and not as slow code.
//
//===----------------------------------------------------------------------===//
#include "opc/Targets/Core/TargetDesc.h"

#include "opc/Dialect/Opc/IR/OpcDialect.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

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

  bool has(llvm::StringRef key) const { return object.get(key) != nullptr; }
  void read(llvm::StringRef key, std::string &out) {
    if (const json::Value *value = find(key))
      take(key, value->getAsString(), out, "is not a string");
  }
  void read(llvm::StringRef key, int64_t &out) {
    const json::Value *value = find(key);
    if (!value)
      return;
    take(key, value->getAsInteger(), out, "is not an integer");
    if (out < 0)
      complain(key, "is negative");
  }
  void read(llvm::StringRef key, double &out) {
    const json::Value *value = find(key);
    if (!value)
      return;
    take(key, value->getAsNumber(), out, "is not a number");
    if (!(out > 0))
      complain(key, "is not above 0");
  }
  void read(llvm::StringRef key, bool &out) {
    if (const json::Value *value = find(key))
      take(key, value->getAsBoolean(), out, "is neither true nor false");
  }
  void read(llvm::StringRef key, llvm::SmallVector<std::string> &out) {
    for (const json::Value &value : array(key)) {
      out.emplace_back();
      take(key, value.getAsString(), out.back(), "is not a list of strings");
    }
  }
  template <typename Body> void inner(llvm::StringRef key, Body body) {
    if (const json::Value *value = find(key))
      nested(*value, key, body);
  }
  template <typename Body> void objects(llvm::StringRef key, Body body) {
    for (const json::Value &value : array(key))
      nested(value, key, body);
  }

private:
  const json::Value *find(llvm::StringRef key) {
    asked.insert(key);
    const json::Value *value = object.get(key);
    if (!value)
      complain(key, "is missing");
    return value;
  }
  json::Array array(llvm::StringRef key) {
    const json::Value *value = find(key);
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
  in.read("bytes", level.bytes);
}

void readVector(ObjectReader &in, VectorUnit &unit) {
  in.read("bits", unit.bits);
  in.read("registers", unit.registers);
  in.read("scales", unit.scales);
  in.read("converts_halves", unit.convertsHalves);
  in.read("converts_longs", unit.convertsLongs);
  in.read("fma_ports", unit.fmaPorts);
  in.read("fma_latency", unit.fmaLatency);
  in.read("load_ports", unit.loadPorts);
  in.read("l2_bytes_per_cycle", unit.l2BytesPerCycle);
}

void readMatrixUnit(ObjectReader &in, MatrixUnit &unit) {
  in.read("name", unit.name);
  in.read("a", unit.a);
  in.read("b", unit.b);
  in.read("acc", unit.acc);
  in.read("m", unit.m);
  in.read("n", unit.n);
  in.read("k", unit.k);
}

void readSimt(ObjectReader &in, SimtUnit &unit) {
  in.read("wave", unit.wave);
  in.read("group", unit.group);
  in.read("shared_bytes", unit.sharedBytes);
  in.read("register_bytes", unit.registerBytes);
  in.read("vector_bits", unit.vectorBits);
}

void readSpeed(ObjectReader &in, const DeviceDesc &device, SpeedDesc &speed) {
  in.read("gflops", speed.gflops);
  in.read("serial_gflops", speed.serialGflops);
  in.read("bandwidth_gbs", speed.bandwidthGbs);
  in.read("launch_us", speed.launchUs);
  if (!device.ownMemory)
    return;
  in.read("link_us", speed.linkUs);
  in.read("link_gbs", speed.linkGbs);
}

void readLLVM(ObjectReader &in, LLVMDesc &desc) {
  in.read("triple", desc.triple);
  in.read("cpu", desc.cpu);
  in.read("features", desc.features);
}

/// The fields of processors with vector units.
void readProcessor(ObjectReader &in, TargetDesc &desc) {
  in.read("requires", desc.requiredFeatures);
  in.inner("llvm", [&](ObjectReader &llvm) {
    readLLVM(llvm, desc.llvm);
    llvm.read("vscale", desc.llvm.vscale);
  });
  in.objects("caches", [&](ObjectReader &cache) {
    readCache(cache, desc.caches.emplace_back());
  });
  in.inner("vector",
           [&](ObjectReader &unit) { readVector(unit, desc.vector); });
  in.objects("matrix_units", [&](ObjectReader &unit) {
    readMatrixUnit(unit, desc.matrixUnits.emplace_back());
  });
}

void readChip(ObjectReader &in, TargetDesc &desc) {
  in.read("summary", desc.summary);
  in.read("rank", desc.rank);
  in.inner("device", [&](ObjectReader &device) {
    device.read("name", desc.device.name);
    device.read("own_memory", desc.device.ownMemory);
  });
  if (in.has("speed"))
    in.inner("speed", [&](ObjectReader &speed) {
      readSpeed(speed, desc.device, desc.speed.emplace());
    });
  if (in.has("machines")) {
    if (in.has("architecture"))
      in.read("architecture", desc.architecture);
    return in.read("machines", desc.machines);
  }
  if (!in.has("simt"))
    return readProcessor(in, desc);
  in.inner("simt",
           [&](ObjectReader &unit) { readSimt(unit, desc.simt.emplace()); });
  // Where kernels are given away as source, there is none.
  if (in.has("llvm"))
    in.inner("llvm", [&](ObjectReader &llvm) { readLLVM(llvm, desc.llvm); });
}

/// A device's name is part of a file's.
bool isName(llvm::StringRef name) {
  return llvm::all_of(name, [](char c) {
    return llvm::isLower(c) || llvm::isDigit(c) || c == '_';
  });
}

llvm::StringRef findNonsense(const SimtUnit &unit) {
  if (!llvm::isPowerOf2_64(unit.wave) || !llvm::isPowerOf2_64(unit.group))
    return "'simt.wave' or 'simt.group' is no power of two";
  if (unit.group % unit.wave != 0)
    return "'simt.group' is not a multiple of 'simt.wave'";
  if (unit.vectorBits < 32 || !llvm::isPowerOf2_64(unit.vectorBits))
    return "'simt.vector_bits' is no power of two from 32 on";
  if (unit.sharedBytes < 4096 || unit.registerBytes < unit.vectorBits / 2)
    return "'simt' has less shared memory than 4096 bytes, or registers for "
           "fewer than four vectors";
  return "";
}

/// What schedules divide by must not be 0.
llvm::StringRef findNonsense(const TargetDesc &desc) {
  if (!isName(desc.device.name) || desc.device.name == kHostSpace)
    return "'device.name' is no name of lower-case letters, digits and '_', or "
           "is 'host'";
  if (desc.device.name.empty() && desc.device.ownMemory)
    return "'device.own_memory' is that of no device";
  if (!desc.machines.empty())
    return "";
  if (desc.simt)
    return findNonsense(*desc.simt);
  if (desc.caches.empty())
    return "'caches' is empty";
  if (desc.vector.bits < 64 || desc.vector.bits % 64 != 0)
    return "'vector.bits' is not a multiple of 64";
  if (desc.vector.registers == 0 || desc.vector.fmaPorts == 0 ||
      desc.vector.loadPorts == 0 || desc.vector.l2BytesPerCycle == 0)
    return "'vector' lacks registers, ports or bytes per cycle";
  for (const MatrixUnit &unit : desc.matrixUnits)
    if (unit.m == 0 || unit.n == 0 || unit.k == 0)
      return "'matrix_units' has an empty shape";
  return "";
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

llvm::StringRef TargetDesc::memorySpace() const {
  return device.ownMemory ? llvm::StringRef(device.name)
                          : llvm::StringRef(kHostSpace);
}

const CacheLevel &TargetDesc::cache(unsigned level) const {
  assert(!caches.empty() && "a processor has caches");
  size_t last = caches.size() - 1;
  return caches[std::min<size_t>(level ? level - 1 : 0, last)];
}
