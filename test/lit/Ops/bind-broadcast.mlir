// opc.bind_broadcast on plain loops and on the CPU's schedules: equal extents, an extent
// of 1 on either side, and two that do not fit.
// RUN: %opc run %s --target=reference --dim n=7 --dim m=7 --output %t.7.7.reference
// RUN: %opc run %s --target=%chip --dim n=7 --dim m=7 --output %t.7.7.cpu
// RUN: %python %S/Inputs/compare.py %t.7.7.reference %t.7.7.cpu --exact
// RUN: %opc run %s --target=reference --dim n=1 --dim m=7 --output %t.1.7.reference
// RUN: %opc run %s --target=%chip --dim n=1 --dim m=7 --output %t.1.7.cpu
// RUN: %python %S/Inputs/compare.py %t.1.7.reference %t.1.7.cpu --exact
// RUN: %opc run %s --target=reference --dim n=7 --dim m=1 --output %t.7.1.reference
// RUN: %opc run %s --target=%chip --dim n=7 --dim m=1 --output %t.7.1.cpu
// RUN: %python %S/Inputs/compare.py %t.7.1.reference %t.7.1.cpu --exact
// RUN: not %opc run %s --target=reference --dim n=7 --dim m=6 2>&1 | FileCheck %s
// RUN: not %opc run %s --target=%chip --dim n=7 --dim m=6 2>&1 | FileCheck %s

// CHECK: error: {{.*}}7{{.*}}6
func.func @main(%x: tensor<?xf32> {opc.name = "x", opc.dims = affine_map<()[s0] -> (s0)>},
                %y: tensor<?xf32> {opc.name = "y", opc.dims = affine_map<()[s0, s1] -> (s1)>})
    -> (tensor<?xf32> {opc.name = "z"}) attributes {opc.symbols = ["n", "m", ""]} {
  opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0, s1)>, symbol = 2 : i64}
  %z = opc.sub %x, %y {opc.dims = [affine_map<()[s0, s1, s2] -> (s2)>]} : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %z : tensor<?xf32>
}
