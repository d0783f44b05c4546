// A copy between spaces is a call of the runtime.
// RUN: opc-opt %s --opc-lower-host --canonicalize | FileCheck %s

// Memory of the device is not the host's: an arena of its own.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK-SAME:  (%[[CALL:.*]]: !llvm.ptr) -> i32
// CHECK-DAG:   %[[DEVICE:.*]] = llvm.mlir.constant(0 : i64)
// CHECK-DAG:   %[[BYTES:.*]] = llvm.mlir.constant(64 : i64)
// CHECK-DAG:   %[[ARENA:.*]] = llvm.mlir.constant(128 : i64)
// Of opc_runtime_api (opc-c/module.h): device_write and device_read.
// CHECK-DAG:   %[[WRITE_AT:.*]] = llvm.getelementptr %{{.*}}[64]
// CHECK-DAG:   %[[WRITE:.*]] = llvm.load %[[WRITE_AT]]
// CHECK-DAG:   %[[READ_AT:.*]] = llvm.getelementptr %{{.*}}[72]
// CHECK-DAG:   %[[READ:.*]] = llvm.load %[[READ_AT]]
// CHECK:       %[[BASE:.*]] = llvm.call %{{.*}}(%[[CALL]], %[[DEVICE]], %[[ARENA]]) : !llvm.ptr, (!llvm.ptr, i64, i64) -> !llvm.ptr
// CHECK:       llvm.call %[[WRITE]](%[[CALL]], %[[DEVICE]], %{{.*}}, %{{.*}}, %[[BYTES]]) : !llvm.ptr, (!llvm.ptr, i64, !llvm.ptr, !llvm.ptr, i64) -> i32
// CHECK:       llvm.call @opc_device_launch.2.0(
// The result goes to the output's memory at once.
// CHECK:       %[[OUT:.*]] = llvm.call %{{.*}} : !llvm.ptr, (!llvm.ptr, i64, !llvm.ptr) -> !llvm.ptr
// CHECK:       llvm.call %[[READ]](%[[CALL]], %[[DEVICE]], %[[OUT]], %{{.*}}, %[[BYTES]]) : !llvm.ptr, (!llvm.ptr, i64, !llvm.ptr, !llvm.ptr, i64) -> i32
// CHECK-NOT:   llvm.intr.memcpy
// CHECK:       llvm.return
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>}) -> tensor<16xf32> attributes {opc.symbols = []} {
  %0 = opc.copy %x {space = "board"} : (tensor<16xf32>) -> tensor<16xf32>
  %1 = opc.launch @k(%0) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %2 = opc.copy %1 {space = "host"} : (tensor<16xf32>) -> tensor<16xf32>
  return %2 : tensor<16xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.target = "board:b1", opc.device = "board", opc.space = "board", opc.units = affine_map<() -> (16)>}
