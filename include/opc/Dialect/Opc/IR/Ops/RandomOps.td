//===- RandomOps.td - numbers from a counter-based generator ---*- tablegen -*-===//
#ifndef OPC_RANDOM_OPS_TD
#define OPC_RANDOM_OPS_TD

include "opc/Dialect/Opc/IR/OpcDialect.td"

def Opc_RandomBitsOp : Opc_Op<"random_bits"> {
  let summary = "ui32 bits of Philox 4x32-10 for (seed, stream, element index)";
  let description = [{
    The same bits on every target. Distributions are ordinary ops on top.
  }];
  let arguments = (ins I64Attr:$seed, I64Attr:$stream, Opc_Exprs:$dims);
  let results = (outs Opc_IntTensor:$y);
}
#endif // OPC_RANDOM_OPS_TD
