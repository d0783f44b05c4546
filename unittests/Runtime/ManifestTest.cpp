//===- ManifestTest.cpp - Manifests, well-formed and not ------------------===//
#include "Manifest.h"
#include "FakeProgram.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace opc::runtime;
using namespace opc::runtime::test;
using Json = nlohmann::json;
using testing::ElementsAre;

static Manifest parsed(const std::string &text) {
  Manifest manifest;
  Status status = parseManifest(text, manifest);
  EXPECT_TRUE(status.ok()) << status.message();
  return manifest;
}

TEST(Manifest, IsRead) {
  Manifest m = parsed(R"json({
    "opc": "0.1.0", "abi": 4,
    "target": {"name": "cpu", "chip": "x86-64-v4", "arch": "x86_64",
               "features": ["avx2", "fma"]},
    "threads": 3, "checksum": "00000000000000ff", "constants_bytes": 128,
    "inputs": [{"name": "a", "dtype": "bf16", "shape": ["n", 3, "?", "", "m"]},
               {"name": "b", "dtype": "i64", "shape": ["m", "n", 0]}],
    "outputs": [{"name": "c", "dtype": "bool", "shape": []}],
    "kernels": [{"name": "k", "ops": ["opc.add"], "locations": [1, 0]},
                {"name": "l", "image": 1}],
    "devices": [{"name": "board_2", "own_memory": true},
                {"name": "card", "own_memory": false}],
    "images": [{"device": 1, "target": "card:c1"},
               {"device": 0, "target": "board:b1"}],
    "locations": ["first", "second"], "something_new": {"x": 1},
    "operators": ["Add"],
    "demands": [{"location": 1, "text": "{0} is not {1}"}]})json");
  EXPECT_EQ(m.target, "cpu");
  EXPECT_EQ(m.chip, "x86-64-v4");
  EXPECT_THAT(m.features, ElementsAre("avx2", "fma"));
  EXPECT_EQ(m.threads, 3);
  EXPECT_EQ(m.checksum, 0xffu);
  EXPECT_EQ(m.constantsBytes, 128u);
  EXPECT_THAT(m.symbols, ElementsAre("n", "m"));
  EXPECT_EQ(typeText(m.inputs[0], m), "bf16[n, 3, ?, ?, m]");
  EXPECT_EQ(typeText(m.inputs[1], m), "i64[m, n, 0]");
  EXPECT_EQ(m.inputs[0].shape[0].symbol, m.inputs[1].shape[1].symbol);
  EXPECT_EQ(typeText(m.outputs[0], m), "bool[]");
  EXPECT_TRUE(m.donations.empty());
  EXPECT_THAT(m.kernels[0].locations, ElementsAre(1, 0));
  EXPECT_EQ(m.kernels[0].image, -1);
  EXPECT_EQ(m.kernels[1].image, 1);
  EXPECT_EQ(m.devices[0].name, "board_2");
  EXPECT_TRUE(m.devices[0].ownMemory);
  EXPECT_FALSE(m.devices[1].ownMemory);
  EXPECT_EQ(m.images[0].device, 1);
  EXPECT_EQ(m.images[1].target, "board:b1");
  EXPECT_THAT(m.operators, ElementsAre("Add"));
  EXPECT_EQ(m.demands[0].location, 1);
  EXPECT_EQ(m.demands[0].text, "{0} is not {1}");
}

/// The message for the manifest of the addition with one change.
static std::string refusal(const char *patch) {
  Json json = Json::parse(addManifest).patch(Json::parse(patch));
  Manifest manifest;
  Status status = parseManifest(json.dump(), manifest);
  EXPECT_FALSE(status.ok()) << patch;
  return status.message();
}

namespace {
struct BadManifest {
  const char *patch; // RFC 6902
  const char *message;
};
} // namespace

