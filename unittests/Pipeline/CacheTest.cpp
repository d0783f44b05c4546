//===- CacheTest.cpp - The cache of compiled programs ---------------------===//
#include "opc/Pipeline/Cache.h"
#include "SmallProgram.h"
#include "TempFolder.h"
#include "opc/Pipeline/Jit.h"
#include "opc/Runtime/Artifact.h"
#include "opc/Runtime/AtomicFile.h"

#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"
#include <cstdlib>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

using namespace opc;

namespace {

constexpr uint64_t kLarge = uint64_t(1) << 30;

/// A program that is compiled once, however many entries are made of it.
const LinkedProgram &program() {
  static const auto *const small =
      new CompiledProgram(smallProgram(kEmptyEntry, "0123456789"));
  static const LinkedProgram *const linked = [] {
    auto *result = new LinkedProgram;
    EXPECT_TRUE(linkProgram(small->parts(), *small->desc, *result).ok());
    return result;
  }();
  return *linked;
}

/// Bytes of an entry of it whose key has as many characters.
uint64_t entryBytes(size_t keyLength) {
  return program().size() + keyLength + runtime::sealBytes;
}

Cache openCache(const std::string &directory, uint64_t limit = kLarge) {
  std::optional<Cache> cache = Cache::open(directory, limit);
  EXPECT_TRUE(cache);
  return std::move(*cache);
}

std::string keyFor(llvm::StringRef model, const char *json = "{}",
                   llvm::StringRef chip = "cpu",
                   const char *name = "models/a.onnx") {
  CompileOptions options;
  EXPECT_TRUE(parseOptions(json, options).ok());
  ModelSource source = ModelSource::inMemory(model, "");
  source.name = name;
  return Cache::keyOf(source, options, *llvm::cantFail(findChip(chip)));
}

/// Something that looks like a key.
std::string key(char digit) { return std::string(40, digit); }

void age(const std::string &path, int seconds) {
  auto past = std::filesystem::file_time_type::clock::now() -
              std::chrono::seconds(seconds);
  std::filesystem::last_write_time(path, past);
}

} // namespace

TEST(Cache, StoresAndFinds) {
  TempFolder folder;
  Cache cache = openCache(folder / "c");
  EXPECT_FALSE(cache.find("k").has_value());
  EXPECT_TRUE(cache.store("k", program()).has_value());
  std::optional<CacheEntry> entry = cache.find("k");
  ASSERT_TRUE(entry.has_value());
  ASSERT_TRUE(entry->copyTo(folder / "copy.so").ok());
  ASSERT_TRUE(writeProgram(program(), folder / "direct.so").ok());
  EXPECT_EQ(folder.read("copy.so"), folder.read("direct.so"))
      << "what makes an entry of it is not the user's";
}

TEST(Cache, EntriesAreForThisUserAlone) {
  TempFolder folder;
  mode_t mask = umask(0);
  openCache(folder / "a/b/c").store("k", program());
  umask(mask);
  auto permissions = [&](const char *name) {
    return std::filesystem::status(folder / name).permissions();
  };
  using std::filesystem::perms;
  EXPECT_EQ(permissions("a"), perms::owner_all);
  EXPECT_EQ(permissions("a/b/c"), perms::owner_all);
  EXPECT_EQ(permissions("a/b/c/k.so"), perms::owner_read | perms::owner_write);
}

TEST(Cache, AnEntryIsBoundToItsKey) {
  TempFolder folder;
  Cache cache = openCache(folder / "c");
  ASSERT_TRUE(cache.store("a", program()).has_value());
  std::string other = folder.read("c/a.so");
  ASSERT_TRUE(writeProgram(program(), folder / "sound.so").ok());
  for (const std::string &bytes : {other, folder.read("sound.so")}) {
    ASSERT_TRUE(runtime::writeFile(folder / "c/b.so", {bytes}, 0600).ok());
    EXPECT_FALSE(cache.find("b").has_value());
    EXPECT_FALSE(std::filesystem::exists(folder / "c/b.so")) << "removed";
  }
  EXPECT_TRUE(cache.find("a").has_value());
}

TEST(Cache, AnEntryOutlivesItsFile) {
  TempFolder folder;
  Cache cache = openCache(folder / "c");
  std::optional<CacheEntry> entry = cache.store("k", program());
  ASSERT_TRUE(entry.has_value());
  std::filesystem::remove(folder / "c/k.so");
  ASSERT_TRUE(entry->copyTo(folder / "copy.so").ok());
  opc_program *loaded = nullptr;
  ASSERT_TRUE(loadFromCache(std::move(*entry), loaded).ok());
  ASSERT_TRUE(saveProgram(loaded, folder / "saved.so").ok());
  opc_close(loaded);
  EXPECT_EQ(folder.read("copy.so"), folder.read("saved.so"));
}

