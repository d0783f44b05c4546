// RUN: opc-opt %s --opc-place --split-input-file | FileCheck %s

// A product of large matrices is worth its copies, and what follows it goes with
// it; what reads the small product is not.
// CHECK-LABEL: func.func @main
// CHECK:       opc.matmul %{{.*}}opc.target = "opencl:gpu"
// CHECK-NEXT:  opc.relu %{{.*}} {opc.target = "opencl:gpu"}
// CHECK-NEXT:  opc.neg %{{.*}} : (tensor<8x8xf32>)
module attributes {opc.target = "cpu:x86-64-v3", opc.targets = ["cpu:x86-64-v3", "opencl:gpu"]} {
func.func @main(%a: tensor<2048x2048xf32>, %b: tensor<2048x2048xf32>, %c: tensor<8x8xf32>) -> (tensor<2048x2048xf32>, tensor<8x8xf32>) attributes {opc.symbols = []} {
  %2 = opc.neg %c : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %0 = opc.matmul %a, %b {transpose_a = false, transpose_b = false} : (tensor<2048x2048xf32>, tensor<2048x2048xf32>) -> tensor<2048x2048xf32>
  %1 = opc.relu %0 : (tensor<2048x2048xf32>) -> tensor<2048x2048xf32>
  return %1, %2 : tensor<2048x2048xf32>, tensor<8x8xf32>
}
}

// -----

// What a chip has refused is not there, whatever it costs; nor is what the model
// wants elsewhere.
// CHECK-LABEL: func.func @main
// CHECK:       opc.neg %{{.*}} {opc.target = "opencl:gpu", opc.why = "the model asks for it"}
// CHECK-NEXT:  opc.matmul
// CHECK-SAME:  {opc.why = "opencl:gpu refuses: it is a Monday"}
module attributes {opc.target = "cpu:x86-64-v3", opc.targets = ["cpu:x86-64-v3", "opencl:gpu"],
                   opc.refused = [{chip = "opencl:gpu", node = "product", why = "it is a Monday"}]} {
func.func @main(%a: tensor<2048x2048xf32>, %c: tensor<8x8xf32>) -> (tensor<2048x2048xf32>, tensor<8x8xf32>) attributes {opc.symbols = []} {
  %0 = opc.matmul %a, %a {transpose_a = false, transpose_b = false} : (tensor<2048x2048xf32>, tensor<2048x2048xf32>) -> tensor<2048x2048xf32> loc("product")
  %2 = opc.neg %c {opc.target = "opencl:gpu"} : (tensor<8x8xf32>) -> tensor<8x8xf32>
  return %0, %2 : tensor<2048x2048xf32>, tensor<8x8xf32>
}
}

// -----

// One chip: nothing to choose.
// CHECK-LABEL: func.func @main
// CHECK-NOT:   opc.target
module attributes {opc.target = "cpu:x86-64-v3"} {
func.func @main(%a: tensor<8x8xf32>) -> tensor<8x8xf32> attributes {opc.symbols = []} {
  %0 = opc.neg %a : (tensor<8x8xf32>) -> tensor<8x8xf32>
  return %0 : tensor<8x8xf32>
}
}
