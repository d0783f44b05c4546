//===- CodeGen.cpp - From the LLVM dialect to machine code ----------------===//
//
// Kernels carry their vectors, so LLVM's part is scalar clean-up, instruction
// selection and registers: its O1 pipeline without unrolling is as fast here as
// O3 and compiles twice as quickly. Floating point stays as the IR says:
// nothing is reassociated or contracted that has no flag for it.
//
// A module with a very large function is not optimised: LLVM's combiner,
// scheduler and register allocator take time that grows with the square of a
// function or of its longest block, its fast ones do not. Such are the entry
// of a program of thousands of launches and a kernel of thousands of operands.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/CodeGen.h"
#include "Analyses.h"
#include "TruncatedStores.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Threading.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "opc/Conversion/OpcToHost/HostProgram.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/Core/Target.h"
#include "opc/Targets/Core/TargetMachines.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"

#include <algorithm>
#include <functional>

using namespace opc;
using runtime::Status;

namespace {

/// Instructions in a row up to which they are optimised, which takes time that
/// grows with their square. Loops of a kernel are shorter rows, and many of
/// them are only more work.
constexpr unsigned kLargeBlock = 10000;
/// One LLVM module on its way, with the context that it lives in.
struct Unit {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
  std::unique_ptr<llvm::TargetMachine> machine;
};

void setMachine(llvm::Module &module, const llvm::TargetMachine &machine) {
  module.setDataLayout(machine.createDataLayout());
  module.setTargetTriple(machine.getTargetTriple());
}

void setAttributes(llvm::Module &module, const TargetDesc &desc) {
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    // Parts of one program see each other, nobody else sees them; a device asks
    // its image for kernels by name.
    if (!function.hasLocalLinkage() && desc.device.name.empty())
      function.setVisibility(llvm::GlobalValue::HiddenVisibility);
    function.addFnAttr("target-cpu", desc.llvm.cpu);
    function.addFnAttr("target-features", desc.llvm.features);
    function.addFnAttr("prefer-vector-width", std::to_string(desc.vector.bits));
    function.addFnAttr(llvm::Attribute::NoUnwind);
    if (unsigned vscale = desc.llvm.vscale)
      function.addFnAttr(llvm::Attribute::getWithVScaleRangeArgs(
          module.getContext(), vscale, vscale));
  }
}

bool isLarge(const llvm::Function &function) {
  if (function.getName() == kEntrySymbol)
    return function.getInstructionCount() > kLargeEntry;
  return llvm::any_of(function, [](const llvm::BasicBlock &block) {
    return block.size() > kLargeBlock;
  });
}

void optimize(Unit &unit, bool vectorize) {
  if (llvm::any_of(*unit.module, isLarge)) {
    unit.machine->setOptLevel(llvm::CodeGenOptLevel::None);
    return;
  }
  llvm::PipelineTuningOptions tuning;
  tuning.LoopUnrolling = false;
  tuning.LoopInterleaving = vectorize;
  tuning.LoopVectorization = vectorize;
  tuning.SLPVectorization = false;
  llvm::PassBuilder builder(unit.machine.get(), tuning);
  Analyses analyses(builder);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O1)
      .run(*unit.module, analyses.modules);
}

/// One of the modules that are compiled apart.
struct Part {
  mlir::ModuleOp module;
  const TargetDesc *desc;
  ObjectBytes object;
  Status status;
  std::vector<RefusedKernel> refused;

  bool isForDevice() const { return !desc->device.name.empty(); }
};

/// What a target says against writing kernels.
Status statusOf(llvm::Error error, std::vector<RefusedKernel> &refused) {
  Status status;
  llvm::handleAllErrors(
      std::move(error),
      [&](const KernelRefusal &refusal) {
        refused.push_back({refusal.chip, refusal.kernel, refusal.why});
        status = Status::input(refusal.message());
      },
      [&](const llvm::ErrorInfoBase &other) {
        status = Status::input(other.message());
      });
  return status;
}

Status prepare(const Part &part, const CodeGenOptions &options, Unit &unit) {
  const TargetDesc &desc = *part.desc;
  std::string error;
  unit.machine = makeMachine(desc, error);
  if (!unit.machine)
    return Status::internal(desc.name() + ": " + error);
  unit.context = std::make_unique<llvm::LLVMContext>();
  unit.module = mlir::translateModuleToLLVMIR(part.module, *unit.context, "opc",
                                              /*disableVerification=*/true);
  if (!unit.module)
    return Status::internal("translation to LLVM IR failed");
  setMachine(*unit.module, *unit.machine);
  setAttributes(*unit.module, desc);
  // Not with registers whose length is no constant: LLVM 22 selects wrong code
  // for masked loads of bytes in such loops (SVE, a maximum of negative
  // numbers).
  bool vectorize = options.vectorize && !desc.llvm.vscale &&
                   !findTarget(desc.target)->asWritten;
  optimize(unit, vectorize);
  splitTruncatedStores(*unit.module);
  return {};
}

