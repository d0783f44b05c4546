//===- HostPlan.h - Who owns the memory of each value -----------*- C++ -*-===//
//
// Everything about the memory of the host program that is decided before a line
// of it is written: the buffer of each value, which values share one, and where
// it lies.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_CONVERSION_OPCTOHOST_HOSTPLAN_H
#define OPC_LIB_CONVERSION_OPCTOHOST_HOSTPLAN_H

#include "ArenaPlan.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc/Conversion/KernelAttributes.h"
#include "opc/Conversion/OpcToHost/HostProgram.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace opc {

/// Where a buffer's bytes are.
enum class Place {
  Input,    ///< the caller's (also lent: HostLoans.cpp); `index` is the input
  Constant, ///< `index` bytes into the constant data
  Arena,    ///< `index` is the item of the plan of its space's arena
  Heap,     ///< allocated at its definer, released after its last user
  Output,   ///< the runtime's, for output `index`
  Slot, ///< wherever the pointer in slot `index` says: differs by the way taken
  Counter ///< the iteration number of a loop
};

struct HostBuffer {
  Place place;
  int64_t index = 0;
  mlir::Value value; ///< its extents are those of the buffer
  /// Whose memory it is: the host's, or the device's of that name.
  llvm::StringRef space = kHostSpace;
  mlir::Block *block = nullptr;        ///< that of the definer
  mlir::Operation *definer = nullptr;  ///< null for inputs and body arguments
  mlir::Operation *lastUser = nullptr; ///< in `block`; null when there is none
  int64_t begin = 0, end = 0;          ///< positions in the program
  bool isOwned = false;                ///< memory of its own, to be released
  /// Buffers of which this slot is one at a time: they live as long as it does.
  llvm::SmallVector<unsigned, 0> behind{};
};

/// A value that goes around a loop. Where its size is known at entry it has two
/// pieces of memory that take turns: `slot` points to the present value, `next`
/// to that of the next iteration.
struct CarriedPlan {
  unsigned slot = 0, next = 0;
  bool fixed = false;
  bool unchanged = false; ///< the body yields what it got
  unsigned memory[2] = {0, 0};
};
struct LoopPlan {
  unsigned counter = 0;
  llvm::SmallVector<CarriedPlan> carried;
  llvm::SmallVector<unsigned> scanned; ///< slots
};

class HostPlan {
public:
  HostPlan(mlir::func::FuncOp main, const mlir::SymbolTable &symbols,
           ShapeEnv &env, ConstantBlock &constants);

