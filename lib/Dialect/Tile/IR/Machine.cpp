//===- Machine.cpp - reads the description of a machine -------------------===//
#include "opc/Dialect/Tile/IR/Machine.h"

#include "MachineReader.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace opc::tile;
namespace json = llvm::json;

namespace {

template <typename Enum> struct Name {
  llvm::StringLiteral text;
  Enum value;
};

constexpr Name<StrideMeaning> kMeanings[] = {{"none", StrideMeaning::None},
                                             {"gap", StrideMeaning::Gap},
                                             {"start", StrideMeaning::Start}};
constexpr Name<CountField> kCounts[] = {
    {"none", CountField::None},
    {"blocks", CountField::Blocks},
    {"blocks_minus_one", CountField::BlocksMinusOne},
    {"total_bytes", CountField::TotalBytes}};

template <typename Enum, size_t Count>
std::optional<Enum> findName(llvm::StringRef text,
                             const Name<Enum> (&names)[Count]) {
  for (const Name<Enum> &name : names)
    if (name.text == text)
      return name.value;
  return std::nullopt;
}
std::optional<StrideMeaning> findMeaning(llvm::StringRef text) {
  return findName(text, kMeanings);
}
std::optional<CountField> findCount(llvm::StringRef text) {
  return findName(text, kCounts);
}

void readSpace(MachineReader &in, MemorySpace &space) {
  in.readName("space", space.space, symbolizeSpace);
  in.read("capacity", space.capacity);
  in.read("reserved", space.reserved);
  in.readPositive("alignment", space.alignment);
  if (space.reserved > space.capacity)
    in.complain("reserved", "is more than the capacity");
  if (!llvm::isPowerOf2_64(space.alignment))
    in.complain("alignment", "is not a power of 2");
}

void readStride(MachineReader &in, StrideField &stride) {
  in.readName("means", stride.meaning, findMeaning);
  in.readPositive("unit", stride.unit);
  in.read("max", stride.max);
}

void readCopy(MachineReader &in, CopyForm &form) {
  in.read("name", form.name);
  in.readName("from", form.from, symbolizeSpace);
  in.readName("to", form.to, symbolizeSpace);
  in.readName("from_layout", form.fromLayout, symbolizeLayout);
  in.readName("to_layout", form.toLayout, symbolizeLayout);
  in.readPositive("block_unit", form.blockUnit);
  in.readPositive("from_alignment", form.fromAlignment);
  in.readPositive("to_alignment", form.toAlignment);
  in.inner("from_stride",
           [&](MachineReader &side) { readStride(side, form.fromStride); });
  in.inner("to_stride",
           [&](MachineReader &side) { readStride(side, form.toStride); });
  in.readName("count", form.count, findCount);
  in.read("max_blocks", form.maxBlocks);
  in.read("max_block_bytes", form.maxBlockBytes);
  in.read("pads", form.pads);
  in.read("converts", form.converts);
}

void readFractal(MachineReader &in, Fractal &fractal) {
  in.readName("layout", fractal.layout, symbolizeLayout);
  in.readPositive("rows", fractal.rows);
  in.readPositive("bytes", fractal.bytes);
}

void readOps(MachineReader &in, OpTable &table) {
  in.readName("space", table.space, symbolizeSpace);
  in.read("names", table.names);
  in.read("types", table.types);
}

void readOperand(MachineReader &in, MmaOperand &operand) {
  in.readName("space", operand.space, symbolizeSpace);
  in.readName("layout", operand.layout, symbolizeLayout);
  in.read("type", operand.type);
}

void readUnit(MachineReader &in, MmaUnit &unit) {
  in.read("name", unit.name);
  in.inner("a", [&](MachineReader &side) { readOperand(side, unit.a); });
  in.inner("b", [&](MachineReader &side) { readOperand(side, unit.b); });
  in.inner("c", [&](MachineReader &side) { readOperand(side, unit.c); });
  in.readPositive("m", unit.m);
  in.readPositive("n", unit.n);
  in.readPositive("k", unit.k);
}

template <typename Entry>
void readEach(MachineReader &in, llvm::StringRef key,
              llvm::SmallVector<Entry> &out,
              void (*read)(MachineReader &, Entry &)) {
  in.each(key, [&](MachineReader &entry) { read(entry, out.emplace_back()); });
}

void readMachine(MachineReader &in, Machine &machine) {
  in.read("summary", machine.summary);
  in.read("cores", machine.cores);
  in.readPositive("cores_per_cluster", machine.coresPerCluster);
  in.readNames("barriers", machine.barriers, symbolizeScope);
  in.read("vector_bits", machine.vectorBits);
  in.readPositive("row_multiple", machine.rowMultiple);
  in.readPositive("efficient_burst", machine.efficientBurst);
  readEach(in, "spaces", machine.spaces, readSpace);
  readEach(in, "fractals", machine.fractals, readFractal);
  readEach(in, "copies", machine.copies, readCopy);
  readEach(in, "ops", machine.ops, readOps);
  readEach(in, "matrix_units", machine.mmaUnits, readUnit);
}

/// What no single key is wrong about; "" where all is well.
std::string findNonsense(const Machine &machine) {
  auto lacks = [&](Space space) { return !machine.find(space); };
  auto noSpace = [](llvm::StringRef what, Space space) {
    return llvm::formatv("{0} the space {1}, which 'spaces' lacks", what,
                         stringifySpace(space))
        .str();
  };
  for (auto [place, space] : llvm::enumerate(machine.spaces))
    if (machine.find(space.space) != &machine.spaces[place])
      return llvm::formatv("'spaces' has {0} twice",
                           stringifySpace(space.space))
          .str();
  if (lacks(Space::Global))
    return "'spaces' lacks global";
  for (const CopyForm &form : machine.copies)
    for (auto [space, layout] : {std::pair(form.from, form.fromLayout),
                                 std::pair(form.to, form.toLayout)}) {
      if (lacks(space))
        return noSpace("'copies' names", space);
      if (!isPlain(layout) && !machine.find(layout))
        return llvm::formatv("'copies' names the layout {0}, which 'fractals' "
                             "lacks",
                             stringifyLayout(layout))
            .str();
    }
  for (const OpTable &table : machine.ops)
    if (lacks(table.space))
      return noSpace("'ops' names", table.space);
  for (const MmaUnit &unit : machine.mmaUnits)
    for (Space space : {unit.a.space, unit.b.space, unit.c.space})
      if (lacks(space))
        return noSpace("'matrix_units' names", space);
  return "";
}

llvm::Error failed(llvm::StringRef name, llvm::StringRef why) {
  return llvm::createStringError(
      llvm::formatv("machine {0}: {1}", name, why).str());
}

} // namespace

