// opc.dequantize on plain loops and on the CPU's schedules, and where all is known.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact
// RUN: %python -c "import numpy as np; y = np.load('%t.cpu/known.npy'); assert y.tolist() == [[-4, -3.5, 24, 28, 0]], y"

func.func @main(%x: tensor<5x7xi8> {opc.name = "x"}, %s: tensor<3x7xf32> {opc.name = "s"},
                %z: tensor<3x7xi8> {opc.name = "z"}, %r: tensor<5x1xf16> {opc.name = "r"})
    -> (tensor<5x7xf32> {opc.name = "blocks"}, tensor<5x7xf16> {opc.name = "rows"},
        tensor<5x7xf32> {opc.name = "reals"}, tensor<1x5xf32> {opc.name = "known"}) {
  %blocks = opc.dequantize %x, %s, %z {axis = 0 : i64, block = 2 : i64} : (tensor<5x7xi8>, tensor<3x7xf32>, tensor<3x7xi8>) -> tensor<5x7xf32>
  %rows = opc.dequantize %x, %r {axis = 0 : i64, block = 1 : i64} : (tensor<5x7xi8>, tensor<5x1xf16>) -> tensor<5x7xf16>
  %reals = opc.dequantize %x, %s, %s {axis = 0 : i64, block = 2 : i64} : (tensor<5x7xi8>, tensor<3x7xf32>, tensor<3x7xf32>) -> tensor<5x7xf32>
  %q = opc.constant {value = dense<[[-8, -7, 6, 7, -1]]> : tensor<1x5xi4>} : tensor<1x5xi4>
  %t = opc.constant {value = dense<[[0.5, 4.0, 2.0]]> : tensor<1x3xf32>} : tensor<1x3xf32>
  %u = opc.constant {value = dense<[[0, 0, -1]]> : tensor<1x3xi4>} : tensor<1x3xi4>
  %known = opc.dequantize %q, %t, %u {axis = 1 : i64, block = 2 : i64} : (tensor<1x5xi4>, tensor<1x3xf32>, tensor<1x3xi4>) -> tensor<1x5xf32>
  return %blocks, %rows, %reals, %known : tensor<5x7xf32>, tensor<5x7xf16>, tensor<5x7xf32>, tensor<1x5xf32>
}
