//===- Commands.cpp - The table of subcommands ----------------------------===//
//
// Everything that `opc --help` says.
//
//===----------------------------------------------------------------------===//
#include "RunOptions.h"

using namespace opc::cli;

static constexpr char kTargetHelp[] =
    "what to compile for: cpu, reference, or NAME:CHIP; cpu alone is the\n"
    "processor at hand; sim:NAME[:CHIP] runs kernels of a device in a\n"
    "simulator. `opc targets` lists them. Several with '+' between share the\n"
    "program: each kernel goes where all costs least";
static constexpr Option kTarget = {"target", "NAME[:CHIP][+...]", kTargetHelp};
static constexpr Option kOnly = {
    "only", "OUTPUT",
    "compute this output and what it needs, nothing else; also a\n"
    "value between nodes of the model",
    true};
static constexpr Option kDonate = {
    "donate", "INPUT[=OUTPUT]",
    "write an output of the same type and extents to this input's memory:\n"
    "the one that is named, else the first that no other input has",
    true};
static constexpr Option kVerbose = {
    "verbose", nullptr, "say what is done: stages with their time, the cache"};
static constexpr Option kNoCache = {
    "no-cache", nullptr, "neither read nor write the cache of programs"};

static constexpr Option kCompileOptions[] = {
    {"output", "FILE",
     "where the result goes (-o); - is standard output, for\n"
     "text"},
    kTarget,
    kThreads,
    kDim,
    {"emit", "KIND", "what to write: so, exe, obj, llvm, mlir or source (so)",
     false, "so exe obj llvm mlir source", true},
    {"stop-after", "STAGE", "print the IR after a stage instead"},
    {"dump-stages", "DIR", "also write the IR of every stage to DIR"},
    {"verify-each", nullptr, "verify the IR after every pass"},
    {"explain", nullptr,
     "say of each kernel which schedule wrote it and why others did\n"
     "not; the cache is not read"},
    kOnly,
    kDonate,
    kNoCache,
    kVerbose,
};
static constexpr Option kRunOptions[] = {kInput, kOutputs, kDim,
                                         kOnly,  kThreads, kTarget,
                                         kJson,  kNoCache, kVerbose};
static constexpr Option kBenchOptions[] = {
    kThreads,
    {"profile", nullptr,
     "show what each kernel takes, beside what the machine\n"
     "could do"},
    {"trace", "FILE",
     "write a trace of one run that Perfetto and\n"
     "chrome://tracing open"},
    {"time", "SECONDS", "how long to measure (1)"},
    kInput,
    kDim,
    kOnly,
    kTarget,
    kJson,
    kNoCache,
    kVerbose};
static constexpr Option kInspectOptions[] = {kTarget, kDim,  kOnly,
                                             kDonate, kJson, kVerbose};
static constexpr Option kTargetsOptions[] = {kJson};
static constexpr Option kSimulateOptions[] = {
    {"api", "API", "what the kernel is written for; else its suffix says it"},
    {"mode", "MODE",
     "when asynchronous work is done: immediate (at once), deferred (when\n"
     "it is waited for, in shuffled order), delayed (by a helper thread)",
     false, "immediate deferred delayed", true},
    {"seed", "N", "of every shuffle and delay (1)"},
    {"chip", "CHIP", "whose sizes are meant; else the API's first"},
    {"wave", "N", "lanes of a wave; else the chip's", false, "32 64 128", true},
    {"trace", "FILE",
     "write a time line of copies, computations and waits that\n"
     "Perfetto and chrome://tracing open"},
    {"faults", "FILE", "write the faults as JSON"},
    {"deadlock", "SECONDS", "how long one may wait for another (10)"},
    {"compiler-option", "OPTION", "for clang++, such as -DN=16", true},
    {"output", "FILE", "keep the program (-o), and do not run it"},
    {"shared", nullptr,
     "the program is a shared library, such as a device's plug-in"},
};

