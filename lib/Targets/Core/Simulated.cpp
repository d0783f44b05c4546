//===- Simulated.cpp - Targets whose devices are simulated ----------------===//
//
// Such a target is another one in all that it does to kernels. Its image is the
// folder of source that the other one writes, as JSON:
//
//   {"api": "NAME",             // folder of include/opc-sim
//    "chip": "CHIP",
//    "plug_in": "FILE",         // the file that is compiled
//    "files": {"FILE": "text", ...},
//    "kernels": {"NAME": 5}}    // how many arguments are addresses: the first
//
// lib/Devices/Sim reads it.
//
//===----------------------------------------------------------------------===//
#include "Simulated.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <mutex>

using namespace opc;
namespace json = llvm::json;

namespace {

/// A target with the name that it points to.
struct Named {
  std::string name;
  Target target;
};

const TargetDesc &simulatedChip(const TargetDesc &desc) {
  const Target &original = *findTarget(desc.target)->simulates;
  return *llvm::find_if(chipsOf(original), [&](const TargetDesc &each) {
    return each.chip == desc.chip;
  });
}

json::Object addressesOf(mlir::ModuleOp kernels) {
  json::Object counts;
  for (auto kernel : kernels.getOps<mlir::func::FuncOp>())
    counts[kernel.getName()] = llvm::count_if(kernel.getArgumentTypes(),
                                              llvm::IsaPred<mlir::MemRefType>);
  return counts;
}

/// Target::emit of all these.
llvm::Error packSource(mlir::ModuleOp kernels, const TargetDesc &desc,
                       llvm::SmallVectorImpl<char> &image) {
  const TargetDesc &chip = simulatedChip(desc);
  const Target &original = *findTarget(chip.target);
  json::Object addresses = addressesOf(kernels), texts;
  std::vector<SourceFile> files;
  if (llvm::Error error = original.source(kernels, chip, files))
    return error;
  for (SourceFile &file : files)
    texts[file.name] = std::move(file.text);
  llvm::raw_svector_ostream(image)
      << json::Value(json::Object{{"api", chip.device.name},
                                  {"chip", chip.chip},
                                  {"plug_in", original.plugIn},
                                  {"files", std::move(texts)},
                                  {"kernels", std::move(addresses)}});
  return llvm::Error::success();
}

bool canBeSimulated(const Target &target) {
  return target.source && !target.plugIn.empty();
}

} // namespace

DeviceDesc opc::simulator() { return {"sim", /*ownMemory=*/true}; }

std::vector<std::string> opc::simulatedTargets() {
  std::vector<std::string> names;
  for (const Target *target : allTargets())
    if (canBeSimulated(*target))
      names.push_back(target->name.str());
  return names;
}

const Target *opc::simulated(const Target &target) {
  if (!canBeSimulated(target))
    return nullptr;
  static std::mutex mutex;
  static std::map<const Target *, Named> derived;
  std::lock_guard<std::mutex> lock(mutex);
  auto [found, isNew] = derived.try_emplace(&target);
  Named &made = found->second;
  if (!isNew)
    return &made.target;
  made.name = (kSimulated + target.name).str();
  made.target = target;
  made.target.name = made.name;
  made.target.emit = packSource;
  made.target.linksImage = false;
  made.target.source = nullptr;
  made.target.simulates = &target;
  return &made.target;
}
