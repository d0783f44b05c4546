// opc.packed_quantized_matmul: what products with weights of few bits become on the CPU,
// against the plain loops of the ops that they came from. Words are built of the
// constants at compile time; the epilogue is part of the kernel. Of many rows,
// weights become reals in the cache first, once for all.
// RUN: %opc compile %s --target=cpu:x86-64-v3 -o - --stop-after layout | FileCheck %s
// RUN: %opc compile %s --target=cpu:x86-64-v3 -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-6

// CHECK-NOT: opc.shift_left
// CHECK: opc.packed_quantized_matmul {{.*}}block = 16 : i64{{.*}}tensor<3x4x8xui32>, tensor<3x2x8xf32>, tensor<3x2x8xui8>
// CHECK: opc.packed_quantized_matmul
// CHECK-NOT: opc.shift_left
// SCHEDULE-LABEL: func.func private @packed_quantized_matmul_relu
// SCHEDULE-SAME: opc.schedule = "quantised-gemm"
// SCHEDULE: arith.ori {{.*}} : vector<8xi32>
// SCHEDULE: vector.fma {{.*}} : vector<8xf32>
// SCHEDULE-LABEL: func.func private @packed_quantized_matmul_
// SCHEDULE-SAME: opc.schedule = "quantised-gemm"
// SCHEDULE-NOT: memref.alloca
// SCHEDULE: vector.fma
// SCHEDULE-LABEL: func.func private @packed_quantized_matmul_
// SCHEDULE-SAME: opc.schedule = "quantised-gemm"
// SCHEDULE: %[[SUMS:.*]] = memref.alloca
// SCHEDULE: %[[REALS:.*]] = memref.alloca
// SCHEDULE: arith.ori
// SCHEDULE-NOT: vector.fma
// SCHEDULE: vector.store
// SCHEDULE: scf.for
// SCHEDULE-NOT: arith.ori
// SCHEDULE: vector.fma
// SCHEDULE-NOT: arith.ori
// SCHEDULE: return
func.func @main(%x: tensor<7x30xf32> {opc.name = "x"}, %o: tensor<1x30xf32> {opc.name = "o"},
                %m: tensor<70x30xf32> {opc.name = "m"})
    -> (tensor<7x19xf32> {opc.name = "y"}, tensor<1x19xf32> {opc.name = "one"},
        tensor<70x19xf32> {opc.name = "many"}) {
  %i = opc.iota {axis = 0 : i64, dims = affine_map<() -> (570)>} : () -> tensor<570xi32>
  %f = opc.constant {value = dense<7> : tensor<i32>} : tensor<i32>
  %p = opc.mul %i, %f : (tensor<570xi32>, tensor<i32>) -> tensor<570xi32>
  %n = opc.cast %p : (tensor<570xi32>) -> tensor<570xi4>
  %q = opc.reshape %n {dims = affine_map<() -> (30, 19)>} : (tensor<570xi4>) -> tensor<30x19xi4>
  %s = opc.constant {value = dense<[[0.5], [0.25]]> : tensor<2x1xf32>} : tensor<2x1xf32>
  %z = opc.constant {value = dense<[[1], [-3]]> : tensor<2x1xi4>} : tensor<2x1xi4>
  %w = opc.dequantize %q, %s, %z {axis = 0 : i64, block = 16 : i64} : (tensor<30x19xi4>, tensor<2x1xf32>, tensor<2x1xi4>) -> tensor<30x19xf32>
  %0 = opc.matmul %x, %w : (tensor<7x30xf32>, tensor<30x19xf32>) -> tensor<7x19xf32>
  %y = opc.relu %0 : (tensor<7x19xf32>) -> tensor<7x19xf32>
  %one = opc.matmul %o, %w : (tensor<1x30xf32>, tensor<30x19xf32>) -> tensor<1x19xf32>
  %many = opc.matmul %m, %w : (tensor<70x30xf32>, tensor<30x19xf32>) -> tensor<70x19xf32>
  return %y, %one, %many : tensor<7x19xf32>, tensor<1x19xf32>, tensor<70x19xf32>
}
