// opc.nonzero on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact

func.func @main(%x0: tensor<7x5xi1> {opc.name = "x0"})
    -> (tensor<2x?xi64> {opc.name = "y0"})
    attributes {opc.symbols = [""]} {
  %n = opc.nonzero_count %x0 : (tensor<7x5xi1>) -> tensor<i64>
  opc.bind_element %n {index = 0 : i64, symbol = 0 : i64} : tensor<i64>
  %0 = opc.nonzero %x0 {count = affine_map<()[s0] -> (s0)>} : (tensor<7x5xi1>) -> tensor<2x?xi64>
  return %0 : tensor<2x?xi64>
}
