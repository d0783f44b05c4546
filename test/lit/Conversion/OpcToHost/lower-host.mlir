// RUN: opc-opt --opc-lower-host --canonicalize %s --split-input-file | FileCheck %s

// Two intermediates that live at different times share the arena; the result is
// written where the runtime wants it.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK-SAME: (%[[CALL:.*]]: !llvm.ptr) -> i32
// CHECK: %[[BYTES:.*]] = llvm.mlir.constant(128 : i64)
// CHECK: llvm.call %{{.*}}(%[[CALL]], %[[BYTES]]) : !llvm.ptr, (!llvm.ptr, i64) -> !llvm.ptr
// CHECK-COUNT-3: llvm.call @opc_launch.
// The runtime's buffer, then the launch that fills it.
// CHECK: llvm.call {{.*}} (!llvm.ptr, i64, !llvm.ptr) -> !llvm.ptr
// CHECK: llvm.call @opc_launch.
// CHECK: llvm.return
// CHECK-NOT: llvm.intr.memcpy
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>}) -> tensor<16xf32> attributes {opc.symbols = []} {
  %0 = opc.launch @k(%x) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %1 = opc.launch @k(%0) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %2 = opc.launch @k(%1) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %3 = opc.launch @k(%2) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  return %3 : tensor<16xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (16)>}

// -----

