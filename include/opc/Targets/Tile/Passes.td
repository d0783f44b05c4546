//===- Passes.td - what kernels of cores go through --------*- tablegen -*-===//
#ifndef OPC_TARGETS_TILE_PASSES
#define OPC_TARGETS_TILE_PASSES

include "mlir/Pass/PassBase.td"

def CoreLoopsPass : Pass<"opc-core-loops", "mlir::func::FuncOp"> {
  let summary = "Plain loops become a share of units for each core";
  let description = [{
    ```mlir
    scf.for %u = %begin to %end step %c1 { ... }
    // becomes
    scf.for %u = %first to %last step %c1 { ... }   // by tile.core_id
    ```
    A kernel that asks for its core is left alone.
  }];
  let dependentDialects = ["opc::tile::TileDialect", "mlir::arith::ArithDialect"];
}

#endif // OPC_TARGETS_TILE_PASSES
