//===- Jit.cpp - Objects linked into this process -------------------------===//
//
// ORC links the very objects that a .so would hold; constants are used where
// they are.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Jit.h"

#include "LoadedProgram.h"
#include "opc-c/module.h"
#include "opc/Conversion/OpcToHost/HostProgram.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/TargetSelect.h"

using namespace opc;
namespace orc = llvm::orc;

namespace {

class JitProgram : public LoadedProgram {
public:
  explicit JitProgram(CompiledProgram compiled)
      : compiled(std::move(compiled)) {}

  Status save(llvm::StringRef path) const override {
    return linkSharedObject(compiled.parts(), *compiled.desc, path);
  }

  llvm::Error link();
  llvm::Expected<opc_program_descriptor> descriptor();

private:
  CompiledProgram compiled;
  std::vector<opc_program_image> images;
  std::unique_ptr<orc::LLJIT> jit;
};

llvm::Error JitProgram::link() {
  orc::JITTargetMachineBuilder machine{
      llvm::Triple(compiled.desc->llvm.triple)};
  auto created =
      orc::LLJITBuilder().setJITTargetMachineBuilder(machine).create();
  if (!created)
    return created.takeError();
  jit = std::move(*created);
  // libm by name: the process around us may hide its own.
  auto libm = orc::DynamicLibrarySearchGenerator::Load(
      "libm.so.6", jit->getDataLayout().getGlobalPrefix());
  if (!libm)
    return libm.takeError();
  jit->getMainJITDylib().addGenerator(std::move(*libm));
  for (const ObjectBytes &object : compiled.objects) {
    auto buffer = llvm::MemoryBuffer::getMemBuffer(
        {object.data(), object.size()}, "kernels", false);
    if (llvm::Error error = jit->addObjectFile(std::move(buffer)))
      return error;
  }
  return llvm::Error::success();
}

llvm::Expected<opc_program_descriptor> JitProgram::descriptor() {
  llvm::Expected<orc::ExecutorAddr> entry = jit->lookup(kEntrySymbol);
  if (!entry)
    return entry.takeError();
  opc_program_descriptor result = {};
  result.abi_version = OPC_ABI_VERSION;
  result.entry = entry->toPtr<opc_entry_fn>();
  result.manifest = compiled.manifest.data();
  result.manifest_size = compiled.manifest.size();
  result.constants = compiled.constants.data();
  result.constants_size = compiled.constants.size();
  for (const ObjectBytes &image : compiled.images)
    images.push_back({image.data(), image.size()});
  result.images = images.data();
  result.num_images = images.size();
  return result;
}

} // namespace

Status opc::loadIntoProcess(CompiledProgram compiled, opc_program *&program) {
  if (Status status = checkRunsHere(*compiled.desc); !status.ok())
    return status;
  llvm::SmallVector<std::string> libc, libm;
  if (Status status = findLibraryCalls(compiled.objects, libc, libm);
      !status.ok())
    return status;
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  auto owner = std::make_unique<JitProgram>(std::move(compiled));
  if (llvm::Error error = owner->link())
    return Status::internal("JIT: " + llvm::toString(std::move(error)));
  llvm::Expected<opc_program_descriptor> descriptor = owner->descriptor();
  if (!descriptor)
    return Status::internal("JIT: " + llvm::toString(descriptor.takeError()));
  return adoptProgram(*descriptor, std::move(owner), program);
}
