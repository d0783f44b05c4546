func.func @main(%x: tensor<?x4xf32> {opc.name = "x", opc.dims = affine_map<()[s0] -> (s0, 4)>},
                %y: tensor<4xf32> {opc.name = "y", opc.dims = affine_map<()[s0] -> (4)>})
    -> (tensor<?x4xf32> {opc.name = "z"}) attributes {opc.symbols = ["batch"]} {
  %0 = opc.add %x, %y : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %1 = opc.relu %0 : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}