// In place: one buffer does for all. A kernel that can fail is looked after.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK: %[[BYTES:.*]] = llvm.mlir.constant(64 : i64)
// CHECK: llvm.call {{.*}}(%{{.*}}, %[[BYTES]]) : !llvm.ptr, (!llvm.ptr, i64) -> !llvm.ptr
// CHECK: llvm.call @opc_launch.
// CHECK: %[[STATUS:.*]] = llvm.load
// CHECK: llvm.icmp "ne" %[[STATUS]]
// CHECK: llvm.call @opc_launch.
// CHECK: llvm.intr.memcpy
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>}) -> (tensor<1xf32>, tensor<16xf32>) attributes {opc.symbols = []} {
  %0 = opc.launch @k(%x) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %1 = opc.launch @k(%0) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %2 = opc.launch @k(%1) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %3 = opc.launch @sum(%2) {dims = [affine_map<() -> (1)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<1xf32>
  return %3, %x : tensor<1xf32>, tensor<16xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.inplace = [[0, 0]], opc.kernel, opc.may_fault, opc.units = affine_map<() -> (16)>}
llvm.func @sum(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (1)>}

// -----

// Not in place: an input that the kernel reads by two names.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK: llvm.mlir.constant(128 : i64)
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>}) -> tensor<1xf32> attributes {opc.symbols = []} {
  %0 = opc.launch @k(%x) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %1 = opc.reshape %0 {dims = affine_map<() -> (4, 4)>} : (tensor<16xf32>) -> tensor<4x4xf32>
  %2 = opc.launch @two(%0, %1) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>, tensor<4x4xf32>) -> tensor<16xf32>
  %3 = opc.launch @sum(%2) {dims = [affine_map<() -> (1)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<1xf32>
  return %3 : tensor<1xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (16)>}
llvm.func @two(!llvm.ptr, i64, i64) attributes {opc.inplace = [[0, 0]], opc.kernel, opc.units = affine_map<() -> (16)>}
llvm.func @sum(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (1)>}

// -----

// An input is given away once, also to a result that nobody reads.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK: llvm.mlir.constant(128 : i64)
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>}) -> tensor<1xf32> attributes {opc.symbols = []} {
  %0 = opc.launch @k(%x) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %1:2 = opc.launch @split(%0) {dims = [affine_map<() -> (16)>, affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> (tensor<16xf32>, tensor<16xf32>)
  %2 = opc.launch @sum(%1#1) {dims = [affine_map<() -> (1)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<1xf32>
  return %2 : tensor<1xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (16)>}
llvm.func @split(!llvm.ptr, i64, i64) attributes {opc.inplace = [[0, 0], [1, 0]], opc.kernel, opc.units = affine_map<() -> (16)>}
llvm.func @sum(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (1)>}

// -----

// Nor is one given that has another size, or that is read later.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK: llvm.mlir.constant(192 : i64)
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>}) -> tensor<1xf32> attributes {opc.symbols = []} {
  %0 = opc.launch @k(%x) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %1 = opc.launch @change(%0) {dims = [affine_map<() -> (32)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<32xf32>
  %2 = opc.launch @change(%1) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<32xf32>) -> tensor<16xf32>
  %3 = opc.launch @sum(%1, %2) {dims = [affine_map<() -> (1)>], symbols = affine_map<() -> ()>} : (tensor<32xf32>, tensor<16xf32>) -> tensor<1xf32>
  return %3 : tensor<1xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (16)>}
llvm.func @change(!llvm.ptr, i64, i64) attributes {opc.inplace = [[0, 0]], opc.kernel, opc.units = affine_map<() -> (16)>}
llvm.func @sum(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (1)>}

// -----

// A size that depends on data is allocated when it is known and released after
// its last use; the symbol may not be below its least value.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK: %[[MIN:.*]] = llvm.mlir.constant(2 : i64)
// CHECK: llvm.call @opc_launch.
// CHECK: %[[N:.*]] = llvm.load {{.*}} -> i64
// CHECK: llvm.icmp "slt" %[[N]], %[[MIN]]
// CHECK: %[[M:.*]] = llvm.call {{.*}} (!llvm.ptr, i64) -> !llvm.ptr
// CHECK: llvm.call @opc_launch.
// CHECK: llvm.call @opc_launch.
// CHECK: llvm.call %{{.*}}(%{{.*}}, %[[M]]) : !llvm.ptr, (!llvm.ptr, !llvm.ptr) -> ()
// CHECK: llvm.return
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>}) -> tensor<1xf32> attributes {opc.symbols = [""]} {
  %0 = opc.launch @count(%x) {dims = [affine_map<() -> ()>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<i64>
  opc.bind_element %0 {index = 0 : i64, symbol = 0 : i64, min = 2 : i64} : tensor<i64>
  %1 = opc.launch @some(%x) {dims = [affine_map<()[s0] -> (s0)>], symbols = affine_map<()[s0] -> (s0)>} : (tensor<16xf32>) -> tensor<?xf32>
  %2 = opc.launch @sum(%1) {dims = [affine_map<() -> (1)>], symbols = affine_map<()[s0] -> (s0)>} : (tensor<?xf32>) -> tensor<1xf32>
  return %2 : tensor<1xf32>
}
llvm.func @count(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (1)>}
llvm.func @some(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<()[s0] -> (s0)>}
llvm.func @sum(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<() -> (1)>}

// -----

// A launch that the host may skip: its result is the input where their extents
// agree, and else memory that is there only then. The input is kept for as long
// as either is read: @two does not write over it, the arena has two regions.
// CHECK-LABEL: llvm.func @opc_entry
// CHECK-COUNT-2: llvm.and %{{.*}}, %{{.*}} : i64
// CHECK: %[[ARENA:.*]] = llvm.call {{.*}} (!llvm.ptr, i64) -> !llvm.ptr
// CHECK: llvm.call @opc_launch.
// CHECK-NEXT: llvm.store %[[ARENA]], %[[X:.*]] : !llvm.ptr, !llvm.ptr
// CHECK-NEXT: llvm.store %{{.*}}, %[[OWN:.*]] : !llvm.ptr, !llvm.ptr
// CHECK-NEXT: %[[SAME:.*]] = llvm.icmp "eq"
// CHECK-NEXT: llvm.cond_br %[[SAME]], ^{{.*}}, ^{{.*}}
// After it: the launch of @two, then the memory goes where there is some.
// CHECK: %[[IN:.*]] = llvm.load %[[X]]
// CHECK: llvm.call @opc_launch.3.1({{.*}}, %[[IN]], %{{.*}}, %{{.*}})
// CHECK-NEXT: %[[GONE:.*]] = llvm.load %[[OWN]]
// CHECK: llvm.call %{{.*}}(%{{.*}}, %[[GONE]]) : !llvm.ptr, (!llvm.ptr, !llvm.ptr) -> ()
// CHECK: %[[FRESH:.*]] = llvm.call {{.*}} (!llvm.ptr, i64) -> !llvm.ptr
// CHECK: llvm.store %[[FRESH]], %[[X]]
// CHECK-NEXT: llvm.store %[[FRESH]], %[[OWN]]
// CHECK: llvm.call @opc_launch.
// CHECK-NEXT: llvm.br
func.func @main(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>}, %y: tensor<?xf32> {opc.dims = affine_map<()[s0, s1] -> (s1)>}) -> tensor<1xf32> attributes {opc.symbols = ["n", "m"]} {
  %0 = opc.launch @k(%x) {dims = [affine_map<()[s0] -> (s0)>], symbols = affine_map<()[s0] -> (s0)>} : (tensor<?xf32>) -> tensor<?xf32>
  %1 = opc.launch @repeat(%0) {opc.may_alias, dims = [affine_map<()[s0, s1] -> (s1)>], symbols = affine_map<()[s0, s1] -> (s0, s1)>} : (tensor<?xf32>) -> tensor<?xf32>
  %2 = opc.launch @two(%0, %1) {dims = [affine_map<()[s0] -> (s0)>], symbols = affine_map<()[s0] -> (s0)>} : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %3 = opc.launch @sum(%2) {dims = [affine_map<() -> (1)>], symbols = affine_map<()[s0] -> (s0)>} : (tensor<?xf32>) -> tensor<1xf32>
  return %3 : tensor<1xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<()[s0] -> (s0)>}
llvm.func @repeat(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.ops = ["opc.broadcast"], opc.units = affine_map<()[s0, s1] -> (s1)>}
llvm.func @two(!llvm.ptr, i64, i64) attributes {opc.inplace = [[0, 0]], opc.kernel, opc.units = affine_map<()[s0] -> (s0)>}
llvm.func @sum(!llvm.ptr, i64, i64) attributes {opc.kernel, opc.units = affine_map<()[s0] -> (1)>}

// -----

// A launch is one call; launches with as many pointers and symbols share the
// function that fills the words, behind the status, and the record.
// CHECK-LABEL: llvm.func internal @opc_launch.2.1
// CHECK-SAME: %[[CALL:arg0]]: !llvm.ptr, %[[FN:arg1]]: !llvm.ptr, %[[UNITS:arg2]]: i64, %{{.*}}: i64, %{{.*}}: i64, %{{.*}}: i64, %[[NUMBER:arg6]]: i64, %[[IN:arg7]]: !llvm.ptr, %[[OUT:arg8]]: !llvm.ptr, %[[SYMBOL:arg9]]: i64) attributes {no_inline}
// CHECK: %[[RECORD:.*]] = llvm.alloca
// CHECK: %[[WORDS:.*]] = llvm.alloca
// CHECK: llvm.store %[[FN]], %[[RECORD]]
// CHECK: %[[AT:.*]] = llvm.getelementptr %[[RECORD]][16]
// CHECK-NEXT: llvm.store %[[UNITS]], %[[AT]]
// CHECK: %[[AT:.*]] = llvm.getelementptr %[[RECORD]][48]
// CHECK-NEXT: llvm.store %[[NUMBER]], %[[AT]]
// CHECK: %[[STATUS:.*]] = llvm.getelementptr %[[CALL]][32]
// CHECK-NEXT: llvm.store %[[STATUS]], %[[WORDS]]
// CHECK: %[[AT:.*]] = llvm.getelementptr %[[WORDS]][8]
// CHECK-NEXT: llvm.store %[[IN]], %[[AT]]
// CHECK: %[[AT:.*]] = llvm.getelementptr %[[WORDS]][16]
// CHECK-NEXT: llvm.store %[[OUT]], %[[AT]]
// CHECK: %[[AT:.*]] = llvm.getelementptr %[[WORDS]][24]
// CHECK-NEXT: llvm.store %[[SYMBOL]], %[[AT]]
// CHECK: %[[AT:.*]] = llvm.getelementptr %[[RECORD]][8]
// CHECK-NEXT: llvm.store %[[WORDS]], %[[AT]]
// CHECK: llvm.call %{{.*}}(%[[CALL]], %[[RECORD]])
// CHECK-NOT: llvm.func internal
// CHECK: llvm.func @opc_entry
// CHECK-DAG: %[[GRAIN:.*]] = llvm.mlir.constant(7 : i64)
// CHECK-DAG: %[[K:.*]] = llvm.mlir.addressof @k
// CHECK: llvm.call @opc_launch.2.1(%{{.*}}, %[[K]], %[[UNITS:.*]], %[[GRAIN]], %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %[[N:.*]])
// CHECK: llvm.call @opc_launch.2.1(%{{.*}}, %[[K]], %[[UNITS]], %[[GRAIN]], %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %[[N]])
func.func @main(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>}) -> tensor<?xf32> attributes {opc.symbols = ["n"]} {
  %0 = opc.launch @k(%x) {dims = [affine_map<()[s0] -> (s0)>], symbols = affine_map<()[s0] -> (s0)>} : (tensor<?xf32>) -> tensor<?xf32>
  %1 = opc.launch @k(%0) {dims = [affine_map<()[s0] -> (s0)>], symbols = affine_map<()[s0] -> (s0)>} : (tensor<?xf32>) -> tensor<?xf32>
  return %1 : tensor<?xf32>
}
llvm.func @k(!llvm.ptr, i64, i64) attributes {opc.grain = 7 : i64, opc.kernel, opc.units = affine_map<()[s0] -> (s0 * 2)>}
