// opc.unpack on plain loops and on the CPU's schedules; of bytes that are known, the
// elements themselves.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact
// RUN: %python -c "import numpy as np; load = lambda n: np.load('%t.cpu/' + n + '.npy').tolist(); assert load('u4') == [1, 15, 8, 7, 0], load('u4'); assert load('i4') == [1, -1, -8, 7, 0], load('i4'); assert load('u2') == [1, 0, 3, 3, 0, 2, 3], load('u2')"

func.func @main(%x: tensor<3x2xui8> {opc.name = "x"})
    -> (tensor<4x3xi32> {opc.name = "y0"}, tensor<23xi64> {opc.name = "y1"},
        tensor<6x8xf32> {opc.name = "y2"}, tensor<5xui8> {opc.name = "u4"},
        tensor<5xi8> {opc.name = "i4"}, tensor<7xui8> {opc.name = "u2"}) {
  %0 = opc.unpack %x {bits = 4 : i64, dims = affine_map<() -> (4, 3)>} : (tensor<3x2xui8>) -> tensor<4x3xi4>
  %y0 = opc.cast %0 : (tensor<4x3xi4>) -> tensor<4x3xi32>
  %1 = opc.unpack %x {bits = 2 : i64, dims = affine_map<() -> (23)>} : (tensor<3x2xui8>) -> tensor<23xui2>
  %y1 = opc.cast %1 : (tensor<23xui2>) -> tensor<23xi64>
  %2 = opc.unpack %x {bits = 1 : i64, dims = affine_map<() -> (6, 8)>} : (tensor<3x2xui8>) -> tensor<6x8xui8>
  %y2 = opc.cast %2 : (tensor<6x8xui8>) -> tensor<6x8xf32>
  %c = opc.constant {value = dense<[241, 120, 0]> : tensor<3xui8>} : tensor<3xui8>
  %u4 = opc.unpack %c {bits = 4 : i64, dims = affine_map<() -> (5)>} : (tensor<3xui8>) -> tensor<5xui8>
  %i4 = opc.unpack %c {bits = 4 : i64, dims = affine_map<() -> (5)>} : (tensor<3xui8>) -> tensor<5xi8>
  %d = opc.slice %c {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (2)>} : (tensor<3xui8>) -> tensor<2xui8>
  %u2 = opc.unpack %d {bits = 2 : i64, dims = affine_map<() -> (7)>} : (tensor<2xui8>) -> tensor<7xui8>
  return %y0, %y1, %y2, %u4, %i4, %u2 : tensor<4x3xi32>, tensor<23xi64>, tensor<6x8xf32>, tensor<5xui8>, tensor<5xi8>, tensor<7xui8>
}
