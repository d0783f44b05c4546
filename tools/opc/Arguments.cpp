//===- Arguments.cpp - Reads a command line by its table ------------------===//
//
// --name VALUE and --name=VALUE mean the same. Short forms: -o for --output, -h
// for --help.
//
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "opc/Runtime/Suggest.h"

#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sstream>

using namespace opc::cli;

std::string Arguments::get(const std::string &name,
                           std::string otherwise) const {
  auto found = values.find(name);
  return found == values.end() ? otherwise : found->second.back();
}

std::span<const std::string> Arguments::all(const std::string &name) const {
  auto found = values.find(name);
  if (found == values.end())
    return {};
  return found->second;
}

static const Option *findOption(const Command &command, std::string_view name) {
  for (const Option &option : command.options)
    if (option.name == name)
      return &option;
  return nullptr;
}

static Status complaint(const Command &command, const std::string &what) {
  return Status::usage(fmt::format("{}; see '{}{} --help'", what,
                                   command.program, command.name));
}

/// Behind the name of an option that there is not: the one that may be meant.
static std::string nearOption(const Command &command, const std::string &word) {
  std::vector<std::string> names;
  for (const Option &option : command.options)
    names.push_back("--" + std::string(option.name));
  return opc::runtime::suggestion(word, names);
}

static Status checkChoice(const Option &option, const std::string &value) {
  std::istringstream stream(option.choices);
  std::vector<std::string> choices{std::istream_iterator<std::string>(stream),
                                   {}};
  if (!option.closed ||
      std::find(choices.begin(), choices.end(), value) != choices.end())
    return {};
  return Status::usage(fmt::format(
      "--{} is '{}'{}: there are {}", option.name, value,
      opc::runtime::suggestion(value, choices), fmt::join(choices, ", ")));
}

namespace {

/// The words of a command line, one after the other.
class Reader {
public:
  Reader(const Command &command, std::span<const char *const> words,
         Arguments &arguments)
      : command(command), words(words), arguments(arguments) {}

  Status readAll() {
    bool onlyOperands = false;
    while (next < words.size()) {
      std::string word = words[next++];
      Status status;
      if (word == "--" && !onlyOperands) {
        onlyOperands = true;
        firstBehind = arguments.positional.size();
      } else if (onlyOperands || word.size() < 2 || word[0] != '-')
        arguments.positional.push_back(word);
      else
        status = readOption(word);
      if (!status.ok())
        return status;
    }
    return checkOperands();
  }

private:
  Status readOption(const std::string &word) {
    size_t equals = word.find('=');
    bool isLong = word.starts_with("--");
    std::string name =
        isLong
            ? word.substr(2, equals == std::string::npos ? equals : equals - 2)
        : word == "-o" ? "output"
                       : "";
    const Option *option = findOption(command, name);
    if (!option) {
      std::string wrong = word.substr(0, equals);
      return complaint(command, fmt::format("unknown option '{}'{}", wrong,
                                            nearOption(command, wrong)));
    }
    if (!option->repeats && arguments.has(name))
      return complaint(command, fmt::format("--{} is given twice", name));
    bool attached = isLong && equals != std::string::npos;
    if (!option->value) {
      if (attached)
        return complaint(command, fmt::format("--{} takes no value", name));
      arguments.add(name, "");
      return {};
    }
    std::string value = attached               ? word.substr(equals + 1)
                        : next == words.size() ? ""
                                               : words[next++];
    if (value.empty())
      return complaint(
          command, fmt::format("--{} needs a value: {}", name, option->value));
    arguments.add(name, value);
    return checkChoice(*option, value);
  }

  Status checkOperands() const {
    size_t given = arguments.positional.size();
    bool empty =
        !command.takesMore &&
        std::any_of(arguments.positional.begin(), arguments.positional.end(),
                    [](const auto &word) { return word.empty(); });
    if (given < command.numOperands || empty)
      return complaint(command, fmt::format("{} is missing", command.operands));
    if (command.takesMore && firstBehind <= command.numOperands)
      return {};
    if (given > command.numOperands)
      return complaint(command,
                       fmt::format("unexpected argument '{}'",
                                   arguments.positional[command.numOperands]));
    return {};
  }

  const Command &command;
  std::span<const char *const> words;
  Arguments &arguments;
  size_t next = 0;
  size_t firstBehind = SIZE_MAX; ///< the operand that follows --
};

} // namespace

Status opc::cli::parseArguments(const Command &command,
                                std::span<const char *const> words,
                                Arguments &arguments) {
  return Reader(command, words, arguments).readAll();
}

Status opc::cli::parseNumber(const std::string &option, const std::string &text,
                             int64_t least, int64_t most, int64_t &number) {
  const char *end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < least || number > most)
    return Status::usage(fmt::format("--{} is '{}', not a number from {} to {}",
                                     option, text, least, most));
  return {};
}

Status opc::cli::splitPair(const std::string &option, const std::string &text,
                           std::string &name, std::string &value) {
  size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    return Status::usage(
        fmt::format("--{} is '{}', not NAME=VALUE", option, text));
  name = text.substr(0, equals);
  value = text.substr(equals + 1);
  return {};
}

bool opc::cli::asksForHelp(std::span<const char *const> words) {
  for (std::string_view word : words) {
    if (word == "--help" || word == "-h")
      return true;
    if (word == "--")
      break;
  }
  return false;
}