Status emit(llvm::Module &module, llvm::TargetMachine &machine,
            ObjectBytes &object) {
  llvm::raw_svector_ostream out(object);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, out, nullptr,
                                  llvm::CodeGenFileType::ObjectFile))
    return Status::internal("LLVM cannot write objects for this target");
  passes.run(module);
  return {};
}

/// By LLVM, or by the target itself.
Status generate(Part &part, const CodeGenOptions &options) {
  if (auto *write = findTarget(part.desc->target)->emit)
    return statusOf(write(part.module, *part.desc, part.object), part.refused);
  Unit unit;
  Status status = prepare(part, options, unit);
  return status.ok() ? emit(*unit.module, *unit.machine, part.object) : status;
}

/// All of them on the threads of the context; the first failure.
Status generateAll(llvm::MutableArrayRef<Part> parts, mlir::ModuleOp module,
                   const CodeGenOptions &options) {
  mlir::parallelFor(module.getContext(), 0, parts.size(), [&](size_t index) {
    Part &part = parts[index];
    if (options.interrupt && *options.interrupt) {
      part.status = Status::input("interrupted");
      return;
    }
    part.status = generate(part, options);
  });
  for (Part &part : parts)
    if (!part.status.ok())
      return part.status;
  return {};
}

/// The modules that are compiled apart, each with its chip.
Status partsOf(mlir::ModuleOp module, const TargetDesc &desc,
               std::vector<Part> &parts) {
  auto nested = llvm::to_vector(module.getOps<mlir::ModuleOp>());
  if (nested.empty())
    nested.push_back(module);
  for (mlir::ModuleOp each : nested) {
    auto name = each->getAttrOfType<mlir::StringAttr>(kTargetAttr);
    Part &part = parts.emplace_back(Part{each, &desc, {}, {}});
    if (!name || each == module)
      continue;
    llvm::Expected<const TargetDesc *> own = findChip(name.getValue());
    if (!own)
      return Status::internal(llvm::toString(own.takeError()));
    part.desc = *own;
  }
  return {};
}

} // namespace

Status opc::generateObjects(mlir::ModuleOp module, const TargetDesc &desc,
                            const CodeGenOptions &options,
                            std::vector<ObjectBytes> &objects,
                            DeviceObjects *devices) {
  std::vector<Part> parts;
  if (Status status = partsOf(module, desc, parts); !status.ok())
    return status;
  auto hosts = std::stable_partition(parts.begin(), parts.end(),
                                     std::mem_fn(&Part::isForDevice));
  if (hosts != parts.begin() && !devices)
    return Status::internal(parts.front().desc->name() +
                            " is no chip of the host");
  size_t count = hosts - parts.begin();
  llvm::MutableArrayRef<Part> all(parts);
  objects.clear();
  if (Status status = generateAll(all.take_front(count), module, options);
      !status.ok()) {
    for (Part &part : all.take_front(count))
      llvm::append_range(devices->refused, part.refused);
    return status;
  }
  if (Status status = generateAll(all.drop_front(count), module, options);
      !status.ok())
    return status;
  for (Part &part : parts) {
    auto &list =
        part.isForDevice() ? devices->byChip[part.desc->name()] : objects;
    list.push_back(std::move(part.object));
  }
  return {};
}

Status opc::compileModule(llvm::Module &module, const TargetDesc &desc,
                          ObjectBytes &object) {
  std::string error;
  std::unique_ptr<llvm::TargetMachine> machine = makeMachine(desc, error);
  if (!machine)
    return Status::internal(desc.name() + ": " + error);
  setMachine(module, *machine);
  return emit(module, *machine, object);
}

Status opc::printLLVM(mlir::ModuleOp module, const TargetDesc &desc,
                      const CodeGenOptions &options, std::string &text) {
  std::vector<Part> parts;
  if (Status status = partsOf(module, desc, parts); !status.ok())
    return status;
  llvm::raw_string_ostream out(text);
  for (const Part &part : parts) {
    if (findTarget(part.desc->target)->emit)
      continue;
    Unit unit;
    if (Status status = prepare(part, options, unit); !status.ok())
      return status;
    unit.module->print(out, nullptr);
  }
  return {};
}
