//===- MachineTest.cpp - descriptions of machines are read or refused -----===//
#include "MachinesOfTree.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "gmock/gmock.h"

using namespace opc::tile;
using ::testing::HasSubstr;

namespace {

/// A small description that is in order.
constexpr llvm::StringLiteral kGood = R"json({
  "summary": "s", "cores": 2, "cores_per_cluster": 1, "barriers": ["core"],
  "vector_bits": 256, "row_multiple": 32, "efficient_burst": 64,
  "spaces": [
    {"space": "global", "capacity": 0, "reserved": 0, "alignment": 1},
    {"space": "vector", "capacity": 8192, "reserved": 256, "alignment": 32}],
  "fractals": [],
  "copies": [{
    "name": "get", "from": "global", "to": "vector",
    "from_layout": "row_major", "to_layout": "row_major",
    "block_unit": 1, "from_alignment": 1, "to_alignment": 32,
    "from_stride": {"means": "gap", "unit": 1, "max": 0},
    "to_stride": {"means": "none", "unit": 1, "max": 0},
    "count": "total_bytes", "max_blocks": 0, "max_block_bytes": 0,
    "pads": false, "converts": []}],
  "ops": [{"space": "vector", "names": ["exp"], "types": ["f32"]}],
  "matrix_units": [{
    "name": "u", "m": 1, "n": 8, "k": 1,
    "a": {"space": "vector", "layout": "row_major", "type": "f32"},
    "b": {"space": "vector", "layout": "row_major", "type": "f32"},
    "c": {"space": "vector", "layout": "row_major", "type": "f32"}}]
})json";

/// What is said of the text with `from` in it replaced by `to`.
std::string complaint(llvm::StringRef from, llvm::StringRef to) {
  std::string text = kGood.str();
  size_t place = text.find(from.str());
  EXPECT_NE(place, std::string::npos) << from.str();
  text.replace(place, from.size(), to.str());
  llvm::Expected<Machine> machine = Machine::parse("m", text);
  return machine ? "" : llvm::toString(machine.takeError());
}

TEST(Machine, IsRead) {
  llvm::Expected<Machine> machine = Machine::parse("m", kGood);
  ASSERT_TRUE(bool(machine)) << llvm::toString(machine.takeError());
  EXPECT_EQ(machine->find(Space::Vector)->usable(), 7936);
  EXPECT_EQ(machine->find(Space::Shared), nullptr);
  EXPECT_EQ(machine->copies[0].toAlignment, 32);
  EXPECT_EQ(machine->copies[0].count, CountField::TotalBytes);
  EXPECT_EQ(machine->mmaUnits[0].n, 8);
}

