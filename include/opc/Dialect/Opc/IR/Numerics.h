//===- Numerics.h - contracts of numbers, and who carries them --*- C++ -*-===//
//
// #opc.numerics on an op (NumericOp) is what it promises of its numbers where
// that is not the default (docs/Numerics.md). What takes the place of such an
// op promises the same: passes build it with a SuccessorBuilder.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_DIALECT_OPC_IR_NUMERICS_H
#define OPC_DIALECT_OPC_IR_NUMERICS_H

#include "mlir/IR/Attributes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/OpDefinition.h"

#include "opc/Dialect/Opc/IR/OpcNumericsEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "opc/Dialect/Opc/IR/OpcNumericsAttrs.h.inc"

namespace opc {

/// Fields that ops can honour with other values than the default, as bits.
enum NumericField : unsigned {
  kAccField = 1,
  kOrderField = 2,
  kChainsField = 4,
  kFmaField = 8,
  kOrderFields = kOrderField | kChainsField,
};

/// The trait of an op that can honour `Fields` of its contract.
template <unsigned Fields> struct HonoursFields {
  template <typename Op>
  class Impl : public mlir::OpTrait::TraitBase<Op, Impl> {
  public:
    static constexpr unsigned honouredFields = Fields;
  };
};

/// The contract of an op; null where it is the default or the op has none.
NumericsAttr numericsOf(mlir::Operation *op);

/// The fields that `op` can honour, its element types and kind considered: what
/// is exact in any order has none.
unsigned honouredFields(mlir::Operation *op);

/// What `contract` (may be null) says of `fields`; null where that is the
/// default.
NumericsAttr restrictTo(NumericsAttr contract, unsigned fields);

/// Whether the contract of `op` says in which order it adds up.
bool statesOrder(mlir::Operation *op);

/// Refuses a contract that `op` cannot honour, with an error on it.
llvm::LogicalResult verifyNumerics(mlir::Operation *op);

/// Builds, in front of `op`, what takes its place: ops that add up promise what
/// `op` does, as far as they can be asked to.
class SuccessorBuilder : public mlir::OpBuilder,
                         private mlir::OpBuilder::Listener {
public:
  explicit SuccessorBuilder(mlir::Operation *op)
      : OpBuilder(op, this), contract(numericsOf(op)) {}
  SuccessorBuilder(const SuccessorBuilder &) = delete;
  SuccessorBuilder &operator=(const SuccessorBuilder &) = delete;

  /// What was built so far, in order.
  llvm::ArrayRef<mlir::Operation *> built() const { return made; }

private:
  void notifyOperationInserted(mlir::Operation *op,
                               InsertPoint previous) override;

  NumericsAttr contract;
  llvm::SmallVector<mlir::Operation *, 4> made;
};

/// Gives ops that were built to take the place of `before`, and of what that is
/// computed from, the contract that those agree on. False, with nothing
/// changed, where they do not: such ops do not become one.
bool inheritNumerics(mlir::Value before,
                     llvm::ArrayRef<mlir::Operation *> built);

} // namespace opc

#endif // OPC_DIALECT_OPC_IR_NUMERICS_H
