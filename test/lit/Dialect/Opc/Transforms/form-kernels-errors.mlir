// RUN: opc-opt --opc-form-kernels --verify-diagnostics %s

func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> attributes {opc.symbols = []} {
  // expected-error@+1 {{'opc.relu' op has a result of type 'tensor<?xf32>' with an extent that nothing explains}}
  %0 = opc.relu %x : (tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}
