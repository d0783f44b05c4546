//===- Import.h - ONNX models into the opc dialect --------------*- C++ -*-===//
//
// The only entry to the ONNX front end. It translates and does nothing else:
// each row of its op tables says which opc ops an ONNX op of some opsets stands
// for.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_FRONTEND_ONNX_IMPORT_H
#define OPC_FRONTEND_ONNX_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "opc/Runtime/Diagnostic.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBufferRef.h"
#include <string>
#include <vector>

namespace opc::onnx {

/// A value for a graph input that is to be compiled in.
struct ConstantInput {
  /// The name of the ONNX element type in lower case: "int64", "float", "bool".
  std::string dtype;
  llvm::SmallVector<int64_t> shape;
  /// Elements in row-major order, little-endian; one byte for each bool.
  /// They live as long as the context.
  llvm::ArrayRef<char> data;
};

/// Bodies of control flow, and functions that call each other, are translated
/// as deep as this where the stack may be small, and with 16 MiB of stack.
inline constexpr int64_t kDeepestOnSmallStack = 24;
inline constexpr int64_t kDeepest = 1000;

struct ImportOptions {
  /// How deep bodies and functions may nest.
  int64_t deepest = kDeepestOnSmallStack;
  /// Where external data is looked for: the folder of the model file.
  std::string directory;
  /// Name in messages and locations.
  std::string modelName = "model.onnx";
  /// Extents for named dimensions of the inputs.
  llvm::SmallVector<std::pair<std::string, int64_t>> dims;
  /// Values compiled in, by the name of the graph input, which is then no
  /// argument of the function any more.
  llvm::StringMap<ConstantInput> constants;
};

/// Translates a serialized ONNX model into a module with one function, `@main`,
/// as docs/Architecture.md describes. On failure `errors` holds one for
/// each cause: all nodes that are not supported, each with its name, domain,
/// opset and types. A value that the form of the program depends on
/// (Code::NeedsValue) may be given in ImportOptions::constants if it is an
/// input. A graph that does not verify once it is imported is a fault of opc's
/// own (Code::Internal). Large tensors refer to the model's and its external
/// files' memory, which lives as long as `context`.
llvm::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
importOnnx(mlir::MLIRContext &context, llvm::MemoryBufferRef model,
           const ImportOptions &options,
           std::vector<runtime::Diagnostic> &errors);

} // namespace opc::onnx

#endif // OPC_FRONTEND_ONNX_IMPORT_H
