// RUN: opc-opt %s --opc-resolve-targets --split-input-file --verify-diagnostics | FileCheck %s

// What an op, or what it is in, says is the chip's name in full, on the computing
// ops of other chips than the program's and nowhere else.
// CHECK-LABEL: module attributes {opc.target = "reference:plain"}
// CHECK: opc.constant {value
// CHECK: opc.exp %{{.*}} : (tensor<2xf32>)
// CHECK: opc.neg %{{.*}} {opc.target = "cpu:x86-64-v3"}
// CHECK: opc.if %{{[a-z0-9]+}} {dims
// CHECK: opc.tanh %{{.*}} {opc.target = "cpu:x86-64-v4"}
// CHECK: opc.relu %{{.*}} : (tensor<2xf32>)
module attributes {opc.target = "reference:plain"} {
  func.func @main(%x: tensor<2xf32>, %c: tensor<i1>) -> tensor<2xf32> attributes {opc.symbols = []} {
    %k = opc.constant {value = dense<1.0> : tensor<2xf32>, opc.target = "cpu:x86-64-v3"} : tensor<2xf32>
    %0 = opc.exp %x {opc.target = "reference"} : (tensor<2xf32>) -> tensor<2xf32>
    %1 = opc.neg %0 {opc.target = "cpu:x86-64-v3"} : (tensor<2xf32>) -> tensor<2xf32>
    %2 = opc.if %c {dims = [affine_map<() -> (2)>], opc.target = "cpu:x86-64-v4"} : (tensor<i1>) -> tensor<2xf32> {
      %3 = opc.tanh %1 : (tensor<2xf32>) -> tensor<2xf32>
      opc.yield %3 : tensor<2xf32>
    } else {
      %3 = opc.relu %1 {opc.target = "reference:plain"} : (tensor<2xf32>) -> tensor<2xf32>
      opc.yield %3 : tensor<2xf32>
    }
    return %2 : tensor<2xf32>
  }
}

// -----

func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> attributes {opc.symbols = []} {
  // expected-error @below {{unknown target 'zx81'}}
  %0 = opc.exp %x {opc.target = "zx81"} : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> attributes {opc.symbols = []} {
  // expected-error @below {{opc.target is no name of a target}}
  %0 = opc.exp %x {opc.target = 3 : i64} : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
