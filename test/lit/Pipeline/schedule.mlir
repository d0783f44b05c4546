// RUN: opc-opt %s --split-input-file --pass-pipeline='builtin.module(func.func(opc-schedule))' | FileCheck %s

// The plain loops are the last schedule of every target, and the only one of the
// reference. Functions that are no kernels stay.
module attributes {opc.target = "reference:plain"} {
  // CHECK-LABEL: func.func private @relu_0
  // CHECK-SAME: memref<4xi64>
  // CHECK-SAME: opc.schedule = "plain-loops"
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

// -----

// Vectors decide about broadcasting when they are written. So they take operands
// whose extents are the result's, or 1, and leave to the plain loops those whose
// extents may turn out to be 1.
module attributes {opc.target = "cpu:x86-64-v3"} {
  // CHECK-LABEL: func.func private @equal
  // CHECK-SAME: opc.schedule = "pointwise"
  // CHECK: vector.load {{.*}} vector<8xf32>
  func.func private @equal(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>},
                           %y: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>}) -> tensor<?xf32>
      attributes {opc.kernel, opc.symbols = [""]} {
    %0 = opc.add %x, %y : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
    return %0 : tensor<?xf32>
  }

  // CHECK-LABEL: func.func private @one
  // CHECK-SAME: opc.schedule = "pointwise"
  // CHECK: vector<8xf32>
  func.func private @one(%x: tensor<?x64xf32> {opc.dims = affine_map<()[s0] -> (s0, 64)>},
                         %y: tensor<1x64xf32> {opc.dims = affine_map<()[s0] -> (1, 64)>}) -> tensor<?x64xf32>
      attributes {opc.kernel, opc.symbols = [""]} {
    %0 = opc.add %x, %y {opc.dims = [affine_map<()[s0] -> (s0, 64)>]} : (tensor<?x64xf32>, tensor<1x64xf32>) -> tensor<?x64xf32>
    return %0 : tensor<?x64xf32>
  }

  // CHECK-LABEL: func.func private @last_axis
  // CHECK-SAME: opc.schedule = "plain-loops"
  // CHECK-NOT: vector
  // CHECK: memref.load
  // CHECK: return
  func.func private @last_axis(%x: tensor<?xf32> {opc.dims = affine_map<()[s0, s1, s2] -> (s0)>},
                               %y: tensor<?xf32> {opc.dims = affine_map<()[s0, s1, s2] -> (s1)>}) -> tensor<?xf32>
      attributes {opc.kernel, opc.symbols = ["", "", ""]} {
    %0 = opc.add %x, %y {opc.dims = [affine_map<()[s0, s1, s2] -> (s2)>]} : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
    return %0 : tensor<?xf32>
  }

  // So does an axis of 64 that one operand may lack.
  // CHECK-LABEL: func.func private @known_axis
  // CHECK-SAME: opc.schedule = "plain-loops"
  // CHECK-NOT: vector
  // CHECK: return
  func.func private @known_axis(%x: tensor<8x?xf32> {opc.dims = affine_map<()[s0] -> (8, s0)>},
                                %y: tensor<8x64xf32> {opc.dims = affine_map<()[s0] -> (8, 64)>}) -> tensor<8x64xf32>
      attributes {opc.kernel, opc.symbols = [""]} {
    %0 = opc.add %x, %y {opc.dims = [affine_map<()[s0] -> (8, 64)>]} : (tensor<8x?xf32>, tensor<8x64xf32>) -> tensor<8x64xf32>
    return %0 : tensor<8x64xf32>
  }

  // Along an outer axis an operand has a stride. Where it turns out that none is
  // broadcast, one loop goes over all elements.
  // CHECK-LABEL: func.func private @outer_axis
  // CHECK-SAME: opc.schedule = "pointwise"
  // CHECK: %[[EQUAL:.*]] = arith.cmpi eq, %arg4, %{{.*}} : index
  // CHECK: scf.if %[[EQUAL]]
  // CHECK: vector.load
  // CHECK: } else {
  // CHECK: vector.load
  // CHECK: return
  func.func private @outer_axis(%x: tensor<?x64xf32> {opc.dims = affine_map<()[s0] -> (s0, 64)>},
                                %y: tensor<8x64xf32> {opc.dims = affine_map<()[s0] -> (8, 64)>}) -> tensor<8x64xf32>
      attributes {opc.kernel, opc.symbols = [""]} {
    %0 = opc.add %x, %y {opc.dims = [affine_map<()[s0] -> (8, 64)>]} : (tensor<?x64xf32>, tensor<8x64xf32>) -> tensor<8x64xf32>
    return %0 : tensor<8x64xf32>
  }

  // Rows, columns and what is summed are no broadcasts; a batch is one, which
  // products find by the extent at hand.
  // CHECK-LABEL: func.func private @product
  // CHECK-SAME: opc.schedule = "gemm"
  // CHECK: vector<8xf32>
  func.func private @product(%x: tensor<?x32xf32> {opc.dims = affine_map<()[s0] -> (s0, 32)>},
                             %y: tensor<32x64xf32> {opc.dims = affine_map<()[s0] -> (32, 64)>}) -> tensor<?x64xf32>
      attributes {opc.kernel, opc.symbols = [""]} {
    %0 = opc.matmul %x, %y : (tensor<?x32xf32>, tensor<32x64xf32>) -> tensor<?x64xf32>
    return %0 : tensor<?x64xf32>
  }

  // CHECK-LABEL: func.func private @batches
  // CHECK-SAME: %[[A:[a-z0-9]*]]: index, %[[B:[a-z0-9]*]]: index, %[[Y:[a-z0-9]*]]: index, %{{[a-z0-9]*}}: index, %{{[a-z0-9]*}}: index)
  // CHECK: %[[MANY:.*]] = arith.cmpi sgt, %[[A]], %{{.*}} : index
  // CHECK: arith.select %[[MANY]], %[[BATCH:.*]], %{{.*}} : index
  // CHECK: %[[TOO:.*]] = arith.cmpi sgt, %[[B]], %{{.*}} : index
  // CHECK: arith.select %[[TOO]], %[[BATCH]], %{{.*}} : index
  // CHECK: vector<8xf32>
  func.func private @batches(%x: tensor<?x16x32xf32> {opc.dims = affine_map<()[s0, s1, s2] -> (s0, 16, 32)>},
                             %y: tensor<?x32x64xf32> {opc.dims = affine_map<()[s0, s1, s2] -> (s1, 32, 64)>}) -> tensor<?x16x64xf32>
      attributes {opc.kernel, opc.symbols = ["", "", ""]} {
    %0 = opc.matmul %x, %y {opc.dims = [affine_map<()[s0, s1, s2] -> (s2, 16, 64)>]} : (tensor<?x16x32xf32>, tensor<?x32x64xf32>) -> tensor<?x16x64xf32>
    return %0 : tensor<?x16x64xf32>
  }
}
