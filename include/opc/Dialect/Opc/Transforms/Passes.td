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

#endif // OPC_DIALECT_TRANSFORMS_PASSES_TD