static const BadManifest badManifests[] = {
    {R"([{"op": "remove", "path": "/abi"}])", "manifest: abi: missing"},
    {R"([{"op": "replace", "path": "/abi", "value": "1"}])",
     "manifest: abi: expected number, got string"},
    {R"([{"op": "replace", "path": "/abi", "value": 1.5}])",
     "manifest: abi: expected number, got number"},
    {R"([{"op": "remove", "path": "/opc"}])", "manifest: opc: missing"},
    {R"([{"op": "replace", "path": "/target", "value": []}])",
     "manifest: target: expected object, got array"},
    {R"([{"op": "replace", "path": "/target/features", "value": [1]}])",
     "manifest: target.features[0]: expected string, got number"},
    {R"([{"op": "replace", "path": "/threads", "value": 0}])",
     "manifest: threads: 0 is outside of 1 to 1024"},
    {R"([{"op": "replace", "path": "/threads", "value": 1025}])",
     "manifest: threads: 1025 is outside of 1 to 1024"},
    {R"([{"op": "replace", "path": "/threads", "value": 9223372036854775808}])",
     "manifest: threads: 9223372036854775808 is outside of 1 to 1024"},
    {R"([{"op": "remove", "path": "/inputs"}])", "manifest: inputs: missing"},
    {R"([{"op": "replace", "path": "/inputs/1", "value": 7}])",
     "manifest: inputs[1]: expected object, got number"},
    {R"([{"op": "remove", "path": "/inputs/0/dtype"}])",
     "manifest: inputs[0].dtype: missing"},
    {R"([{"op": "replace", "path": "/inputs/0/dtype", "value": "f31"}])",
     "manifest: inputs[0].dtype: unknown dtype 'f31'"},
    {R"([{"op": "add", "path": "/inputs/0/donated_to", "value": 1}])",
     "manifest: inputs[0].donated_to: 1 is outside of 0 to 0"},
    {R"([{"op": "add", "path": "/inputs/0/donated_to", "value": "z"}])",
     "manifest: inputs[0].donated_to: expected number, got string"},
    {R"([{"op": "add", "path": "/inputs/1/lent", "value": 1}])",
     "manifest: inputs[1].lent: expected boolean, got number"},
    {R"([{"op": "add", "path": "/inputs/0/donated_to", "value": 0},
         {"op": "add", "path": "/inputs/1/donated_to", "value": 0}])",
     "manifest: inputs[1].donated_to: f32[n, 3] takes two inputs"},
    {R"([{"op": "add", "path": "/inputs/0/donated_to", "value": 0},
         {"op": "replace", "path": "/inputs/0/dtype", "value": "i32"}])",
     "manifest: inputs[0].donated_to: f32[n, 3] takes i32[n, 3]"},
    {R"([{"op": "replace", "path": "/inputs/0/shape/1", "value": -1}])",
     "manifest: inputs[0].shape[1]: extent -1 is negative or too large"},
    {R"([{"op": "replace", "path": "/inputs/0/shape/1", "value": 1e300}])",
     "manifest: inputs[0].shape[1]: expected an extent or a symbol, got "
     "number"},
    {R"([{"op": "replace", "path": "/inputs/0/shape/1", "value": null}])",
     "manifest: inputs[0].shape[1]: expected an extent or a symbol, got null"},
    {R"([{"op": "replace", "path": "/inputs/1/name", "value": "x"}])",
     "manifest: inputs: two inputs are named 'x'"},
    {R"([{"op": "replace", "path": "/kernels/0/locations", "value": [1]}])",
     "manifest: kernels[0].locations[0]: 1 is no index into 1 locations"},
    {R"([{"op": "replace", "path": "/kernels/0/locations", "value": ["a"]}])",
     "manifest: kernels[0].locations[0]: string is no index into 1 locations"},
    {R"([{"op": "replace", "path": "/locations", "value": {}}])",
     "manifest: locations: expected array, got object"},
    {R"([{"op": "add", "path": "/demands", "value": [1]}])",
     "manifest: demands[0]: expected object, got number"},
    {R"([{"op": "add", "path": "/demands", "value": [{"location": 0}]}])",
     "manifest: demands[0].text: missing"},
    {R"([{"op": "add", "path": "/demands", "value": [{"text": ""}]}])",
     "manifest: demands[0].location: missing"},
    {R"([{"op": "add", "path": "/demands",
          "value": [{"location": 1, "text": ""}]}])",
     "manifest: demands[0].location: 1 is outside of 0 to 0"},
    {R"([{"op": "add", "path": "/kernels/0/image", "value": 0}])",
     "manifest: kernels[0].image: 0 is outside of 0 to -1"},
    {R"([{"op": "add", "path": "/images", "value": [1]}])",
     "manifest: images[0]: expected object, got number"},
    {R"([{"op": "add", "path": "/images",
          "value": [{"device": 0, "target": "b:1"}]}])",
     "manifest: images[0].device: 0 is outside of 0 to -1"},
    {R"([{"op": "add", "path": "/devices", "value": ["board"]}])",
     "manifest: devices[0]: expected object, got string"},
    {R"([{"op": "add", "path": "/devices", "value": [{"name": "board"}]}])",
     "manifest: devices[0].own_memory: missing"},
    {R"([{"op": "add", "path": "/devices",
          "value": [{"name": "../x", "own_memory": true}]}])",
     "manifest: devices[0].name: '../x' is no name of lower-case letters, "
     "digits and '_'"},
    {R"([{"op": "remove", "path": "/constants_bytes"}])",
     "manifest: constants_bytes: missing"},
    {R"([{"op": "add", "path": "/checksum", "value": "12"}])",
     "manifest: checksum: '12' is not 16 hexadecimal digits"},
    {R"([{"op": "add", "path": "/checksum", "value": "000000000000000g"}])",
     "manifest: checksum: '000000000000000g' is not 16 hexadecimal digits"},
};