// The dynamic linker knows libraries by name, and descriptors are used again.
TEST(Cache, LoadsWhatAnEntryIsNow) {
  TempFolder folder;
  Cache cache = openCache(folder / "c");
  auto resultOf = [&](const char *result) {
    std::string entry = llvm::formatv("llvm.func @opc_entry(%call: !llvm.ptr) "
                                      "-> i32 {{\n"
                                      "  %0 = llvm.mlir.constant({0} : i32) : "
                                      "i32\n  llvm.return %0 : i32\n}\n",
                                      result);
    CompiledProgram compiled = smallProgram(entry);
    LinkedProgram linked;
    EXPECT_TRUE(linkProgram(compiled.parts(), *compiled.desc, linked).ok());
    opc_program *loaded = nullptr;
    auto stored = cache.store("k", linked);
    EXPECT_TRUE(stored && loadFromCache(std::move(*stored), loaded).ok());
    opc_results *results = nullptr;
    opc_status status = opc_run(loaded, nullptr, 0, nullptr, 0, &results);
    opc_free_results(results);
    opc_program *again = nullptr;
    auto found = cache.find("k");
    EXPECT_TRUE(found && loadFromCache(std::move(*found), again).ok());
    opc_close(loaded);
    opc_close(again);
    return status;
  };
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(resultOf("0"), OPC_OK);
    EXPECT_NE(resultOf("1"), OPC_OK);
  }
}

TEST(Cache, KeysFollowWhatDecides) {
  std::string key = keyFor("model");
  EXPECT_FALSE(key.empty());
  EXPECT_EQ(key, keyFor("model"));
  EXPECT_NE(key, keyFor("modem"));
  EXPECT_NE(key, keyFor("model", R"({"threads": 2})"));
  EXPECT_NE(key, keyFor("model", "{}", "reference"));
  EXPECT_NE(keyFor("model", "{}", "cpu:x86-64-v3"),
            keyFor("model", "{}", "cpu:x86-64-v4"));
  EXPECT_NE(key, keyFor("model", "{}", "cpu", "models/b.onnx"))
      << "faults quote it";
  EXPECT_EQ(key, keyFor("model", "{}", "cpu", "other/a.onnx"));
}

TEST(Cache, KeysFollowExternalData) {
  TempFolder folder;
  CompileOptions options;
  const TargetDesc &desc = *llvm::cantFail(findChip("cpu"));
  std::string model("\x0a\x08location\x12\x05w.bin and more", 26);
  ModelSource source = ModelSource::inMemory(model, folder / "");
  EXPECT_EQ(Cache::keyOf(source, options, desc), "") << "the file is missing";
  ASSERT_TRUE(runtime::writeFile(folder / "w.bin", {"one"}).ok());
  std::string first = Cache::keyOf(source, options, desc);
  EXPECT_FALSE(first.empty());
  ASSERT_TRUE(runtime::writeFile(folder / "w.bin", {"two"}).ok());
  EXPECT_NE(first, Cache::keyOf(source, options, desc));
}

TEST(Cache, DamagedEntriesAreNotFound) {
  TempFolder folder;
  Cache cache = openCache(folder / "c");
  ASSERT_TRUE(cache.store("k", program()).has_value());
  std::string path = folder / "c/k.so", bytes = folder.read("c/k.so");
  for (size_t at = 0; at < bytes.size(); at += 97) {
    std::string damaged = bytes;
    damaged[at] ^= 0x10;
    ASSERT_TRUE(runtime::writeFile(path, {damaged}, 0600).ok());
    EXPECT_FALSE(cache.find("k").has_value()) << "byte " << at;
    EXPECT_FALSE(std::filesystem::exists(path)) << "removed";
  }
  for (size_t size : {size_t(0), size_t(1), bytes.size() / 2, bytes.size() - 1,
                      bytes.size() - runtime::sealBytes}) {
    ASSERT_TRUE(runtime::writeFile(path, {bytes.substr(0, size)}, 0600).ok());
    EXPECT_FALSE(cache.find("k").has_value()) << size << " bytes";
  }
}

TEST(Cache, TheLeastRecentlyUsedGoFirst) {
  TempFolder folder;
  uint64_t each = entryBytes(key('a').size());
  Cache cache = openCache(folder / "c", 2 * each + each / 2);
  auto store = [&](char name) {
    EXPECT_TRUE(cache.store(key(name), program()).has_value());
    return folder / ("c/" + key(name) + ".so");
  };
  age(store('a'), 300);
  age(store('b'), 200);
  ASSERT_TRUE(cache.find(key('a')).has_value()) << "now b is the oldest";
  store('c');
  EXPECT_TRUE(cache.find(key('a')).has_value());
  EXPECT_FALSE(cache.find(key('b')).has_value());
  EXPECT_TRUE(cache.find(key('c')).has_value());
}

