//===- Link.cpp - From objects to an artifact -----------------------------===//
//
// lld reads files, so each input becomes an anonymous file in memory. libc and
// libm are stood in for by empty libraries with the names that the code uses:
// the result names the real ones, and nothing of this machine enters the link.
// The output goes through a pipe: into a file, lld would write by a mapping,
// and on a full disk that is a crash. Weights never enter the link: lld
// reserves their place, and they are written there from where they are.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Link.h"

#include "ConstantsSection.h"
#include "MachineFiles.h"
#include "MemoryGuard.h"
#include "lld/Common/Driver.h"
#include "opc-c/module.h"
#include "opc/Pipeline/DescriptorObject.h"
#include "opc/Runtime/Artifact.h"
#include "opc/Runtime/AtomicFile.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>

LLD_HAS_DRIVER(elf)

using namespace opc;
using runtime::Status;

namespace {

/// A file that has no name on any disk. Its path lives as long as it does.
class MemoryFile {
public:
  MemoryFile() = default;
  MemoryFile(MemoryFile &&other) : descriptor(other.descriptor) {
    other.descriptor = -1;
  }
  MemoryFile &operator=(MemoryFile &&) = delete;
  ~MemoryFile() {
    if (descriptor >= 0)
      close(descriptor);
  }
  Status create(llvm::ArrayRef<char> bytes) {
    descriptor = memfd_create("opc", MFD_CLOEXEC);
    if (descriptor < 0)
      return failure();
    while (!bytes.empty()) {
      ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR)
        return failure();
      bytes = bytes.drop_front(std::max<ssize_t>(written, 0));
    }
    return {};
  }
  std::string path() const {
    return llvm::formatv("/proc/self/fd/{0}", descriptor).str();
  }

private:
  static Status failure() {
    return Status::input(std::string("no memory for linking: ") +
                         strerror(errno));
  }
  int descriptor = -1;
};

/// The inputs of one link, and what keeps them alive.
struct Inputs {
  std::vector<MemoryFile> files;

  Status add(llvm::ArrayRef<char> bytes) {
    files.emplace_back();
    return files.back().create(bytes);
  }
};

Status runLld(llvm::ArrayRef<std::string> arguments) {
  // What is linked is small, and a thread that cannot be started is a crash.
  llvm::SmallVector<const char *> argv = {"ld.lld", "--threads=1"};
  for (const std::string &argument : arguments)
    argv.push_back(argument.c_str());
  std::string text;
  llvm::raw_string_ostream messages(text);
  lld::Result result;
  // lld keeps its state in globals: one link at a time.
  static std::mutex mutex;
  locked(mutex, [&] {
    result =
        lld::lldMain(argv, messages, messages, {{lld::Gnu, &lld::elf::link}});
  });
  if (result.retCode == 0)
    return {};
  llvm::StringRef first = llvm::StringRef(text).split('\n').first;
  first.consume_front("ld.lld: ");
  first.consume_front("error: ");
  return Status::internal("linking failed: " + first.str());
}

/// A pipe whose output a thread collects, so that its writer never waits.
class Pipe {
public:
  ~Pipe() {
    for (int end : {reader, writer})
      if (end >= 0)
        close(end);
  }
  Status open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
      return Status::input(strerror(errno));
    reader = ends[0];
    writer = ends[1];
    if (!thread.start([this] { collect(); }))
      return Status::input("no thread can be started for linking");
    return {};
  }
  /// Where to write; what opens it must close it.
  std::string path() const {
    return llvm::formatv("/proc/self/fd/{0}", writer).str();
  }
  /// Waits until all is written.
  ObjectBytes finish() {
    close(writer);
    writer = -1;
    thread.join();
    return std::move(bytes);
  }

private:
  void collect() {
    std::vector<char> block(1 << 16);
    while (true) {
      ssize_t count = ::read(reader, block.data(), block.size());
      if (count < 0 && errno == EINTR)
        continue;
      if (count <= 0)
        return;
      bytes.append(block.begin(), block.begin() + count);
    }
  }

  int reader = -1, writer = -1;
  ObjectBytes bytes;
  GuardedThread thread;
};

/// Runs lld; `image` becomes what it writes.
Status linkTo(ObjectBytes &image, std::vector<std::string> arguments) {
  Pipe output;
  if (Status status = output.open(); !status.ok())
    return status;
  arguments.insert(arguments.end(), {"-o", output.path()});
  Status status = runLld(arguments);
  image = output.finish();
  return status;
}

/// Adds the stand-in for a library if anything of it is used.
Status addStub(llvm::StringRef name, llvm::ArrayRef<std::string> functions,
               const TargetDesc &desc, Inputs &inputs) {
  if (functions.empty())
    return {};
  return inputs.add(stubLibrary(name, functions, desc));
}

Status addObjects(const ProgramParts &parts, const TargetDesc &desc,
                  Inputs &inputs) {
  ObjectBytes descriptor;
  Status status = descriptorObject(parts.manifest, parts.constants.size(),
                                   parts.images, desc, descriptor);
  if (status.ok())
    status = inputs.add(descriptor);
  if (status.ok())
    status = inputs.add(reserveConstants(parts.constants.size(), desc));
  for (const ObjectBytes &object : parts.objects)
    if (status.ok())
      status = inputs.add(object);
  return status;
}

std::string_view view(llvm::ArrayRef<char> bytes) {
  return {bytes.data(), bytes.size()};
}

