//===- OpcInterfaces.td - what ops say of themselves --------*- tablegen -*-===//
//
// Behaviour comes from these interfaces, never from lists of ops. How an op turns
// into loops is attached from outside (Conversion/OpcToLoops).
//
//===----------------------------------------------------------------------===//
#ifndef OPC_INTERFACES_TD
#define OPC_INTERFACES_TD

include "mlir/IR/OpBase.td"

def Opc_ShapedOp : OpInterface<"ShapedOp"> {
  let cppNamespace = "::opc";
  let description = [{
    Says the extents of an op's results, as expressions over the symbols of the
    function, and where it can the values of a small integer result.
  }];
  let methods = [
    InterfaceMethod<
      "Appends one Dims for each result; fails, with a diagnostic on the op, when "
      "the operands do not fit each other",
      "::llvm::LogicalResult", "inferDims",
      (ins "::opc::ShapeEnv &":$env,
           "::llvm::SmallVectorImpl<::opc::Dims> &":$results)>,
    InterfaceMethod<
      "The values of result 0 in row-major order, where they are expressions "
      "known at compile time; otherwise nothing",
      "::std::optional<::opc::Dims>", "inferContents",
      (ins "::opc::ShapeEnv &":$env), "",
      "return std::nullopt;">
  ];
}

def Opc_ScalarOp : OpInterface<"ScalarOp"> {
  let cppNamespace = "::opc";
  let description = [{
    An element-wise op: each element of its one result is a function of one
    element of each operand, after broadcasting the operands to the result.
  }];
  let methods = [
    InterfaceMethod<
      "Builds the expression for one element. `args` holds one value for each "
      "operand: a scalar of its storage type or a vector of them. Integers are "
      "signless here (signedness is that of the operand's tensor type), bool is i1",
      "::mlir::Value", "emitScalar",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::ValueRange":$args)>
  ];
}

def Opc_AccessOp : OpInterface<"AccessOp"> {
  let cppNamespace = "::opc";
  let description = [{
    An op that says which elements of its operands an element of its one result
    is made of (Access.h). An element of a ScalarOp is its function of all its
    accesses, one for each operand in their order. An element of any other is
    that of the first access that exists, and one always does: it only moves.
  }];
  let methods = [
    InterfaceMethod<
      "Appends what the element at (d0, d1, ...) reads; fails where that is no "
      "expression over positions and extents, as of a pad that mirrors",
      "::llvm::LogicalResult", "inferAccesses",
      (ins "::opc::ShapeEnv &":$env, "::opc::Accesses &":$accesses), "",
      [{
        accesses = ::opc::broadcastAccesses($_op, env);
        return ::mlir::success();
      }]>
  ];
}

def Opc_IterationOp : OpInterface<"IterationOp"> {
  let cppNamespace = "::opc";
  let description = [{
    An op each element of whose one result is combined of many (Access.h). It says
    which; how they are combined is the op's own. A ReductionOp need say no more.
  }];
  let methods = [
    InterfaceMethod<
      "What the element at (d0, d1, ...) is combined of", "::opc::Iteration",
      "getIteration", (ins "::opc::ShapeEnv &":$env), "",
      "return ::opc::iterationOfReduction($_op, env);">
  ];
}

def Opc_ReductionOp : OpInterface<"ReductionOp"> {
  let cppNamespace = "::opc";
  let description = [{
    An op that combines the elements of its one operand along axes, in any order:
    loops, lanes and what a kernel does between passes derive from it.
  }];
  let methods = [
    InterfaceMethod<"The operand", "::mlir::Value", "getX">,
    InterfaceMethod<"The axes along which it is combined, ascending",
                    "::llvm::ArrayRef<int64_t>", "getAxes">,
    InterfaceMethod<"Whether these stay, with extent 1", "bool", "getKeepdims">,
    InterfaceMethod<"Sets that; the type is left to the caller", "void",
                    "setKeepdims", (ins "bool":$value)>,
    InterfaceMethod<
      "The type in which totals are kept: a float or a signless integer",
      "::mlir::Type", "accumulatorType", (ins)>,
    InterfaceMethod<
      "What changes nothing, of that type or, of floats, of a type like it",
      "::mlir::TypedAttr", "neutralOf", (ins "::mlir::Type":$type)>,
    InterfaceMethod<
      "Builds total and next combined: scalars or vectors of a type that "
      "neutralOf() takes",
      "::mlir::Value", "emitCombine",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::Value":$total, "::mlir::Value":$next)>
  ];
}

def Opc_BodyOp : OpInterface<"BodyOp"> {
  let cppNamespace = "::opc";
  let description = [{
    An op whose one region computes a number from numbers, with ops of arith and
    math. It is no part of the graph: what walks the graph stays outside.
  }];
}

def Opc_AxisOp : OpInterface<"AxisOp"> {
  let cppNamespace = "::opc";
  let description = [{
    An op that computes the same of operands whose axes come in another order,
    where it is told which axis is which: a transpose before it may come after it.
  }];
  let methods = [
    InterfaceMethod<
      "How many operands, the first ones, come in the other order",
      "unsigned", "numReordered", (ins), "", "return 1;">,
    InterfaceMethod<
      "Renames axis k of the operands to perm[k], in place. Returns what became of "
      "those of the result, in the same form. Types are left to the caller",
      "::llvm::SmallVector<int64_t>", "reorderAxes",
      (ins "::llvm::ArrayRef<int64_t>":$perm)>
  ];
}

def Opc_DecomposableOp : OpInterface<"DecomposableOp"> {
  let cppNamespace = "::opc";
  let description = [{
    A composite that knows how it breaks down into simpler opc ops, for targets
    that do not take it whole.
  }];
  let methods = [
    InterfaceMethod<
      "Builds the replacement and returns one value for each result, or fails "
      "with the reason as a remark",
      "::llvm::FailureOr<::llvm::SmallVector<::mlir::Value>>", "decompose",
      (ins "::mlir::OpBuilder &":$builder)>
  ];
}

def Opc_NumericOpInterface : OpInterface<"NumericOp"> {
  let cppNamespace = "::opc";
  let description = [{
    An op whose numbers depend on more than its operands: it adds up, and so
    rounds in some order. It has the inherent attribute `numerics`.
  }];
  let methods = [
    InterfaceMethod<"The contract; null where it is the default",
                    "::opc::NumericsAttr", "getNumericsAttr">,
    InterfaceMethod<"Sets it; null is the default", "void", "setNumericsAttr",
                    (ins "::opc::NumericsAttr":$contract)>,
    InterfaceMethod<"The fields (NumericField) that may differ from their default",
                    "unsigned", "numericFields", (ins), "",
                    "return ConcreteOp::honouredFields;">
  ];
  let verify = "return ::opc::verifyNumerics($_op);";
}

#endif // OPC_INTERFACES_TD
