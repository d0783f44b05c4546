//===- KernelRefusal.cpp - Kernels that a target does not write -----------===//
#include "opc/Targets/Core/Target.h"

#include "llvm/Support/raw_ostream.h"

using namespace opc;

char KernelRefusal::ID = 0;

void KernelRefusal::log(llvm::raw_ostream &out) const {
  out << chip << ": kernel " << kernel << ": " << why;
}

std::error_code KernelRefusal::convertToErrorCode() const {
  return llvm::inconvertibleErrorCode();
}
