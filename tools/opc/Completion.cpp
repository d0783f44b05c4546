//===- Completion.cpp - Scripts for the shells' completion ----------------===//
//
// Written from the same tables as --help.
//
//===----------------------------------------------------------------------===//
#include "Command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace opc::cli;

static std::string optionNames(const Command &command) {
  std::string names = "--help";
  for (const Option &option : command.options)
    names += fmt::format(" --{}", option.name);
  return names;
}

static std::string bashScript() {
  std::string script = fmt::format(
      "_opc() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} "
      "before=${{COMP_WORDS[COMP_CWORD-1]}}\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W '{} --help --version' -- \"$word\"))\n"
      "    return\n"
      "  fi\n"
      "  case \"${{COMP_WORDS[1]}} $before\" in\n",
      fmt::join(commandNames(), " "));
  for (const Command &command : allCommands())
    for (const Option &option : command.options)
      if (*option.choices)
        script += fmt::format("    '{} --{}') COMPREPLY=($(compgen -W '{}' -- "
                              "\"$word\")); return ;;\n",
                              command.name, option.name, option.choices);
  script += "  esac\n  case \"$word ${COMP_WORDS[1]}\" in\n";
  for (const Command &command : allCommands())
    script += fmt::format("    -*' {}') COMPREPLY=($(compgen -W '{}' -- "
                          "\"$word\")) ;;\n",
                          command.name, optionNames(command));
  return script +
         "    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n  esac\n}\n"
         "complete -o filenames -F _opc opc\n";
}

static std::string zshScript() {
  std::string script =
      fmt::format("#compdef opc\n"
                  "_opc() {{\n"
                  "  if (( CURRENT == 2 )); then compadd {}; return; fi\n"
                  "  case $words[2] in\n",
                  fmt::join(commandNames(), " "));
  for (const Command &command : allCommands())
    script += fmt::format("    {}) [[ $PREFIX == -* ]] && compadd -- {} || "
                          "_files ;;\n",
                          command.name, optionNames(command));
  return script + "  esac\n}\n_opc \"$@\"\n";
}

Status opc::cli::completionCommand(const Arguments &arguments) {
  const std::string &shell = arguments.positional[0];
  if (shell != "bash" && shell != "zsh")
    return Status::usage(fmt::format(
        "there is no completion for '{}': there is bash and zsh", shell));
  fmt::print("{}", shell == "bash" ? bashScript() : zshScript());
  return {};
}
