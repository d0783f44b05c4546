// RUN: opc-opt %s --opc-insert-copies --split-input-file | FileCheck %s

// A value is copied once to where it is used, before the first use, and back
// once, however many use it; constants and inputs start on the host. The device
// begins first, and the host waits for it where it has nothing else to do.
// CHECK-LABEL: func.func @main
// CHECK-SAME:  (%[[X:.*]]: tensor<16xf32>
// CHECK:       %[[C:.*]] = opc.constant
// CHECK-NEXT:  %[[XD:.*]] = opc.copy %[[X]] {space = "board"}
// CHECK-NEXT:  %[[CD:.*]] = opc.copy %[[C]] {space = "board"}
// CHECK-NEXT:  %[[A:.*]] = opc.launch @there(%[[XD]], %[[CD]])
// CHECK-NEXT:  %[[B:.*]] = opc.launch @there(%[[A]], %[[XD]])
// CHECK-NEXT:  %[[HERE:.*]] = opc.launch @here(%[[X]], %[[C]])
// CHECK-NEXT:  %[[BH:.*]] = opc.copy %[[B]] {space = "host"}
// CHECK-NEXT:  %[[D:.*]] = opc.launch @here(%[[BH]], %[[HERE]])
// CHECK-NEXT:  return %[[BH]], %[[D]]
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>}) -> (tensor<16xf32>, tensor<16xf32>) attributes {opc.symbols = []} {
  %c = opc.constant {value = dense<1.0> : tensor<16xf32>} : tensor<16xf32>
  %0 = opc.launch @here(%x, %c) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
  %1 = opc.launch @there(%x, %c) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
  %2 = opc.launch @there(%1, %x) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
  %3 = opc.launch @here(%2, %0) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
  return %2, %3 : tensor<16xf32>, tensor<16xf32>
}
func.func private @here(tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32> attributes {opc.kernel, opc.target = "cpu:x86-64-v3"}
func.func private @there(tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32> attributes {opc.kernel, opc.target = "cpu:x86-64-v3", opc.device = "board", opc.space = "board"}

// -----

// A view of a value is no reason to copy it twice; extents are asked of it
// wherever it is; what a branch decides on and what it yields is on the host.
// CHECK-LABEL: func.func @main
// CHECK-SAME:  (%[[X:.*]]: tensor<16xf32> {{.*}}, %[[IF:.*]]: tensor<i1>
// CHECK-NEXT:  %[[XD:.*]] = opc.copy %[[X]] {space = "board"}
// CHECK-NEXT:  %[[A:.*]] = opc.launch @there(%[[XD]])
// CHECK-NEXT:  %[[V:.*]] = opc.reshape %[[X]]
// CHECK-NEXT:  %[[VD:.*]] = opc.reshape %[[XD]]
// CHECK-NEXT:  %[[AH:.*]] = opc.copy %[[A]] {space = "host"}
// CHECK-NEXT:  opc.if %[[IF]]
// CHECK-NEXT:    %[[B:.*]] = opc.launch @wide(%[[VD]])
// CHECK-NEXT:    %[[BH:.*]] = opc.copy %[[B]] {space = "host"}
// CHECK-NEXT:    opc.yield %[[BH]]
// CHECK:         opc.yield %[[AH]]
// CHECK:       opc.bind_dim %[[A]]
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>}, %if: tensor<i1>) -> tensor<16xf32> attributes {opc.symbols = [""]} {
  %0 = opc.launch @there(%x) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %1 = opc.reshape %x {dims = affine_map<() -> (4, 4)>} : (tensor<16xf32>) -> tensor<4x4xf32>
  %2 = opc.if %if {dims = [affine_map<() -> (16)>]} : (tensor<i1>) -> tensor<16xf32> {
    %3 = opc.launch @wide(%1) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<4x4xf32>) -> tensor<16xf32>
    opc.yield %3 : tensor<16xf32>
  } else {
    opc.yield %0 : tensor<16xf32>
  }
  opc.bind_dim %0 {axis = 0 : i64, symbol = 0 : i64} : tensor<16xf32>
  return %2 : tensor<16xf32>
}
func.func private @there(tensor<16xf32>) -> tensor<16xf32> attributes {opc.kernel, opc.target = "cpu:x86-64-v3", opc.device = "board", opc.space = "board"}
func.func private @wide(tensor<4x4xf32>) -> tensor<16xf32> attributes {opc.kernel, opc.target = "cpu:x86-64-v3", opc.device = "board", opc.space = "board"}

