// opc.bind_clamp on plain loops and on the CPU's schedules: below, between and above the
// bounds.
// RUN: %opc run %s --target=reference --dim n=1 --output %t.1.reference
// RUN: %opc run %s --target=%chip --dim n=1 --output %t.1.cpu
// RUN: %python %S/Inputs/compare.py %t.1.reference %t.1.cpu --exact
// RUN: %opc run %s --target=reference --dim n=5 --output %t.5.reference
// RUN: %opc run %s --target=%chip --dim n=5 --output %t.5.cpu
// RUN: %python %S/Inputs/compare.py %t.5.reference %t.5.cpu --exact
// RUN: %opc run %s --target=reference --dim n=12 --output %t.12.reference
// RUN: %opc run %s --target=%chip --dim n=12 --output %t.12.cpu
// RUN: %python %S/Inputs/compare.py %t.12.reference %t.12.cpu --exact
// RUN: %python -c "import numpy as n; assert [n.load(f'%t.{i}.cpu/y.npy').shape for i in (1, 5, 12)] == [(3,), (5,), (8,)]"

func.func @main(%x: tensor<?xf32> {opc.name = "x", opc.dims = affine_map<()[s0] -> (s0)>})
    -> (tensor<?xf32> {opc.name = "y"}) attributes {opc.symbols = ["n", ""]} {
  opc.bind_clamp {bounds = affine_map<()[s0] -> (s0, 3, 8)>, symbol = 1 : i64}
  %y = opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1] -> (s1)>} : () -> tensor<?xf32>
  return %y : tensor<?xf32>
}
