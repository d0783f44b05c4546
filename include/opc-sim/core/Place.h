//===- Place.h - Where in the source something was asked for ----*- C++ -*-===//
//
// Calls of an API know their place in the source. Loads and stores know only an
// address of code; a symbolizer makes a place of it when a fault is reported.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_CORE_PLACE_H
#define OPC_SIM_CORE_PLACE_H

#include <cstdint>
#include <cstdio>
#include <dlfcn.h>
#include <link.h>
#include <source_location>
#include <string>
#include <unistd.h>

namespace opcsim {

/// A place in the source, or only the address of the code that is meant.
struct Place {
  const char *file = nullptr;
  unsigned line = 0;
  const void *code = nullptr;

  Place() = default;
  Place(const std::source_location &location)
      : file(location.file_name()), line(location.line()) {}
  explicit Place(const void *address) : code(address) {}

  bool operator==(const Place &) const = default;
};

/// "FILE:LINE" of an address of code, or "" where no symbolizer is installed.
inline std::string symbolize(const void *code) {
  Dl_info info = {};
  link_map *map = nullptr;
  if (!dladdr1(code, &info, reinterpret_cast<void **>(&map), RTLD_DL_LINKMAP))
    return {};
  const char *file = map->l_name && *map->l_name ? map->l_name : nullptr;
  char self[64];
  std::snprintf(self, sizeof self, "/proc/%d/exe", getpid());
  // The address behind a call belongs to the next line.
  auto address = reinterpret_cast<uintptr_t>(code) - 1 - map->l_addr;
  for (const char *tool : {"llvm-symbolizer-22", "llvm-symbolizer"}) {
    char command[512], answer[512] = "";
    std::snprintf(command, sizeof command,
                  "%s --output-style=GNU --no-inlines -e '%s' 0x%zx "
                  "2>/dev/null",
                  tool, file ? file : self, static_cast<size_t>(address));
    FILE *pipe = popen(command, "r");
    if (!pipe)
      continue;
    std::string last;
    while (std::fgets(answer, sizeof answer, pipe))
      last = answer;
    pclose(pipe);
    while (!last.empty() && (last.back() == '\n' || last.back() == ' '))
      last.pop_back();
    if (!last.empty() && last[0] != '?')
      return last;
  }
  return {};
}

/// "FILE:LINE", the address where nothing better is known, or "".
inline std::string toString(const Place &place) {
  if (place.file)
    return std::string(place.file) + ":" + std::to_string(place.line);
  if (!place.code)
    return {};
  std::string found = symbolize(place.code);
  if (!found.empty())
    return found;
  char text[32];
  std::snprintf(text, sizeof text, "code at %p", place.code);
  return text;
}

} // namespace opcsim

#endif // OPC_SIM_CORE_PLACE_H
