//===- ExplainSchedules.cpp - who wrote each kernel, and why --------------===//
//
//   kernel @matmul_add_3 (matmul, add): schedule gemm
//   kernel @cumsum_4 (cumsum): schedule plain-loops
//     gemm declined: no product of matrices alone
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

/// "matmul, add"
static std::string opsOf(func::FuncOp kernel) {
  SmallVector<StringRef> names;
  if (auto ops = kernel->getAttrOfType<ArrayAttr>(opc::kKernelOpsAttr))
    for (Attribute op : ops)
      if (auto name = dyn_cast<StringAttr>(op))
        names.push_back(name.getValue().split('.').second);
  return llvm::join(names, ", ");
}

static void tellDeclined(func::FuncOp kernel,
                         const opc::CompileOptions &options) {
  auto declined = kernel->getAttrOfType<DictionaryAttr>(opc::kDeclinedAttr);
  if (!declined)
    return;
  for (NamedAttribute row : declined)
    if (auto why = dyn_cast<StringAttr>(row.getValue()))
      options.tell(llvm::formatv("  {0} declined: {1}",
                                 row.getName().getValue(), why.getValue()));
}

void opc::explainSchedules(ModuleOp module, const CompileOptions &options) {
  for (auto kernel : module.getOps<func::FuncOp>()) {
    auto schedule = kernel->getAttrOfType<StringAttr>(kScheduleAttr);
    if (!schedule || !kernel->hasAttr(kKernelAttr))
      continue;
    options.tell(llvm::formatv("kernel @{0} ({1}): schedule {2}",
                               kernel.getName(), opsOf(kernel),
                               schedule.getValue()));
    tellDeclined(kernel, options);
  }
}
