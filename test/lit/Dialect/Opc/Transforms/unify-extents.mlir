// RUN: opc-opt %s --split-input-file --opc-unify-extents --mlir-print-local-scope | FileCheck %s

// Extents that a check demands to be equal are one; the check stays, ahead of all
// else, and the input is seen through a reshape.
// CHECK-LABEL: func.func @demanded
// CHECK-SAME: %[[X:.*]]: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>}
// CHECK-SAME: %[[Y:.*]]: tensor<?xf32> {opc.dims = affine_map<()[s0, s1] -> (s1)>}
// CHECK-NEXT: opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0 + 2, s1 + 2)>, symbol = 2 : i64}
// CHECK-NEXT: %[[Z:.*]] = opc.reshape %[[Y]] {dims = affine_map<()[s0] -> (s0)>}
// CHECK-NEXT: %[[A:.*]] = opc.relu %[[X]]
// CHECK-NEXT: opc.add %[[A]], %[[Z]] {opc.dims = [affine_map<()[s0] -> (s0)>]}
// CHECK-NEXT: return
func.func @demanded(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>},
                    %y: tensor<?xf32> {opc.dims = affine_map<()[s0, s1] -> (s1)>}) -> tensor<?xf32>
    attributes {opc.symbols = ["n", "m", "", ""]} {
  %0 = opc.relu %x : (tensor<?xf32>) -> tensor<?xf32>
  opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0 + 2, s1 + 2)>, symbol = 2 : i64}
  opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0, s1)>, symbol = 3 : i64}
  %1 = opc.add %0, %y {opc.dims = [affine_map<()[s0, s1, s2, s3] -> (s3)>]} : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %1 : tensor<?xf32>
}

// -----

// A broadcast of n and m is the broadcast of itself and either, whatever runs:
// the second and third binding go. That of another extent does not.
// CHECK-LABEL: func.func @absorbed
// CHECK-NEXT: opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0, s1)>, symbol = 3 : i64}
// CHECK-NEXT: opc.bind_broadcast {pair = affine_map<()[s0, s1, s2, s3] -> (s3, s2)>, symbol = 6 : i64}
// CHECK-NEXT: %[[A:.*]] = opc.add {{.*}} {opc.dims = [affine_map<()[s0, s1, s2, s3] -> (s3)>]}
// CHECK-NEXT: %[[B:.*]] = opc.add %[[A]], %{{.*}} {opc.dims = [affine_map<()[s0, s1, s2, s3] -> (s3)>]}
// CHECK-NEXT: %[[C:.*]] = opc.add %{{.*}}, %[[B]] {opc.dims = [affine_map<()[s0, s1, s2, s3] -> (s3)>]}
// CHECK-NEXT: opc.add %[[C]], %{{.*}} {opc.dims = [affine_map<()[s0, s1, s2, s3, s4, s5, s6] -> (s6)>]}
func.func @absorbed(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>},
                    %y: tensor<?xf32> {opc.dims = affine_map<()[s0, s1] -> (s1)>},
                    %z: tensor<?xf32> {opc.dims = affine_map<()[s0, s1, s2] -> (s2)>}) -> tensor<?xf32>
    attributes {opc.symbols = ["n", "m", "k", "", "", "", ""]} {
  opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0, s1)>, symbol = 3 : i64}
  %0 = opc.add %x, %y {opc.dims = [affine_map<()[s0, s1, s2, s3] -> (s3)>]} : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  opc.bind_broadcast {pair = affine_map<()[s0, s1, s2, s3] -> (s3, s1)>, symbol = 4 : i64}
  %1 = opc.add %0, %y {opc.dims = [affine_map<()[s0, s1, s2, s3, s4] -> (s4)>]} : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  opc.bind_broadcast {pair = affine_map<()[s0, s1, s2, s3, s4] -> (s0, s4)>, symbol = 5 : i64}
  %2 = opc.add %x, %1 {opc.dims = [affine_map<()[s0, s1, s2, s3, s4, s5] -> (s5)>]} : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  opc.bind_broadcast {pair = affine_map<()[s0, s1, s2, s3, s4, s5] -> (s5, s2)>, symbol = 6 : i64}
  %3 = opc.add %2, %z {opc.dims = [affine_map<()[s0, s1, s2, s3, s4, s5, s6] -> (s6)>]} : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %3 : tensor<?xf32>
}

// -----

