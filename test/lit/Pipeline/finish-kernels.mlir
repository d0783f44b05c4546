// RUN: opc-opt %s --opc-finish-kernels | FileCheck %s

// A kernel goes through the last passes of its own target: vectors' functions
// become arithmetic for a processor with vectors, by its own instructions, and
// stay for the reference; what is no kernel stays, too.
module attributes {opc.target = "reference:plain"} {
  // CHECK-LABEL: @plain
  // CHECK: math.exp
  func.func private @plain(%x: vector<8xf32>) -> vector<8xf32> attributes {opc.kernel} {
    %0 = math.exp %x : vector<8xf32>
    return %0 : vector<8xf32>
  }
  // CHECK-LABEL: @narrow
  // CHECK-NOT: math.exp
  // CHECK-NOT: scalef
  // CHECK: return
  func.func private @narrow(%x: vector<8xf32>) -> vector<8xf32> attributes {opc.kernel, opc.target = "cpu:x86-64-v3"} {
    %0 = math.exp %x : vector<8xf32>
    return %0 : vector<8xf32>
  }
  // CHECK-LABEL: @wide
  // CHECK-NOT: math.exp
  // CHECK: scalef
  func.func private @wide(%x: vector<16xf32>) -> vector<16xf32> attributes {opc.kernel, opc.target = "cpu:x86-64-v4"} {
    %0 = math.exp %x : vector<16xf32>
    return %0 : vector<16xf32>
  }
  // CHECK-LABEL: @none
  // CHECK: math.exp
  func.func @none(%x: vector<8xf32>) -> vector<8xf32> attributes {opc.target = "cpu:x86-64-v3"} {
    %0 = math.exp %x : vector<8xf32>
    return %0 : vector<8xf32>
  }
}
