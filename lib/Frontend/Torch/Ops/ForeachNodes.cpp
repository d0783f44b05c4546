//===- ForeachNodes.cpp - one op on each tensor of a list -----------------===//
//
// What optimisers are written in. The n-th result is that of the n-th tensors.
//
//===----------------------------------------------------------------------===//
#include "ListRows.h"
#include "PromotedOperands.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

/// The operands at one place of the lists.
using Each = ArrayRef<Operand>;

/// An argument for each of `count` tensors: a list of them or of numbers, or
/// one for all.
SmallVector<Operand> operandsOf(Node &n, StringRef name, size_t count) {
  SmallVector<Operand> operands;
  const Parameter *parameter = n.schema.find(name);
  StringRef type = parameter ? parameter->type : "";
  if (type.starts_with("Tensor") && type.contains("[]")) {
    for (Value value : n.tensors(name))
      operands.push_back(value ? Operand::tensor(value) : Operand());
  } else if (type == "Scalar[]") {
    for (double value : n.realList(name))
      operands.push_back(Operand::number(n, value));
  } else {
    operands.assign(count, n.operand(name));
  }
  if (!n.failed() && operands.size() != count)
    n.fail(formatv("{0} has {1} entries for {2} tensors", name, operands.size(),
                   count));
  return operands;
}

/// Gives body(operands of all names) in the type of the first tensor, as these
/// ops compute in it.
template <typename Body>
void forEach(Node &n, ArrayRef<StringRef> names, Body body) {
  SmallVector<Value> self = n.tensors("self");
  SmallVector<SmallVector<Operand>> lists;
  for (StringRef name : names)
    lists.push_back(operandsOf(n, name, self.size()));
  for (size_t i = 0; i < self.size() && !n.failed(); ++i) {
    SmallVector<Operand> each{Operand::tensor(self[i])};
    for (const auto &list : lists)
      each.push_back(list[i]);
    Type element = promoted(n, each);
    if (!element || !isa<FloatType>(element))
      return n.refuse("integers are not supported", "reals");
    Type wide = computedIn(n, element);
    SmallVector<Value> values;
    for (const Operand &operand : each)
      values.push_back(asOperandOf(n, operand, element, wide));
    n.out(i, n.cast(body(values), element));
  }
}
using Values = ArrayRef<Value>;

/// alpha of a sum, 1 where the overload has none.
double alphaOf(Node &n) { return n.schema.find("alpha") ? n.real("alpha") : 1; }
/// The second list, whatever the overload calls it.
StringRef secondOf(Node &n) {
  for (StringRef name : {"other", "scalar", "scalars"})
    if (n.schema.find(name))
      return name;
  return "other";
}
Value times(Node &n, Value x, double factor) {
  return factor == 1 ? x : n.mul(x, n.like(x, factor));
}

void buildAdd(Node &n) {
  double alpha = alphaOf(n);
  forEach(n, secondOf(n),
          [&](Values v) { return n.add(v[0], times(n, v[1], alpha)); });
}
void buildSub(Node &n) {
  double alpha = alphaOf(n);
  forEach(n, secondOf(n),
          [&](Values v) { return n.sub(v[0], times(n, v[1], alpha)); });
}
template <typename Op> void buildBinary(Node &n) {
  forEach(n, secondOf(n), [&](Values v) { return n.binary<Op>(v[0], v[1]); });
}
template <typename Op> void buildUnary(Node &n) {
  forEach(n, {}, [&](Values v) { return n.unary<Op>(v[0]); });
}
void buildReciprocal(Node &n) {
  forEach(n, {}, [&](Values v) { return n.div(n.like(v[0], 1), v[0]); });
}
StringRef factorOf(Node &n) {
  return n.schema.find("value") ? "value" : "scalars";
}
void buildAddcmul(Node &n) {
  forEach(n, {"tensor1", "tensor2", factorOf(n)}, [&](Values v) {
    return n.add(v[0], n.mul(n.mul(v[3], v[1]), v[2]));
  });
}
void buildAddcdiv(Node &n) {
  forEach(n, {"tensor1", "tensor2", factorOf(n)}, [&](Values v) {
    return n.add(v[0], n.div(n.mul(v[3], v[1]), v[2]));
  });
}
/// From whichever end is nearer, as lerp.
void buildLerp(Node &n) {
  double weight = n.real("weight");
  forEach(n, StringRef("tensors1"), [&](Values v) {
    Value step = n.sub(v[1], v[0]);
    return weight < 0.5 ? n.add(v[0], times(n, step, weight))
                        : n.sub(v[1], times(n, step, 1 - weight));
  });
}