// The rows of a table of 512 that n positions ask for: what n of them are added
// to says that none were missing. With a table of one row it does not.
// CHECK-LABEL: func.func @cut
// CHECK-NEXT: opc.bind_clamp {bounds = affine_map<()[s0] -> (s0, 0, 512)>, symbol = 1 : i64}
// CHECK-NEXT: opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0, s1)>, symbol = 2 : i64}
// CHECK-NEXT: opc.bind_clamp {bounds = affine_map<()[s0] -> (s0, 0, 1)>, symbol = 3 : i64}
// CHECK-NEXT: opc.bind_broadcast {pair = affine_map<()[s0, s1, s2, s3] -> (s0, s3)>, symbol = 4 : i64}
// CHECK-NEXT: opc.iota {axis = 0 : i64, dims = affine_map<()[s0] -> (s0)>}
// CHECK-NEXT: opc.iota {axis = 0 : i64, dims = affine_map<()[s0] -> (s0)>}
// CHECK-NEXT: opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1, s2, s3] -> (s3)>}
// CHECK-NEXT: opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1, s2, s3, s4] -> (s4)>}
func.func @cut(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>}) -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>)
    attributes {opc.symbols = ["n", "", "", "", ""]} {
  opc.bind_clamp {bounds = affine_map<()[s0] -> (s0, 0, 512)>, symbol = 1 : i64}
  opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0, s1)>, symbol = 2 : i64}
  opc.bind_clamp {bounds = affine_map<()[s0] -> (s0, 0, 1)>, symbol = 3 : i64}
  opc.bind_broadcast {pair = affine_map<()[s0, s1, s2, s3] -> (s0, s3)>, symbol = 4 : i64}
  %0 = opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1] -> (s1)>} : () -> tensor<?xf32>
  %1 = opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1, s2] -> (s2)>} : () -> tensor<?xf32>
  %2 = opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1, s2, s3] -> (s3)>} : () -> tensor<?xf32>
  %3 = opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1, s2, s3, s4] -> (s4)>} : () -> tensor<?xf32>
  return %0, %1, %2, %3 : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// -----

// A clamp that cannot bind, once n and m are one, and one that is there twice.
// CHECK-LABEL: func.func @vain
// CHECK-NEXT: opc.bind_broadcast
// CHECK-NEXT: opc.bind_clamp {bounds = affine_map<()[s0] -> (s0 - 3, 0, 9)>, symbol = 4 : i64}
// CHECK-NEXT: opc.iota {axis = 0 : i64, dims = affine_map<()[s0] -> (s0)>}
// CHECK-NEXT: opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1, s2, s3, s4] -> (s4)>}
func.func @vain(%x: tensor<?x?xf32> {opc.dims = affine_map<()[s0, s1] -> (s0, s1)>}) -> (tensor<?xf32>, tensor<?xf32>)
    attributes {opc.symbols = ["n", "m", "", "", "", ""]} {
  opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0 + 2, s1 + 2)>, symbol = 2 : i64}
  opc.bind_clamp {bounds = affine_map<()[s0, s1] -> (s1, 0, s0)>, symbol = 3 : i64}
  opc.bind_clamp {bounds = affine_map<()[s0, s1] -> (s0 - 3, 0, 9)>, symbol = 4 : i64}
  opc.bind_clamp {bounds = affine_map<()[s0, s1] -> (s1 - 3, 0, 9)>, symbol = 5 : i64}
  %0 = opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1, s2, s3] -> (s3)>} : () -> tensor<?xf32>
  %1 = opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1, s2, s3, s4, s5] -> (s5)>} : () -> tensor<?xf32>
  return %0, %1 : tensor<?xf32>, tensor<?xf32>
}

// -----

// What data decides is bound where the program gets there, and a check inside a
// branch may never run: neither says anything of the rest.
// CHECK-LABEL: func.func @elsewhere
// CHECK: opc.bind_element
// CHECK-NEXT: opc.bind_broadcast {pair = affine_map<()[s0, s1, s2] -> (s0 + 2, s2 + 2)>, symbol = 3 : i64}
// CHECK-NEXT: opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1, s2] -> (s2)>}
// CHECK-NEXT: opc.if
// CHECK: opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0 + 2, s1 + 2)>, symbol = 4 : i64}
// CHECK: opc.relu %{{.*}} {opc.dims = [affine_map<()[s0, s1] -> (s1)>]}
func.func @elsewhere(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>},
                     %y: tensor<?xf32> {opc.dims = affine_map<()[s0, s1] -> (s1)>},
                     %n: tensor<1xi64> {opc.dims = affine_map<() -> (1)>},
                     %c: tensor<i1> {opc.dims = affine_map<() -> ()>}) -> (tensor<?xf32>, tensor<?xf32>)
    attributes {opc.symbols = ["n", "m", "", "", ""]} {
  opc.bind_element %n {index = 0 : i64, symbol = 2 : i64, min = 0 : i64} : tensor<1xi64>
  opc.bind_broadcast {pair = affine_map<()[s0, s1, s2] -> (s0 + 2, s2 + 2)>, symbol = 3 : i64}
  %0 = opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1, s2] -> (s2)>} : () -> tensor<?xf32>
  %1 = opc.if %c {dims = [affine_map<()[s0, s1] -> (s1)>]} : (tensor<i1>) -> tensor<?xf32> {
    opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0 + 2, s1 + 2)>, symbol = 4 : i64}
    opc.yield %y : tensor<?xf32>
  } else {
    %2 = opc.relu %y {opc.dims = [affine_map<()[s0, s1] -> (s1)>]} : (tensor<?xf32>) -> tensor<?xf32>
    opc.yield %2 : tensor<?xf32>
  }
  return %0, %1 : tensor<?xf32>, tensor<?xf32>
}

