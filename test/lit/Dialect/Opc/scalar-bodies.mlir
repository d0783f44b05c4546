// What the body of opc.map and opc.fold may hold.
// RUN: opc-opt %s --split-input-file --verify-diagnostics

func.func @ends(%x: tensor<4xf32>) {
  // expected-error@+1 {{has a body that gives 'f64' where it should give 'f32'}}
  %0 = opc.map %x : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: f32):
    %1 = arith.extf %a : f32 to f64
    opc.element %1 : f64
  }
  return
}

// -----

func.func @takes(%x: tensor<4xui8>) {
  // expected-error@+1 {{has a body whose arguments are not of the types 'i8'}}
  %0 = opc.map %x : (tensor<4xui8>) -> tensor<4xui8> {
  ^bb0(%a: i16):
    %1 = arith.trunci %a : i16 to i8
    opc.element %1 : i8
  }
  return
}

// -----

func.func @traps(%x: tensor<4xi32>) {
  // expected-note@+2 {{nearest supported form: an op of arith or math}}
  // expected-error@+1 {{has arith.divsi in its body, which is not supported}}
  %0 = opc.map %x, %x : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32> {
  ^bb0(%a: i32, %b: i32):
    %1 = arith.divsi %a, %b : i32
    opc.element %1 : i32
  }
  return
}

// -----

func.func @takes_liberties(%x: tensor<4xf32>) {
  // expected-error@+1 {{has arith.addf in its body with flags that change values}}
  %0 = opc.map %x : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: f32):
    %1 = arith.addf %a, %a fastmath<fast> : f32
    opc.element %1 : f32
  }
  return
}

// -----

func.func @promises(%x: tensor<4xi32>) {
  // expected-error@+1 {{has arith.addi in its body with flags that change values}}
  %0 = opc.map %x : (tensor<4xi32>) -> tensor<4xi32> {
  ^bb0(%a: i32):
    %1 = arith.addi %a, %a overflow<nsw> : i32
    opc.element %1 : i32
  }
  return
}

// -----

func.func @narrow(%x: tensor<4xf16>) {
  // expected-note@+2 {{nearest supported form: of f32 or f64}}
  // expected-error@+1 {{has math.exp of 'f16' in its body, which is not supported}}
  %0 = opc.map %x : (tensor<4xf16>) -> tensor<4xf16> {
  ^bb0(%a: f16):
    %1 = math.exp %a : f16
    opc.element %1 : f16
  }
  return
}

// -----

func.func @lanes(%x: tensor<4xf32>) {
  // expected-error@+1 {{has arith.constant in its body on what is no number of at most 64 bits}}
  %0 = opc.map %x : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: f32):
    %1 = arith.constant dense<1.0> : vector<4xf32>
    opc.element %a : f32
  }
  return
}

// -----

func.func @nothing() {
  // expected-error@+1 {{has no operand}}
  %0 = "opc.map"() ({
    %1 = arith.constant 1.0 : f32
    opc.element %1 : f32
  }) : () -> tensor<4xf32>
  return
}

// -----

func.func @neutral(%x: tensor<4xf32>) {
  // expected-error@+1 {{has a neutral element of 'f64' for elements of 'f32'}}
  %0 = opc.fold %x {axes = array<i64: 0>, keepdims = true, neutral = 0.0 : f64}
      : (tensor<4xf32>) -> tensor<1xf32> {
  ^bb0(%total: f32, %next: f32):
    %1 = arith.addf %total, %next : f32
    opc.element %1 : f32
  }
  return
}

// -----

func.func @axes(%x: tensor<4xf32>) {
  // expected-error@+1 {{axis 1 is out of order or out of rank 1}}
  %0 = opc.fold %x {axes = array<i64: 1>, keepdims = true, neutral = 0.0 : f32}
      : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%total: f32, %next: f32):
    %1 = arith.addf %total, %next : f32
    opc.element %1 : f32
  }
  return
}

// -----

func.func @no_result(%x: tensor<4xf32>) {
  // expected-error@+1 {{has math.exp in its body on what is no number}}
  %0 = opc.map %x : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: f32):
    "math.exp"(%a) : (f32) -> ()
    opc.element %a : f32
  }
  return
}

// -----

func.func @no_element(%x: tensor<4xf32>) {
  // expected-error@+1 {{has a body that does not end in opc.element}}
  %0 = opc.map %x : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: f32):
    "opc.element"() : () -> ()
  }
  return
}

// -----

func.func @too_wide(%x: tensor<4xf32>) {
  // expected-error@+1 {{has arith.extf in its body on what is no number of at most 64 bits}}
  %0 = opc.map %x : (tensor<4xf32>) -> tensor<4xf32> {
  ^bb0(%a: f32):
    %1 = arith.extf %a : f32 to f128
    %2 = arith.truncf %1 : f128 to f32
    opc.element %2 : f32
  }
  return
}

// -----

func.func @too_narrow(%x: tensor<4xf8E5M2>) {
  // expected-note@+2 {{nearest supported form: of floats of 16 to 64 bits}}
  // expected-error@+1 {{has a body of 'f8E5M2', which is not supported}}
  %0 = opc.map %x : (tensor<4xf8E5M2>) -> tensor<4xf8E5M2> {
  ^bb0(%a: f8E5M2):
    opc.element %a : f8E5M2
  }
  return
}

// -----

func.func @rounds(%x: tensor<4xf32>) {
  // expected-error@+1 {{has arith.truncf in its body with flags that change values}}
  %0 = opc.map %x : (tensor<4xf32>) -> tensor<4xf16> {
  ^bb0(%a: f32):
    %1 = arith.truncf %a upward : f32 to f16
    opc.element %1 : f16
  }
  return
}
