//===- CacheFolder.cpp - Where compiled code is kept ----------------------===//
#include "opc/Runtime/CacheFolder.h"

#include <charconv>
#include <cstdlib>
#include <filesystem>

using namespace opc::runtime;

static constexpr uint64_t usualLimit = uint64_t(1) << 30;

/// An environment variable that is set to something.
static std::string variable(const char *name) {
  const char *value = std::getenv(name);
  return value ? value : "";
}

std::string opc::runtime::usualCacheFolder() {
  if (std::string own = variable("OPC_CACHE_DIR"); !own.empty())
    return own;
  std::filesystem::path folder = variable("XDG_CACHE_HOME");
  // Its specification says that a relative path is to be ignored.
  if (!folder.is_absolute()) {
    folder = variable("HOME");
    if (folder.empty())
      return "";
    folder /= ".cache";
  }
  return folder / "opc";
}

/// The factor of a unit, which is taken off; 1 without one.
static double takeUnit(std::string_view &text) {
  constexpr std::string_view letters = "kmgKMG";
  size_t unit =
      text.empty() ? std::string_view::npos : letters.find(text.back());
  if (unit == std::string_view::npos)
    return 1;
  text.remove_suffix(1);
  return double(uint64_t(1) << (10 * (unit % 3 + 1)));
}

std::optional<uint64_t> opc::runtime::parseSize(std::string_view text) {
  double scale = takeUnit(text), number = 0;
  // No exponents, no signs, no "inf": what is no number of bytes at a glance is
  // rather a slip.
  if (text.find_first_not_of("0123456789.") != std::string_view::npos)
    return std::nullopt;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() ||
      number * scale >= 9e18)
    return std::nullopt;
  return static_cast<uint64_t>(number * scale);
}

uint64_t opc::runtime::cacheLimit(std::string &complaint) {
  std::string text = variable("OPC_CACHE_SIZE");
  if (text.empty())
    return usualLimit;
  if (std::optional<uint64_t> limit = parseSize(text))
    return *limit;
  complaint = "OPC_CACHE_SIZE is '" + text +
              "', not a size like 512M or 2G: the limit is 1G";
  return usualLimit;
}
