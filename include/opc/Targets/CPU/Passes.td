//===- Passes.td - passes of the CPU target -----------------*- tablegen -*-===//
#ifndef OPC_TARGETS_CPU_PASSES_TD
#define OPC_TARGETS_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def ChannelsLastPass : Pass<"opc-channels-last"> {
  let summary = "computes convolutions and windows with channels last";
  let description = [{
    Every conv, conv_transpose, pool and resize over NCHW becomes one over NHWC
    between two transposes (opc-sink-transposes cancels those inside of a region).

    ```mlir
    %y = opc.conv %x, %w {layout = "NCHW", ...}
    // becomes
    %0 = opc.transpose %x {perm = [0, 2, 3, 1]}
    %1 = opc.conv %0, %w {layout = "NHWC", ...}
    %y = opc.transpose %1 {perm = [0, 3, 1, 2]}
    ```
  }];
}

def SplitConvTransposePass : Pass<"opc-split-conv-transpose"> {
  let summary = "writes conv_transpose as a convolution and a movement";
  let description = [{
    A channels-last conv_transpose becomes one conv of stride 1 that computes, for each input position, the block of outputs that the strides
    make of it; the blocks are then put in their places.

    ```mlir
    %y = opc.conv_transpose %x, %w {strides = [2, 2]}   // w: [C, M, 4, 4]
    // becomes
    %0 = opc.conv %x, %v            // v: [4 * M, C, 2, 2]
    %y = opc.slice(opc.reshape(opc.transpose(opc.reshape %0)))
    ```
  }];
}

def SplitPoolIndicesPass : Pass<"opc-split-pool-indices"> {
  let summary = "finds where maxima are by comparing slices";
  let description = [{
    max_pool_indices of an image of known extents becomes, for each tap of the window,
    a slice that is compared with the greatest of those before it. That is fused,
    vectorised and laid out as any element-wise work. Exact.

    ```mlir
    %y = opc.max_pool_indices %x {kernel = [1, 2], strides = [1, 2]}
    // becomes
    %2 = opc.greater(opc.slice %x, opc.slice %x)
    %y = opc.add(opc.cast(opc.select %2, 1, 0), %first)   // the first tap's place
    ```
  }];
}

def PackWeightsPass : Pass<"opc-pack-weights"> {
  let summary = "lays constant weights out as vectors for the register tile";
  let description = [{
    matmul and channels-last conv with constant weights become packed_matmul,
    packed_conv and depthwise_conv. Weights go through movement ops, which
    opc-fold-movement evaluates. A matmul with transpose_b and a computed b gets
    its b from a transpose.
  }];
  let options = [
    Option<"lanes", "lanes", "int64_t", /*default=*/"16",
           "f32 elements of one vector">,
    ListOption<"units", "units", "std::string",
               "what one instruction adds up, besides f32: types, products, and "
               "what the reduction of a matmul is a multiple of, as "
               "i16:i16:i32:2:2">];
}

def PackQuantisedPass : Pass<"opc-pack-quantised"> {
  let summary = "constant weights of few bits stay packed under their product";
  let description = [{
    A matmul of f32 whose b is an opc.dequantize of constants, of 2 or 4 bits or
    with several blocks along the reduction, becomes opc.packed_quantized_matmul.
    The ops that pack are evaluated by opc-fold-constants.
  }];
  let options = [Option<"lanes", "lanes", "int64_t", /*default=*/"16",
                        "f32 elements of one vector">];
}

def PackRecurrentPass : Pass<"opc-pack-recurrent"> {
  let summary = "takes the products with the input out of recurrent layers";
  let description = [{
    An rnn, gru or lstm with constant weights and the usual activations becomes one
    product of all steps with w and opc.packed_recurrent for what depends on the
    state; both directions of a layer are one op. Others stay as they are.
  }];
  let options = [Option<"lanes", "lanes", "int64_t", /*default=*/"16",
                        "f32 elements of one vector">];
}

def ExpandMathPass : Pass<"opc-expand-math"> {
  let summary = "writes functions of float vectors as plain arithmetic";
  let description = [{
    exp, expm1, log, log1p, tanh, erf, erfc, sin and cos of f32 vectors become
    polynomials, within 1 to 7 ulp (VectorMath.h); results of exp below the least
    normal number and of erfc below 1e-39 are 0. Other functions of vectors, and sin and cos of vectors with a large angle,
    become one call of libm for each lane.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
  let options = [Option<"scalef", "scalef", "bool", /*default=*/"false",
                        "use the AVX-512 instruction that scales by 2^n">];
}

#endif // OPC_TARGETS_CPU_PASSES_TD
