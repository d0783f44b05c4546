//===- LaunchRewriter.cpp - Kernels as standard C++ can read them ---------===//
#include "LaunchRewriter.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

using namespace opc::cli;
namespace fs = std::filesystem;

/// The end of a literal that starts at `at` with a quote.
static size_t endOfLiteral(const std::string &text, size_t at) {
  char quote = text[at];
  if (quote == '"' && at > 0 && text[at - 1] == 'R') {
    size_t open = text.find('(', at);
    if (open == std::string::npos)
      return text.size();
    std::string close = ")" + text.substr(at + 1, open - at - 1) + "\"";
    size_t end = text.find(close, open);
    return end == std::string::npos ? text.size() : end + close.size();
  }
  size_t end = at + 1;
  while (end < text.size() && text[end] != quote && text[end] != '\n')
    end += text[end] == '\\' ? 2 : 1;
  return std::min(end + 1, text.size());
}

/// The end of a comment or literal at `at`; `at` where there is none.
static size_t endOfOther(const std::string &text, size_t at) {
  if (text.compare(at, 2, "//") == 0)
    return std::min(text.find('\n', at), text.size());
  if (text.compare(at, 2, "/*") == 0) {
    size_t end = text.find("*/", at + 2);
    return end == std::string::npos ? text.size() : end + 2;
  }
  // 1'000 is a number.
  bool inNumber = text[at] == '\'' && at > 0 && isalnum(text[at - 1]);
  if (text[at] == '"' || (text[at] == '\'' && !inNumber))
    return endOfLiteral(text, at);
  return at;
}

/// `text` with blanks for all that is no code, of the same length.
static std::string codeOf(const std::string &text) {
  std::string code = text;
  for (size_t at = 0; at < text.size();) {
    size_t end = endOfOther(text, at);
    for (size_t i = at; i < end; ++i)
      if (code[i] != '\n')
        code[i] = ' ';
    at = std::max(end, at + 1);
  }
  return code;
}

/// Where the bracket that `close` ends begins; npos if nowhere.
static size_t openOf(const std::string &code, size_t close) {
  int depth = 0;
  for (size_t at = close + 1; at-- > 0;) {
    char c = code[at];
    if (c == '<' && at > 0 && code[at - 1] == '<') { // a shift
      --at;
      continue;
    }
    if (c == '>' || c == ')' || c == ']')
      ++depth;
    if (c == '<' || c == '(' || c == '[')
      --depth;
    if (depth == 0)
      return at;
    if (c == ';' || c == '{' || c == '}')
      break;
  }
  return std::string::npos;
}

static size_t skipBlanksBack(const std::string &code, size_t end) {
  while (end > 0 && isspace(code[end - 1]))
    --end;
  return end;
}

/// Where the kernel's name begins that ends before `end`; npos if there is
/// none.
static size_t startOfKernel(const std::string &code, size_t end) {
  size_t at = skipBlanksBack(code, end);
  if (at == 0)
    return std::string::npos;
  if (code[at - 1] == '>' || code[at - 1] == ')') {
    size_t open = openOf(code, at - 1);
    if (open == std::string::npos)
      return open;
    at = code[open] == '(' ? open : skipBlanksBack(code, open);
  }
  auto inName = [](char c) { return isalnum(c) || c == '_' || c == ':'; };
  size_t nameEnd = at;
  while (at > 0 && inName(code[at - 1]))
    --at;
  bool named = at < nameEnd || (at < code.size() && code[at] == '(');
  return named ? at : std::string::npos;
}

/// Where the `>>>` is that ends a configuration which begins at `at`.
static size_t endOfConfiguration(const std::string &code, size_t at) {
  int depth = 0;
  for (; at < code.size(); ++at) {
    char c = code[at];
    depth +=
        (c == '(' || c == '{' || c == '[') - (c == ')' || c == '}' || c == ']');
    if (depth == 0 && code.compare(at, 3, ">>>") == 0)
      return at;
    if (depth < 0 || c == ';')
      break;
  }
  return std::string::npos;
}

