// opc.bind_element on plain loops and on the CPU's schedules: an extent that is computed.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact
// RUN: %python -c "import numpy as n; assert (n.load('%t.cpu/y.npy') == [0, 1, 2, 3, 4]).all()"

func.func @main(%x: tensor<2xi64> {opc.name = "x"}) -> (tensor<?xi32> {opc.name = "y"})
    attributes {opc.symbols = [""]} {
  %terms = opc.constant {value = dense<[3, 5]> : tensor<2xi64>} : tensor<2xi64>
  %sizes = opc.max %x, %terms : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  opc.bind_element %sizes {index = 1 : i64, symbol = 0 : i64} : tensor<2xi64>
  %y = opc.iota {axis = 0 : i64, dims = affine_map<()[s0] -> (s0)>} : () -> tensor<?xi32>
  return %y : tensor<?xi32>
}
