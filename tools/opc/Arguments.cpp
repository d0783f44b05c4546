//===- Arguments.cpp - Reads a command line by its table ------------------===//
//
// --name VALUE and --name=VALUE mean the same. Short forms: -o for --output, -h
// for --help.
//
//===----------------------------------------------------------------------===//
#include "Command.h"

#include <charconv>
#include <fmt/format.h>

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
  return Status::usage(
      fmt::format("{}; see 'opc {} --help'", what, command.name));
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
      if (word == "--")
        onlyOperands = true;
      else if (onlyOperands || word.size() < 2 || word[0] != '-')
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
    if (!option)
      return complaint(
          command, fmt::format("unknown option '{}'", word.substr(0, equals)));
    if (!option->repeats && arguments.has(name))
      return complaint(command, fmt::format("--{} is given twice", name));
    bool attached = isLong && equals != std::string::npos;
    if (!option->value) {
      if (attached)
        return complaint(command, fmt::format("--{} takes no value", name));
      arguments.add(name, "");
      return {};
    }
    if (!attached && next == words.size())
      return complaint(
          command, fmt::format("--{} needs a value: {}", name, option->value));
    arguments.add(name, attached ? word.substr(equals + 1) : words[next++]);
    return {};
  }

  Status checkOperands() const {
    size_t given = arguments.positional.size();
    if (given < command.numOperands)
      return complaint(command, fmt::format("{} is missing", command.operands));
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
