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
