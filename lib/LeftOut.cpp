//===- LeftOut.cpp - Parts of LLVM that libopc.so goes without ------------===//
//
// lld asks for every code generator that LLVM was built with, and for Polly, in
// case it is given bitcode; opc gives it machine code. So those that no target
// names are empty here, and libopc.so is half as large.
//
//===----------------------------------------------------------------------===//
#include "llvm/Plugins/PassPlugin.h"

#define OPC_LEFT_OUT(Name)                                                     \
  void LLVMInitialize##Name##TargetInfo() {}                                   \
  void LLVMInitialize##Name##Target() {}                                       \
  void LLVMInitialize##Name##TargetMC() {}                                     \
  void LLVMInitialize##Name##AsmParser() {}                                    \
  void LLVMInitialize##Name##AsmPrinter() {}

extern "C" {
OPC_LEFT_OUT_TARGETS
}

llvm::PassPluginLibraryInfo getPollyPluginInfo();
llvm::PassPluginLibraryInfo getPollyPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "none", "none", [](llvm::PassBuilder &) {}};
}
