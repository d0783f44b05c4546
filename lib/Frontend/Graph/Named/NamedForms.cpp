//===- NamedForms.cpp - forms of several ops by their names ---------------===//
#include "NamedForms.h"
#include "opc/Frontend/Graph/Arrays/Einsum.h"
#include "opc/Frontend/Graph/Arrays/MatrixProduct.h"
#include "opc/Frontend/Graph/Layers/AttentionForm.h"
#include "opc/Frontend/Graph/Quoted.h"
#include "opc/Frontend/Graph/Wide.h"

using namespace mlir;
namespace json = llvm::json;

namespace opc::graph {
namespace {

constexpr size_t kAnyNumber = 1 << 16;

/// An attribute by one of json::Value's readers; nothing where it is absent, or
/// after a failure.
template <typename T>
std::optional<T> attribute(Emitter &e, const NamedOp &op, StringRef name,
                           std::optional<T> (json::Value::*read)() const,
                           StringRef kind) {
  const json::Value *value = op.attributes.get(name);
  if (!value)
    return std::nullopt;
  std::optional<T> result = (value->*read)();
  if (!result)
    e.fail("attribute " + quoted(name) + " is no " + kind);
  return result;
}

Value buildMatrixProduct(Emitter &e, const NamedOp &op) {
  return matrixProduct(e, op.operands[0], op.operands[1]);
}

Value buildEinsum(Emitter &e, const NamedOp &op) {
  auto equation =
      attribute(e, op, "equation", &json::Value::getAsString, "text");
  Value y = einsum(e, equation.value_or(""), op.operands);
  return e.cast(y, e.elementOf(op.operands[0]));
}

/// Whether q, k and v can be heads of one attention.
bool checkHeads(Emitter &e, ArrayRef<Value> operands) {
  for (Value v : operands.take_front(3))
    if (e.rank(v) != 4 || !e.isFloat(v))
      e.fail("q, k and v are tensors of floats of rank 4");
  return !e.failed();
}

Value buildAttention(Emitter &e, const NamedOp &op) {
  auto integer = [&](StringRef name) {
    return attribute(e, op, name, &json::Value::getAsInteger, "integer")
        .value_or(-1);
  };
  AttentionForm a;
  a.mask.causal = attribute(e, op, "causal", &json::Value::getAsBoolean, "bool")
                      .value_or(false);
  a.mask.left = integer("left");
  a.mask.right = integer("right");
  a.scale = attribute(e, op, "scale", &json::Value::getAsNumber, "number");
  a.softcap = attribute(e, op, "softcap", &json::Value::getAsNumber, "number")
                  .value_or(0);
  if (!checkHeads(e, op.operands))
    return {};
  a.q = op.operands[0];
  a.k = op.operands[1];
  a.v = op.operands[2];
  if (op.operands.size() == 4)
    a.mask.mask = op.operands[3];
  a.mask.hidesRest = false;
  a.result = e.elementOf(a.q);
  a.roots = true;
  return attend(e, a).y;
}

constexpr NamedForm kForms[] = {
    {"einsum", 1, kAnyNumber, " equation ", buildEinsum},
    {"matrix_product", 2, 2, "", buildMatrixProduct},
    {"scaled_dot_product_attention", 3, 4, " causal left right scale softcap ",
     buildAttention},
};

} // namespace

ArrayRef<NamedForm> namedForms() { return kForms; }

} // namespace opc::graph
