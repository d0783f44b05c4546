// RUN: opc-opt %s --opc-estimate-kernels | FileCheck %s

// 2^20 floats in and out at 400 GB/s are 21 us, and 10 to begin; at 20 GB/s 420
// us. There, both are copied: 20 us and 4 MB at 12 GB/s, twice.
// CHECK:      func.func private @k
// CHECK-SAME: opc.placement = {chip = "opencl:gpu"
// CHECK-SAME: copies = {"cpu:x86-64-v3" = 0.000000e+00 : f64, "opencl:gpu" = 739.05{{[0-9]*}} : f64}
// CHECK-SAME: times = {"cpu:x86-64-v3" = 420.43{{[0-9]*}} : f64, "opencl:gpu" = 30.97{{[0-9]*}} : f64}
// CHECK-SAME: why = "least time"
module attributes {opc.target = "cpu:x86-64-v3", opc.targets = ["cpu:x86-64-v3", "opencl:gpu"]} {
func.func @main(%a: tensor<1048576xf32> {opc.dims = affine_map<() -> (1048576)>}) -> tensor<1048576xf32> attributes {opc.symbols = []} {
  %0 = opc.launch @k(%a) {dims = [affine_map<() -> (1048576)>], symbols = affine_map<() -> ()>} : (tensor<1048576xf32>) -> tensor<1048576xf32>
  return %0 : tensor<1048576xf32>
}
func.func private @k(%a: tensor<1048576xf32> {opc.dims = affine_map<() -> (1048576)>}) -> tensor<1048576xf32> attributes {opc.kernel, opc.symbols = [], opc.target = "opencl:gpu"} {
  %0 = opc.neg %a : (tensor<1048576xf32>) -> tensor<1048576xf32>
  return %0 : tensor<1048576xf32>
}
}
