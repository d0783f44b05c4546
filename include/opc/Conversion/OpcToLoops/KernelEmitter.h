//===- KernelEmitter.h - from ops on tensors to loops -----------*- C++ -*-===//
//
// What an op's lowering sees while the body of a kernel is written. Tensors are
// read by the element: an element of a kernel argument is a load; an element of
// a value computed inside the kernel is, by the producer's IndexedOp, an
// expression over elements of its operands. That is how element-wise and
// movement ops fuse into whatever consumes them.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_CONVERSION_OPCTOLOOPS_KERNELEMITTER_H
#define OPC_CONVERSION_OPCTOLOOPS_KERNELEMITTER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"
#include "opc-c/module.h"
#include "opc/Dialect/Opc/IR/ShapeEnv.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include <functional>
#include <map>
#include <vector>

namespace opc {

/// Writes the body of one kernel function over flat buffers.
class KernelEmitter {
public:
  using Body = std::function<void(mlir::Value index)>;
  using NestBody = std::function<void(mlir::ValueRange indices)>;
  using Branch = std::function<mlir::Value()>;
  using Reducer = std::function<mlir::SmallVector<mlir::Value>(
      mlir::Value index, mlir::ValueRange carried)>;

  /// `buffers` holds the flat memref of each kernel argument and result value;
  /// `symbols` the index value of each symbol; `status` the opc_kernel_fault.
  KernelEmitter(mlir::OpBuilder &b, mlir::Location loc, ShapeEnv &env,
                llvm::DenseMap<mlir::Value, mlir::Value> buffers,
                llvm::SmallVector<mlir::Value> symbols, mlir::Value status);

  mlir::OpBuilder &b;
  mlir::Location loc;
  ShapeEnv &env;

  // Index arithmetic (all values of type index).
  mlir::Value constant(int64_t value);
  mlir::Value expr(mlir::AffineExpr e); ///< value of an extent
  /// The value, which is not negative, of an expression whose dims are these.
  mlir::Value expr(mlir::AffineExpr e, mlir::ValueRange positions);
  mlir::Value extent(mlir::Value tensor, int64_t axis);
  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value sub(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, mlir::Value y);
  mlir::Value floorDiv(mlir::Value x, mlir::Value y); ///< x >= 0, y > 0
  mlir::Value ceilDiv(mlir::Value x, mlir::Value y);  ///< x >= 0, y > 0
  mlir::Value rem(mlir::Value x, mlir::Value y);      ///< x >= 0, y > 0
  mlir::Value floorMod(mlir::Value x, mlir::Value y); ///< any x, y > 0
  mlir::Value min(mlir::Value x, mlir::Value y);
  mlir::Value max(mlir::Value x, mlir::Value y);
  /// An i1 constant; and `x predicate y`, folded where both are constants.
  mlir::Value boolean(bool value);
  mlir::Value compare(mlir::arith::CmpIPredicate predicate, mlir::Value x,
                      mlir::Value y);
  mlir::Value both(mlir::Value x, mlir::Value y); ///< x and y, of i1
  /// The constant that an index or i1 value is, if it is one.
  static std::optional<int64_t> constantValue(mlir::Value value);
  /// Row-major position of `indices` in a tensor of extents `dims`, and back.
  mlir::Value linearize(mlir::ValueRange indices,
                        llvm::ArrayRef<mlir::AffineExpr> dims);
  llvm::SmallVector<mlir::Value>
  delinearize(mlir::Value position, llvm::ArrayRef<mlir::AffineExpr> dims);

