//===- ImportTorch.h - graphs of ATen ops into the opc dialect --*- C++ -*-===//
//
// The only entry to the front end for PyTorch (docs/Torch.md). It translates
// and does nothing else: each row of its op tables says which opc ops an
// overload stands for. It needs nothing of torch.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_FRONTEND_TORCH_IMPORTTORCH_H
#define OPC_FRONTEND_TORCH_IMPORTTORCH_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "opc/Runtime/Diagnostic.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MemoryBufferRef.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace opc::torch {

/// Whether bytes start like a file that importTorch reads: an archive of
/// torch.export.save, or the JSON of an exported program.
bool startsLikeTorch(llvm::StringRef bytes);

struct ImportOptions {
  /// Name in messages and locations.
  std::string modelName = "model.pt2";
  /// Numbers for named extents.
  llvm::SmallVector<std::pair<std::string, int64_t>> dims;
};

/// Translates a graph of torch's export schema 8 into a module with one
/// function, `@main`, as docs/Architecture.md describes. On failure `errors`
/// holds one for each cause: all nodes that are not supported, each with its
/// name, operator, types and line of the user's program. A graph that does not
/// verify once it is imported is a fault of opc's own (Code::Internal). Large
/// tensors refer to the memory of `model`, which lives as long as `context`.
llvm::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
importTorch(mlir::MLIRContext &context, llvm::MemoryBufferRef model,
            const ImportOptions &options,
            std::vector<runtime::Diagnostic> &errors);

/// Writes the page docs/generated/TorchOps.md: the schemas of the overloads
/// that are known.
void printOps(llvm::raw_ostream &out);

} // namespace opc::torch

#endif // OPC_FRONTEND_TORCH_IMPORTTORCH_H
