//===- FileNames.cpp - Names of tensors as names of files -----------------===//
#include "FileNames.h"

#include <fmt/format.h>
#include <unordered_map>
#include <unordered_set>

using namespace opc::cli;

/// Most file systems end a name at 255 bytes; writing needs some for itself.
static constexpr size_t kLongest = 200;

static std::string stemOf(std::string name) {
  for (char &c : name)
    if (c == '/' || c == '\\' || c == 0x7f ||
        static_cast<unsigned char>(c) < 0x20)
      c = '_';
  if (name.size() > kLongest) {
    size_t end = kLongest;
    while (end > 0 && (name[end] & 0xc0) == 0x80) // not within a character
      --end;
    name.resize(end);
  }
  return name;
}

std::vector<std::string>
opc::cli::fileNames(std::span<const std::string> names) {
  std::vector<std::string> files(names.size());
  std::unordered_set<std::string> taken;
  std::unordered_map<std::string, size_t> numbers;
  for (size_t i = 0; i < names.size(); ++i)
    if (stemOf(names[i]) == names[i] && taken.insert(names[i]).second)
      files[i] = names[i];
  for (size_t i = 0; i < names.size(); ++i) {
    if (!files[i].empty())
      continue;
    std::string stem = stemOf(names[i]), file = stem;
    while (!taken.insert(file).second)
      file = fmt::format("{}_{}", stem, ++numbers[stem]);
    files[i] = file;
  }
  return files;
}
