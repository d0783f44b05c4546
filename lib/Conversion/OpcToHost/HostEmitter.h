//===- HostEmitter.h - Writes the entry function in LLVM ops ----*- C++ -*-===//
//
// The vocabulary in which the host program is written: numbers, memory, calls
// of the runtime, blocks, faults, and the values of extents. Whatever follows
// from the inputs alone is computed once, in the prologue, which dominates all
// else. Other state lives in stack slots, so the order of blocks never matters.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_CONVERSION_OPCTOHOST_HOSTEMITTER_H
#define OPC_LIB_CONVERSION_OPCTOHOST_HOSTEMITTER_H

#include "HostPlan.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"
#include "opc-c/module.h"
#include "llvm/ADT/StringMap.h"
#include <unordered_map>

namespace opc {

/// Indices of the functions in opc_runtime_api.
enum class Service {
  Launch,
  Alloc,
  Release,
  Output,
  Fail,
  DeviceLaunch,
  DeviceAlloc,
  DeviceRelease,
  DeviceWrite,
  DeviceRead
};

/// Conditions under which a run must fail, gathered so that one branch decides.
struct Checks {
  mlir::Value isBad, place, observed;
};

class HostEmitter {
public:
  HostEmitter(mlir::LLVM::LLVMFuncOp function, const HostPlan &plan);

  mlir::OpBuilder b;
  mlir::Location loc;
  mlir::Type i1, i8, i32, i64, pointer;

  // Numbers (i64) and memory.
  mlir::Value number(int64_t value);
  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value compare(mlir::LLVM::ICmpPredicate predicate, mlir::Value x,
                      mlir::Value y);
  mlir::Value load(mlir::Type type, mlir::Value address, int64_t offset = 0);
  void store(mlir::Value value, mlir::Value address, int64_t offset = 0);
  mlir::Value at(mlir::Value address, mlir::Value offset);
  mlir::Value at(mlir::Value address, int64_t offset);
  void copy(mlir::Value to, mlir::Value from, mlir::Value bytes);
  /// `count` words on the stack for the whole run, aligned to 64 bytes.
  mlir::Value words(int64_t count);
  mlir::Value null();
  mlir::Value addressOf(mlir::StringRef function);

  // The runtime.
  mlir::LLVM::LLVMFuncOp function() const { return written; }
  mlir::Value call() const { return callArgument; }
  mlir::Value service(Service which, mlir::Type result, mlir::ValueRange args);
  mlir::Value allocate(mlir::Value bytes, int64_t place);

  // Blocks. startBlock() goes on writing in `block`.
  mlir::Block *newBlock();
  void startBlock(mlir::Block *block);
  void jump(mlir::Block *target);
  void branch(mlir::Value condition, mlir::Block *yes, mlir::Block *no);
  /// Ends the run with a fault where `isBad` (i1).
  void failIf(mlir::Value isBad, mlir::Value fault, mlir::Value place,
              mlir::Value observed, mlir::Value expected);
  /// Demands `isGood`; `place` is an index into the manifest's locations.
  void require(Checks &checks, mlir::Value isGood, int64_t place,
               mlir::Value observed);
  void forbid(Checks &checks, mlir::Value isBad, int64_t place,
              mlir::Value observed);
  void flush(Checks &checks, opc_fault fault);

  // Extents.
  void bindEntrySymbol(unsigned symbol, mlir::Value value);
  void bindSymbol(unsigned symbol, mlir::Value value);
  /// The value of an expression; arithmetic that overflows is noted in `checks`
  /// where that is given.
  mlir::Value value(mlir::AffineExpr expr, Checks *checks = nullptr,
                    int64_t place = 0);
  /// Size of a tensor: every extent is at least 0 and the product fits.
  mlir::Value bytes(llvm::ArrayRef<mlir::AffineExpr> dims, int64_t elementBytes,
                    Checks &checks, int64_t place);
  mlir::Value checkedMul(mlir::Value x, mlir::Value y, Checks *checks,
                         int64_t place);
  mlir::Value checkedAdd(mlir::Value x, mlir::Value y, Checks *checks,
                         int64_t place);

  /// From here on, values that follow from the inputs alone are added to the
  /// end of what was written so far.
  void endPrologue();

private:
  mlir::Value compute(mlir::AffineExpr expr, Checks *checks, int64_t place);
  mlir::Value divide(mlir::AffineBinaryOpExpr expr, mlir::Value x,
                     mlir::Value y, Checks *checks, int64_t place);
  mlir::Value overflowing(mlir::Operation *op, Checks *checks, int64_t place);
  mlir::Block *failBlock();
  template <typename Op, typename... Args> mlir::Value inEntry(Args &&...args);

  mlir::LLVM::LLVMFuncOp written;
  const HostPlan &plan;
  mlir::Value callArgument, api, zeroPointer;
  mlir::Block *entryBlock, *prologueEnd = nullptr, *failing = nullptr;
  std::unordered_map<int64_t, mlir::Value> numbers; // any key is possible
  llvm::StringMap<mlir::Value> addresses;
  llvm::SmallDenseMap<int, mlir::Value> services; ///< by Service
  llvm::DenseMap<mlir::AffineExpr, mlir::Value> entryValues;
  llvm::DenseMap<unsigned, mlir::Value> symbolSlots;
  llvm::DenseSet<mlir::AffineExpr> checkedExtents;
};

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOHOST_HOSTEMITTER_H
