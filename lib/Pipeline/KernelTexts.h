//===- KernelTexts.h - the IR of kernels as text ----------------*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_KERNELTEXTS_H
#define OPC_LIB_PIPELINE_KERNELTEXTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringMap.h"
#include <string>

namespace opc {

/// A text for each kernel, by its name.
using KernelTexts = llvm::StringMap<std::string>;

/// A kernel for reading: without locations and the data of large constants, and
/// without what follows from the rest of the module.
std::string textOf(mlir::func::FuncOp kernel);

/// Keeps in `texts`, which must outlive `pm`, what each kernel was before the
/// pass that gave it a schedule.
void keepUnscheduled(mlir::PassManager &pm, KernelTexts &texts);

} // namespace opc

#endif // OPC_LIB_PIPELINE_KERNELTEXTS_H
