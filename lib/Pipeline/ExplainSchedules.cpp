//===- ExplainSchedules.cpp - who wrote each kernel, and why --------------===//
//
//   kernel @matmul_add_3 (matmul, add): schedule gemm
//   kernel @cumulative_4 (cumulative): schedule plain-loops
//     pointwise declined: an op that is not element by element
//   kernel @exp_reduce_5 (exp, reduce): no schedule, broken up into @exp_7,
//   @reduce_8
//     reduce declined: partial totals of a number that fills no vectors
//
//===----------------------------------------------------------------------===//
#include "ExplainSchedules.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc/Conversion/OpcToHost/HostProgram.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"
#include "opc/Targets/Schedule/ScheduleResult.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
namespace json = llvm::json;

namespace {

struct Declined {
  StringRef schedule, why;
};

/// What became of a kernel: a schedule wrote it, or none took it and it was
/// broken up.
struct Outcome {
  StringRef kernel, schedule;
  SmallVector<StringRef> into;
  SmallVector<StringRef> ops; ///< "opc.matmul", "opc.add"
  SmallVector<Declined> declined;
  StringRef plan;           ///< lines
  DictionaryAttr placement; ///< null: the program has one chip
  func::FuncOp function;    ///< null where it is no more
};

SmallVector<StringRef> textsOf(Attribute list) {
  SmallVector<StringRef> texts;
  if (auto array = dyn_cast_or_null<ArrayAttr>(list))
    for (Attribute each : array)
      if (auto text = dyn_cast<StringAttr>(each))
        texts.push_back(text.getValue());
  return texts;
}

StringRef text(Attribute attribute) {
  auto known = dyn_cast_or_null<StringAttr>(attribute);
  return known ? known.getValue() : StringRef();
}

/// What the attributes of a kernel, or the row of one that was broken up, say.
Outcome outcomeOf(DictionaryAttr attributes) {
  Outcome outcome;
  outcome.kernel = text(attributes.get("kernel"));
  outcome.schedule = text(attributes.get(opc::kScheduleAttr));
  outcome.into = textsOf(attributes.get("into"));
  outcome.plan = text(attributes.get(opc::kPlanAttr));
  outcome.ops = textsOf(attributes.get(opc::kKernelOpsAttr));
  outcome.placement = attributes.getAs<DictionaryAttr>(opc::kPlacementAttr);
  if (auto rest = attributes.getAs<DictionaryAttr>(opc::kDeclinedAttr))
    for (NamedAttribute row : rest)
      outcome.declined.push_back(
          {row.getName().getValue(), text(row.getValue())});
  return outcome;
}

/// Kernels that were broken up come first.
std::vector<Outcome> outcomesOf(ModuleOp module) {
  std::vector<Outcome> all;
  if (auto rows = module->getAttrOfType<ArrayAttr>(opc::kBrokenUpAttr))
    for (auto row : rows.getAsRange<DictionaryAttr>())
      all.push_back(outcomeOf(row));
  for (auto kernel : module.getOps<func::FuncOp>()) {
    if (!kernel->hasAttr(opc::kScheduleAttr) ||
        !kernel->hasAttr(opc::kKernelAttr))
      continue;
    Outcome &outcome =
        all.emplace_back(outcomeOf(kernel->getDiscardableAttrDictionary()));
    outcome.kernel = kernel.getName();
    outcome.function = kernel;
  }
  return all;
}

std::string resultOf(const Outcome &outcome) {
  if (outcome.function)
    return ("schedule " + outcome.schedule).str();
  return "no schedule, broken up into @" + llvm::join(outcome.into, ", @");
}

/// The microseconds of each chip in one of the dictionaries of a placement.
double microseconds(DictionaryAttr placement, StringRef of, StringRef chip) {
  auto number = placement.getAs<DictionaryAttr>(of).getAs<FloatAttr>(chip);
  return number ? number.getValueAsDouble() : 0;
}

/// "placed on board:b1 (least time): board:b1 3.0 us + 1.0 us of copies, ..."
std::string placeOf(DictionaryAttr placement) {
  std::vector<std::string> chips;
  for (NamedAttribute row : placement.getAs<DictionaryAttr>("times"))
    chips.push_back(
        llvm::formatv("{0} {1:f1} us + {2:f1} us of copies",
                      row.getName().getValue(),
                      microseconds(placement, "times", row.getName()),
                      microseconds(placement, "copies", row.getName()))
            .str());
  return llvm::formatv("placed on {0} ({1}): {2}", text(placement.get("chip")),
                       text(placement.get("why")), llvm::join(chips, ", "));
}

json::Object describePlace(DictionaryAttr placement) {
  json::Object times, copies;
  for (NamedAttribute row : placement.getAs<DictionaryAttr>("times")) {
    std::string chip = row.getName().str();
    times[chip] = microseconds(placement, "times", chip);
    copies[chip] = microseconds(placement, "copies", chip);
  }
  return json::Object{{"chip", text(placement.get("chip")).str()},
                      {"why", text(placement.get("why")).str()},
                      {"times_us", std::move(times)},
                      {"copies_us", std::move(copies)}};
}

} // namespace

void opc::explainSchedules(ModuleOp module, const CompileOptions &options) {
  for (const Outcome &outcome : outcomesOf(module)) {
    auto ops = llvm::map_to_vector(
        outcome.ops, [](StringRef op) { return op.split('.').second; });
    options.tellDecision(llvm::formatv("kernel @{0} ({1}): {2}", outcome.kernel,
                                       llvm::join(ops, ", "),
                                       resultOf(outcome)));
    if (outcome.placement)
      options.tellDecision("  " + placeOf(outcome.placement));
    for (const Declined &each : outcome.declined)
      options.tellDecision(
          llvm::formatv("  {0} declined: {1}", each.schedule, each.why));
    SmallVector<StringRef> lines;
    outcome.plan.split(lines, '\n', -1, /*KeepEmpty=*/false);
    for (StringRef line : lines)
      options.tellDecision(("  " + line).str());
  }
}

/// Copies: what is described outlives the context that owns its names.
static json::Array listOf(ArrayRef<StringRef> names) {
  json::Array list;
  for (StringRef name : names)
    list.push_back(name.str());
  return list;
}

json::Array opc::describeSchedules(ModuleOp module, const KernelTexts &before) {
  json::Array kernels;
  for (const Outcome &outcome : outcomesOf(module)) {
    json::Array declined;
    for (const Declined &each : outcome.declined)
      declined.push_back(json::Object{{"schedule", each.schedule.str()},
                                      {"why", each.why.str()}});
    func::FuncOp function = outcome.function;
    kernels.push_back(json::Object{
        {"name", outcome.kernel.str()},
        {"ops", listOf(outcome.ops)},
        {"schedule", outcome.schedule.str()},
        {"into", listOf(outcome.into)},
        {"declined", std::move(declined)},
        {"plan", outcome.plan.str()},
        {"before", before.lookup(outcome.kernel)},
        {"after", function ? opc::textOf(function) : std::string()}});
    if (outcome.placement)
      kernels.back().getAsObject()->try_emplace(
          "placement", describePlace(outcome.placement));
  }
  return kernels;
}