  const HostBuffer &bufferOf(mlir::Value value) const {
    return buffers[indexOf(value)];
  }
  unsigned indexOf(mlir::Value value) const;
  const HostBuffer &buffer(unsigned index) const {
    return buffers[find(index)];
  }
  unsigned find(unsigned index) const;
  const LoopPlan &loop(mlir::Operation *op) const {
    return loops.find(op)->second;
  }
  /// Whether all symbols of an expression have values from the inputs alone.
  bool isEntryBound(mlir::AffineExpr expr) const;
  bool isEntryBound(llvm::ArrayRef<mlir::AffineExpr> exprs) const;
  /// Heap and slot buffers that nothing reads after `op`.
  llvm::ArrayRef<unsigned> dyingAfter(mlir::Operation *op) const;
  /// Whether an output is computed where the runtime wants it; else it is a
  /// copy, made at the end.
  bool isInPlace(unsigned output) const { return inPlaceOutputs[output]; }
  /// Whether the memory of an output may be that of an input.
  bool isDonated(unsigned output) const { return donors.contains(output); }
  /// Whether intermediates lie in the memory of an input.
  bool isLent(unsigned input) const { return lent.contains(input); }
  /// Ops of @main that bind symbols to what the inputs alone decide.
  llvm::ArrayRef<mlir::Operation *> entryBinds() const {
    return hoisted.getArrayRef();
  }
  bool isEntryBind(mlir::Operation *op) const { return hoisted.contains(op); }
  /// The value whose extents a slot holds.
  mlir::Value slotValue(int64_t slot) const { return slots[slot]; }
  /// The arenas, by memory space; that of the host is always there.
  const llvm::MapVector<llvm::StringRef, ArenaPlan> &arenas() const {
    return arenaPlans;
  }
  /// Size of a value in bytes.
  mlir::AffineExpr bytesOf(mlir::Value value) const;

private:
  llvm::StringRef spaceOf(mlir::Value value) const;
  void findEntrySymbols();
  bool followsFromInputs(mlir::Operation *bind) const;
  void numberOps(mlir::Block &block);
  void assign(mlir::Block &block);
  void assignResults(mlir::Operation *op);
  void assignMayAlias(LaunchOp launch);
  void assignLoop(LoopOp loop);
  CarriedPlan assignCarried(LoopOp loop, unsigned index);
  unsigned add(Place place, mlir::Value value, mlir::Operation *definer,
               mlir::Block *block, int64_t index = 0);
  unsigned addComputed(mlir::Value value, mlir::Operation *op);
  unsigned addSlot(mlir::Value value, mlir::Operation *op, bool isOwned);
  void findLastUsers(mlir::Block &block);
  void keepCarried(const CarriedPlan &carried);
  void use(unsigned buffer, mlir::Operation *user);
  void donate(mlir::Block &block);
  void donateInputs(LaunchOp launch);
  bool mayBe(unsigned buffer, unsigned other) const;
  unsigned countReads(LaunchOp launch, unsigned buffer) const;
  /// Whether an output can be computed where the runtime wants it.
  bool isClaimable(mlir::Value output);
  void claim(unsigned output, mlir::Value value);
  bool mayDonate(LaunchOp launch, mlir::Value input, mlir::Value output) const;
  void forwardYields(mlir::Block &block);
  void forward(mlir::Value value, unsigned target, mlir::Block *block);
  // Donated inputs (HostDonations.cpp).
  void claimDonated();
  bool mayOverwrite(const HostBuffer &input, unsigned output) const;
  bool worksInPlace(LaunchOp launch, unsigned output, unsigned input) const;

  void claimOutputs();
  // Lent inputs (HostLoans.cpp).
  void borrow();
  llvm::MapVector<unsigned, unsigned> findLoans() const;
  int64_t
  arenaBytesWithout(const llvm::MapVector<unsigned, unsigned> &gone) const;
  void layOut();
  void join(unsigned from, unsigned into);

  mlir::func::FuncOp main;
  const mlir::SymbolTable &symbols;
  ShapeEnv &env;
  ConstantBlock &constants;
  llvm::DenseSet<unsigned> entrySymbols;
  llvm::SetVector<mlir::Operation *> hoisted;
  llvm::DenseMap<mlir::Operation *, std::pair<int64_t, int64_t>> positions;
  int64_t position = 0;
  std::vector<HostBuffer> buffers;
  mutable std::vector<unsigned> aliases;
  llvm::DenseMap<mlir::Value, unsigned> indices;
  llvm::DenseMap<mlir::Operation *, LoopPlan> loops;
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<unsigned>> dying;
  std::vector<bool> inPlaceOutputs;
  llvm::SmallDenseMap<unsigned, unsigned> donors; ///< the input, by output
  llvm::SmallDenseSet<unsigned> lent;             ///< inputs
  llvm::SmallVector<mlir::Value> slots;
  llvm::MapVector<llvm::StringRef, ArenaPlan> arenaPlans;
};

/// Bytes of one element as stored: bool has one.
int64_t storageBytes(mlir::Type element);

/// The attribute of a kernel's entry that says that it can store a fault.
inline constexpr llvm::StringLiteral kMayFaultAttr = "opc.may_fault";

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOHOST_HOSTPLAN_H
