// opc.topk on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<4x19xf32> {opc.name = "x0"},
                %x1: tensor<19x3xi32> {opc.name = "x1"})
    -> (tensor<4x5xf32> {opc.name = "y0"},
        tensor<4x5xi64> {opc.name = "y1"},
        tensor<4x3xi32> {opc.name = "y2"},
        tensor<4x3xi64> {opc.name = "y3"}) {
  %y0_0, %y0_1 = opc.topk %x0 {count = affine_map<() -> (5)>, axis = 1 : i64, largest = true} : (tensor<4x19xf32>) -> (tensor<4x5xf32>, tensor<4x5xi64>)
  %y1_0, %y1_1 = opc.topk %x1 {count = affine_map<() -> (4)>, axis = 0 : i64, largest = false} : (tensor<19x3xi32>) -> (tensor<4x3xi32>, tensor<4x3xi64>)
  return %y0_0, %y0_1, %y1_0, %y1_1
      : tensor<4x5xf32>, tensor<4x5xi64>, tensor<4x3xi32>, tensor<4x3xi64>
}
