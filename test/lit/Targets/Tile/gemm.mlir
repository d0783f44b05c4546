// RUN: %opc compile %s --target sunway:sw26010 --stop-after schedule | FileCheck %s

// Tiles of the reduction are added up where the vectors lie; what follows is done
// before the tile is copied out, once.
// CHECK-LABEL: func.func private @matmul_add_relu
// CHECK-SAME: opc.schedule = "tile-gemm"
// CHECK-DAG: tile.buffer {{.*}}: <4x336xf32, vector>
// CHECK-DAG: tile.buffer {{.*}}: <336x32xf32, vector>
// CHECK: tile.core_id
// CHECK: scf.for
// CHECK: %[[STEPS:.*]] = arith.minsi
// CHECK: %[[A:.*]] = tile.copy_async {{.*}} <4x336xf32, vector>
// CHECK: %[[B:.*]] = tile.copy_async {{.*}} <336x32xf32, vector>
// CHECK: tile.wait %[[A]], %[[B]]
// CHECK: math.fma {{.*}} : vector<4xf32>
// CHECK: arith.maximumf
// CHECK: %[[C:.*]] = tile.copy_async {{.*}} global>
// CHECK-NEXT: tile.wait %[[C]]

// An operand that lies the other way is turned when it is there.
// CHECK-LABEL: func.func private @matmul_1
// CHECK-SAME: opc.schedule = "tile-gemm"
// CHECK: tile.copy_async {{.*}} <63x100xf64, global>
// CHECK: math.fma {{.*}} : vector<4xf64>

// Sums of several chains are left to others.
// CHECK-LABEL: func.func private @matmul_2
// CHECK-SAME: "tile-gemm" = "a sum that is not one chain of fused products"
module {
  func.func @main(%x: tensor<37x1000xf32>, %w: tensor<1000x129xf32>, %b: tensor<129xf32>,
                  %z: tensor<7x100xf64>, %v: tensor<63x100xf64>, %n: tensor<100x3xf64>)
      -> (tensor<37x129xf32>, tensor<7x63xf64>, tensor<7x3xf64>) {
    %0 = opc.matmul %x, %w : (tensor<37x1000xf32>, tensor<1000x129xf32>) -> tensor<37x129xf32>
    %1 = opc.add %0, %b : (tensor<37x129xf32>, tensor<129xf32>) -> tensor<37x129xf32>
    %2 = opc.relu %1 : (tensor<37x129xf32>) -> tensor<37x129xf32>
    %3 = opc.matmul %z, %v {transpose_b = true} : (tensor<7x100xf64>, tensor<63x100xf64>) -> tensor<7x63xf64>
    %4 = opc.matmul %z, %n : (tensor<7x100xf64>, tensor<100x3xf64>) -> tensor<7x3xf64>
    return %2, %3, %4 : tensor<37x129xf32>, tensor<7x63xf64>, tensor<7x3xf64>
  }
}
