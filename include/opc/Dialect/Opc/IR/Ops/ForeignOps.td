//===- ForeignOps.td - what was written elsewhere -------------*- tablegen -*-===//
#ifndef OPC_FOREIGN_OPS_TD
#define OPC_FOREIGN_OPS_TD

include "opc/Dialect/Opc/IR/OpcDialect.td"

def Opc_ExternalKernelOp : Opc_Op<"external_kernel"> {
  let summary = "outputs := function(inputs), a function that came as LLVM IR";
  let description = [{
    `ir` is a module of LLVM IR, as text or bitcode, and `function` one that it
    defines. In C its type is

        void function(const T *input..., T *output..., int64_t extent...)

    with one pointer for each input, then one for each output, then one number
    for each expression of `extents`. `dims` holds the extents of each output.
    Tensors are dense and row-major, aligned to their element; bool and integers
    of fewer bits have a byte each. An output overlaps nothing, and what lies in
    it when the function is called is unspecified: the function writes all of it.
    It is called once, and reads and writes nothing else, so that the op is pure.

    The IR is code for any processor: it is compiled for the chip of the target
    like all other kernels. It may call functions of its own, libm's, memcpy,
    memmove, memset, and those intrinsics of LLVM that every processor has.
    Anything else is refused by name when the program is compiled
    (docs/decisions/0016-external-kernels-are-llvm-ir.md).
  }];
  let arguments = (ins Variadic<Opc_NumericTensor>:$inputs, StrAttr:$function,
                   StrAttr:$ir, OptionalAttr<Opc_Exprs>:$extents,
                   AffineMapArrayAttr:$dims);
  let results = (outs Variadic<Opc_NumericTensor>:$outputs);
}

#endif // OPC_FOREIGN_OPS_TD
