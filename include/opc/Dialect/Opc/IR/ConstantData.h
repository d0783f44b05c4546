//===- ConstantData.h - memory of constants that opc computed ---*- C++ -*-===//
//
// A resource lives as long as its context, whatever becomes of the ops that
// name it. Weights that are computed, moved and moved again would all stay
// until the end: who replaces a constant gives its memory back.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_DIALECT_OPC_IR_CONSTANTDATA_H
#define OPC_DIALECT_OPC_IR_CONSTANTDATA_H

#include "mlir/IR/AsmState.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

namespace opc {

/// Up to this many elements a value is an ordinary attribute, which every pass
/// can look into; above it is a resource.
inline constexpr int64_t kSmallConstant = 64;

/// Whether elements have fewer bits than a byte: each has one in memory, whose
/// low bits count (bool: 0 or 1).
bool isBelowByte(mlir::Type element);

/// Bytes of a tensor as it is stored, or nothing for one without static
/// extents, of another element type or of 2^62 and more.
std::optional<int64_t> storedBytes(mlir::Type tensor);

/// Memory for the elements of a constant, aligned to 64 bytes.
class ConstantMemory {
public:
  /// Null data where there is no memory.
  explicit ConstantMemory(size_t size);
  char *data() const { return memory.get(); }
  llvm::MutableArrayRef<char> bytes() const { return {memory.get(), size}; }
  /// The constant with these elements, row-major in storage form. `name` is the
  /// beginning of the resource's key.
  mlir::ElementsAttr release(mlir::RankedTensorType type,
                             llvm::StringRef name) &&;

private:
  struct Free {
    void operator()(char *data) const;
  };
  std::unique_ptr<char, Free> memory;
  size_t size;
};

/// Whether all elements of a constant are equal (one is).
bool isSplat(ConstantOp constant);

/// The memory of a resource; null for another attribute, or where it was freed.
const mlir::AsmResourceBlob *blobOf(mlir::Attribute value);

/// Erases constants below an op, and with the last one that names a
/// ConstantMemory that memory. Nobody but the op.constant ops below `root` may
/// name it.
class ConstantEraser {
public:
  explicit ConstantEraser(mlir::Operation *root);
  /// To be told of constants made since.
  void add(ConstantOp constant);
  /// Erases `constant` if it has no user.
  void eraseIfUnused(ConstantOp constant);

private:
  llvm::DenseMap<const mlir::AsmResourceBlob *, int64_t> uses;
};

} // namespace opc

#endif // OPC_DIALECT_OPC_IR_CONSTANTDATA_H
