//===- CacheTest.cpp - The cache of compiled programs ---------------------===//
#include "opc/Pipeline/Cache.h"
#include "SmallProgram.h"
#include "TempFolder.h"
#include "opc/Runtime/Artifact.h"
#include "opc/Runtime/AtomicFile.h"

#include "gtest/gtest.h"
#include <cstdlib>
#include <spawn.h>
#include <sys/wait.h>

using namespace opc;

namespace {

constexpr uint64_t kLarge = uint64_t(1) << 30;

Status writeProgram(llvm::StringRef path) {
  static const CompiledProgram *const small =
      new CompiledProgram(smallProgram(kEmptyEntry, "0123456789"));
  return linkSharedObject(small->parts(), *small->desc, path);
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
  Cache cache(folder / "c", kLarge);
  EXPECT_FALSE(cache.find("k").has_value());
  auto stored = cache.store("k", [](auto path) { return writeProgram(path); });
  ASSERT_TRUE(stored.has_value());
  EXPECT_EQ(cache.find("k"), stored);
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
  Cache cache(folder / "c", kLarge);
  auto path = cache.store("k", [](auto at) { return writeProgram(at); });
  ASSERT_TRUE(path.has_value());
  std::string bytes = folder.read("c/k.so");
  for (size_t at = 0; at < bytes.size(); at += 97) {
    std::string damaged = bytes;
    damaged[at] ^= 0x10;
    ASSERT_TRUE(runtime::writeFile(*path, {damaged}).ok());
    EXPECT_FALSE(cache.find("k").has_value()) << "byte " << at;
    EXPECT_FALSE(std::filesystem::exists(*path)) << "removed";
  }
  for (size_t size : {size_t(0), size_t(1), bytes.size() / 2, bytes.size() - 1,
                      bytes.size() - runtime::sealBytes}) {
    ASSERT_TRUE(runtime::writeFile(*path, {bytes.substr(0, size)}).ok());
    EXPECT_FALSE(cache.find("k").has_value()) << size << " bytes";
  }
}

TEST(Cache, TheLeastRecentlyUsedGoFirst) {
  TempFolder folder;
  ASSERT_TRUE(writeProgram(folder / "size.so").ok());
  uint64_t each = std::filesystem::file_size(folder / "size.so");
  Cache cache(folder / "c", 2 * each + each / 2);
  auto store = [&](char name) {
    return cache.store(key(name), [](auto at) { return writeProgram(at); });
  };
  age(*store('a'), 300);
  age(*store('b'), 200);
  ASSERT_TRUE(cache.find(key('a')).has_value()) << "now b is the oldest";
  store('c');
  EXPECT_TRUE(cache.find(key('a')).has_value());
  EXPECT_FALSE(cache.find(key('b')).has_value());
  EXPECT_TRUE(cache.find(key('c')).has_value());
}

TEST(Cache, ForeignFilesStay) {
  TempFolder folder;
  Cache cache(folder / "c", 1);
  auto store = [&](char name) {
    return cache.store(key(name), [](auto at) { return writeProgram(at); });
  };
  ASSERT_TRUE(store('a').has_value());
  ASSERT_TRUE(runtime::writeFile(folder / "c/notes.txt", {"mine"}).ok());
  ASSERT_TRUE(runtime::writeFile(folder / "c/model.so", {"mine"}).ok());
  std::string likeAKey = "c/" + key('x') + ".so";
  ASSERT_TRUE(runtime::writeFile(folder / likeAKey, {"mine"}).ok());
  ASSERT_TRUE(store('b').has_value());
  EXPECT_EQ(folder.read(likeAKey), "mine");
  EXPECT_TRUE(cache.find(key('b')).has_value()) << "whatever its size";
  EXPECT_EQ(folder.read("c/notes.txt"), "mine");
  EXPECT_EQ(folder.read("c/model.so"), "mine");
  EXPECT_FALSE(cache.find(key('a')).has_value());
}

TEST(Cache, AnUnusablePlaceOnlyMeansNoCache) {
  Cache cache("/proc/no/cache", kLarge);
  EXPECT_FALSE(
      cache.store("k", [](auto at) { return writeProgram(at); }).has_value());
}

/// What one of several processes does with the cache in $OPC_TEST_CACHE; a test
/// of its own, so that a child process can be this very program.
TEST(CacheChild, UsesTheCache) {
  const char *folder = std::getenv("OPC_TEST_CACHE");
  if (!folder)
    GTEST_SKIP() << "only runs as a child of ManyProcessesAtOnce";
  int child = std::atoi(std::getenv("OPC_TEST_CHILD"));
  // Room for three of the four keys, so that storing and evicting race.
  std::string sample = std::string(folder) + ".so";
  uint64_t each = std::filesystem::file_size(sample);
  Cache cache(folder, 3 * each + each / 2);
  for (int round = 0; round < 25; ++round) {
    std::string key(1, char('a' + (round + child) % 4));
    auto path = cache.find(key);
    if (!path) {
      cache.store(key, [](auto at) { return writeProgram(at); });
      continue;
    }
    // Whole, or already evicted by another process.
    runtime::ArtifactInfo info;
    EXPECT_TRUE(runtime::inspectArtifact(*path, info).ok() ||
                !std::filesystem::exists(*path));
  }
}

TEST(Cache, ManyProcessesAtOnce) {
  TempFolder folder;
  ASSERT_TRUE(writeProgram(folder / "c.so").ok());
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
  for (const auto &file : std::filesystem::directory_iterator(folder / "c"))
    EXPECT_EQ(file.path().extension(), ".so") << "nothing unfinished is left";
}

TEST(Cache, SizesOfTheLimit) {
  EXPECT_EQ(parseSize("1000"), 1000u);
  EXPECT_EQ(parseSize("512M"), 512u << 20);
  EXPECT_EQ(parseSize("1.5g"), uint64_t(3) << 29);
  EXPECT_EQ(parseSize("0"), 0u);
  for (const char *text : {"", "G", "-1", "1T", "nan", "inf", "1e30"})
    EXPECT_FALSE(parseSize(text).has_value()) << text;
}
