//===- Aliases.h - which tensors share memory -------------------*- C++ -*-===//
//
// Graphs that were not made functional change tensors in place. A change gives
// a new value to the names that stand for the very tensor; other views of its
// memory, and what may be one, would change with it, which is not followed: who
// reads one afterwards is refused.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_TORCH_READER_ALIASES_H
#define OPC_LIB_FRONTEND_TORCH_READER_ALIASES_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include <string>
#include <vector>

namespace opc::torch {

using llvm::StringRef;

class Aliases {
public:
  /// Whose memory it is: of the graph itself, of an input, which the caller of
  /// the program sees, or of a constant.
  enum class Owner { Graph, Input, Constant };
  /// `name` is other memory than all before.
  void add(StringRef name, Owner owner = Owner::Graph);
  /// `name` is a view of `base`, or may be one.
  void addView(StringRef name, StringRef base);
  /// `name` is `base`, which an operator has changed and returned.
  void addSame(StringRef name, StringRef base);

  Owner ownerOf(StringRef name) const;
  /// All names of the same memory, with `name`, in the order of the graph.
  llvm::ArrayRef<std::string> sharing(StringRef name) const;
  /// Whether two names of the same memory stand for one tensor.
  bool isSame(StringRef one, StringRef other) const;
  /// `name` may not be read any more: `changer` has changed its memory.
  void spoil(StringRef name, StringRef changer);
  /// Who has, or "".
  StringRef spoilerOf(StringRef name) const;

private:
  struct Memory {
    std::vector<std::string> names;
    Owner owner;
  };
  std::vector<Memory> memories;
  llvm::StringMap<size_t> memoryOf;
  /// The first name of the tensor that a name stands for.
  llvm::StringMap<std::string> tensorOf;
  llvm::StringMap<std::string> spoilers;
};

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_READER_ALIASES_H