constexpr OpRow kRows[] = {
    {"aten::_foreach_add.List(Tensor[] self, Tensor[] other, *, Scalar "
     "alpha=1) -> Tensor[]",
     buildAdd},
    {"aten::_foreach_add.Scalar(Tensor[] self, Scalar scalar) -> Tensor[]",
     buildAdd},
    {"aten::_foreach_add.ScalarList(Tensor[] self, Scalar[] scalars) -> "
     "Tensor[]",
     buildAdd},
    {"aten::_foreach_sub.List(Tensor[] self, Tensor[] other, *, Scalar "
     "alpha=1) -> Tensor[]",
     buildSub},
    {"aten::_foreach_sub.Scalar(Tensor[] self, Scalar scalar) -> Tensor[]",
     buildSub},
    {"aten::_foreach_mul.List(Tensor[] self, Tensor[] other) -> Tensor[]",
     buildBinary<MulOp>},
    {"aten::_foreach_mul.Scalar(Tensor[] self, Scalar scalar) -> Tensor[]",
     buildBinary<MulOp>},
    {"aten::_foreach_mul.ScalarList(Tensor[] self, Scalar[] scalars) -> "
     "Tensor[]",
     buildBinary<MulOp>},
    {"aten::_foreach_mul.Tensor(Tensor[] self, Tensor other) -> Tensor[]",
     buildBinary<MulOp>},
    {"aten::_foreach_div.List(Tensor[] self, Tensor[] other) -> Tensor[]",
     buildBinary<DivOp>},
    {"aten::_foreach_div.Scalar(Tensor[] self, Scalar scalar) -> Tensor[]",
     buildBinary<DivOp>},
    {"aten::_foreach_div.ScalarList(Tensor[] self, Scalar[] scalars) -> "
     "Tensor[]",
     buildBinary<DivOp>},
    {"aten::_foreach_maximum.List(Tensor[] self, Tensor[] other) -> Tensor[]",
     buildBinary<MaxOp>},
    {"aten::_foreach_sqrt(Tensor[] self) -> Tensor[]", buildUnary<SqrtOp>},
    {"aten::_foreach_neg(Tensor[] self) -> Tensor[]", buildUnary<NegOp>},
    {"aten::_foreach_reciprocal(Tensor[] self) -> Tensor[]", buildReciprocal},
    {"aten::_foreach_addcmul.Scalar(Tensor[] self, Tensor[] tensor1, Tensor[] "
     "tensor2, Scalar value=1) -> Tensor[]",
     buildAddcmul},
    {"aten::_foreach_addcdiv.Scalar(Tensor[] self, Tensor[] tensor1, Tensor[] "
     "tensor2, Scalar value=1) -> Tensor[]",
     buildAddcdiv},
    {"aten::_foreach_addcdiv.ScalarList(Tensor[] self, Tensor[] tensor1, "
     "Tensor[] tensor2, Scalar[] scalars) -> Tensor[]",
     buildAddcdiv},
    {"aten::_foreach_lerp.Scalar(Tensor[] self, Tensor[] tensors1, Scalar "
     "weight) -> Tensor[]",
     buildLerp},
};

} // namespace

ArrayRef<OpRow> foreachRows() { return kRows; }

} // namespace opc::torch
