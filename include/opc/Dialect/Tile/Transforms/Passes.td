//===- Passes.td - passes on the tile dialect ---------------*- tablegen -*-===//
#ifndef OPC_DIALECT_TILE_TRANSFORMS_PASSES_TD
#define OPC_DIALECT_TILE_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def VerifyTilePass : Pass<"opc-verify-tile", "::mlir::func::FuncOp"> {
  let summary = "refuses programs that a machine would not run right";
  let description = [{
    Checks a function of the tile dialect against the description of a machine
    (Machine.h), beside what the ops check of themselves. Refused, each with op,
    machine, limit and value:

    - buffers that do not fit their space together, or lie at no multiple of its
      alignment; padded extents that are no whole fractals;
    - copies between spaces with no way, of lengths, strides, counts and starts that
      no form of the machine's copies has;
    - tokens that are not waited for, or twice; buffers that are read or written
      before a copy into them was waited for, or written while one still reads;
    - ops, types and rows of bytes that a space's unit does not have; products that
      none of its matrix units multiplies;
    - barriers that the machine lacks, or that some cores may not come to.

    Loops are walked until what is in flight repeats, so that a loop which swaps two
    buffers is seen as the machine sees it. A window whose start only the run knows
    may be anywhere in a local buffer. In global memory, two writes in flight are
    told to meet only where both are known.
  }];
  let options = [
    Option<"machine", "machine", "std::string", "",
           "file that describes the machine">];
}

#endif // OPC_DIALECT_TILE_TRANSFORMS_PASSES_TD
