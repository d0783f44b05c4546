// A kernel that fusion formed and no schedule took is named, with the reason of
// each that is meant for such, and with what it was broken up into.
// RUN: %opc compile %s --target=cpu:x86-64-v3 --explain --no-cache -o %t.so 2>&1 | FileCheck %s

// CHECK: kernel @exp_reduce_0 (exp, reduce): no schedule, broken up into @[[EXP:exp_[0-9]+]], @[[REDUCE:reduce_[0-9]+]]
// CHECK-NEXT: pointwise declined: an op that is not element by element
// CHECK-NEXT: reduce declined: a sum in another order than of vectors
// CHECK: kernel @[[EXP]] (exp): schedule pointwise
// CHECK-NEXT: kernel @[[REDUCE]] (reduce): schedule plain-loops
// CHECK-NEXT: pointwise declined: an op that is not element by element
// CHECK-NEXT: reduce declined: a sum in another order than of vectors

func.func @main(%x: tensor<3x37x5xf32> {opc.name = "x"}) -> (tensor<3x1x1xf32> {opc.name = "y"}) {
  %0 = opc.exp %x : (tensor<3x37x5xf32>) -> tensor<3x37x5xf32>
  %1 = opc.reduce %0 {kind = "sum", axes = array<i64: 1, 2>, keepdims = true, numerics = #opc.numerics<chains = 5>} : (tensor<3x37x5xf32>) -> tensor<3x1x1xf32>
  return %1 : tensor<3x1x1xf32>
}
