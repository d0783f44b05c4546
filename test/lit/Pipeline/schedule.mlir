// RUN: opc-opt %s --pass-pipeline='builtin.module(func.func(opc-schedule))' | FileCheck %s

// The plain loops are the last schedule of every target, and the only one of the
// reference. Functions that are no kernels stay.
module attributes {opc.target = "reference:plain"} {
  // CHECK-LABEL: func.func private @relu_0
  // CHECK-SAME: memref<1xi64>
  // CHECK: scf.for
  func.func private @relu_0(%x: tensor<8xf32> {opc.dims = affine_map<() -> (8)>}) -> tensor<8xf32>
      attributes {opc.kernel, opc.symbols = []} {
    %0 = opc.relu %x : (tensor<8xf32>) -> tensor<8xf32>
    return %0 : tensor<8xf32>
  }
  // CHECK-LABEL: func.func @main
  // CHECK: opc.relu
  func.func @main(%x: tensor<8xf32>) -> tensor<8xf32> {
    %0 = opc.relu %x : (tensor<8xf32>) -> tensor<8xf32>
    return %0 : tensor<8xf32>
  }
}
