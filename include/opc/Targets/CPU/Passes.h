//===- Passes.h - passes of the CPU target ----------------------*- C++ -*-===//
#ifndef OPC_TARGETS_CPU_PASSES_H
#define OPC_TARGETS_CPU_PASSES_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/Pass.h"

namespace opc::cpu {

#define GEN_PASS_DECL
#include "opc/Targets/CPU/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "opc/Targets/CPU/Passes.h.inc"

} // namespace opc::cpu

#endif // OPC_TARGETS_CPU_PASSES_H