TEST(Manifest, RefusesEachMistakeByItsPath) {
  for (const BadManifest &bad : badManifests)
    EXPECT_EQ(refusal(bad.patch), bad.message);
}

TEST(Manifest, RefusesWhatIsNotJson) {
  auto message = [](const std::string &text) {
    Manifest manifest;
    return parseManifest(text, manifest).message();
  };
  EXPECT_EQ(message(""), "manifest: no valid JSON at byte 1");
  EXPECT_EQ(message("{\"abi\": 2"), "manifest: no valid JSON at byte 10");
  EXPECT_EQ(message("[]"), "manifest: expected object, got array");
  EXPECT_EQ(message("{\"abi\": 1e999}"),
            "manifest: no valid JSON: a value is out of range");
  EXPECT_EQ(message(std::string("{\"\xff\": 1}")),
            "manifest: no valid JSON at byte 3");
  EXPECT_NE(message(std::string(1000000, '[')), "");
}

TEST(Manifest, RefusesRanksThatNoTensorHas) {
  Json json = Json::parse(addManifest);
  json["inputs"][0]["shape"] = std::vector<int>(65, 1);
  Manifest manifest;
  EXPECT_EQ(parseManifest(json.dump(), manifest).message(),
            "manifest: inputs[0].shape: rank 65 is above 64");
}

TEST(Manifest, RefusesEveryOtherAbi) {
  for (const char *abi : {"0", "3", "5"})
    EXPECT_EQ(
        refusal(
            fmt::format(R"([{{"op": "replace", "path": "/abi", "value": {}}}])",
                        abi)
                .c_str()),
        fmt::format("compiled by opc '0.1.0' for ABI version {}, this "
                    "runtime has version 4: compile it again with the "
                    "opc of this runtime",
                    abi));
}

TEST(Manifest, RefusesEveryTruncation) {
  std::string text = addManifest;
  for (size_t size = 0; size < text.size(); ++size) {
    Manifest manifest;
    EXPECT_FALSE(parseManifest(text.substr(0, size), manifest).ok()) << size;
  }
}