TEST(Machine, RefusesByName) {
  const std::tuple<const char *, const char *, const char *> cases[] = {
      {"\"cores\": 2", "\"core\": 2", "machine m: 'cores' is missing"},
      {"\"summary\"", "\"cake\": 1, \"summary\"",
       "'cake' is not a known property"},
      {"\"cores\": 2", "\"cores\": \"2\"", "'cores' is not an integer"},
      {"\"cores\": 2", "\"cores\": -2", "'cores' is negative"},
      {"\"row_multiple\": 32", "\"row_multiple\": 0", "'row_multiple' is 0"},
      {"\"summary\": \"s\"", "\"summary\": 1", "'summary' is not a string"},
      {"[\"core\"]", "[\"all\"]", "'barriers' has 'all', which is not known"},
      {"[\"core\"]", "[1]", "'barriers' is not a list of strings"},
      {"[\"core\"]", "1", "'barriers' is not a list"},
      {"\"space\": \"vector\", \"capacity\"", "\"space\": \"v\", \"capacity\"",
       "'spaces.space' is 'v', which is not known"},
      {"\"reserved\": 256", "\"reserved\": 9000",
       "'spaces.reserved' is more than the capacity"},
      {"\"alignment\": 32}", "\"alignment\": 24}",
       "'spaces.alignment' is not a power of 2"},
      {"\"space\": \"global\"", "\"space\": \"vector\"",
       "'spaces' has vector twice"},
      {"\"space\": \"global\"", "\"space\": \"shared\"",
       "'spaces' lacks global"},
      {"\"to\": \"vector\"", "\"to\": \"shared\"",
       "'copies' names the space shared, which 'spaces' lacks"},
      {"\"to_layout\": \"row_major\"", "\"to_layout\": \"nz\"",
       "'copies' names the layout nz, which 'fractals' lacks"},
      {"\"means\": \"gap\"", "\"means\": \"hole\"",
       "'copies.from_stride.means' is 'hole', which is not known"},
      {"\"count\": \"total_bytes\"", "\"count\": \"all\"",
       "'copies.count' is 'all', which is not known"},
      {"\"pads\": false", "\"pads\": 0",
       "'copies.pads' is neither true nor false"},
      {"{\"means\": \"gap\", \"unit\": 1, \"max\": 0}", "3",
       "'copies.from_stride' is not an object"},
      {"[{\"space\": \"vector\", \"names\"",
       "[{\"space\": \"shared\", \"names\"",
       "'ops' names the space shared, which 'spaces' lacks"},
      {"\"a\": {\"space\": \"vector\"", "\"a\": {\"space\": \"matrix_a\"",
       "'matrix_units' names the space matrix_a, which 'spaces' lacks"},
      {"\"n\": 8", "\"n\": 0", "'matrix_units.n' is 0"},
  };
  for (auto [from, to, expected] : cases)
    EXPECT_THAT(complaint(from, to), HasSubstr(expected));
  EXPECT_THAT(llvm::toString(Machine::parse("m", "[]").takeError()),
              HasSubstr("the text is not a JSON object"));
  EXPECT_THAT(llvm::toString(Machine::parse("m", "{").takeError()),
              HasSubstr("machine m: "));
}

/// Every description of the tree is in order.
TEST(Machine, AllOfTheTree) {
  for (const std::string &path : machineFiles()) {
    llvm::Expected<Machine> machine = Machine::load(path);
    ASSERT_TRUE(bool(machine)) << llvm::toString(machine.takeError());
    EXPECT_EQ(machine->name, llvm::sys::path::stem(path));
  }
}

struct StrideCase {
  StrideMeaning meaning;
  int64_t unit, pitch, block, value;
};

/// Blocks of 40 bytes every 96: what each vendor calls that, by the table of
/// strided copies.
TEST(StrideField, SpeaksEachApi) {
  const StrideCase cases[] = {
      {StrideMeaning::Gap, 1, 96, 40, 56}, // bytes between them
      {StrideMeaning::Gap, 32, 96, 40, 1}, // 32-byte blocks between whole ones
      {StrideMeaning::Gap, 32, 64, 64, 0},
      {StrideMeaning::Start, 1, 96, 40, 96},
      {StrideMeaning::Start, 32, 96, 40, 3},
      {StrideMeaning::None, 1, 40, 40, 0},
  };
  for (const StrideCase &test : cases) {
    StrideField field{test.meaning, test.unit, 0};
    llvm::Expected<int64_t> value = field.encode(test.pitch, test.block);
    ASSERT_TRUE(bool(value)) << llvm::toString(value.takeError());
    EXPECT_EQ(*value, test.value);
  }
}

TEST(StrideField, RefusesWhatItCannotSay) {
  auto why = [](StrideField field, int64_t pitch, int64_t block) {
    llvm::Expected<int64_t> value = field.encode(pitch, block);
    return value ? "" : llvm::toString(value.takeError());
  };
  EXPECT_EQ(why({StrideMeaning::Gap, 32, 0}, 80, 40),
            "blocks start every 80 bytes, which is not a multiple of 32");
  EXPECT_EQ(why({StrideMeaning::Gap, 32, 0}, 32, 40),
            "blocks of 64 bytes start every 32 bytes");
  EXPECT_EQ(why({StrideMeaning::Start, 1, 0}, 39, 40),
            "blocks of 40 bytes start every 39 bytes");
  EXPECT_EQ(why({StrideMeaning::Gap, 1, 9}, 50, 40),
            "a stride of 10 is above 9");
  EXPECT_EQ(why({StrideMeaning::None, 1, 0}, 50, 40),
            "blocks of 40 bytes start every 50 bytes, and have to follow each "
            "other");
}

} // namespace
