//===- Host.cpp - What this machine can run -------------------------------===//
//
// Compares the features that a chip's description requires with those that the
// runtime finds, by which it takes or refuses a program. The processor's own
// are asked for, never its name: LLVM takes some server chips for desktop ones.
//
//===----------------------------------------------------------------------===//
#include "opc/Targets/Core/Target.h"

#include "opc/Runtime/MachineFeatures.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace opc;

bool opc::isForThisProcessor(const TargetDesc &desc) {
  llvm::Triple host(llvm::sys::getProcessTriple());
  llvm::Triple wanted(desc.llvm.triple);
  return host.getArch() == wanted.getArch() && host.getOS() == wanted.getOS();
}

bool opc::runsHere(const TargetDesc &desc, std::string &missing) {
  missing.clear();
  // Loading a program opens its devices, or says what is missing.
  if (!desc.device.name.empty())
    return true;
  if (!isForThisProcessor(desc)) {
    missing = llvm::Triple(desc.llvm.triple).getArchName().str();
    return false;
  }
  llvm::SmallVector<llvm::StringRef> absent;
  for (const std::string &feature : desc.requiredFeatures)
    if (!runtime::hasCpuFeature(feature))
      absent.push_back(feature);
  missing = llvm::join(absent, ", ");
  return absent.empty();
}
