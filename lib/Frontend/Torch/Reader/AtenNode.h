//===- AtenNode.h - one node of an ATen graph -------------------*- C++ -*-===//
//
// An Emitter that also knows the node: its arguments, with the defaults that
// the overload's schema declares, typed and checked. The op tables are lists of
// functions on a Node.
//
// Nothing is taken and not used: an argument that is given and that the row did
// not ask for is refused by name. A row reads all that it honours, and says
// ignore() of what changes nothing here, with the reason beside it.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_TORCH_READER_ATENNODE_H
#define OPC_LIB_FRONTEND_TORCH_READER_ATENNODE_H

#include "Json.h"
#include "Operand.h"
#include "OverloadSchema.h"
#include "Symbolic.h"
#include "llvm/ADT/StringSet.h"

namespace opc::torch {

/// What names of one graph stand for.
struct Scope {
  llvm::StringMap<Value> tensors;
  Symbols integers;
  llvm::StringMap<Value> reals; ///< f64
  llvm::StringMap<Value> truths;
};

class Node : public Emitter {
public:
  Node(FunctionState &state, mlir::Location loc, const json::Object &proto,
       const OverloadSchema &schema, const Scope &scope)
      : Emitter(state, loc), schema(schema), proto(proto), scope(scope) {}

  // Arguments.
  /// Whether it is given, and not None; it is not read by that.
  bool has(StringRef name) const;
  Value tensor(StringRef name);
  /// Null for None.
  Value optionalTensor(StringRef name);
  /// Null for each None among them.
  SmallVector<Value> tensors(StringRef name);
  /// A tensor or a number.
  Operand operand(StringRef name);
  /// Whole numbers that the graph knows.
  int64_t integer(StringRef name);
  std::optional<int64_t> optionalInteger(StringRef name);
  /// A list; one number stands for a list of one. Nothing for None.
  std::optional<Ints> optionalIntegers(StringRef name);
  Ints integers(StringRef name) {
    return optionalIntegers(name).value_or(Ints());
  }
  bool flag(StringRef name);
  llvm::SmallVector<bool> flags(StringRef name);
  double real(StringRef name);
  std::optional<double> optionalReal(StringRef name);
  SmallVector<double> realList(StringRef name);
  StringRef string(StringRef name);
  /// The element type that an argument names, or `absent` for None.
  Type dtype(StringRef name, Type absent);
  /// Sizes, which may be symbolic.
  AffineExpr extent(StringRef name);
  AffineExpr optionalExtent(StringRef name);
  Dims extents(StringRef name);
  /// An axis of a tensor; one without axes counts as having one.
  int64_t axis(StringRef name, Value x);
  /// Axes; none given, or None, are all of them.
  Ints axes(StringRef name, Value x);
  void ignore(StringRef name) { read.insert(name); }
  using Emitter::extents;
  using Emitter::integers;

  // Results.
  void out(int64_t i, Value v);
  void out(Value v) { out(0, v); }
  void outAll(ArrayRef<Value> values);
  ArrayRef<Value> outputs() const { return results; }

  /// Fails where arguments are given that nothing read so far.
  void checkAllRead();

  const OverloadSchema &schema;
  /// Set by rows whose result is memory of its own, though its elements are
  /// those of an operand.
  bool isCopy = false;

private:
  Union given(StringRef name) const;
  Union find(StringRef name);
  /// Fails: the argument has another type than it should have.
  void mistyped(StringRef name);
  Value tensorNamed(StringRef name);
  AffineExpr integerOf(Union argument, StringRef name);

  const json::Object &proto;
  const Scope &scope;
  llvm::StringSet<> read;
  SmallVector<Value> results;
};

/// What an overload stands for.
struct OpRow {
  /// torch's own declaration of it.
  StringRef schema;
  void (*build)(Node &node);
};

/// A row with its schema taken apart.
struct KnownOp {
  OverloadSchema schema;
  void (*build)(Node &node);
};
/// The row for "aten.add.Tensor", or null.
const KnownOp *findOp(StringRef target);
/// Names of all overloads that have a row.
std::vector<std::string> knownOps();

// One table for each family, in the file of its name.
ArrayRef<OpRow> pointwiseRows();
ArrayRef<OpRow> functionRows();
ArrayRef<OpRow> comparisonRows();
ArrayRef<OpRow> creationRows();
ArrayRef<OpRow> viewRows();
ArrayRef<OpRow> joinRows();
ArrayRef<OpRow> reductionRows();
ArrayRef<OpRow> productRows();
ArrayRef<OpRow> windowRows();
ArrayRef<OpRow> normRows();
ArrayRef<OpRow> attentionRows();
ArrayRef<OpRow> pickRows();
ArrayRef<OpRow> gradientRows();
ArrayRef<OpRow> layerGradientRows();
ArrayRef<OpRow> resampleGradientRows();
ArrayRef<OpRow> attentionGradientRows();
ArrayRef<OpRow> scatterRows();
ArrayRef<OpRow> orderRows();
ArrayRef<OpRow> specialFunctionRows();
ArrayRef<OpRow> lossRows();

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_READER_ATENNODE_H
