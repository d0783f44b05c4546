//===- Analyses.h - What LLVM's passes ask ----------------------*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_ANALYSES_H
#define OPC_LIB_PIPELINE_ANALYSES_H

#include "llvm/Passes/PassBuilder.h"

namespace opc {

/// The analyses of a PassBuilder, for passes over one llvm::Module.
struct Analyses {
  explicit Analyses(llvm::PassBuilder &builder) {
    builder.registerModuleAnalyses(modules);
    builder.registerCGSCCAnalyses(callGraph);
    builder.registerFunctionAnalyses(functions);
    builder.registerLoopAnalyses(loops);
    builder.crossRegisterProxies(loops, functions, callGraph, modules);
  }

  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager callGraph;
  llvm::ModuleAnalysisManager modules;
};

} // namespace opc

#endif
