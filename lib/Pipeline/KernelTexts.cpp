//===- KernelTexts.cpp - the IR of kernels as text ------------------------===//
//
// A kernel may be scheduled by any of several passes, and broken up before: so
// what it was is taken down before each pass, for as long as it has no
// schedule.
//
//===----------------------------------------------------------------------===//
#include "KernelTexts.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/Schedule/ScheduleResult.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace opc;

namespace {

class Keeper : public PassInstrumentation {
public:
  explicit Keeper(KernelTexts &texts) : texts(texts) {}

  void runBeforePass(Pass *, Operation *op) override {
    if (auto kernel = dyn_cast<func::FuncOp>(op))
      keep(kernel);
    else if (auto module = dyn_cast<ModuleOp>(op))
      for (auto kernel : module.getOps<func::FuncOp>())
        keep(kernel);
  }

private:
  void keep(func::FuncOp kernel) {
    bool wasAsked =
        kernel->hasAttr(kScheduleAttr) || kernel->hasAttr(kDeclinedAttr);
    if (kernel->hasAttr(kKernelAttr) && !wasAsked)
      texts[kernel.getName()] = textOf(kernel);
  }

  KernelTexts &texts;
};

} // namespace

std::string opc::textOf(func::FuncOp kernel) {
  std::string text;
  llvm::raw_string_ostream out(text);
  kernel->print(out, OpPrintingFlags()
                         .elideLargeElementsAttrs(64)
                         .elideLargeResourceString(64)
                         .useLocalScope());
  return text;
}

void opc::keepUnscheduled(PassManager &pm, KernelTexts &texts) {
  pm.addInstrumentation(std::make_unique<Keeper>(texts));
}