  // Elements. Bool is i1, integers are signless, floats their own type.
  /// The element of `tensor` at `indices` (one for each axis): what bind()
  /// gave; the expression of an indexed producer; else a load from the buffer.
  mlir::Value element(mlir::Value tensor, mlir::ValueRange indices);
  /// Writes an element of a value that has a buffer, and does nothing for one
  /// that has none (a result which nobody uses).
  void store(mlir::Value element, mlir::Value tensor, mlir::ValueRange indices);
  /// Reads back what store() wrote.
  mlir::Value reload(mlir::Value tensor, mlir::ValueRange indices);
  /// The element at a row-major position of a flat buffer whose elements stand
  /// for a tensor's elements of type `element`, and its write.
  mlir::Value load(mlir::Value buffer, mlir::Value position,
                   mlir::Type element);
  void storeFlat(mlir::Value element, mlir::Value buffer, mlir::Value position);
  /// Whether `tensor` has a buffer of its own.
  bool hasBuffer(mlir::Value tensor) const;
  /// Whether element() loads `tensor` from its buffer.
  bool isLoaded(mlir::Value tensor) const;
  mlir::Value buffer(mlir::Value tensor) const;
  /// Makes element() return `element` for `tensor` whatever the indices; for
  /// schedules that hold a producer's value in a register.
  void bind(mlir::Value tensor, mlir::Value element);
  void unbind(mlir::Value tensor);

  /// An integer element as an index that lies in [0, extent): negative ones
  /// count from the back; one out of range records OPC_FAULT_INDEX and becomes
  /// 0.
  mlir::Value checkedIndex(mlir::Value element, mlir::Value extent);
  /// Records `fault` where `ok` (i1) is false, with two values of type index:
  /// what was met and the extent that it does not fit.
  void check(mlir::Value ok, opc_fault fault, mlir::Value observed,
             mlir::Value expected);

  /// condition ? then() : otherwise(); only the branch taken is computed.
  mlir::Value choose(mlir::Value condition, const Branch &then,
                     const Branch &otherwise);
  /// Runs `then` where `condition` (i1) holds.
  void when(mlir::Value condition, const std::function<void()> &then);
  /// Runs `then` unless two tensors share one buffer (opc.inplace).
  void whenApart(mlir::Value x, mlir::Value y,
                 const std::function<void()> &then);

  /// Refuses: an error at `op`, with the nearest form that has loops, if one is
  /// named. Emission goes on with a value of `type`, so
  /// that callers need not care; failed() then holds.
  mlir::Value refuse(mlir::Operation *op, const llvm::Twine &reason,
                     mlir::Type type, const llvm::Twine &nearest = "");
  bool failed() const { return refused; }

  // Loops.
  void loop(mlir::Value lower, mlir::Value upper, const Body &body);
  /// Nested loops over all extents, outermost first.
  void nest(llvm::ArrayRef<mlir::AffineExpr> dims, const NestBody &body);
  /// for i in [lower, upper): carried = body(i, carried); the last carried.
  llvm::SmallVector<mlir::Value> fold(mlir::Value lower, mlir::Value upper,
                                      mlir::ValueRange initial,
                                      const Reducer &body);
  /// fold() over a nest of loops.
  llvm::SmallVector<mlir::Value>
  foldNest(llvm::ArrayRef<mlir::AffineExpr> dims, mlir::ValueRange initial,
           const std::function<llvm::SmallVector<mlir::Value>(
               mlir::ValueRange indices, mlir::ValueRange carried)> &body);
  /// carried = body(carried) for as long as condition(carried) holds.
  llvm::SmallVector<mlir::Value>
  repeat(mlir::ValueRange initial,
         const std::function<mlir::Value(mlir::ValueRange)> &condition,
         const std::function<llvm::SmallVector<mlir::Value>(mlir::ValueRange)>
             &body);
  /// The first index in [lower, upper) for which `found` (i1) holds, else
  /// upper.
  mlir::Value search(mlir::Value lower, mlir::Value upper,
                     const std::function<mlir::Value(mlir::Value)> &found);
  /// A scratch row on the stack, at most 64 KiB; element type as stored.
  mlir::Value scratch(mlir::Type element, int64_t count);
  /// A scratch row that holds `value(i)` for each i; made once for each `key`.
  mlir::Value table(mlir::Operation *key, mlir::Type element, int64_t count,
                    const std::function<mlir::Value(int64_t)> &value);
  /// Runs `build` where what it makes dominates the whole body: after the
  /// function's arguments and what was built there before.
  void atEntry(const std::function<void()> &build);

private:
  using Key = std::vector<const void *>;
  mlir::Value remembered(const Key &key) const;
  mlir::Value memoised(const Key &key, const Branch &build);
  mlir::Value computeElement(mlir::Value tensor, mlir::ValueRange indices);
  mlir::Value emitExpr(mlir::AffineExpr e);
  template <typename Op> mlir::Value binary(mlir::Value x, mlir::Value y);