std::vector<std::string> pathsOf(const Inputs &inputs) {
  std::vector<std::string> paths;
  for (const MemoryFile &file : inputs.files)
    paths.push_back(file.path());
  return paths;
}

} // namespace

/// Links a shared object of `inputs` and what `objects`, some of them, call.
static Status linkShared(llvm::ArrayRef<ObjectBytes> objects, Inputs &inputs,
                         const TargetDesc &desc, ObjectBytes &image) {
  llvm::SmallVector<std::string> libc, libm;
  if (Status status = findLibraryCalls(objects, libc, libm); !status.ok())
    return status;
  if (Status status = addStub("libm.so.6", libm, desc, inputs); !status.ok())
    return status;
  if (Status status = addStub("libc.so.6", libc, desc, inputs); !status.ok())
    return status;
  std::vector<std::string> arguments = {"-shared",
                                        "-z",
                                        "defs",
                                        "-z",
                                        "now",
                                        "-z",
                                        "noexecstack",
                                        "--hash-style=gnu",
                                        "--build-id=none"};
  llvm::append_range(arguments, pathsOf(inputs));
  return linkTo(image, arguments);
}

/// Puts the constants where they belong in what was linked.
static void seal(const ProgramParts &parts, LinkedProgram &program) {
  std::tie(program.head, program.tail) =
      openForConstants(program.image, parts.constants.size());
  program.constants = view(parts.constants);
  program.seal =
      runtime::makeSeal({program.head, program.constants, program.tail});
}

Status opc::linkProgram(const ProgramParts &parts, const TargetDesc &desc,
                        LinkedProgram &program) {
  Inputs inputs;
  if (Status status = addObjects(parts, desc, inputs); !status.ok())
    return status;
  if (Status status = linkShared(parts.objects, inputs, desc, program.image);
      !status.ok())
    return status;
  seal(parts, program);
  return {};
}

Status opc::linkImage(llvm::ArrayRef<ObjectBytes> objects,
                      const TargetDesc &desc, ObjectBytes &image) {
  Inputs inputs;
  for (const ObjectBytes &object : objects)
    if (Status status = inputs.add(object); !status.ok())
      return status;
  return linkShared(objects, inputs, desc, image);
}

Status opc::writeProgram(const LinkedProgram &program, llvm::StringRef output) {
  return runtime::writeFile(output.str(), {program.head, program.constants,
                                           program.tail, program.seal});
}

Status opc::linkSharedObject(const ProgramParts &parts, const TargetDesc &desc,
                             llvm::StringRef output) {
  LinkedProgram program;
  Status status = linkProgram(parts, desc, program);
  return status.ok() ? writeProgram(program, output) : status;
}

Status opc::linkRelocatable(const ProgramParts &parts, const TargetDesc &desc,
                            llvm::StringRef output) {
  Inputs inputs;
  if (Status status = addObjects(parts, desc, inputs); !status.ok())
    return status;
  std::vector<std::string> arguments = {"-r"};
  llvm::append_range(arguments, pathsOf(inputs));
  ObjectBytes image;
  if (Status status = linkTo(image, arguments); !status.ok())
    return status;
  auto [head, tail] = openForConstants(image, parts.constants.size());
  return runtime::writeFile(output.str(), {head, view(parts.constants), tail});
}

/// For those who may read it: a file that was there before keeps its
/// permissions.
static Status makeExecutable(llvm::StringRef path) {
  namespace fs = llvm::sys::fs;
  llvm::ErrorOr<fs::perms> before = fs::getPermissions(path);
  std::error_code error = before.getError();
  if (!error && fs::is_regular_file(path)) {
    auto readers = fs::perms((*before & fs::all_read) >> 2);
    error = fs::setPermissions(path, *before | readers);
  }
  return error ? Status::input((path + ": " + error.message()).str())
               : Status();
}

Status opc::linkExecutable(const ProgramParts &parts, const TargetDesc &desc,
                           llvm::StringRef output) {
  // Code reaches that far on every processor.
  constexpr uint64_t most = 2000000000;
  if (parts.constants.size() > most)
    return Status::input(
        llvm::formatv("an executable holds at most {0} bytes of weights, the "
                      "model has {1}: emit so",
                      most, parts.constants.size())
            .str());
  MachineFiles files;
  if (Status status = findMachineFiles(desc, files); !status.ok())
    return status;
  Inputs inputs;
  if (Status status = addObjects(parts, desc, inputs); !status.ok())
    return status;
  std::vector<std::string> arguments = {
      "-static",
      "-pie",
      "--no-dynamic-linker",
      "-z",
      "text",
      "-z",
      "now",
      "-z",
      "noexecstack",
      "-z",
      "stack-size=8388608", // of each thread, too: musl gives them little
      "--gc-sections",
      "--eh-frame-hdr",
      "--strip-all",
      "--build-id=none",
      "--export-dynamic-symbol=" OPC_PROGRAM_SYMBOL,
      files.start};
  llvm::append_range(arguments, pathsOf(inputs));
  arguments.push_back(files.archive);
  LinkedProgram program;
  if (Status status = linkTo(program.image, arguments); !status.ok())
    return status;
  seal(parts, program);
  Status status = runtime::writeFile(
      output.str(),
      {program.head, program.constants, program.tail, program.seal}, 0777);
  return status.ok() ? makeExecutable(output) : status;
}