TEST(Cache, TheLimitHoldsForASingleEntry) {
  TempFolder folder;
  uint64_t bytes = entryBytes(key('a').size());
  Cache small = openCache(folder / "c", bytes - 1);
  EXPECT_FALSE(small.store(key('a'), program()).has_value());
  Cache enough = openCache(folder / "c", bytes);
  EXPECT_TRUE(enough.store(key('a'), program()).has_value());
  EXPECT_TRUE(enough.find(key('a')).has_value());
  EXPECT_TRUE(small.find(key('a')).has_value()) << "once more";
  EXPECT_FALSE(small.find(key('a')).has_value());
}

TEST(Cache, ForeignFilesStay) {
  TempFolder folder;
  std::string likeAKey = "c/" + key('x') + ".so";
  std::string old = "c/.opc-unfinished-1", young = "c/.opc-unfinished-2";
  Cache cache = openCache(folder / "c", entryBytes(key('a').size()));
  ASSERT_TRUE(cache.store(key('a'), program()).has_value());
  for (const std::string &name :
       {std::string("c/notes.txt"), std::string("c/model.so"), likeAKey, old,
        young})
    ASSERT_TRUE(runtime::writeFile(folder / name, {"mine"}).ok());
  age(folder / old, 2 * 3600);
  ASSERT_TRUE(cache.store(key('b'), program()).has_value());
  for (const std::string &name :
       {std::string("c/notes.txt"), std::string("c/model.so"), likeAKey, young})
    EXPECT_EQ(folder.read(name), "mine") << name;
  EXPECT_FALSE(cache.find(key('a')).has_value());
  EXPECT_FALSE(std::filesystem::exists(folder / old));
}

TEST(Cache, AnUnusablePlaceOnlyMeansNoCache) {
  testing::internal::CaptureStderr();
  EXPECT_FALSE(Cache::open("/proc/no/cache", kLarge).has_value());
  EXPECT_EQ(
      testing::internal::GetCapturedStderr(),
      "opc: warning: the cache is not used: '/proc/no/cache' is no folder "
      "and none can be made\n");
}

/// What one of several processes does with the cache in $OPC_TEST_CACHE; a test
/// of its own, so that a child process can be this very program.
TEST(CacheChild, UsesTheCache) {
  const char *folder = std::getenv("OPC_TEST_CACHE");
  if (!folder)
    GTEST_SKIP() << "only runs as a child of ManyProcessesAtOnce";
  int child = std::atoi(std::getenv("OPC_TEST_CHILD"));
  // Room for three of the four keys, so that storing and evicting race.
  uint64_t each = entryBytes(key('a').size());
  Cache cache = openCache(folder, 3 * each + each / 2);
  for (int round = 0; round < 25; ++round) {
    std::string name = key(char('a' + (round + child) % 4));
    auto entry = cache.find(name);
    if (!entry) {
      cache.store(name, program());
      continue;
    }
    // Whole, even if it was evicted by another process.
    runtime::ArtifactInfo info;
    EXPECT_TRUE(runtime::inspectArtifact(entry->path(), info).ok());
  }
}

TEST(Cache, ManyProcessesAtOnce) {
  TempFolder folder;
  std::string self = std::filesystem::read_symlink("/proc/self/exe");
  std::vector<pid_t> children;
  for (int child = 0; child < 4; ++child) {
    std::string cache = "OPC_TEST_CACHE=" + (folder / "c");
    std::string number = "OPC_TEST_CHILD=" + std::to_string(child);
    std::string filter = "--gtest_filter=CacheChild.*";
    char *arguments[] = {self.data(), filter.data(), nullptr};
    std::vector<char *> variables = {cache.data(), number.data()};
    for (char **inherited = environ; *inherited; ++inherited)
      variables.push_back(*inherited);
    variables.push_back(nullptr);
    pid_t pid = 0;
    ASSERT_EQ(posix_spawn(&pid, self.c_str(), nullptr, nullptr, arguments,
                          variables.data()),
              0);
    children.push_back(pid);
  }
  for (pid_t pid : children) {
    int status = 0;
    ASSERT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  size_t files = 0;
  for (const auto &file : std::filesystem::directory_iterator(folder / "c")) {
    ++files;
    EXPECT_EQ(file.path().extension(), ".so") << "nothing unfinished is left";
  }
  EXPECT_GT(files, 0u);
  EXPECT_LE(files, 3u);
}
