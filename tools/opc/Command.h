//===- Command.h - The table of subcommands ---------------------*- C++ -*-===//
//
// A subcommand is data: its options are a table that drives parsing, --help and
// shell completion, so that the three cannot disagree.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TOOLS_OPC_COMMAND_H
#define OPC_TOOLS_OPC_COMMAND_H

#include "opc/Runtime/Error.h"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace opc::cli {

using runtime::Diagnostic;
using runtime::Status;

struct Option {
  const char *name;         ///< without the dashes
  const char *value;        ///< what follows it, or nullptr for a flag
  const char *help;         ///< one line or several
  bool repeats = false;     ///< may be given more than once
  const char *choices = ""; ///< words for completion, separated by blanks
  bool closed = false;      ///< nothing but the choices is allowed
};

/// What the user typed behind the name of a subcommand.
class Arguments {
public:
  std::vector<std::string> positional;

  void add(const std::string &name, std::string value) {
    values[name].push_back(std::move(value));
  }
  bool has(const std::string &name) const { return values.count(name) != 0; }
  /// The last value given, or `otherwise`.
  std::string get(const std::string &name, std::string otherwise = "") const;
  std::span<const std::string> all(const std::string &name) const;

private:
  std::map<std::string, std::vector<std::string>> values;
};

struct Command {
  const char *name;
  const char *operands; ///< "MODEL", shown behind the name
  size_t numOperands;
  const char *summary; ///< one line
  const char *details; ///< paragraphs and examples for --help
  std::span<const Option> options;
  Status (*run)(const Arguments &arguments);
  const char *program = "opc "; ///< what stands before the name
  bool takesMore = false;       ///< any words behind --
};

std::span<const Command> allCommands();
const Command *findCommand(std::string_view name);

/// Reads what follows the subcommand's name; every complaint is a usage error.
Status parseArguments(const Command &command,
                      std::span<const char *const> words, Arguments &arguments);

/// Whether one of the words before -- is --help or -h.
bool asksForHelp(std::span<const char *const> words);

/// Names, for messages about others.
std::vector<std::string> commandNames();

std::string helpText();
std::string helpText(const Command &command);
/// A line or several for each option.
std::string optionsText(std::span<const Option> options);

/// The whole number that an option has.
Status parseNumber(const std::string &option, const std::string &text,
                   int64_t least, int64_t most, int64_t &number);
/// "NAME=VALUE" of an option.
Status splitPair(const std::string &option, const std::string &text,
                 std::string &name, std::string &value);

// The subcommands.
Status compileCommand(const Arguments &arguments);
Status runCommand(const Arguments &arguments);
Status benchCommand(const Arguments &arguments);
Status inspectCommand(const Arguments &arguments);
Status targetsCommand(const Arguments &arguments);
Status simulateCommand(const Arguments &arguments);
Status completionCommand(const Arguments &arguments);

} // namespace opc::cli

#endif // OPC_TOOLS_OPC_COMMAND_H
