// RUN: opc-opt --opc-kernel-entries --verify-diagnostics --split-input-file %s

// expected-error@+1 {{kernel relu_0 of type '(tensor<4xf32>) -> tensor<4xf32>' has no schedule}}
func.func private @relu_0(%x: tensor<4xf32>) -> tensor<4xf32> attributes {opc.kernel} {
  return %x : tensor<4xf32>
}

// -----

func.func private @k(%status: memref<4xi64>, %x: memref<?xf32>, %begin: index, %end: index) attributes {opc.kernel} {
  %c0 = arith.constant 0 : index
  // expected-error@+1 {{'memref.dim' op asks for the size of a flat buffer, which has none}}
  %n = memref.dim %x, %c0 : memref<?xf32>
  %v = arith.constant 0.0 : f32
  memref.store %v, %x[%n] : memref<?xf32>
  return
}
