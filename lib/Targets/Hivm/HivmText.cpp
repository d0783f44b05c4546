//===- HivmText.cpp - functions in HIVM's syntax --------------------------===//
//
//   "hivm.hir.vexp"(%a, %b) {before = "", behind = "", reads = 1} : (A, B) ->
//   ()
//   // becomes
//   hivm.hir.vexp ins(%a : A) outs(%b : B)
//
//===----------------------------------------------------------------------===//
#include "Hivm.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
namespace opc::hivm {

static constexpr llvm::StringLiteral kHead =
    R"(// Kernels for the vector cores, for bishengir-opt and bishengir-compile.
module attributes {hacc.target = #hacc.target<"Ascend910B2">} {
)";

static constexpr llvm::StringLiteral kEntryAttributes =
    "hacc.entry, hacc.function_kind = #hacc.function_kind<DEVICE>, "
    "hivm.func_core_type = #hivm.func_core_type<AIV>";

/// What a list has between its outermost commas.
static SmallVector<StringRef> split(StringRef list) {
  SmallVector<StringRef> parts;
  int depth = 0;
  size_t first = 0;
  for (size_t at = 0; at < list.size(); ++at) {
    depth += StringRef("<[(").contains(list[at]);
    depth -= StringRef(">])").contains(list[at]);
    if (list[at] == ',' && depth == 0) {
      parts.push_back(list.slice(first, at).trim());
      first = at + 1;
    }
  }
  parts.push_back(list.drop_front(first).trim());
  return parts;
}

static std::string listed(StringRef head, ArrayRef<StringRef> values,
                          ArrayRef<StringRef> types) {
  return llvm::formatv(" {0}({1} : {2})", head, llvm::join(values, ", "),
                       llvm::join(types, ", "))
      .str();
}

/// What `text` has behind `from`, up to `to`.
static StringRef between(StringRef text, const Twine &from, StringRef to) {
  return text.split(from.str()).second.split(to).first;
}

static std::string rewritten(StringRef line) {
  StringRef indent = line.take_while([](char c) { return c == ' '; });
  StringRef name = between(line, "\"", "\"");
  SmallVector<StringRef> values = split(between(line, "\"(", ")"));
  SmallVector<StringRef> types = split(between(line, "} : (", ") -> ()"));
  unsigned reads = 0;
  between(line, kReads + " = ", " :").getAsInteger(10, reads);
  std::string text = (indent + name).str();
  StringRef before = between(line, kBefore + " = \"", "\"");
  StringRef behind = between(line, kBehind + " = \"", "\"");
  if (!before.empty())
    text += (" " + before).str();
  text += listed("ins", ArrayRef(values).take_front(reads),
                 ArrayRef(types).take_front(reads));
  text += listed("outs", ArrayRef(values).drop_front(reads),
                 ArrayRef(types).drop_front(reads));
  if (!behind.empty())
    text += (" " + behind).str();
  return text;
}

static std::string replaced(std::string text, StringRef what, StringRef by) {
  for (size_t at = text.find(what.str()); at != std::string::npos;
       at = text.find(what.str(), at + by.size()))
    text.replace(at, what.size(), by.str());
  return text;
}

static std::string spelled(std::string line) {
  line = replaced(line, ", \"gm\">", ", #hivm.address_space<gm>>");
  line = replaced(line, ", \"ub\">", ", #hivm.address_space<ub>>");
  line = replaced(line, kEntry, kEntryAttributes);
  if (StringRef(line).contains("{" + kBefore.str() + " = "))
    return rewritten(line);
  StringRef cores[] = {"hivm.hir.get_block_idx", "hivm.hir.get_block_num"};
  for (StringRef core : cores)
    line = replaced(line, ("\"" + core + "\"() : () -> i64").str(),
                    (core + " -> i64").str());
  return line;
}

std::string textOf(ModuleOp kernels) {
  std::string text = kHead.str();
  for (auto function : kernels.getOps<func::FuncOp>()) {
    std::string printed;
    llvm::raw_string_ostream out(printed);
    function->print(out, OpPrintingFlags().useLocalScope());
    SmallVector<StringRef> lines;
    StringRef(printed).split(lines, '\n');
    for (StringRef line : lines)
      text += "  " + spelled(line.str()) + "\n";
  }
  return text + "}\n";
}

} // namespace opc::hivm
