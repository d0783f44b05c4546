//===- Einsum.cpp - sums of products by letters ---------------------------===//
#include "opc/Frontend/Graph/Arrays/Einsum.h"
#include "opc/Frontend/Graph/Quoted.h"
#include "opc/Frontend/Graph/Wide.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::graph {

namespace {

/// An operand of Einsum: a value and one letter for each of its axes. Axes of
/// an ellipsis have the letters '\1', '\2', ... counted from the back.
struct Term {
  Value value;
  std::string letters;
};

std::string withoutSpaces(StringRef text) {
  std::string result;
  for (char c : text)
    if (c != ' ')
      result += c;
  return result;
}

/// Letters of one operand or of the result, the ellipsis replaced.
std::optional<std::string> expandEllipsis(Emitter &n, StringRef text,
                                          size_t ellipsis) {
  std::string letters;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("...")) {
      for (size_t k = ellipsis; k > 0; --k)
        letters += static_cast<char>(k);
      i += 2;
    } else if (llvm::isAlpha(text[i])) {
      letters += text[i];
    } else {
      n.fail("equation has an unexpected " + quoted(text.substr(i, 1)));
      return std::nullopt;
    }
  }
  return letters;
}

/// Keeps the diagonal of repeated letters.
void takeDiagonals(Emitter &n, Term &t) {
  for (size_t i = 0; i < t.letters.size(); ++i) {
    size_t j = t.letters.find(t.letters[i], i + 1);
    if (j == std::string::npos)
      continue;
    Dims grid = n.dims(t.value);
    n.requireEqual(grid[i], grid[j]);
    Dims mask(grid.size(), n.expr(1));
    mask[i] = grid[i];
    mask[j] = grid[j];
    Value hit = n.compare<EqualOp>(n.iota(n.i64Type(), i, mask),
                                   n.iota(n.i64Type(), j, mask));
    Value kept = n.select(hit, t.value, n.like(t.value, 0));
    t.value = n.reduce("sum", kept, {static_cast<int64_t>(j)}, false);
    t.letters.erase(j, 1);
    --i;
  }
}

/// Sums over the letters that nobody else needs.
void sumAway(Emitter &n, Term &t, StringRef needed) {
  Ints axes;
  std::string kept;
  for (auto [i, letter] : llvm::enumerate(t.letters)) {
    if (needed.contains(letter))
      kept += letter;
    else
      axes.push_back(i);
  }
  t.value = n.reduce("sum", t.value, axes, false);
  t.letters = kept;
}

/// Reorders the axes to `letters`; letters that are absent get extent 1.
Value arranged(Emitter &n, const Term &t, StringRef letters) {
  Ints perm, added;
  for (auto [i, letter] : llvm::enumerate(letters)) {
    size_t at = t.letters.find(letter);
    if (at == std::string::npos)
      added.push_back(i);
    else
      perm.push_back(at);
  }
  return n.unsqueeze(n.transpose(t.value, perm), added);
}

/// Extents of 1 of shared letters broadcast: drop them.
void dropOnes(Emitter &n, Term &t, const Term &other) {
  for (size_t i = 0; i < t.letters.size();) {
    size_t at = other.letters.find(t.letters[i]);
    bool one = constantOf(n.dim(t.value, i)) == 1;
    if (one && at != std::string::npos &&
        constantOf(n.dim(other.value, at)) != 1) {
      t.value = n.squeeze(t.value, {static_cast<int64_t>(i)});
      t.letters.erase(i, 1);
    } else {
      ++i;
    }
  }
}

/// Gives the letters that are summed the same extents: whether one of them is 1
/// may be known only to a run.
void alignSums(Emitter &n, Term &a, Term &b, StringRef letters) {
  for (char letter : letters) {
    size_t i = a.letters.find(letter), j = b.letters.find(letter);
    Dims left = n.dims(a.value), right = n.dims(b.value);
    left[i] = right[j] = n.broadcastShapes(left[i], right[j]).front();
    a.value = n.broadcast(a.value, left);
    b.value = n.broadcast(b.value, right);
  }
}

