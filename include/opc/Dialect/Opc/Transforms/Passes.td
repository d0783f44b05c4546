//===- Passes.td - passes on the opc dialect ----------------*- tablegen -*-===//
#ifndef OPC_DIALECT_TRANSFORMS_PASSES_TD
#define OPC_DIALECT_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def DecomposePass : Pass<"opc-decompose", "::mlir::func::FuncOp"> {
  let summary = "breaks composite ops down into simpler ones";
  let description = [{
    Replaces every op that implements DecomposableOp, but for those that `keep`
    names, by what it says of itself.

    ```mlir
    %y = opc.softmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
    // becomes
    %m = opc.reduce %x {kind = "max", axes = array<i64: 1>, keepdims = true} ...
    %d = opc.sub %x, %m ...
    %e = opc.exp %d ...
    %s = opc.reduce %e {kind = "sum", axes = array<i64: 1>, keepdims = true} ...
    %y = opc.div %e, %s ...
    ```
  }];
  let options = [
    ListOption<"keep", "keep", "std::string",
               "names of ops that the target takes whole">];
}

def FormKernelsPass : Pass<"opc-form-kernels", "::mlir::ModuleOp"> {
  let summary = "moves every computing op of @main into a kernel function";
  let description = [{
    Groups the ops of each block (with `fuse`: by FusionPlan; without: one op to a
    kernel), and puts each group into a private function that has only what it
    uses: its symbols are numbered anew and small constants are cloned into it.
    Kernels that are equal but for names and locations become one function. Takes
    time linear in the graph.

    ```mlir
    %0 = opc.add %a, %b : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
    %1 = opc.relu %0 : (tensor<?xf32>) -> tensor<?xf32>
    // becomes
    %1 = opc.launch @add_relu_0(%a, %b) {symbols = affine_map<()[s0] -> (s0)>,
      dims = [affine_map<()[s0] -> (s0)>]}
      : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
    ```
  }];
  let options = [
    Option<"fuse", "fuse", "bool", /*default=*/"true",
           "put several ops into one kernel where that saves memory traffic">];
}

def NarrowIntegersPass : Pass<"opc-narrow-integers"> {
  let summary = "products of small integers get 16-bit operands";
  let description = [{
    A matmul, and a conv that is not grouped, whose i32 operands are provably
    16-bit numbers (8-bit ones less their zero points) gets them as i16. The result
    keeps its bits. Bytes that a unit multiplies as they are stay.

    ```mlir
    %0 = opc.cast %x : (tensor<4x8xui8>) -> tensor<4x8xi32>
    %y = opc.matmul %0, %w : (tensor<4x8xi32>, tensor<8x2xi32>) -> tensor<4x2xi32>
    // becomes, where %w comes from 8 bits too
    %1 = opc.cast %0 : (tensor<4x8xi32>) -> tensor<4x8xi16>
    %2 = opc.cast %w : (tensor<8x2xi32>) -> tensor<8x2xi16>
    %y = opc.matmul %1, %2 : (tensor<4x8xi16>, tensor<8x2xi16>) -> tensor<4x2xi32>
    ```
  }];
  let options = [
    Option<"keepBytes", "keep-bytes", "bool", /*default=*/"false",
           "products of unsigned by signed bytes stay as they are">,
    Option<"anySigns", "any-signs", "bool", /*default=*/"false",
           "matmul of bytes of any signs, too">];
}

def WidenFloatsPass : Pass<"opc-widen-floats"> {
  let summary = "products and windows of f16 and bf16 are computed in f32";
  let description = [{
    matmul, conv, conv_transpose and pool of f16 or bf16 get f32 operands, and
    their result is rounded by a cast. They are defined that way: the sum is f32 and
    rounded once.

    ```mlir
    %y = opc.matmul %a, %b : (tensor<4x8xf16>, tensor<8x2xf16>) -> tensor<4x2xf16>
    // becomes
    %0 = opc.cast %a : (tensor<4x8xf16>) -> tensor<4x8xf32>
    %1 = opc.cast %b : (tensor<8x2xf16>) -> tensor<8x2xf32>
    %2 = opc.matmul %0, %1 : (tensor<4x8xf32>, tensor<8x2xf32>) -> tensor<4x2xf32>
    %y = opc.cast %2 : (tensor<4x2xf32>) -> tensor<4x2xf16>
    ```
    With `keep-bf16` a matmul of bf16 keeps its operands, for a unit that multiplies
    them and adds up in f32.
  }];
  let options = [Option<"keepBf16", "keep-bf16", "bool", /*default=*/"false",
                        "matmul takes bf16 operands">];
}