// -----

// From one device to another by way of the host, whose copy serves others, too.
// CHECK-LABEL: func.func @main
// CHECK-SAME:  (%[[X:.*]]: tensor<16xf32>
// CHECK-NEXT:  %[[XD:.*]] = opc.copy %[[X]] {space = "board"}
// CHECK-NEXT:  %[[A:.*]] = opc.launch @there(%[[XD]])
// CHECK-NEXT:  %[[AH:.*]] = opc.copy %[[A]] {space = "host"}
// CHECK-NEXT:  %[[AE:.*]] = opc.copy %[[AH]] {space = "card"}
// CHECK-NEXT:  %[[B:.*]] = opc.launch @elsewhere(%[[AE]])
// CHECK-NEXT:  %[[BH:.*]] = opc.copy %[[B]] {space = "host"}
// CHECK-NEXT:  return %[[AH]], %[[BH]]
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>}) -> (tensor<16xf32>, tensor<16xf32>) attributes {opc.symbols = []} {
  %0 = opc.launch @there(%x) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %1 = opc.launch @elsewhere(%0) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  return %0, %1 : tensor<16xf32>, tensor<16xf32>
}
func.func private @there(tensor<16xf32>) -> tensor<16xf32> attributes {opc.kernel, opc.target = "cpu:x86-64-v3", opc.device = "board", opc.space = "board"}
func.func private @elsewhere(tensor<16xf32>) -> tensor<16xf32> attributes {opc.kernel, opc.target = "cpu:x86-64-v3", opc.device = "card", opc.space = "card"}

// -----

// One space: nothing to do.
// CHECK-LABEL: func.func @main
// CHECK-NOT:   opc.copy
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>}) -> tensor<16xf32> attributes {opc.symbols = []} {
  %0 = opc.launch @shared(%x) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  return %0 : tensor<16xf32>
}
func.func private @shared(tensor<16xf32>) -> tensor<16xf32> attributes {opc.kernel, opc.target = "cpu:x86-64-v3", opc.device = "board"}

// -----

// Both devices begin before the host does anything; what needs the second wait
// comes behind what needs the first.
// CHECK-LABEL: func.func @main
// CHECK:       opc.launch @there
// CHECK:       opc.launch @elsewhere
// CHECK-NEXT:  opc.launch @alone
// CHECK-NEXT:  opc.copy
// CHECK-NEXT:  %[[A:.*]] = opc.launch @here
// CHECK-NEXT:  opc.copy %[[A]]
// CHECK-NEXT:  %[[B:.*]] = opc.launch @there
// CHECK-NEXT:  opc.copy
// CHECK-NEXT:  opc.launch @here
// CHECK-NEXT:  opc.copy %[[B]]
// CHECK-NEXT:  return
func.func @main(%x: tensor<16xf32> {opc.dims = affine_map<() -> (16)>}) -> (tensor<16xf32>, tensor<16xf32>, tensor<16xf32>) attributes {opc.symbols = []} {
  %0 = opc.launch @there(%x) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %1 = opc.launch @here(%0) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %2 = opc.launch @there(%1) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %3 = opc.launch @alone(%x) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %4 = opc.launch @elsewhere(%x) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  %5 = opc.launch @here(%4) {dims = [affine_map<() -> (16)>], symbols = affine_map<() -> ()>} : (tensor<16xf32>) -> tensor<16xf32>
  return %2, %3, %5 : tensor<16xf32>, tensor<16xf32>, tensor<16xf32>
}
func.func private @there(tensor<16xf32>) -> tensor<16xf32> attributes {opc.kernel, opc.target = "cpu:x86-64-v3", opc.device = "board", opc.space = "board"}
func.func private @elsewhere(tensor<16xf32>) -> tensor<16xf32> attributes {opc.kernel, opc.target = "cpu:x86-64-v3", opc.device = "card", opc.space = "card"}
func.func private @here(tensor<16xf32>) -> tensor<16xf32> attributes {opc.kernel, opc.target = "cpu:x86-64-v3"}
func.func private @alone(tensor<16xf32>) -> tensor<16xf32> attributes {opc.kernel, opc.target = "cpu:x86-64-v3"}
