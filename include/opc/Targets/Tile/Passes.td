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
    A kernel that asks for its core is left alone. Where cores write back lines of
    `line` bytes, no two write to one: shares are whole lines of what is written,
    and what is not known to follow the units is one core's work.
  }];
  let options = [Option<"line", "line", "int64_t", /*default=*/"0",
                        "bytes of a line that cores write back; 0: none">];
  let dependentDialects = ["opc::tile::TileDialect", "mlir::arith::ArithDialect"];
}

def VerifyCoresPass : Pass<"opc-verify-cores", "mlir::func::FuncOp"> {
  let summary = "Refuses a program of tiles that its target's cores would not run";
  let description = [{
    What opc-verify-tile does, on the first kind of core of the kernel's target that
    has the spaces of its buffers.
  }];
}

def LaneLoopsPass : Pass<"opc-lane-loops", "mlir::func::FuncOp"> {
  let summary = "Work on whole tiles becomes loops over lanes";
  let description = [{
    ```mlir
    tile.unary exp %x to %t
    tile.binary add %t, %y to %z
    // becomes
    scf.for %r = ... { scf.for %i = ... { %a = memref.load ...
      memref.store (math.exp %a) + %b, ... } }
    ```
    for machines whose vectors are registers. Neighbours that walk over the same rows
    and columns share a loop; a buffer that only they use goes.
  }];
  let options = [
    Option<"bits", "bits", "int64_t", "256", "of a vector of f32 lanes"> 
  ];
  let dependentDialects = ["opc::tile::TileDialect", "mlir::arith::ArithDialect",
                           "mlir::math::MathDialect", "mlir::memref::MemRefDialect",
                           "mlir::scf::SCFDialect", "mlir::vector::VectorDialect"];
}

#endif // OPC_TARGETS_TILE_PASSES
