// Each schedule takes the kernel that it is there for: were it to refuse, another, or
// the plain loops, would give the same values.
// RUN: opc-opt %s --pass-pipeline='builtin.module(func.func(opc-schedule))' | FileCheck %s
module attributes {opc.target = "cpu:x86-64-v3"} {
  // CHECK-LABEL: @matmul
  // CHECK-SAME: opc.schedule = "gemm"
  func.func private @matmul(%x: tensor<12x37xf32>, %y: tensor<37x129xf32>) -> tensor<12x129xf32>
      attributes {opc.kernel, opc.symbols = []} {
    %0 = opc.matmul %x, %y : (tensor<12x37xf32>, tensor<37x129xf32>) -> tensor<12x129xf32>
    return %0 : tensor<12x129xf32>
  }

  // CHECK-LABEL: @packed_matmul
  // CHECK-SAME: opc.schedule = "gemm"
  func.func private @packed_matmul(%x: tensor<12x37xf32>, %w: tensor<2x37x8xf32>, %b: tensor<12xf32>) -> tensor<12x12xf32>
      attributes {opc.kernel, opc.symbols = []} {
    %0 = opc.packed_matmul %x, %w {columns = 12 : i64} : (tensor<12x37xf32>, tensor<2x37x8xf32>) -> tensor<12x12xf32>
    %1 = opc.add %0, %b : (tensor<12x12xf32>, tensor<12xf32>) -> tensor<12x12xf32>
    return %1 : tensor<12x12xf32>
  }

  // CHECK-LABEL: @quantised
  // CHECK-SAME: opc.schedule = "quantised-gemm"
  func.func private @quantised(%x: tensor<3x64xf32>, %w: tensor<5x8x8xui32>, %s: tensor<5x2x8xf32>, %z: tensor<1x1x8xui8>) -> tensor<3x37xf32>
      attributes {opc.kernel, opc.symbols = []} {
    %0 = opc.packed_quantized_matmul %x, %w, %s, %z {bits = 4 : i64, block = 32 : i64, columns = 37 : i64} : (tensor<3x64xf32>, tensor<5x8x8xui32>, tensor<5x2x8xf32>, tensor<1x1x8xui8>) -> tensor<3x37xf32>
    return %0 : tensor<3x37xf32>
  }

  // CHECK-LABEL: @conv
  // CHECK-SAME: opc.schedule = "conv"
  func.func private @conv(%x: tensor<1x5x5x2xf32>, %w: tensor<2x18x8xf32>) -> tensor<1x3x3x12xf32>
      attributes {opc.kernel, opc.symbols = []} {
    %0 = opc.packed_conv %x, %w {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, columns = 12 : i64, groups = 1 : i64} : (tensor<1x5x5x2xf32>, tensor<2x18x8xf32>) -> tensor<1x3x3x12xf32>
    return %0 : tensor<1x3x3x12xf32>
  }