static std::string withLaunches(const std::string &text) {
  std::string code = codeOf(text), result;
  size_t copied = 0;
  for (size_t at = code.find("<<<"); at != std::string::npos;
       at = code.find("<<<", at + 3)) {
    size_t start = startOfKernel(code, at);
    size_t end = endOfConfiguration(code, at + 3);
    if (start == std::string::npos || end == std::string::npos ||
        start < copied)
      continue;
    size_t nameEnd = skipBlanksBack(code, at);
    result += text.substr(copied, start - copied) + "OPC_LAUNCH((" +
              text.substr(start, nameEnd - start) + "), " +
              text.substr(at + 3, end - at - 3) + ")";
    copied = end + 3;
  }
  return result + text.substr(copied);
}

static std::string withDynamicShared(const std::string &text) {
  static const std::regex declaration(
      R"((?:extern\s+__shared__|__shared__\s+extern)\s+([^;{}()]*?(?:\([^;{}]*\)[^;{}()]*?)?)\b(\w+)\s*\[\s*\](\s*);)");
  static const std::regex attribute(
      R"(__align__\s*\([^)]*\)|alignas\s*\([^)]*\)|__attribute__\s*\(\([^)]*\)?\)\)|\bvolatile\b)");
  std::string code = codeOf(text), result;
  size_t copied = 0;
  for (std::sregex_iterator at(code.begin(), code.end(), declaration), end;
       at != end; ++at) {
    std::string type = std::regex_replace((*at)[1].str(), attribute, "");
    while (!type.empty() && isspace(type.back()))
      type.pop_back();
    auto begin = static_cast<size_t>(at->position());
    std::string matched = at->str();
    result +=
        text.substr(copied, begin - copied) +
        fmt::format("OPCSIM_DYNAMIC_SHARED({}, {}){};", (*at)[2].str(), type,
                    std::string(std::ranges::count(matched, '\n') -
                                    std::ranges::count(type, '\n'),
                                '\n'));
    copied = begin + matched.size();
  }
  return result + text.substr(copied);
}

std::string opc::cli::rewriteLaunches(const std::string &text) {
  return withLaunches(withDynamicShared(text));
}

namespace {

/// The files of one kernel.
class Files {
public:
  explicit Files(fs::path folder) : folder(std::move(folder)) {}

  /// The file to take for `original`: itself where nothing changes.
  Status rewrite(const fs::path &original, bool always, fs::path &result) {
    if (auto known = done.find(original); known != done.end()) {
      result = known->second;
      return {};
    }
    done[original] = result = original;
    std::ifstream stream(original, std::ios::binary);
    std::stringstream content;
    content << stream.rdbuf();
    if (!stream)
      return Status::input(fmt::format("cannot read {}", original.string()));
    std::string before = content.str(), text;
    if (Status status = withIncludes(original, before, text); !status.ok())
      return status;
    text = rewriteLaunches(text);
    if (text == before && !always)
      return {};
    result = folder /
             fmt::format("{}-{}", done.size(), original.filename().string());
    done[original] = result;
    std::ofstream out(result, std::ios::binary);
    out << "#line 1 \"" << original.string() << "\"\n" << text;
    if (!out.flush())
      return Status::input(fmt::format("cannot write {}", result.string()));
    return {};
  }

private:
  /// Names the rewritten ones of the files that are included by "NAME".
  Status withIncludes(const fs::path &original, const std::string &before,
                      std::string &text) {
    static const std::regex include(
        R"re((^|\n)([ \t]*#[ \t]*include[ \t]*")([^"\n]+)")re");
    size_t copied = 0;
    for (std::sregex_iterator at(before.begin(), before.end(), include), end;
         at != end; ++at) {
      std::error_code error;
      fs::path other = original.parent_path() / (*at)[3].str(), taken;
      if (!fs::is_regular_file(other, error))
        continue;
      if (Status status = rewrite(other, false, taken); !status.ok())
        return status;
      auto name = static_cast<size_t>(at->position(3));
      text += before.substr(copied, name - copied) + taken.string();
      copied = name + static_cast<size_t>(at->length(3));
    }
    text += before.substr(copied);
    return {};
  }

  fs::path folder;
  std::map<fs::path, fs::path> done;
};

} // namespace

Status opc::cli::rewriteKernel(const fs::path &kernel, const fs::path &folder,
                               fs::path &result) {
  std::error_code error;
  fs::path whole = fs::absolute(kernel, error);
  if (!fs::is_regular_file(whole, error))
    return Status::input(
        fmt::format("cannot read {}: no such file", kernel.string()));
  return Files(folder).rewrite(whole, true, result);
}