  llvm::DenseMap<mlir::Block *, std::map<Key, mlir::Value>> memory;
  llvm::DenseMap<mlir::AffineExpr, mlir::Value> exprs;
  llvm::DenseMap<int64_t, mlir::Value> constants;
  llvm::DenseMap<mlir::Operation *, mlir::Value> tables;
  mlir::Block *entry;
  mlir::Operation *lastAtEntry = nullptr;
  bool atEntryNow = false;
  bool refused = false;
  llvm::DenseMap<mlir::Value, mlir::Value> buffers;
  llvm::DenseMap<mlir::Value, mlir::Value> bound;
  llvm::SmallVector<mlir::Value> symbols;
  mlir::Value status;
};

/// How the elements of an op's results come about; one of the two forms below
/// is registered for every op class by registerLoopLowerings().
struct IndexedLowering {
  /// The element of result `result` at `indices`, from elements of the
  /// operands.
  std::function<mlir::Value(mlir::Operation *op, unsigned result,
                            mlir::ValueRange indices, KernelEmitter &e)>
      element;
};
struct NestLowering {
  /// Units of independent work (an extent expression), 1 if not divisible.
  std::function<mlir::AffineExpr(mlir::Operation *op, ShapeEnv &env)> units;
  /// Writes all elements of all results that belong to units [begin, end).
  std::function<void(mlir::Operation *op, mlir::Value begin, mlir::Value end,
                     KernelEmitter &e)>
      emit;
  /// Whether result 0 may be written over operand 0: what the loops read of it
  /// lies where they write, and nothing is copied where both share a buffer.
  bool updatesFirst = false;
};

/// The lowering of an op, or null when there is none of that form.
const IndexedLowering *indexedLowering(mlir::Operation *op);
const NestLowering *nestLowering(mlir::Operation *op);

/// Fills the tables, one function for each op family.
using IndexedTable = llvm::StringMap<IndexedLowering>;
using NestTable = llvm::StringMap<NestLowering>;
/// The entry that serves every ScalarOp.
inline constexpr llvm::StringLiteral kElementwiseEntry = "elementwise";
/// The entry of every other AccessOp that has none of its own.
inline constexpr llvm::StringLiteral kMovementEntry = "movement";
/// The entries of the IterationOps that have none of their own: of those that
/// are ReductionOps, and of others, which add up products.
inline constexpr llvm::StringLiteral kReductionEntry = "reduction";
inline constexpr llvm::StringLiteral kProductEntry = "product";
void registerAccessLowerings(IndexedTable &indexed);
void registerMovementLowerings(IndexedTable &indexed);
void registerElementwiseLowerings(IndexedTable &indexed);
void registerIndexingLowerings(IndexedTable &indexed, NestTable &nests);
void registerReduceLowerings(NestTable &nests);
void registerProductLowerings(NestTable &nests);
void registerPoolLowerings(NestTable &nests);
void registerResizeLowerings(NestTable &nests);
void registerGridSampleLowerings(NestTable &nests);
void registerRoiAlignLowerings(NestTable &nests);
void registerRecurrentLowerings(NestTable &nests);
void registerSortLowerings(NestTable &nests);
void registerSuppressionLowerings(NestTable &nests);
void registerRandomLowerings(IndexedTable &indexed);

/// The type that a tensor's elements have in a buffer: bool is i8, unsigned
/// integers are signless, all else as it is.
mlir::Type storageType(mlir::Type element);
/// The type that element() returns: bool is i1, unsigned is signless.
mlir::Type computeType(mlir::Type element);

} // namespace opc

#endif // OPC_CONVERSION_OPCTOLOOPS_KERNELEMITTER_H
