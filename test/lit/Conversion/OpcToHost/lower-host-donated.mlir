// RUN: opc-opt --opc-lower-host --canonicalize %s --split-input-file | FileCheck %s

// The kernel that reads the input last works in place: it writes to what the
// runtime gives, which may be the input's memory.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK: llvm.call {{.*}} (!llvm.ptr, i64, !llvm.ptr) -> !llvm.ptr
// CHECK: llvm.call @opc_launch.
// CHECK: llvm.return
// CHECK-NOT: llvm.intr.memcpy
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>, opc.donated_to = 0 : i64}) -> tensor<16xf32> attributes {opc.symbols = []} {
  %0 = opc.launch @k(%x) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  return %0 : tensor<16xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.inplace = [[0, 0]], opc.kernel, opc.units = affine_map<() -> (16)>}

// -----

// It does not work in place: the result is computed elsewhere and copied.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK: llvm.call @opc_launch.
// CHECK: llvm.call {{.*}} (!llvm.ptr, i64, !llvm.ptr) -> !llvm.ptr
// CHECK: llvm.intr.memcpy
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>, opc.donated_to = 0 : i64}) -> tensor<16xf32> attributes {opc.symbols = []} {
  %0 = opc.launch @k(%x) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  return %0 : tensor<16xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (16)>}

// -----

// Nor may it be written while the input is read by another name, or later.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK: llvm.call @opc_launch.
// CHECK: llvm.call {{.*}} (!llvm.ptr, i64, !llvm.ptr) -> !llvm.ptr
// CHECK: llvm.intr.memcpy
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>, opc.donated_to = 0 : i64}) -> tensor<16xf32> attributes {opc.symbols = []} {
  %0 = opc.reshape %x {dims = affine_map<() -> (4, 4)>} : (tensor<16xf32>) -> tensor<4x4xf32>
  %1 = opc.launch @two(%x, %0) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>, tensor<4x4xf32>) -> tensor<16xf32>
  return %1 : tensor<16xf32>
}
llvm.func @two(!llvm.ptr, i64, i64) attributes {opc.inplace = [[0, 0]], opc.kernel, opc.units = affine_map<() -> (16)>}

// -----

// CHECK-LABEL: llvm.func @opc_entry
// CHECK-COUNT-2: llvm.call @opc_launch.
// CHECK: llvm.intr.memcpy
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>, opc.donated_to = 0 : i64}) -> (tensor<16xf32>, tensor<1xf32>) attributes {opc.symbols = []} {
  %0 = opc.launch @k(%x) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %1 = opc.launch @sum(%x) {dims = [affine_map<() -> (1)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<1xf32>
  return %0, %1 : tensor<16xf32>, tensor<1xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.inplace = [[0, 0]], opc.kernel, opc.units = affine_map<() -> (16)>}
llvm.func @sum(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (1)>}

// -----

// Behind the last reader any kernel may write, and of a chain in place only the
// last one does.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK: %[[BYTES:.*]] = llvm.mlir.constant(64 : i64)
// CHECK: llvm.call {{.*}}(%{{.*}}, %[[BYTES]]) : !llvm.ptr, (!llvm.ptr, i64) -> !llvm.ptr
// CHECK-COUNT-2: llvm.call @opc_launch.
// CHECK: llvm.call {{.*}} (!llvm.ptr, i64, !llvm.ptr) -> !llvm.ptr
// CHECK: llvm.call @opc_launch.
// CHECK-NOT: llvm.intr.memcpy
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>}, %w: tensor<16xf32> {opc.dims = affine_map<() -> (16)>, opc.donated_to = 0 : i64}) -> tensor<16xf32> attributes {opc.symbols = []} {
  %0 = opc.launch @k(%x) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %1 = opc.launch @k(%0) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %2 = opc.launch @two(%1, %w) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
  return %2 : tensor<16xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.inplace = [[0, 0]], opc.kernel, opc.units = affine_map<() -> (16)>}
llvm.func @two(!llvm.ptr, i64, i64) attributes {opc.inplace = [[0, 0], [0, 1]], opc.kernel, opc.units = affine_map<() -> (16)>}

// -----

// Two inputs change places: both are read before one is written.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK-COUNT-2: llvm.intr.memcpy
// CHECK: llvm.call {{.*}} (!llvm.ptr, i64, !llvm.ptr) -> !llvm.ptr
// CHECK: llvm.intr.memcpy
// CHECK: llvm.call {{.*}} (!llvm.ptr, i64, !llvm.ptr) -> !llvm.ptr
// CHECK: llvm.intr.memcpy
// CHECK: llvm.return
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>, opc.donated_to = 0 : i64}, %y: tensor<16xf32> {opc.dims = affine_map<() -> (16)>, opc.donated_to = 1 : i64}) -> (tensor<16xf32>, tensor<16xf32>) attributes {opc.symbols = []} {
  return %y, %x : tensor<16xf32>, tensor<16xf32>
}
