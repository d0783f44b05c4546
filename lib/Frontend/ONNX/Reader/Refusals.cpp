//===- Refusals.cpp - What is said of what is not supported ---------------===//
//
// The forms of ops and dtypes; the conditions of a row say theirs.
//
//===----------------------------------------------------------------------===//
#include "Refusals.h"
#include "Node.h"
#include "opc/Runtime/Suggest.h"
#include "llvm/Support/FormatVariadic.h"

using llvm::formatv;

namespace opc::onnx {
namespace {

struct Alternative {
  /// The start of the op's name, or all of it.
  llvm::StringLiteral op;
  llvm::StringLiteral instead;
};

constexpr llvm::StringLiteral
    kTensors("tensors, with Concat, Split and Gather");
constexpr llvm::StringLiteral kNumbers("integers that stand for the texts");

/// What expresses an op that is not supported, in ops that are.
constexpr Alternative kAlternatives[] = {
    {"Sequence", kTensors},
    {"ConcatFromSequence", "Concat"},
    {"SplitToSequence", "Split"},
    {"Optional", "If, on a tensor that says whether there is one"},
    {"String", kNumbers},
    {"RegexFullMatch", kNumbers},
    {"TfIdfVectorizer", "Gather and MatMul"},
    {"LabelEncoder", "Gather, from a table"},
    {"ImageDecoder", "a tensor of the decoded image"},
    {"DeformConv", "GridSample and Conv"},
    {"LinearAttention", "Scan, or Attention"},
    {"MelWeightMatrix", "a constant"},
    {"Det", "an expression of the elements, for a fixed size"},
    {"TreeEnsemble", "Less, Gather and Where"},
    {"SVM", "MatMul"},
    {"LinearClassifier", "MatMul and ArgMax"},
    {"LinearRegressor", "MatMul and Add"},
    {"Scaler", "Sub and Mul"},
    {"Normalizer", "LpNormalization"},
    {"Binarizer", "Greater and Cast"},
    {"ArrayFeatureExtractor", "Gather"},
    {"Gradient", "the graph of the gradient itself"},
};

struct DtypeAlternative {
  pb::TensorProto::DataType dtype;
  llvm::StringLiteral instead;
};

constexpr DtypeAlternative kDtypes[] = {
    {pb::TensorProto::STRING, kNumbers},
    {pb::TensorProto::COMPLEX64, "two tensors of f32, real and imaginary"},
    {pb::TensorProto::COMPLEX128, "two tensors of f64, real and imaginary"},
    {pb::TensorProto::FLOAT8E4M3FN, "f16 or i8"},
    {pb::TensorProto::FLOAT8E4M3FNUZ, "f16 or i8"},
    {pb::TensorProto::FLOAT8E5M2, "f16 or i8"},
    {pb::TensorProto::FLOAT8E5M2FNUZ, "f16 or i8"},
};

/// The names in the tables of a domain; none of a domain that has no table.
std::vector<std::string> opNames(StringRef domain) {
  std::vector<std::string> names;
  for (ArrayRef<OpRow> table : tablesOf(domain))
    for (const OpRow &row : table)
      names.push_back(row.name.str());
  return names;
}

} // namespace

std::string opsetsOf(StringRef domain, StringRef op) {
  SmallVector<std::pair<int64_t, int64_t>> ranges;
  for (ArrayRef<OpRow> table : tablesOf(domain))
    for (const OpRow &row : table)
      if (row.name == op)
        ranges.emplace_back(row.since, row.until);
  llvm::sort(ranges);
  SmallVector<std::pair<int64_t, int64_t>> merged;
  for (auto range : ranges) {
    if (!merged.empty() && range.first <= merged.back().second + 1)
      merged.back().second = std::max(merged.back().second, range.second);
    else
      merged.push_back(range);
  }
  std::string text;
  for (auto [first, last] : merged)
    text +=
        formatv("{0}{1} to {2}", text.empty() ? "" : ", ", first, last).str();
  return text;
}

/// What an op without a row may be written as instead; "" if nothing is known.
static std::string alternative(StringRef domain, StringRef op) {
  for (const Alternative &row : kAlternatives)
    if (domain.starts_with("ai.onnx") && op.starts_with(row.op))
      return row.instead.str();
  if (domain == "com.microsoft.nchwc")
    return "the model saved by onnxruntime at a lower level of optimisation, "
           "ORT_ENABLE_EXTENDED";
  return tablesOf(domain).empty()
             ? "ops of ai.onnx and com.microsoft, and local functions"
             : "";
}

Objection missingOp(StringRef domain, StringRef op) {
  if (domain == "ai.onnx")
    if (std::string opsets = opsetsOf(domain, op); !opsets.empty())
      return Objection::unsupported("this opset's form is not supported",
                                    "opsets " + opsets);
  if (std::string instead = alternative(domain, op); !instead.empty())
    return Objection::unsupported("is not supported", instead);
  return Objection::unsupported("is not supported" +
                                runtime::suggestion(op, opNames(domain)));
}

Objection refusedDtype(int dataType) {
  StringRef instead;
  for (const DtypeAlternative &row : kDtypes)
    if (row.dtype == dataType)
      instead = row.instead;
  return Objection::unsupported(
      "dtype " + dtypeName(dataType) + " is not supported", instead);
}

} // namespace opc::onnx
