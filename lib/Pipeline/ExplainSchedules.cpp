//===- ExplainSchedules.cpp - who wrote each kernel, and why --------------===//
//
//   kernel @matmul_add_3 (matmul, add): schedule gemm
//   kernel @cumulative_4 (cumulative): schedule plain-loops
//     pointwise declined: an op that is not element by element
//
//===----------------------------------------------------------------------===//
#include "ExplainSchedules.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"
#include "opc/Targets/Core/ScheduleResult.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
namespace json = llvm::json;

namespace {

/// "opc.matmul", "opc.add"
SmallVector<StringRef> opsOf(func::FuncOp kernel) {
  SmallVector<StringRef> names;
  if (auto ops = kernel->getAttrOfType<ArrayAttr>(opc::kKernelOpsAttr))
    for (Attribute op : ops)
      if (auto name = dyn_cast<StringAttr>(op))
        names.push_back(name.getValue());
  return names;
}

struct Declined {
  StringRef schedule, why;
};

SmallVector<Declined> declinedBy(func::FuncOp kernel) {
  SmallVector<Declined> rows;
  if (auto rest = kernel->getAttrOfType<DictionaryAttr>(opc::kDeclinedAttr))
    for (NamedAttribute row : rest)
      if (auto why = dyn_cast<StringAttr>(row.getValue()))
        rows.push_back({row.getName().getValue(), why.getValue()});
  return rows;
}

void forScheduled(
    ModuleOp module,
    llvm::function_ref<void(func::FuncOp kernel, StringRef schedule)> body) {
  for (auto kernel : module.getOps<func::FuncOp>())
    if (auto schedule = kernel->getAttrOfType<StringAttr>(opc::kScheduleAttr);
        schedule && kernel->hasAttr(opc::kKernelAttr))
      body(kernel, schedule.getValue());
}

} // namespace

void opc::explainSchedules(ModuleOp module, const CompileOptions &options) {
  forScheduled(module, [&](func::FuncOp kernel, StringRef schedule) {
    SmallVector<StringRef> ops = opsOf(kernel);
    for (StringRef &op : ops)
      op = op.split('.').second;
    options.tell(llvm::formatv("kernel @{0} ({1}): schedule {2}",
                               kernel.getName(), llvm::join(ops, ", "),
                               schedule));
    for (const Declined &each : declinedBy(kernel))
      options.tell(
          llvm::formatv("  {0} declined: {1}", each.schedule, each.why));
  });
}

json::Array opc::describeSchedules(ModuleOp module, const KernelTexts &before) {
  json::Array kernels;
  forScheduled(module, [&](func::FuncOp kernel, StringRef schedule) {
    json::Array declined;
    for (const Declined &each : declinedBy(kernel))
      declined.push_back(
          json::Object{{"schedule", each.schedule}, {"why", each.why}});
    kernels.push_back(json::Object{{"name", kernel.getName()},
                                   {"ops", json::Array(opsOf(kernel))},
                                   {"schedule", schedule},
                                   {"declined", std::move(declined)},
                                   {"before", before.lookup(kernel.getName())},
                                   {"after", textOf(kernel)}});
  });
  return kernels;
}