def SimplifyPass : Pass<"opc-simplify", "::mlir::func::FuncOp"> {
  let summary = "rewrites that make the graph smaller";
  let description = [{
    Movement that moves nothing and arithmetic that changes nothing go, neighbours
    of one kind merge, and the formula of a normalisation becomes `opc.normalize`.
    Functions that are spelt as a sum with 1, as GELU by 1 + erf(x), become what they
    spell. Results keep their bits, except that a found normalisation may differ from
    its formula by rounding (both take the mean of squared deviations from the mean,
    in at least f32), and that a function which was spelt is accurate where its
    spelling lost digits. One walk: time is linear in the graph.

    ```mlir
    %1 = opc.transpose %0 {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
    %2 = opc.transpose %1 {perm = array<i64: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32>
    // users of %2 use %0
    ```

    With `functions-only` nothing changes but the functions that were spelt.
  }];
  let options = [
    Option<"functionsOnly", "functions-only", "bool", "false",
           "only rewrite spelt functions to what they spell">,
  ];
}

def UnifyExtentsPass : Pass<"opc-unify-extents", "::mlir::func::FuncOp"> {
  let summary = "extents that must be equal, or are clamped in vain, get one name";
  let description = [{
    Follows the bindings of what the inputs decide: of two extents whose broadcast
    faults unless they are equal, the younger one is written as the other; the
    broadcast of an extent with one that it was made of is that extent; a clamp
    that never binds is its value. Bindings that can fault stay, ahead of
    everything else, as they run; an input keeps the extents that its caller knows
    and is seen through a reshape.

    ```mlir
    opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0 + 2, s1 + 2)>, symbol = 2 : i64}
    %y = opc.relu %x : ... // of s1 elements
    // becomes
    opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0 + 2, s1 + 2)>, symbol = 2 : i64}
    %0 = opc.reshape %x {dims = affine_map<()[s0] -> (s0)>} : ...
    %y = opc.relu %0 : ... // of s0 elements
    ```
  }];
}

def ResolveBroadcastsPass : Pass<"opc-resolve-broadcasts", "::mlir::func::FuncOp"> {
  let summary = "broadcasting that only the run decides becomes ops that it may skip";
  let description = [{
    Along the innermost axis, element-wise ops then see operands whose extents are
    those of the result or 1, so that their kernels read them as vectors. An
    operand of which this is not known comes through an opc.broadcast with the
    attribute opc.may_alias: where the run finds the extents equal, it is the
    operand itself. Along the other axes an operand stays what it is: its kernel
    finds its stride, 0 where the extent is 1, as it begins. Element-wise ops that
    nobody else reads are widened instead, so that they stay with their reader.

    ```mlir
    %y = opc.add %a, %b : ... // [s0, s1] and [s2, s3] to [s4, s5]
    // becomes
    %0 = opc.broadcast %a {dims = affine_map<()[...] -> (s0, s5)>, opc.may_alias} : ...
    %1 = opc.broadcast %b {dims = affine_map<()[...] -> (s2, s5)>, opc.may_alias} : ...
    %y = opc.add %0, %1 : ... // [s0, s5] and [s2, s5] to [s4, s5]
    ```
  }];
}

def SplitConcatsPass : Pass<"opc-split-concats", "::mlir::func::FuncOp"> {
  let summary = "a concat of very many operands becomes several";
  let description = [{
    The code that compiles a kernel grows with its operands, and its time faster.
    Of more than `most` operands, each `most` neighbours are joined first, level by
    level: a concat of up to `most` squared operands copies its elements twice.

    ```mlir
    %y = opc.concat %a, %b, %c {axis = 0 : i64} : ...
    // becomes, where most is 2
    %0 = opc.concat %a, %b {axis = 0 : i64} : ...
    %y = opc.concat %0, %c {axis = 0 : i64} : ...
    ```
  }];
  let options = [Option<"most", "most", "unsigned", /*default=*/"64",
                        "operands of one concat, at least 2">];
}

def UnfuseKernelsPass : Pass<"opc-unfuse-kernels", "::mlir::ModuleOp"> {
  let summary = "kernels that no schedule took are broken up into one op each";
  let description = [{
    Runs behind the schedules: every kernel that still works on tensors goes back
    into the functions that launch it, and its ops become kernels of their own,
    each of which the plain loops take. So a rule of fusion that asks too much of a
    target costs speed, never a model.
  }];
}

#endif // OPC_DIALECT_TRANSFORMS_PASSES_TD
