// RUN: opc-opt %s --split-input-file --verify-diagnostics

// expected-error @+2 {{level = bitwise is not supported}}
// expected-note @+1 {{nearest supported form: #opc.numerics without level}}
func.func @level(%x: tensor<4xf32>) attributes {c = #opc.numerics<level = bitwise>} { return }

// -----

// expected-error @+2 {{acc = exact is not supported}}
// expected-note @+1 {{nearest supported form: #opc.numerics without acc}}
func.func @acc(%x: tensor<4xf32>) attributes {c = #opc.numerics<acc = exact>} { return }

// -----

// expected-error @+2 {{order = pairwise is not supported}}
// expected-note @+1 {{nearest supported form: #opc.numerics without order}}
func.func @order(%x: tensor<4xf32>) attributes {c = #opc.numerics<order = pairwise>} { return }

// -----

// expected-error @+2 {{chains = 65 is not supported}}
// expected-note @+1 {{nearest supported form: #opc.numerics without chains}}
func.func @chains(%x: tensor<4xf32>) attributes {c = #opc.numerics<chains = 65>} { return }

// -----

// expected-error @+2 {{chunk = 128 is not supported}}
// expected-note @+1 {{nearest supported form: #opc.numerics without chunk}}
func.func @chunk(%x: tensor<4xf32>) attributes {c = #opc.numerics<chunk = 128>} { return }

// -----

// expected-error @+2 {{splitk = 2 is not supported}}
// expected-note @+1 {{nearest supported form: #opc.numerics without splitk}}
func.func @splitk(%x: tensor<4xf32>) attributes {c = #opc.numerics<splitk = 2>} { return }

// -----

// expected-error @+2 {{round = toward_zero is not supported}}
// expected-note @+1 {{nearest supported form: #opc.numerics without round}}
func.func @round(%x: tensor<4xf32>) attributes {c = #opc.numerics<round = toward_zero>} { return }

// -----

// expected-error @+2 {{subnormal = flush is not supported}}
// expected-note @+1 {{nearest supported form: #opc.numerics without subnormal}}
func.func @subnormal(%x: tensor<4xf32>) attributes {c = #opc.numerics<subnormal = flush>} { return }

// -----

// expected-error @+2 {{functions = correct is not supported}}
// expected-note @+1 {{nearest supported form: #opc.numerics without functions}}
func.func @functions(%x: tensor<4xf32>) attributes {c = #opc.numerics<functions = correct>} { return }

// -----

// expected-error @+2 {{batch_invariant = off is not supported}}
// expected-note @+1 {{nearest supported form: #opc.numerics without batch_invariant}}
func.func @batch(%x: tensor<4xf32>) attributes {c = #opc.numerics<batch_invariant = off>} { return }

// -----

// expected-error @+1 {{#opc.numerics says nothing but the default: leave it out}}
func.func @default(%x: tensor<4xf32>) attributes {c = #opc.numerics<level = ulp>} { return }

// -----

// expected-error @+1 {{a sequential sum has one chain, not 4}}
func.func @sequence(%x: tensor<4xf32>) attributes {c = #opc.numerics<order = sequential, chains = 4>} { return }

// -----

func.func @integers(%x: tensor<4x9xi32>) -> tensor<4xi32> {
  // expected-error @+2 {{of 'i32' has the numerics of its definition alone in acc}}
  // expected-note @+1 {{nearest supported form: no numerics}}
  %0 = opc.reduce %x {kind = "sum", axes = array<i64: 1>, keepdims = false, numerics = #opc.numerics<acc = f64>} : (tensor<4x9xi32>) -> tensor<4xi32>
  return %0 : tensor<4xi32>
}

// -----

func.func @extreme(%x: tensor<4x9xf32>) -> tensor<4xf32> {
  // expected-error @+2 {{of 'f32' has the numerics of its definition alone in acc, order}}
  // expected-note @+1 {{nearest supported form: no numerics}}
  %0 = opc.reduce %x {kind = "max", axes = array<i64: 1>, keepdims = false, numerics = #opc.numerics<acc = f64, order = sequential>} : (tensor<4x9xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @widest(%x: tensor<4x9xf64>) -> tensor<4xf64> {
  // expected-error @+2 {{of 'f64' has the numerics of its definition alone in acc}}
  // expected-note @+1 {{nearest supported form: other numerics in order, chains}}
  %0 = opc.reduce %x {kind = "sum", axes = array<i64: 1>, keepdims = false, numerics = #opc.numerics<acc = f64>} : (tensor<4x9xf64>) -> tensor<4xf64>
  return %0 : tensor<4xf64>
}

// -----

func.func @no_products(%x: tensor<4x9xf32>) -> tensor<4x9xf32> {
  // expected-error @+2 {{of 'f32' has the numerics of its definition alone in fma}}
  // expected-note @+1 {{nearest supported form: other numerics in acc, order, chains}}
  %0 = opc.softmax %x {axis = 1 : i64, numerics = #opc.numerics<fma = off>} : (tensor<4x9xf32>) -> tensor<4x9xf32>
  return %0 : tensor<4x9xf32>
}

// -----

func.func @running(%x: tensor<4x9xf32>) -> tensor<4x9xf32> {
  // expected-error @+2 {{of 'f32' has the numerics of its definition alone in order}}
  // expected-note @+1 {{nearest supported form: no numerics}}
  %0 = opc.cumulative %x {kind = "sum", axis = 1 : i64, exclusive = false, reverse = false, numerics = #opc.numerics<order = sequential>} : (tensor<4x9xf32>) -> tensor<4x9xf32>
  return %0 : tensor<4x9xf32>
}
