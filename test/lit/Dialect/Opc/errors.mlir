// RUN: opc-opt %s --split-input-file --verify-diagnostics

func.func @reduce(%x: tensor<2x3xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{axis 2 is out of order or out of rank 2}}
  %0 = opc.reduce %x {kind = "sum", axes = array<i64: 2>, keepdims = false} : (tensor<2x3xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

func.func @kind(%x: tensor<2x3xf32>) -> tensor<2xf32> {
  // expected-error @+1 {{one of sum, prod, max, min}}
  %0 = opc.reduce %x {kind = "median", axes = array<i64: 1>, keepdims = false} : (tensor<2x3xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

func.func @transpose_permutation(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  // expected-error @+1 {{perm is not a permutation}}
  %0 = opc.transpose %x {perm = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// -----

func.func @transpose_rank(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // expected-error @+1 {{perm has 1 axes, x has 2}}
  %0 = opc.transpose %x {perm = array<i64: 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

func.func @slice_steps(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{steps must not be 0}}
  %0 = opc.slice %x {starts = affine_map<() -> (0)>, steps = array<i64: 0>, dims = affine_map<() -> (4)>} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @slice_entries(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{starts, steps and dims must have one entry for each of the 1 axes}}
  %0 = opc.slice %x {starts = affine_map<() -> (0, 0)>, steps = array<i64: 1>, dims = affine_map<() -> (4)>} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @concat_axis(%x: tensor<4xf32>) -> tensor<8xf32> {
  // expected-error @+1 {{axis 1 is out of rank 1}}
  %0 = opc.concat %x, %x {axis = 1 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}

// -----

func.func @matmul_rank(%a: tensor<4xf32>, %b: tensor<4x4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{operands must have rank 2 or more, given ranks 1 and 2}}
  %0 = opc.matmul %a, %b : (tensor<4xf32>, tensor<4x4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @conv_strides(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32> {
  // expected-error @+1 {{strides and dilations must be positive}}
  %0 = opc.conv %x, %w {strides = array<i64: 0, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return %0 : tensor<1x4x6x6xf32>
}

// -----

func.func @compare(%a: tensor<4xf32>, %b: tensor<4xi32>) -> tensor<4xi1> {
  // expected-error @+1 {{operands share an element type}}
  %0 = opc.less %a, %b : (tensor<4xf32>, tensor<4xi32>) -> tensor<4xi1>
  return %0 : tensor<4xi1>
}

// -----

func.func @unpack_bits(%x: tensor<4xui8>) -> tensor<8xi4> {
  // expected-error @+1 {{elements of 3 bits, not 1, 2 or 4}}
  %0 = opc.unpack %x {bits = 3 : i64, dims = affine_map<() -> (8)>} : (tensor<4xui8>) -> tensor<8xi4>
  return %0 : tensor<8xi4>
}

// -----

func.func @unpack_width(%x: tensor<4xui8>) -> tensor<8xi2> {
  // expected-error @+1 {{elements of 4 bits do not fit the result's}}
  %0 = opc.unpack %x {bits = 4 : i64, dims = affine_map<() -> (8)>} : (tensor<4xui8>) -> tensor<8xi2>
  return %0 : tensor<8xi2>
}

// -----

func.func @dequantize_axis(%x: tensor<4xi8>, %s: tensor<1xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{axis 1 is outside of rank 1}}
  %0 = opc.dequantize %x, %s {axis = 1 : i64, block = 1 : i64} : (tensor<4xi8>, tensor<1xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @dequantize_block(%x: tensor<4xi8>, %s: tensor<1xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{block of 0 is not positive}}
  %0 = opc.dequantize %x, %s {axis = 0 : i64, block = 0 : i64} : (tensor<4xi8>, tensor<1xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @dequantize_rank(%x: tensor<4xi8>, %s: tensor<f32>) -> tensor<4xf32> {
  // expected-error @+1 {{scale or zero has another rank than 1}}
  %0 = opc.dequantize %x, %s {axis = 0 : i64, block = 1 : i64} : (tensor<4xi8>, tensor<f32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @dequantize_width(%x: tensor<4xi64>, %s: tensor<1xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{x has more than 32 bits}}
  %0 = opc.dequantize %x, %s {axis = 0 : i64, block = 1 : i64} : (tensor<4xi64>, tensor<1xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @packed_quantized_bits(%a: tensor<1x8xf32>, %b: tensor<1x1x8xui32>, %s: tensor<1x1x8xf32>) -> tensor<1x8xf32> {
  // expected-error @+1 {{elements of 3 bits, not 2, 4 or 8}}
  %0 = opc.packed_quantized_matmul %a, %b, %s, %s {columns = 8 : i64, bits = 3 : i64, block = 8 : i64} : (tensor<1x8xf32>, tensor<1x1x8xui32>, tensor<1x1x8xf32>, tensor<1x1x8xf32>) -> tensor<1x8xf32>
  return %0 : tensor<1x8xf32>
}

// -----

func.func @packed_quantized_block(%a: tensor<1x8xf32>, %b: tensor<1x1x8xui32>, %s: tensor<1x1x8xf32>) -> tensor<1x8xf32> {
  // expected-error @+1 {{block of 4 does not fill words of 8 elements}}
  %0 = opc.packed_quantized_matmul %a, %b, %s, %s {columns = 8 : i64, bits = 4 : i64, block = 4 : i64} : (tensor<1x8xf32>, tensor<1x1x8xui32>, tensor<1x1x8xf32>, tensor<1x1x8xf32>) -> tensor<1x8xf32>
  return %0 : tensor<1x8xf32>
}

// -----

func.func @packed_quantized_rank(%a: tensor<1x8xf32>, %b: tensor<1x8xui32>, %s: tensor<1x1x8xf32>) -> tensor<1x8xf32> {
  // expected-error @+1 {{b, scale or zero has another rank than 3}}
  %0 = opc.packed_quantized_matmul %a, %b, %s, %s {columns = 8 : i64, bits = 4 : i64, block = 8 : i64} : (tensor<1x8xf32>, tensor<1x8xui32>, tensor<1x1x8xf32>, tensor<1x1x8xf32>) -> tensor<1x8xf32>
  return %0 : tensor<1x8xf32>
}

// -----

func.func @packed_quantized_scales(%a: tensor<1x24xf32>, %b: tensor<1x3x8xui32>, %s: tensor<1x2x8xf32>) -> tensor<1x8xf32> {
  // expected-error @+1 {{scales or zero points do not fit 3 words in blocks of 16}}
  %0 = opc.packed_quantized_matmul %a, %b, %s, %s {columns = 8 : i64, bits = 4 : i64, block = 16 : i64} : (tensor<1x24xf32>, tensor<1x3x8xui32>, tensor<1x2x8xf32>, tensor<1x2x8xf32>) -> tensor<1x8xf32>
  return %0 : tensor<1x8xf32>
}