// -----

// The extents of ranges: (n + m) - m is n, and no sum of extents is cut.
// CHECK-LABEL: func.func @ranges
// CHECK-NEXT: opc.iota {axis = 0 : i64, dims = affine_map<()[s0] -> (s0)>}
// CHECK-NEXT: opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1] -> (s0 + s1)>}
// CHECK-NEXT: opc.iota {axis = 0 : i64, dims = affine_map<()[s0] -> (s0)>}
// CHECK-NEXT: opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1] -> (s0 + s1)>}
func.func @ranges(%x: tensor<?x?xf32> {opc.dims = affine_map<()[s0, s1] -> (s0, s1)>}) -> (tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>)
    attributes {opc.symbols = ["n", "m", "", ""]} {
  opc.bind_clamp {bounds = affine_map<()[s0, s1] -> (s0 + s1, 0, 1099511627776)>, symbol = 2 : i64}
  opc.bind_broadcast {pair = affine_map<()[s0, s1] -> (s0, s0 + s1 - s1)>, symbol = 3 : i64}
  %0 = opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1] -> (s0 + s1 - s1)>} : () -> tensor<?xf32>
  %1 = opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1, s2] -> (s2)>} : () -> tensor<?xf32>
  %2 = opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1, s2, s3] -> (s3)>} : () -> tensor<?xf32>
  %3 = opc.iota {axis = 0 : i64, dims = affine_map<()[s0, s1] -> (s1 + s0)>} : () -> tensor<?xf32>
  return %0, %1, %2, %3 : tensor<?xf32>, tensor<?xf32>, tensor<?xf32>, tensor<?xf32>
}

// -----

// A clamp with a demand is a check: of two extents that it makes equal one is
// left, and it stays, also where the clamp alone would be its value; only what
// never fails goes.
// CHECK-LABEL: func.func @demands
// CHECK-NEXT: opc.bind_clamp {bounds = affine_map<()[s0, s1] -> (s1, s0, s0)>, opc.demand = "{0} is not {1}", symbol = 2 : i64}
// CHECK-NEXT: opc.bind_clamp {bounds = affine_map<()[s0] -> (s0, 0, 7)>, opc.demand = "{0} is more than {1}", symbol = 3 : i64}
// CHECK-NEXT: %[[Y:.*]] = opc.reshape %{{.*}} {dims = affine_map<()[s0] -> (s0)>}
// CHECK-NEXT: opc.relu %[[Y]]
func.func @demands(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>},
                   %y: tensor<?xf32> {opc.dims = affine_map<()[s0, s1] -> (s1)>}) -> tensor<?xf32>
    attributes {opc.symbols = ["n", "m", "", "", ""]} {
  opc.bind_clamp {bounds = affine_map<()[s0, s1] -> (s1, s0, s0)>, symbol = 2 : i64, opc.demand = "{0} is not {1}"}
  opc.bind_clamp {bounds = affine_map<()[s0] -> (s0, 0, 7)>, symbol = 3 : i64, opc.demand = "{0} is more than {1}"}
  opc.bind_clamp {bounds = affine_map<()[s0, s1] -> (s1, s0, s0)>, symbol = 4 : i64, opc.demand = "{0} is not {1}"}
  %0 = opc.relu %y : (tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// Of two sums that are equal one symbol is the other and what is more of it.
// CHECK-LABEL: func.func @offsets
// CHECK-NEXT: opc.bind_clamp {bounds = affine_map<()[s0, s1] -> (s1 + 1, s0 + 3, s0 + 3)>
// CHECK-NEXT: %[[Y:.*]] = opc.reshape %{{.*}} {dims = affine_map<()[s0] -> (s0 + 2)>}
// CHECK-NEXT: opc.relu %[[Y]]
func.func @offsets(%x: tensor<?xf32> {opc.dims = affine_map<()[s0] -> (s0)>},
                   %y: tensor<?xf32> {opc.dims = affine_map<()[s0, s1] -> (s1)>}) -> tensor<?xf32>
    attributes {opc.symbols = ["n", "m", ""]} {
  opc.bind_clamp {bounds = affine_map<()[s0, s1] -> (s1 + 1, s0 + 3, s0 + 3)>, symbol = 2 : i64, opc.demand = "{0} is not {1}"}
  %0 = opc.relu %y : (tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}