llvm::Expected<int64_t> StrideField::encode(int64_t pitch,
                                            int64_t block) const {
  int64_t taken = llvm::alignTo(block, unit);
  if (meaning == StrideMeaning::None && pitch != block)
    return llvm::createStringError(
        llvm::formatv("blocks of {0} bytes start every {1} bytes, and have to "
                      "follow each other",
                      block, pitch)
            .str());
  if (pitch % unit != 0)
    return llvm::createStringError(
        llvm::formatv(
            "blocks start every {0} bytes, which is not a multiple of "
            "{1}",
            pitch, unit)
            .str());
  if (pitch < taken)
    return llvm::createStringError(
        llvm::formatv("blocks of {0} bytes start every {1} bytes", taken, pitch)
            .str());
  if (meaning == StrideMeaning::None)
    return 0;
  int64_t value =
      (meaning == StrideMeaning::Gap ? pitch - taken : pitch) / unit;
  if (max && value > max)
    return llvm::createStringError(
        llvm::formatv("a stride of {0} is above {1}", value, max).str());
  return value;
}

const MemorySpace *Machine::find(Space space) const {
  const auto *found = llvm::find_if(
      spaces, [&](const MemorySpace &entry) { return entry.space == space; });
  return found == spaces.end() ? nullptr : found;
}

const Fractal *Machine::find(Layout layout) const {
  const auto *found = llvm::find_if(
      fractals, [&](const Fractal &entry) { return entry.layout == layout; });
  return found == fractals.end() ? nullptr : found;
}

bool Machine::lists(llvm::StringRef name, llvm::StringRef type,
                    Space space) const {
  return llvm::any_of(ops, [&](const OpTable &table) {
    return table.space == space && llvm::is_contained(table.names, name) &&
           llvm::is_contained(table.types, type);
  });
}

llvm::Expected<Machine> Machine::parse(llvm::StringRef name,
                                       llvm::StringRef text) {
  llvm::Expected<json::Value> value = json::parse(text);
  if (!value)
    return failed(name, llvm::toString(value.takeError()));
  const json::Object *object = value->getAsObject();
  if (!object)
    return failed(name, "the text is not a JSON object");
  Machine machine;
  machine.name = name.str();
  std::string complaint;
  {
    MachineReader reader(*object, "", complaint);
    readMachine(reader, machine);
  }
  if (complaint.empty())
    complaint = findNonsense(machine);
  if (!complaint.empty())
    return failed(name, complaint);
  return machine;
}

llvm::Expected<Machine> Machine::load(llvm::StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return failed(path, buffer.getError().message());
  return parse(llvm::sys::path::stem(path), (*buffer)->getBuffer());
}
