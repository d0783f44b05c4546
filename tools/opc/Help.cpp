//===- Help.cpp - What --help says ----------------------------------------===//
#include "Command.h"

#include <fmt/format.h>

using namespace opc::cli;

/// `text` with every line but the first moved right.
static std::string indented(std::string_view text, size_t columns) {
  std::string result;
  for (char c : text) {
    result += c;
    if (c == '\n')
      result.append(columns, ' ');
  }
  return result;
}

std::string opc::cli::helpText() {
  std::string text = "opc compiles models to fast native programs.\n"
                     "\n"
                     "usage: opc COMMAND ...\n"
                     "\n";
  for (const Command &command : allCommands())
    text += fmt::format("  {:<12}{}\n", command.name, command.summary);
  text += "\n"
          "'opc COMMAND --help' shows a command's options and examples. Start "
          "with\n"
          "\n"
          "  opc compile model.onnx -o model.so\n"
          "  opc bench model.so\n"
          "\n"
          "Compiled programs are cached in $OPC_CACHE_DIR, or "
          "$XDG_CACHE_HOME/opc, or\n"
          "~/.cache/opc, at most $OPC_CACHE_SIZE bytes (1G; 0: no cache).\n"
          "\n"
          "OPC_DIAGNOSTICS=json writes errors as a JSON array, for programs.\n"
          "\n"
          "Exit codes: 0 done, 1 the input is at fault, 2 wrong usage, 3 a "
          "fault of\n"
          "opc's own; its message then names a file for the bug report.\n";
  return text;
}

std::string opc::cli::helpText(const Command &command) {
  std::string text = fmt::format(
      "{}\n\nusage: {}{} {}{}{}{}\n\n{}", command.summary, command.program,
      command.name, command.operands, *command.operands ? " " : "",
      command.options.empty() ? "" : "[options]",
      command.takesMore ? " [-- WORDS]" : "", command.details);
  if (!command.options.empty())
    text += "\n" + optionsText(command.options);
  return text;
}

std::string opc::cli::optionsText(std::span<const Option> options) {
  std::string text = "options:\n";
  constexpr size_t column = 34;
  for (const Option &option : options) {
    std::string left =
        fmt::format("--{}{}{}", option.name, option.value ? " " : "",
                    option.value ? option.value : "");
    text += fmt::format("  {:<{}}{}\n", left, column - 2,
                        indented(option.help, column));
  }
  return text;
}
