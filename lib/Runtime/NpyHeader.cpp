//===- NpyHeader.cpp - The text in front of an array ----------------------===//
//
// Reads what numpy writes: string keys in any order, each once; strings,
// True or False, and tuples of integers.
//
//===----------------------------------------------------------------------===//
#include "NpyHeader.h"
#include "Manifest.h"
#include "Text.h"

#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>

using namespace opc::runtime;

/// In the order of opc_dtype; ml_dtypes writes bfloat16 as void of two bytes.
static constexpr const char *descrs[] = {
    "|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2",
    "<u4", "<u8", "<f2", "<V2", "<f4", "<f8",
};
static_assert(std::size(descrs) == OPC_F64 + 1);

namespace {
class HeaderParser {
public:
  HeaderParser(std::string_view text, NpyHeader &header)
      : rest(text), size(text.size()), header(header) {}
  Status parse();

private:
  Status entry();
  Status descr();
  Status order();
  Status shape();
  Status malformed(const char *expected);
  void skipSpace();
  bool accept(std::string_view token);
  bool string(std::string_view &value);

  std::string_view rest;
  const size_t size;
  NpyHeader &header;
  bool hasDescr = false, hasOrder = false, hasShape = false;
};
} // namespace

Status HeaderParser::malformed(const char *expected) {
  return Status::input(fmt::format("malformed header: expected {} at byte {}",
                                   expected, size - rest.size()));
}

void HeaderParser::skipSpace() {
  size_t count = rest.find_first_not_of(" \t\n");
  rest.remove_prefix(count == std::string_view::npos ? rest.size() : count);
}

bool HeaderParser::accept(std::string_view token) {
  skipSpace();
  if (!rest.starts_with(token))
    return false;
  rest.remove_prefix(token.size());
  return true;
}

/// A quoted string without escapes: no key or dtype needs any.
bool HeaderParser::string(std::string_view &value) {
  skipSpace();
  if (rest.empty() || (rest[0] != '\'' && rest[0] != '"'))
    return false;
  size_t end = rest.find(rest[0], 1);
  if (end == std::string_view::npos)
    return false;
  value = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  return true;
}

Status HeaderParser::descr() {
  hasDescr = true;
  if (accept("["))
    return Status::input("structured dtypes are not supported");
  std::string_view text;
  if (!string(text))
    return malformed("a dtype");
  // The byte order of this machine, and of all that opc compiles for.
  std::string name(text);
  if (name.starts_with('='))
    name[0] = '<';
  if (name == "bfloat16" || name == "|V2")
    name = "<V2";
  if (name.size() == 3 && name[2] == '1')
    name[0] = '|';
  for (size_t i = 0; i < std::size(descrs); ++i)
    if (name == descrs[i]) {
      header.dtype = static_cast<opc_dtype>(i);
      return {};
    }
  if (name.starts_with('>'))
    return Status::input(
        fmt::format("big-endian dtype {} is not supported", quote(text)));
  // What ml_dtypes' integers of 4 bits are saved as; others are, too.
  std::string_view nearest =
      name == "|V1" ? ": save integers of 4 bits as int8 or uint8" : "";
  return Status::input(
      fmt::format("dtype {} is not supported{}", quote(text), nearest));
}

Status HeaderParser::order() {
  hasOrder = true;
  if (accept("False"))
    return {};
  if (accept("True"))
    return Status::input("column-major (Fortran) order is not supported: save "
                         "numpy.ascontiguousarray of it");
  return malformed("True or False");
}

Status HeaderParser::shape() {
  hasShape = true;
  if (!accept("("))
    return malformed("a tuple");
  while (!accept(")")) {
    skipSpace();
    int64_t extent = 0;
    auto [end, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), extent);
    if (error != std::errc() || extent < 0)
      return malformed("an extent");
    rest.remove_prefix(end - rest.data());
    header.dims.push_back(extent);
    if (accept(","))
      continue;
    if (!accept(")"))
      return malformed("',' or ')'");
    // Python: "(3)" is a number, not a tuple.
    if (header.dims.size() == 1)
      return malformed("','");
    break;
  }
  if (header.dims.size() > maxRank)
    return Status::input(
        fmt::format("rank {} is above {}", header.dims.size(), maxRank));
  return {};
}

Status HeaderParser::entry() {
  std::string_view key;
  if (!string(key) || !accept(":"))
    return malformed("a key");
  if (key == "descr" && !hasDescr)
    return descr();
  if (key == "fortran_order" && !hasOrder)
    return order();
  if (key == "shape" && !hasShape)
    return shape();
  return Status::input(
      fmt::format("malformed header: unexpected key {}", quote(key)));
}

Status HeaderParser::parse() {
  if (!accept("{"))
    return malformed("'{'");
  while (!accept("}")) {
    if (Status s = entry(); !s.ok())
      return s;
    if (accept(","))
      continue;
    if (!accept("}"))
      return malformed("',' or '}'");
    break;
  }
  skipSpace();
  if (!rest.empty())
    return malformed("the end");
  if (!hasDescr || !hasOrder || !hasShape)
    return Status::input("malformed header: descr, fortran_order or shape is "
                         "missing");
  return {};
}

Status opc::runtime::parseNpyHeader(std::string_view text, NpyHeader &header) {
  header = NpyHeader();
  return HeaderParser(text, header).parse();
}

std::string opc::runtime::npyHeaderText(const NpyHeader &header) {
  const char *last = header.dims.size() == 1 ? "," : "";
  return fmt::format(
      "{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}",
      descrs[header.dtype], fmt::join(header.dims, ", "), last);
}
