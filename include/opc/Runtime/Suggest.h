//===- Suggest.h - The known word that a user may have meant ----*- C++ -*-===//
//
// For messages about names that are not known: options, stages, targets,
// inputs.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_RUNTIME_SUGGEST_H
#define OPC_RUNTIME_SUGGEST_H

#include <algorithm>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace opc::runtime {

/// Insertions, deletions and replacements that make one word of the other; case
/// is ignored (R. Wagner, M. Fischer, "The string-to-string correction
/// problem", 1974).
inline size_t editDistance(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; };
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t(0));
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      size_t replaced = diagonal + (lower(a[i]) != lower(b[j]));
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

/// ", did you mean 'WORD'" with the nearest of `known`; "" if none is near: a
/// third of the letters may differ, none in words of up to three.
inline std::string suggestion(std::string_view word,
                              std::span<const std::string> known) {
  constexpr size_t longest = 64; // the cost is quadratic
  if (word.empty() || word.size() > longest)
    return "";
  size_t least = word.size() < 4 ? 1 : word.size() / 3 + 1;
  std::string_view best;
  for (const std::string &name : known) {
    size_t distance = name.size() > longest ? least : editDistance(word, name);
    if (distance < least && distance < name.size()) {
      least = distance;
      best = name;
    }
  }
  return best.empty() ? "" : ", did you mean '" + std::string(best) + "'";
}

} // namespace opc::runtime

#endif // OPC_RUNTIME_SUGGEST_H
