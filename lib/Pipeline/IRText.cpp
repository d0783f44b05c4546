//===- IRText.cpp - graphs as MLIR text -----------------------------------===//
//
// The parser calls itself for each bracket, so that deep text would overflow
// the stack: the depth is counted beforehand.
//
//===----------------------------------------------------------------------===//
#include "IRText.h"

#include "Errors.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SourceMgr.h"

using namespace opc;
using namespace mlir;

namespace {

/// Bodies as deep as the front end allows need two brackets each; all else of a
/// program has fewer than the room beside them.
constexpr int64_t kBracketsOfBody = 2, kRoom = 350;

/// What MLIR's parser cannot be given: the greatest depth of brackets outside
/// of strings and comments (signs before an operand of an affine expression
/// nest, too), and arrays of other elements than numbers of whole bytes.
class TextScanner {
public:
  explicit TextScanner(llvm::StringRef text) : text(text) {}

  int64_t count() {
    for (size_t i = 0; i < text.size(); ++i)
      i = step(i);
    return deepest;
  }
  /// The element type of an array whose numbers MLIR's parser would crash on;
  /// empty if there is none.
  llvm::StringRef strangeArray() const { return strange; }

private:
  /// Looks at the character at `i`; gives the last one of what begins there.
  size_t step(size_t i) {
    char c = text[i];
    if (c == '"')
      return endOfString(i);
    if (text.substr(i).starts_with("//"))
      return std::min(text.find('\n', i), text.size());
    if (text.substr(i).starts_with("->"))
      return i + 1;
    if (text.substr(i).starts_with("array<"))
      lookAtArray(text.substr(i + strlen("array<")));
    signs = c == '-' ? signs + 1 : c == ' ' || c == '\n' ? signs : 0;
    if (llvm::StringRef("([{<").contains(c))
      ++depth;
    else if (llvm::StringRef(")]}>").contains(c) && depth > 0)
      --depth;
    deepest = std::max(deepest, depth + signs);
    return i;
  }
  void lookAtArray(llvm::StringRef rest) {
    static constexpr llvm::StringLiteral kElements[] = {
        "i1", "i8", "i16", "i32", "i64", "f32", "f64"};
    llvm::StringRef element = rest.take_until(
        [](char c) { return c == ':' || c == '>' || c == '\n'; });
    // A type of LLVM has a number: array<1 x i64>.
    bool isType = !element.empty() && llvm::isDigit(element.front());
    if (!isType && !llvm::is_contained(kElements, element.trim()))
      strange = element;
  }
  size_t endOfString(size_t i) const {
    for (++i; i < text.size() && text[i] != '"' && text[i] != '\n'; ++i)
      i += text[i] == '\\' ? 1 : 0;
    return i;
  }

  llvm::StringRef text, strange;
  int64_t depth = 0, deepest = 0, signs = 0;
};

/// What a sound text has that is not taken.
Status unsupported(const ModelSource &source, std::string reason,
                   std::string nearest) {
  runtime::Diagnostic diagnostic;
  diagnostic.code = runtime::Diagnostic::Code::Unsupported;
  diagnostic.place = source.name;
  diagnostic.reason = std::move(reason);
  diagnostic.nearest = std::move(nearest);
  return Status::of({std::move(diagnostic)});
}

} // namespace

Status opc::readText(const ModelSource &source, int64_t deepest,
                     MLIRContext &context, OwningOpRef<ModuleOp> &module) {
  TextScanner scanner(source.bytes->getBuffer());
  const int64_t most = deepest * kBracketsOfBody + kRoom;
  if (int64_t depth = scanner.count(); depth > most)
    return unsupported(source, llvm::formatv("brackets nest {0} deep", depth),
                       llvm::formatv("up to {0}", most));
  if (!scanner.strangeArray().empty())
    return unsupported(source,
                       "an array of " + scanner.strangeArray().str() +
                           " is not supported",
                       "of i1, i8, i16, i32, i64, f32 or f64");
  ErrorCollector errors(&context);
  llvm::SourceMgr files;
  // The parser needs a NUL behind the text, which a mapped file may lack.
  files.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBufferCopy(
                               source.bytes->getBuffer(), source.name),
                           llvm::SMLoc());
  module = parseSourceFile<ModuleOp>(files, &context);
  if (!module)
    return Status::input(errors.first(source.name + ": is no IR"));
  if (!module->lookupSymbol("main"))
    return Status::input(
        source.name +
        ": has no function @main: text of the stage import is read");
  if (succeeded(checkGraph(*module)))
    return {};
  if (errors.empty())
    return Status::input(source.name + ": is no graph");
  return Status::of({errors.all().front()});
}
