//===- Weights.h - tensors that an archive holds ----------------*- C++ -*-===//
//
// A tensor is a view of a storage: a member of the archive, that tied weights
// share. Views that are dense in another order of axes are constants in that
// order with a transpose behind them, so that no data moves here.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_TORCH_READER_WEIGHTS_H
#define OPC_LIB_FRONTEND_TORCH_READER_WEIGHTS_H

#include "Archive.h"
#include "Json.h"
#include "opc/Frontend/Graph/Emitter.h"

namespace opc::torch {

using graph::Emitter;
using mlir::Value;

class Weights {
public:
  /// Of an archive, which outlives them. False with `error` where their lists
  /// are damaged.
  bool open(const Archive &archive, Objection &error);

  /// Whether there is a tensor of that name: "encoder.weight".
  bool contains(StringRef name) const { return tensors.contains(name); }
  /// It as a constant; null after a failure of the emitter.
  Value constant(Emitter &n, StringRef name);

private:
  bool readList(const Archive &archive, StringRef folder, StringRef list,
                Objection &error);

  const Archive *archive = nullptr;
  struct Entry {
    std::string member;
    const json::Object *description;
  };
  std::vector<std::unique_ptr<json::Value>> lists;
  llvm::StringMap<Entry> tensors;
  /// Constants made so far, by storage and view.
  llvm::StringMap<Value> made;
};

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_READER_WEIGHTS_H