/// The product of two terms, summed over letters not in `needed`, as one
/// matmul: [batch, rows, sum] x [batch, sum, columns]. Axes of the batch are
/// merged unless they are to broadcast.
Term multiply(Emitter &n, Term a, Term b, StringRef needed) {
  sumAway(n, a, needed.str() + b.letters);
  sumAway(n, b, needed.str() + a.letters);
  dropOnes(n, a, b);
  dropOnes(n, b, a);
  std::string batch, rows, columns, sum;
  for (char letter : a.letters) {
    bool shared = StringRef(b.letters).contains(letter);
    (!shared ? rows : needed.contains(letter) ? batch : sum) += letter;
  }
  for (char letter : b.letters)
    if (!StringRef(a.letters).contains(letter))
      columns += letter;
  if (n.failed())
    return a;
  alignSums(n, a, b, sum);
  Value x = arranged(n, a, batch + rows + sum);
  Value y = arranged(n, b, batch + sum + columns);
  size_t nb = batch.size(), nr = rows.size(), ns = sum.size();
  Dims left = n.dims(x), right = n.dims(y);
  Dims leadX(ArrayRef(left).take_front(nb));
  Dims leadY(ArrayRef(right).take_front(nb));
  bool merges = leadX == leadY;
  if (merges)
    leadX = leadY = {n.sizeOf(x, 0, nb)};
  AffineExpr k = n.sizeOf(x, nb + nr, left.size());
  leadX.append({n.sizeOf(x, nb, nb + nr), k});
  leadY.append({k, n.sizeOf(y, nb + ns, right.size())});
  Value product =
      n.matmul(n.reshape(x, leadX), n.reshape(y, leadY), n.elementOf(x));
  if (n.failed())
    return a;
  Dims all = n.dims(product);
  Dims result(ArrayRef(merges ? left : all).take_front(nb));
  llvm::append_range(result, ArrayRef(left).slice(nb, nr));
  llvm::append_range(result, ArrayRef(right).drop_front(nb + ns));
  return {n.reshape(product, result), batch + rows + columns};
}

std::string implicitOutput(StringRef inputs, size_t ellipsis) {
  std::string letters;
  for (size_t k = ellipsis; k > 0; --k)
    letters += static_cast<char>(k);
  std::string sorted;
  for (char letter : inputs)
    if (llvm::isAlpha(letter) && inputs.count(letter) == 1)
      sorted += letter;
  llvm::sort(sorted);
  return letters + sorted;
}

std::optional<SmallVector<Term>> einsumTerms(Emitter &n, StringRef left,
                                             ArrayRef<Value> operands,
                                             size_t &ellipsis) {
  SmallVector<StringRef> parts;
  left.split(parts, ',');
  if (parts.size() != operands.size()) {
    n.fail(formatv("equation has {0} operands, the node {1}", parts.size(),
                   operands.size()));
    return std::nullopt;
  }
  SmallVector<Term> terms;
  for (auto [i, part] : llvm::enumerate(parts)) {
    Value x = wide(n, operands[i]);
    size_t named = part.size() - (part.contains("...") ? 3 : 0);
    size_t extra = n.rank(x) - named;
    if (n.failed() || named > static_cast<size_t>(n.rank(x)) || extra > 16)
      return std::nullopt;
    ellipsis = std::max(ellipsis, extra);
    std::optional<std::string> letters = expandEllipsis(n, part, extra);
    if (!letters || static_cast<int64_t>(letters->size()) != n.rank(x))
      return std::nullopt;
    terms.push_back({x, *letters});
    takeDiagonals(n, terms.back());
  }
  return terms;
}

/// The letters of the result, each of which an operand has; nothing after a
/// failure.
std::optional<std::string> resultLetters(Emitter &n, StringRef equation,
                                         ArrayRef<Term> terms,
                                         size_t ellipsis) {
  std::string all;
  for (const Term &term : terms)
    all += term.letters;
  auto [left, right] = equation.split("->");
  std::optional<std::string> output = equation.contains("->")
                                          ? expandEllipsis(n, right, ellipsis)
                                          : implicitOutput(left, ellipsis);
  for (size_t i = 0; output && i < output->size(); ++i)
    if (!StringRef(all).contains((*output)[i]) ||
        output->find((*output)[i], i + 1) != std::string::npos) {
      n.fail("the result of " + quoted(equation) + " is not valid");
      return std::nullopt;
    }
  return output;
}

} // namespace

Value einsum(Emitter &n, StringRef text, ArrayRef<Value> operands) {
  std::string equation = withoutSpaces(text);
  size_t ellipsis = 0;
  StringRef left = StringRef(equation).split("->").first;
  auto terms = einsumTerms(n, left, operands, ellipsis);
  if (!terms || n.failed()) {
    n.fail("equation " + quoted(equation) + " does not fit the operands");
    return {};
  }
  auto output = resultLetters(n, equation, *terms, ellipsis);
  if (!output)
    return {};
  Term result = terms->front();
  for (size_t i = 1; i < terms->size(); ++i) {
    std::string needed = *output;
    for (size_t k = i + 1; k < terms->size(); ++k)
      needed += (*terms)[k].letters;
    result = multiply(n, result, (*terms)[i], needed);
  }
  sumAway(n, result, *output);
  return arranged(n, result, *output);
}

} // namespace opc::graph
