//===- LoadedProgram.cpp - Which programs this library has loaded ---------===//
//
// The runtime's programs are opaque, so a table says what stands behind each.
//
//===----------------------------------------------------------------------===//
#include "LoadedProgram.h"

#include "MemoryGuard.h"
#include "ModelFiles.h"
#include "opc/Pipeline/Jit.h"
#include "llvm/ADT/DenseMap.h"

using namespace opc;

namespace {

struct Table {
  std::mutex mutex;
  llvm::DenseMap<const opc_program *, LoadedProgram *> programs;
};

Table &table() {
  // Never destroyed: programs may be closed while the process ends.
  static Table *const instance = new Table;
  return *instance;
}

void release(void *owner) {
  auto *program = static_cast<LoadedProgram *>(owner);
  locked(table().mutex, [&] {
    for (auto entry : table().programs)
      if (entry.second == program) {
        table().programs.erase(entry.first);
        break;
      }
  });
  delete program;
}

} // namespace

Status opc::adoptProgram(const opc_program_descriptor &descriptor,
                         std::unique_ptr<LoadedProgram> owner,
                         opc_program *&program) {
  opc_status code = opc_adopt(&descriptor, owner.get(), release, &program);
  if (code != OPC_OK)
    return code == OPC_ERROR_INPUT ? Status::input(opc_last_error())
                                   : Status::internal(opc_last_error());
  locked(table().mutex, [&] { table().programs[program] = owner.release(); });
  return {};
}

Status opc::saveProgram(const opc_program *program, llvm::StringRef path) {
  Status status = Status::usage(
      "opc_save: the program was not compiled by this process; its file is "
      "already there");
  locked(table().mutex, [&] {
    auto found = table().programs.find(program);
    if (found == table().programs.end())
      return;
    status = checkOutput(path, found->second->modelFiles);
    if (status.ok())
      status = found->second->save(path);
  });
  return status;
}

void opc::setModelFiles(const opc_program *program,
                        std::vector<std::string> files) {
  locked(table().mutex, [&] {
    auto found = table().programs.find(program);
    if (found != table().programs.end())
      found->second->modelFiles = std::move(files);
  });
}
