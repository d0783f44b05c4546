//===- QuantizedOps.td - integers that stand for reals ---*- tablegen -*-===//
#ifndef OPC_QUANTIZED_OPS_TD
#define OPC_QUANTIZED_OPS_TD

include "opc/Dialect/Opc/IR/Ops/CompositeOps.td"

def Opc_UnpackOp : Opc_Op<"unpack"> {
  let summary = "y[i] = bits [i * bits, (i + 1) * bits) of x, the low ones first";
  let description = [{
    Both tensors are counted in row-major order; the last byte may hold more than
    is read. `bits` is 1, 2 or 4. Elements of a signed type are in two's
    complement of `bits` bits.
  }];
  let arguments = (ins RankedTensorOf<[UI8]>:$x, I64Attr:$bits, Opc_Exprs:$dims);
  let results = (outs Opc_IntTensor:$y);
  let hasVerifier = 1;
}
def Opc_DequantizeOp : Opc_CompositeOp<"dequantize"> {
  let summary = "y = (x - zero) * scale, in blocks along `axis`";
  let description = [{
    scale and zero have the rank of x and along each axis one element for all or
    one for each of x; along `axis` one for each `block` elements of x, of which
    the last may be fewer. The difference is exact for an integer zero and
    rounded once in f32 for another; the product is rounded once in f32, and to
    the type of y.
  }];
  let arguments = (ins Opc_IntTensor:$x, Opc_FloatTensor:$scale,
                   Optional<Opc_NumericTensor>:$zero, I64Attr:$axis,
                   I64Attr:$block);
  let results = (outs Opc_FloatTensor:$y);
  let hasVerifier = 1;
}
#endif // OPC_QUANTIZED_OPS_TD
