// opc.bitcast on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<9xf32> {opc.name = "x0"},
                %x1: tensor<9xi64> {opc.name = "x1"})
    -> (tensor<9xi32> {opc.name = "y0"},
        tensor<9xf64> {opc.name = "y1"}) {
  %y0_0 = opc.bitcast %x0 : (tensor<9xf32>) -> tensor<9xi32>
  %y1_0 = opc.bitcast %x1 : (tensor<9xi64>) -> tensor<9xf64>
  return %y0_0, %y1_0
      : tensor<9xi32>, tensor<9xf64>
}
