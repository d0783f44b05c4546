// opc.constant on plain loops and on the CPU's schedules: as an output, in a kernel, splat,
// of every width.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact
// RUN: %python -c "import numpy as n; assert [n.load(f'%t.cpu/y{i}.npy').tolist() for i in (0, 2, 3, 4)] == [[1.5, -2.0, 3.0], [True, False, True, True, False, False, False, False, True], [-9223372036854775808, 7], [[200, 200]]]"

func.func @main(%x: tensor<3xf32> {opc.name = "x"})
    -> (tensor<3xf32> {opc.name = "y0"}, tensor<3xf32> {opc.name = "y1"}, tensor<9xi1> {opc.name = "y2"},
        tensor<2xi64> {opc.name = "y3"}, tensor<1x2xui8> {opc.name = "y4"}) {
  %y0 = opc.constant {value = dense<[1.5, -2.0, 3.0]> : tensor<3xf32>} : tensor<3xf32>
  %y1 = opc.mul %x, %y0 : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %y2 = opc.constant {value = dense<[true, false, true, true, false, false, false, false, true]> : tensor<9xi1>} : tensor<9xi1>
  %y3 = opc.constant {value = dense<[-9223372036854775808, 7]> : tensor<2xi64>} : tensor<2xi64>
  %y4 = opc.constant {value = dense<200> : tensor<1x2xui8>} : tensor<1x2xui8>
  return %y0, %y1, %y2, %y3, %y4 : tensor<3xf32>, tensor<3xf32>, tensor<9xi1>, tensor<2xi64>, tensor<1x2xui8>
}