  // CHECK-LABEL: @depthwise
  // CHECK-SAME: opc.schedule = "depthwise"
  func.func private @depthwise(%x: tensor<1x5x6x37xf32>, %w: tensor<3x3x37xf32>) -> tensor<1x5x6x37xf32>
      attributes {opc.kernel, opc.symbols = []} {
    %0 = opc.depthwise_conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>} : (tensor<1x5x6x37xf32>, tensor<3x3x37xf32>) -> tensor<1x5x6x37xf32>
    return %0 : tensor<1x5x6x37xf32>
  }

  // CHECK-LABEL: @recurrent
  // CHECK-SAME: opc.schedule = "recurrent"
  func.func private @recurrent(%xw: tensor<4x2x36xf32>, %r: tensor<6x12x8xf32>) -> tensor<4x1x2x12xf32>
      attributes {opc.kernel, opc.symbols = []} {
    %0, %1, %2 = "opc.packed_recurrent"(%xw, %r) {cell = "gru", reverse = array<i1: false>, operandSegmentSizes = array<i32: 1, 1, 0, 0, 0, 0>} : (tensor<4x2x36xf32>, tensor<6x12x8xf32>) -> (tensor<4x1x2x12xf32>, tensor<1x2x12xf32>, tensor<1x2x12xf32>)
    return %0 : tensor<4x1x2x12xf32>
  }

  // CHECK-LABEL: @concat
  // CHECK-SAME: opc.schedule = "concat"
  func.func private @concat(%x: tensor<3x12xf32>, %y: tensor<3x37xf32>) -> tensor<3x49xf32>
      attributes {opc.kernel, opc.symbols = []} {
    %0 = opc.concat %x, %y {axis = 1 : i64} : (tensor<3x12xf32>, tensor<3x37xf32>) -> tensor<3x49xf32>
    return %0 : tensor<3x49xf32>
  }

  // CHECK-LABEL: @resize
  // CHECK-SAME: opc.schedule = "resize"
  func.func private @resize(%x: tensor<3x37xf32>, %scales: tensor<1xf32>) -> tensor<3x129xf32>
      attributes {opc.kernel, opc.symbols = []} {
    %0 = opc.resize %x, %scales {axes = array<i64: 1>, dims = affine_map<() -> (129)>, mode = "linear", coordinates = "half_pixel", rounding = "floor", cubic_coefficient = -0.75 : f64, exclude_outside = false, antialias = false, extrapolation = 0.0 : f64, roi = array<f64>} : (tensor<3x37xf32>, tensor<1xf32>) -> tensor<3x129xf32>
    return %0 : tensor<3x129xf32>
  }

  // CHECK-LABEL: @pool
  // CHECK-SAME: opc.schedule = "pool"
  func.func private @pool(%x: tensor<1x6x6x37xf32>) -> tensor<1x3x3x37xf32>
      attributes {opc.kernel, opc.symbols = []} {
    %0 = opc.pool %x {kind = "max", kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, count_padding = false, dims = affine_map<() -> (1, 3, 3, 37)>, layout = "NHWC"} : (tensor<1x6x6x37xf32>) -> tensor<1x3x3x37xf32>
    return %0 : tensor<1x3x3x37xf32>
  }

  // A softmax that was broken up: one kernel all the same.
  // CHECK-LABEL: @reduce
  // CHECK-SAME: opc.schedule = "reduce"
  func.func private @reduce(%x: tensor<12x129xf32>) -> tensor<12x129xf32>
      attributes {opc.kernel, opc.symbols = []} {
    %0 = opc.reduce %x {kind = "max", axes = array<i64: 1>, keepdims = true} : (tensor<12x129xf32>) -> tensor<12x1xf32>
    %1 = opc.sub %x, %0 : (tensor<12x129xf32>, tensor<12x1xf32>) -> tensor<12x129xf32>
    %2 = opc.exp %1 : (tensor<12x129xf32>) -> tensor<12x129xf32>
    %3 = opc.reduce %2 {kind = "sum", axes = array<i64: 1>, keepdims = true} : (tensor<12x129xf32>) -> tensor<12x1xf32>
    %4 = opc.div %2, %3 : (tensor<12x129xf32>, tensor<12x1xf32>) -> tensor<12x129xf32>
    return %4 : tensor<12x129xf32>
  }

  // CHECK-LABEL: @arg_reduce
  // CHECK-SAME: opc.schedule = "arg-reduce"
  func.func private @arg_reduce(%x: tensor<12x37xf32>) -> tensor<12x1xi64>
      attributes {opc.kernel, opc.symbols = []} {
    %0 = opc.arg_reduce %x {kind = "max", axis = 1 : i64, keepdims = true, select_last = false} : (tensor<12x37xf32>) -> tensor<12x1xi64>
    return %0 : tensor<12x1xi64>
  }

  // CHECK-LABEL: @transpose
  // CHECK-SAME: opc.schedule = "transpose"
  func.func private @transpose(%x: tensor<37x129xf32>) -> tensor<129x37xf32>
      attributes {opc.kernel, opc.symbols = []} {
    %0 = opc.transpose %x {perm = array<i64: 1, 0>} : (tensor<37x129xf32>) -> tensor<129x37xf32>
    return %0 : tensor<129x37xf32>
  }

  // CHECK-LABEL: @pointwise
  // CHECK-SAME: opc.schedule = "pointwise"
  func.func private @pointwise(%x: tensor<12x37xf32>, %b: tensor<37xf32>) -> tensor<12x37xf32>
      attributes {opc.kernel, opc.symbols = []} {
    %0 = opc.add %x, %b : (tensor<12x37xf32>, tensor<37xf32>) -> tensor<12x37xf32>
    %1 = opc.gelu %0 {approximate = "none"} : (tensor<12x37xf32>) -> tensor<12x37xf32>
    return %1 : tensor<12x37xf32>
  }

  // What none of them takes is plain loops.
  // CHECK-LABEL: @cumulative
  // CHECK-SAME: opc.schedule = "plain-loops"
  // CHECK: return
  func.func private @cumulative(%x: tensor<12x37xf32>) -> tensor<12x37xf32>
      attributes {opc.kernel, opc.symbols = []} {
    %0 = opc.cumulative %x {kind = "sum", axis = 1 : i64, exclusive = false, reverse = false} : (tensor<12x37xf32>) -> tensor<12x37xf32>
    return %0 : tensor<12x37xf32>
  }

  // Sums in vectors of lanes are in no sequence along them: the plain loops keep it.
  // CHECK-LABEL: @sequential_sum
  // CHECK-SAME: opc.declined = {{.*}}reduce = "a sum in another order than of vectors"
  // CHECK-SAME: opc.schedule = "plain-loops"
  func.func private @sequential_sum(%x: tensor<12x37xf32>) -> tensor<12x1xf32>
      attributes {opc.kernel, opc.symbols = []} {
    %0 = opc.reduce %x {kind = "sum", axes = array<i64: 1>, keepdims = true, numerics = #opc.numerics<order = sequential>} : (tensor<12x37xf32>) -> tensor<12x1xf32>
    return %0 : tensor<12x1xf32>
  }

  // Across them it is what they do.
  // CHECK-LABEL: @sequential_columns
  // CHECK-SAME: opc.schedule = "reduce"
  func.func private @sequential_columns(%x: tensor<37x12xf32>) -> tensor<1x12xf32>
      attributes {opc.kernel, opc.symbols = []} {
    %0 = opc.reduce %x {kind = "sum", axes = array<i64: 0>, keepdims = true, numerics = #opc.numerics<order = sequential>} : (tensor<37x12xf32>) -> tensor<1x12xf32>
    return %0 : tensor<1x12xf32>
  }

  // CHECK-LABEL: @wide_product
  // CHECK-SAME: opc.schedule = "gemm"
  // CHECK: vector.fma {{.*}} : vector<8xf64>
  func.func private @wide_product(%x: tensor<12x37xf32>, %y: tensor<37x129xf32>) -> tensor<12x129xf32>
      attributes {opc.kernel, opc.symbols = []} {
    %0 = opc.matmul %x, %y {numerics = #opc.numerics<acc = f64>} : (tensor<12x37xf32>, tensor<37x129xf32>) -> tensor<12x129xf32>
    return %0 : tensor<12x129xf32>
  }
}
