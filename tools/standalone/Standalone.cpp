//===- Standalone.cpp - A program that holds its model --------------------===//
//
// What `opc compile --emit exe` links a model with: the runtime, and this,
// which does what `opc run` does with the one program that is in the file. It
// needs no library, so it runs on any Linux of its processor, or in an
// emulator.
//
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "Ending.h"
#include "Inputs.h"
#include "RunOptions.h"

#include "opc-c/module.h"
#include "opc/Runtime/Artifact.h"
#include "opc/Runtime/Escape.h"

#include <fmt/format.h>

using namespace opc::cli;

/// What the compiler writes of the model.
extern "C" const opc_program_descriptor opc_program_v1;

namespace {

/// The file that this process runs.
constexpr char kSelf[] = "/proc/self/exe";

constexpr Option kOptions[] = {kInput, kOutputs, kDim, kThreads, kJson};

std::string tensorLine(const opc_spec &spec) {
  return fmt::format(
      "  {}: {}{}\n",
      opc::runtime::printable(spec.name, opc::runtime::shownBytes),
      opc_dtype_name(spec.dtype), shapeText(spec));
}

std::string modelText(const opc_program *program) {
  std::string text = "inputs:\n";
  for (size_t i = 0; i < opc_num_inputs(program); ++i)
    text += tensorLine(*opc_input_spec(program, i));
  text += "\noutputs:\n";
  for (size_t i = 0; i < opc_num_outputs(program); ++i)
    text += tensorLine(*opc_output_spec(program, i));
  return text;
}

Status describe(const Command &command) {
  opc_program *program = nullptr;
  Status status = openProgram({}, program);
  if (!status.ok())
    return status;
  std::string model = modelText(program);
  opc_close(program);
  fmt::print("{}", helpText({command.name, command.operands, 0, command.summary,
                             model.c_str(), command.options, command.run,
                             command.program}));
  return {};
}

int runCommandLine(int argc, char **argv) {
  if (argc < 1)
    return finish(Status::usage("the name of the program is missing"));
  const Command command = {
      argv[0],  "",         0, "Runs the model that is in this file once.", "",
      kOptions, runCommand, ""};
  std::span<const char *const> words(argv + 1, argc - 1);
  if (asksForHelp(words))
    return finish(describe(command));
  Arguments arguments;
  Status status = parseArguments(command, words, arguments);
  // What is run, and no output may be written to.
  arguments.positional = {kSelf};
  return finish(status.ok() ? command.run(arguments) : status);
}

} // namespace

Status opc::cli::openProgram(const Arguments &, opc_program *&program) {
  opc::runtime::ArtifactInfo info;
  if (Status status = opc::runtime::inspectArtifact(kSelf, info); !status.ok())
    return status;
  return toStatus(opc_adopt(&opc_program_v1, nullptr, nullptr, &program));
}

int main(int argc, char **argv) {
  openStreams();
  return guarded([&] { return runCommandLine(argc, argv); });
}
