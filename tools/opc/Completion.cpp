//===- Completion.cpp - Scripts for the shells' completion ----------------===//
//
// Written from the same tables as --help: what an option takes ("FILE",
// "NAME=FILE|random|zeros") says what completes it.
//
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "CompilerLibrary.h"
#include "SimulatedApis.h"

#include <cctype>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace opc::cli;
using nlohmann::json;

namespace {

/// What completes an operand or the value of an option.
struct Completion {
  std::vector<std::string> words;
  bool files = false, folders = false;
  bool behindEquals = false; ///< only what follows "NAME="
};

/// Words that only the compiler knows, by what the tables call them.
struct KnownWords {
  std::vector<std::string> targets, stages, apis;
};

} // namespace

/// Nothing where the compiler is not installed: all else is still completed.
static KnownWords askCompiler() {
  KnownWords known;
  known.apis = simulatedApiNames();
  const CompilerLibrary *library = nullptr;
  char *text = nullptr;
  if (!CompilerLibrary::get(library).ok() || library->targets(&text) != OPC_OK)
    return known;
  json answer = json::parse(text);
  opc_free_data(text);
  for (const json &target : answer["targets"]) {
    auto name = target["name"].get<std::string>();
    known.targets.push_back(name);
    if (target.contains("host"))
      known.targets.push_back(name + ":host");
    for (const json &chip : target["chips"])
      known.targets.push_back(name + ":" + chip["name"].get<std::string>());
  }
  for (const json &stage : answer["stages"])
    known.stages.push_back(stage["name"].get<std::string>());
  return known;
}

/// Reads "FILE", "NAME=FILE|random|zeros", "bash|zsh", "MODEL|PROGRAM.so".
static Completion completionOf(std::string_view value,
                               const KnownWords &known) {
  Completion result;
  size_t equals = value.find('=');
  result.behindEquals = equals != std::string_view::npos;
  std::istringstream parts(
      std::string(value.substr(result.behindEquals ? equals + 1 : 0)));
  for (std::string part; std::getline(parts, part, '|');) {
    if (part.starts_with("NAME[:CHIP]"))
      result.words = known.targets;
    else if (part == "STAGE")
      result.words = known.stages;
    else if (part == "API")
      result.words = known.apis;
    else if (part == "DIR")
      result.folders = true;
    else if (part == "FILE" || part == "MODEL" || part == "KERNEL" ||
             part.ends_with(".so"))
      result.files = true;
    else if (islower(part[0]))
      result.words.push_back(part);
  }
  return result;
}

static Completion completionOf(const Option &option, const KnownWords &known) {
  Completion result = completionOf(option.value, known);
  std::istringstream choices(option.choices);
  for (std::string word; choices >> word;)
    result.words.push_back(word);
  return result;
}

static std::string optionNames(const Command &command) {
  std::string names = "--help";
  for (const Option &option : command.options)
    names += fmt::format(" --{}", option.name);
  return names;
}

// bash.

static std::string bashStep(const Completion &completion) {
  std::string step;
  if (completion.behindEquals)
    step += "[[ $word == *=* ]] || return; word=${word##*=}; ";
  if (completion.files)
    step += "kind=file; ";
  else if (completion.folders)
    step += "kind=directory; ";
  return step + fmt::format("words='{}'", fmt::join(completion.words, " "));
}

// bash splits words at ':' and '=', too, and replaces only the last part.
static constexpr char kBashStart[] = R"(_opc() {
  local IFS=$' \t\n' typed before word words= kind= start= given full i
  before=${COMP_LINE:0:COMP_POINT}
  typed=${before##*[[:space:]]}
  before=${before%"$typed"}
  before=${before%"${before##*[![:space:]]}"}
  read -ra given <<<"$before"
  before=${before##*[[:space:]]}
  word=$typed
  case $word in --*=*) before=${word%%=*}; word=${word#*=} ;; esac
)";

static constexpr char kBashEnd[] = R"(  esac
  local cut=${typed%"$word"} breaks=${COMP_WORDBREAKS//[!:=]/}
  [ -n "$breaks" ] && start=${typed%"${typed##*["$breaks"]}"}
  IFS=$'\n'
  COMPREPLY=($(compgen -W "${words// /$'\n'}" -- "$word"))
  [ -n "$kind" ] && COMPREPLY+=($(compgen -A "$kind" -- "$word"))
  for i in "${!COMPREPLY[@]}"; do
    full=$cut${COMPREPLY[i]}
    COMPREPLY[i]=${full#"$start"}
  done
}
complete -o filenames -F _opc opc
)";

static std::string bashScript(const KnownWords &known) {
  std::string script = kBashStart;
  script += fmt::format("  case \"${{#given[@]}} ${{given[1]}} $before\" in\n"
                        "    '1 '*) words='{} --help --version' ;;\n",
                        fmt::join(commandNames(), " "));
  for (const Command &command : allCommands()) {
    for (const Option &option : command.options)
      if (option.value)
        script +=
            fmt::format("    *' {} --{}') {} ;;\n", command.name, option.name,
                        bashStep(completionOf(option, known)));
    Completion operand = completionOf(command.operands, known);
    script +=
        fmt::format("    *' {} '*) case $word in -*) words='{}' ;; "
                    "*) {} ;; esac ;;\n",
                    command.name, optionNames(command), bashStep(operand));
  }
  return script + kBashEnd;
}

// zsh.

static std::string zshStep(const Completion &completion) {
  std::string step;
  if (completion.behindEquals)
    step += "compset -P '*=' || return; ";
  if (!completion.words.empty())
    step += fmt::format("compadd -- {}; ", fmt::join(completion.words, " "));
  if (completion.files)
    step += "_files; ";
  else if (completion.folders)
    step += "_files -/; ";
  return step + "return";
}

static std::string zshScript(const KnownWords &known) {
  std::string script = fmt::format(
      "#compdef opc\n"
      "_opc() {{\n"
      "  local before=$words[CURRENT-1]\n"
      "  if (( CURRENT == 2 )); then compadd -- {} --help --version; return; "
      "fi\n"
      "  if [[ $PREFIX == --*=* ]]; then\n"
      "    before=${{PREFIX%%=*}}\n"
      "    compset -P 1 '*='\n"
      "  fi\n"
      "  case \"$words[2] $before\" in\n",
      fmt::join(commandNames(), " "));
  for (const Command &command : allCommands()) {
    for (const Option &option : command.options)
      if (option.value)
        script +=
            fmt::format("    '{} --{}') {} ;;\n", command.name, option.name,
                        zshStep(completionOf(option, known)));
    script += fmt::format(
        "    '{} '*) [[ $PREFIX == -* ]] && {{ compadd -- {}; return }}; {} "
        ";;\n",
        command.name, optionNames(command),
        zshStep(completionOf(command.operands, known)));
  }
  return script + "  esac\n}\n_opc \"$@\"\n";
}

Status opc::cli::completionCommand(const Arguments &arguments) {
  const std::string &shell = arguments.positional[0];
  if (shell != "bash" && shell != "zsh")
    return Status::usage(fmt::format(
        "there is no completion for '{}': there is bash and zsh", shell));
  KnownWords known = askCompiler();
  fmt::print("{}", shell == "bash" ? bashScript(known) : zshScript(known));
  return {};
}