static constexpr Command kCommands[] = {
    {"compile", "MODEL", 1, "compile a model to a library or a program",
     "MODEL is an ONNX file, a PyTorch archive (.pt2), or a file of opc's own "
     "IR\n"
     "(.mlir). The result needs nothing but libc and libm; libopc_runtime "
     "loads "
     "it.\n"
     "--emit exe writes a program that needs nothing at all, for any Linux of "
     "the\n"
     "target's processor; its own --help says how it is run.\n"
     "\n"
     "  opc compile model.onnx -o model.so\n"
     "  opc compile model.onnx -o model.so --threads 4 --dim batch=1\n"
     "  opc compile model.onnx -o model.so --target cpu:x86-64-v3\n"
     "  opc compile model.onnx -o model --emit exe --target cpu:kunpeng-920\n"
     "  opc compile model.onnx -o scores.so --only scores\n"
     "  opc compile step.onnx -o step.so --donate state=next_state\n"
     "  opc compile model.onnx -o - --stop-after form-kernels\n",
     kCompileOptions, compileCommand},
    {"run", "MODEL|PROGRAM.so", 1, "run a model once",
     "Prints name, dtype, shape and range of each output. A model is compiled\n"
     "first, for the processor at hand.\n"
     "\n"
     "  opc run model.so --input x=x.npy --output results\n"
     "  opc run model.onnx --dim batch=4 --json\n",
     kRunOptions, runCommand},
    {"bench", "MODEL|PROGRAM.so", 1, "measure how long a model takes",
     "Prints the least and the median time of a run, and the times within "
     "which\n"
     "90 and 99 of 100 runs are done. --profile adds a table of kernels, with "
     "the\n"
     "nodes of the model that each computes.\n"
     "\n"
     "  opc bench model.so\n"
     "  opc bench model.onnx --threads 2 --profile --trace trace.json\n",
     kBenchOptions, benchCommand},
    {"inspect", "MODEL|PROGRAM.so", 1, "show what a file holds",
     "For a model: inputs, outputs, opsets, what it says of itself, and "
     "everything\n"
     "that `opc compile` with these options would refuse; the exit code is "
     "its, "
     "too.\n"
     "For a program: inputs, outputs, what it was compiled for, and whether "
     "this\n"
     "machine can run it. It is not executed.\n"
     "\n"
     "  opc inspect model.onnx\n"
     "  opc inspect model.onnx --target cpu:x86-64-v4 --dim batch=1\n"
     "  opc inspect model.so --json\n",
     kInspectOptions, inspectCommand},
    {"targets", "", 0, "list what can be compiled for",
     "  opc targets\n  opc targets --json\n", kTargetsOptions, targetsCommand},
    {"simulate", "KERNEL", 1, "run a kernel of another processor here",
     "KERNEL is a C++ file with kernels and a main() that launches them, for "
     "an "
     "API\n"
     "of which there are simulating headers; its source needs no change. "
     "clang++ "
     "(22)\n"
     "compiles it. Faults are told by name: accesses outside of memory, races, "
     "waits\n"
     "that are missing; docs/Simulators.md has all. What follows -- goes to "
     "main().\n"
     "\n"
     "  opc simulate kernel.cpp --api NAME --mode deferred --seed 3\n"
     "  opc simulate kernel.cpp --api NAME --wave 32 --trace trace.json\n"
     "  opc simulate kernel.cpp --api NAME -- 1024 1024\n",
     kSimulateOptions, simulateCommand, "opc ", true},
    {"completion",
     "bash|zsh",
     1,
     "print a script for the shell's completion",
     "  source <(opc completion bash)\n"
     "  opc completion zsh > ~/.zfunc/_opc\n",
     {},
     completionCommand},
};

std::span<const Command> opc::cli::allCommands() { return kCommands; }

std::vector<std::string> opc::cli::commandNames() {
  std::vector<std::string> names;
  for (const Command &command : kCommands)
    names.emplace_back(command.name);
  return names;
}

const Command *opc::cli::findCommand(std::string_view name) {
  for (const Command &command : kCommands)
    if (command.name == name)
      return &command;
  return nullptr;
}
