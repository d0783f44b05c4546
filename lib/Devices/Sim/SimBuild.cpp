//===- SimBuild.cpp - Shared objects of simulated programs ----------------===//
//
// An entry of the cache is the object, behind it all that it was made of, and a
// seal over both: an object of another program is never taken for it.
//
//===----------------------------------------------------------------------===//
#include "SimBuild.h"
#include "opc/Runtime/Artifact.h"
#include "opc/Runtime/AtomicFile.h"
#include "opc/Runtime/CacheFolder.h"
#include "opc/Runtime/PrivateFolder.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace opc::devices;
namespace fs = std::filesystem;
namespace runtime = opc::runtime;

ScratchFolder::ScratchFolder() {
  std::string name = fs::temp_directory_path() / "opc-sim-XXXXXX";
  if (!mkdtemp(name.data()))
    throw fs::filesystem_error("no folder for temporary files", name,
                               {errno, std::generic_category()});
  path = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code error;
  fs::remove_all(path, error);
}

namespace {

std::string readFile(const fs::path &path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string variable(const char *name) {
  const char *value = std::getenv(name);
  return value ? value : "";
}

/// The command opc: that of this installation, else the one on PATH.
fs::path findOpc() {
  Dl_info info = {};
  std::error_code error;
  if (dladdr(reinterpret_cast<const void *>(&findOpc), &info))
    if (fs::path own = fs::canonical(
            fs::path(info.dli_fname).parent_path() / "../bin/opc", error);
        !error)
      return own;
  std::istringstream folders(variable("PATH"));
  for (std::string folder; std::getline(folders, folder, ':');)
    if (fs::path found = fs::path(folder) / "opc";
        access(found.c_str(), X_OK) == 0)
      return found;
  return {};
}

/// The headers beside the command, as one number; nothing where they are not.
std::string headersOf(const fs::path &opc) {
  fs::path folder = opc.parent_path() / "../include/opc-sim";
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto &entry : fs::recursive_directory_iterator(folder, error))
    if (entry.is_regular_file(error))
      files.push_back(entry.path());
  std::ranges::sort(files);
  std::string all;
  for (const fs::path &file : files)
    all += fmt::format("{}\n{}\n", file.filename().string(), readFile(file));
  return all.empty()
             ? ""
             : runtime::checksumText(runtime::checksum(all.data(), all.size()));
}

/// What a compiler that failed wrote, as one line.
std::string complaint(const fs::path &log) {
  constexpr std::string_view ours = "opc: error: ";
  std::string line = telling(readFile(log));
  if (line.starts_with(ours))
    line.erase(0, ours.size());
  return line.empty() ? "the kernels do not compile" : line;
}

/// Runs a program, whose standard error goes to `log`.
Failure run(const std::vector<std::string> &words, const fs::path &log) {
  std::vector<char *> argv;
  for (const std::string &word : words)
    argv.push_back(const_cast<char *>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  pid_t child = 0;
  int error =
      posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error)
    return fmt::format("{}: {}", words[0], std::strerror(error));
  int state = 0;
  while (waitpid(child, &state, 0) < 0)
    if (errno != EINTR)
      return fmt::format("{}: {}", words[0], std::strerror(errno));
  if (WIFSIGNALED(state))
    return fmt::format("{} was ended by signal {}", words[0], WTERMSIG(state));
  return WEXITSTATUS(state) ? Failure(complaint(log)) : Failure();
}

Failure compile(const SimImage &image, const fs::path &opc,
                const ScratchFolder &folder) {
  for (const auto &[name, text] : image.files)
    std::ofstream(folder / name, std::ios::binary) << text;
  // Faults tell places by the names of files: the folder goes.
  std::string map = fmt::format("-ffile-prefix-map={}/=",
                                (folder / "").parent_path().string());
  return run({opc, "simulate", folder / image.plugIn, "--api", image.api,
              "--shared", "--output", folder / "object.so",
              "--compiler-option=" + map,
              "--compiler-option=-ffile-compilation-dir=."},
             folder / "log");
}

/// One object in the cache.
class Entry {
public:
  /// `made`: all that decides what the object is.
  Entry(runtime::PrivateFolder folder, std::string_view bytes,
        const std::string &headers, std::string made)
      : folder(std::move(folder)), made(std::move(made)) {
    auto digits = [](std::string_view text) {
      return runtime::checksumText(runtime::checksum(text.data(), text.size()));
    };
    name = digits(bytes) + headers + digits(this->made).substr(0, 8) + ".so";
  }

  std::string path() const { return folder.shownName() + "/" + name; }
  bool isSound() const {
    std::string distrust;
    auto file = folder.openFile(name, distrust);
    if (!file)
      return false;
    std::string text = readFile(file->path());
    size_t behind = made.size() + runtime::sealBytes;
    if (text.size() < behind)
      return false;
    std::string_view rest(text.data(), text.size() - runtime::sealBytes);
    bool sound =
        rest.ends_with(made) && text.ends_with(runtime::makeSeal({rest}));
    if (sound)
      futimens(*file, nullptr); // used now
    return sound;
  }
  bool store(const std::string &object) const {
    return runtime::writeFile(folder.path(name),
                              {object, made, runtime::makeSeal({object, made})},
                              S_IRUSR | S_IWUSR)
        .ok();
  }

private:
  runtime::PrivateFolder folder;
  std::string made, name;
};

/// None where nothing is to be kept.
std::optional<Entry> entryOf(std::string_view bytes, const fs::path &opc) {
  std::string headers = headersOf(opc), ignored;
  std::string path = runtime::usualCacheFolder();
  if (headers.empty() || path.empty() || !runtime::cacheLimit(ignored))
    return std::nullopt;
  auto folder = runtime::PrivateFolder::open(path, ignored);
  if (!folder)
    return std::nullopt;
  std::string made =
      fmt::format("{}\n{}\n{}", variable("OPC_CLANGXX"), headers, bytes);
  return Entry(std::move(*folder), bytes, headers, std::move(made));
}

} // namespace

Failure SimBuild::objectOf(const SimImage &image, std::string_view bytes,
                           std::string &path) {
  fs::path opc = findOpc();
  if (opc.empty())
    return "kernels are simulated by the command opc, which is not on PATH";
  std::optional<Entry> entry = entryOf(bytes, opc);
  if (entry && entry->isSound()) {
    path = entry->path();
    return {};
  }
  auto folder = std::make_unique<ScratchFolder>();
  if (Failure failure = compile(image, opc, *folder))
    return failure;
  fs::path object = *folder / "object.so";
  if (entry && entry->store(readFile(object))) {
    path = entry->path();
    return {};
  }
  path = object;
  std::lock_guard lock(mutex);
  kept.push_back(std::move(folder));
  return {};
}
