//===- UnknownOps.cpp - targets of nodes that have no row -----------------===//
#include "UnknownOps.h"
#include "AtenNode.h"
#include "opc/Frontend/Graph/Quoted.h"
#include "opc/Runtime/Suggest.h"

namespace opc::torch {
namespace {

constexpr llvm::StringLiteral kStatements[] = {
    "aten._assert_async.msg",
    "aten._assert_scalar.default",
    "aten._assert_tensor_metadata.default",
    "aten.sym_constrain_range.default",
    "aten.sym_constrain_range_for_size.default",
};

constexpr llvm::StringLiteral kInlined[] = {
    "higher_order.wrap_with_set_grad_enabled",
};

struct Alternative {
  llvm::StringLiteral start, instead;
};

constexpr Alternative kAlternatives[] = {
    {"higher_order.", "a graph without it"},
    {"aten._fft", "real arithmetic"},
    {"aten.quantize", "floats"},
    {"aten._to_sparse", "dense tensors"},
    {"aten.bernoulli", "random numbers as inputs"},
    {"aten.rand", "random numbers as inputs"},
};

} // namespace

bool isStatement(llvm::StringRef target) {
  return llvm::is_contained(kStatements, target);
}

bool isInlined(llvm::StringRef target) {
  return llvm::is_contained(kInlined, target);
}

graph::Objection missingOp(llvm::StringRef target) {
  for (const Alternative &each : kAlternatives)
    if (target.starts_with(each.start))
      return graph::Objection::unsupported("is not supported", each.instead);
  return graph::Objection::unsupported(
      "is not supported" + runtime::suggestion(target.str(), knownOps()));
}

} // namespace opc::torch
