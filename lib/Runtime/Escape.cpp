//===- Escape.cpp - Text from outside, made fit to be shown ---------------===//
//
// A walk over the bytes, one character at a time; what is no character is one
// byte.
//
//===----------------------------------------------------------------------===//
#include "opc/Runtime/Escape.h"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>

using namespace opc::runtime;

namespace {

/// The character at the start of a text.
struct Character {
  uint32_t code;
  size_t bytes; // 0: no UTF-8
};

/// By its first byte: how many bytes a character has, the bits that the first
/// one gives, and the least code that needs so many.
struct Form {
  uint8_t mask, start;
  size_t bytes;
  uint32_t least;
};

constexpr Form forms[] = {{0x80, 0x00, 1, 0},
                          {0xe0, 0xc0, 2, 0x80},
                          {0xf0, 0xe0, 3, 0x800},
                          {0xf8, 0xf0, 4, 0x10000}};

struct Range {
  uint32_t first, last;
};

/// What a terminal does not show as a mark of its own: controls, separators of
/// lines, and what reorders or hides its neighbours.
constexpr Range unseen[] = {
    {0x00, 0x1f},     {0x7f, 0x9f},     {0x200b, 0x200f}, {0x2028, 0x202e},
    {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};

} // namespace

static Character first(std::string_view text) {
  auto start = static_cast<uint8_t>(text[0]);
  for (const Form &form : forms) {
    if ((start & form.mask) != form.start)
      continue;
    uint32_t code = start & ~form.mask;
    if (text.size() < form.bytes)
      return {0, 0};
    for (size_t i = 1; i < form.bytes; ++i) {
      auto next = static_cast<uint8_t>(text[i]);
      if ((next & 0xc0) != 0x80)
        return {0, 0};
      code = code << 6 | (next & 0x3f);
    }
    bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < form.least || code > 0x10ffff || surrogate)
      return {0, 0};
    return {code, form.bytes};
  }
  return {0, 0};
}

static bool isUnseen(uint32_t code) {
  return std::any_of(std::begin(unseen), std::end(unseen),
                     [&](const Range &range) {
                       return code >= range.first && code <= range.last;
                     });
}

static std::string escape(uint32_t code) {
  constexpr std::pair<uint32_t, const char *> named[] = {
      {'\n', "\\n"}, {'\r', "\\r"}, {'\t', "\\t"}};
  for (auto [known, text] : named)
    if (code == known)
      return text;
  if (code < 0x80)
    return fmt::format("\\x{:02x}", code);
  return code > 0xffff ? fmt::format("\\U{:08x}", code)
                       : fmt::format("\\u{:04x}", code);
}

/// Copies the text; characters of which `escaped` is true, and bytes that are
/// none, become escapes.
template <typename Escaped>
static std::string copy(std::string_view text, Escaped escaped) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    auto [code, bytes] = first(text);
    if (bytes == 0)
      result += fmt::format("\\x{:02x}", static_cast<uint8_t>(text[0]));
    else if (escaped(code))
      result += escape(code);
    else
      result += text.substr(0, bytes);
    text.remove_prefix(std::max<size_t>(bytes, 1));
  }
  return result;
}

/// At most `limit` bytes of it, up to the start of a character.
static std::string_view cut(std::string_view text, size_t limit) {
  if (text.size() <= limit)
    return text;
  size_t end = limit;
  while (end > 0 && limit - end < 3 &&
         (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80)
    --end;
  return text.substr(0, end);
}

bool opc::runtime::isText(std::string_view bytes) {
  while (!bytes.empty()) {
    Character next = first(bytes);
    if (next.bytes == 0 || next.code == 0)
      return false;
    bytes.remove_prefix(next.bytes);
  }
  return true;
}

std::string opc::runtime::toText(std::string_view bytes) {
  return copy(bytes, [](uint32_t code) { return code == 0; });
}

std::string opc::runtime::printable(std::string_view bytes, size_t limit) {
  std::string text = copy(cut(bytes, limit), isUnseen);
  return bytes.size() > limit ? text + "..." : text;
}
