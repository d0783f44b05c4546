// opc.packed_recurrent: what rnn, gru and lstm with constant weights become on the CPU,
// against the plain loops of the ops that they came from: both directions at once,
// blocks of the batch, lengths, first states, a batch of any extent. Each row of
// a matrix of weights is the one above it, moved on by one.
// RUN: %opc compile %s -o - --stop-after layout | FileCheck %s
// RUN: %opc compile %s -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --dim batch=9 --output %t.reference
// RUN: %opc run %s --target=%chip --dim batch=9 --threads 2 --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5
// RUN: %opc run %s --target=reference --dim batch=1 --output %t.one.reference
// RUN: %opc run %s --target=%chip --dim batch=1 --output %t.one.cpu
// RUN: %python %S/Inputs/compare.py %t.one.reference %t.one.cpu --rtol 1e-5

// CHECK: opc.packed_recurrent {{.*}}cell = "lstm"{{.*}}reverse = array<i1: false, true>
// CHECK: opc.packed_recurrent {{.*}}cell = "lstm"{{.*}}reverse = array<i1: true>
// CHECK: opc.packed_recurrent {{.*}}cell = "gru",
// CHECK: opc.packed_recurrent {{.*}}cell = "gru",
// CHECK: opc.packed_recurrent {{.*}}cell = "gru_linear"
// CHECK: opc.packed_recurrent {{.*}}cell = "gru_linear"
// CHECK: opc.packed_recurrent {{.*}}cell = "rnn_tanh"
// CHECK: opc.packed_recurrent {{.*}}cell = "rnn_relu"
// SCHEDULE-COUNT-8: @packed_recurrent_{{[0-9]+}}({{.*}} opc.schedule = "recurrent"

func.func @main(%x: tensor<4x7x5xf32> {opc.name = "x"},
                %p: tensor<4x2x5xf32> {opc.name = "p"},
                %q: tensor<4x?x5xf32> {opc.name = "q", opc.dims = affine_map<()[s0] -> (4, s0, 5)>},
                %h0: tensor<7x19xf32> {opc.name = "h0"},
                %h1: tensor<7x19xf32> {opc.name = "h1"},
                %c0: tensor<7x19xf32> {opc.name = "c0"},
                %c1: tensor<7x19xf32> {opc.name = "c1"})
    -> (tensor<7x19xf32> {opc.name = "o0"},
        tensor<7x19xf32> {opc.name = "o1"},
        tensor<7x19xf32> {opc.name = "o2"},
        tensor<7x19xf32> {opc.name = "o3"},
        tensor<4x2x7x19xf32> {opc.name = "o4"},
        tensor<4x2x19xf32> {opc.name = "o5"},
        tensor<2x19xf32> {opc.name = "o6"},
        tensor<2x19xf32> {opc.name = "o7"},
        tensor<4x7x19xf32> {opc.name = "o8"},
        tensor<7x19xf32> {opc.name = "o9"},
        tensor<4x7x19xf32> {opc.name = "o10"},
        tensor<7x19xf32> {opc.name = "o11"},
        tensor<4x?x19xf32> {opc.name = "o12"},
        tensor<?x19xf32> {opc.name = "o13"},
        tensor<4x2x19xf32> {opc.name = "o14"},
        tensor<2x19xf32> {opc.name = "o15"},
        tensor<4x2x19xf32> {opc.name = "o16"},
        tensor<2x19xf32> {opc.name = "o17"},
        tensor<4x?x19xf32> {opc.name = "o18"},
        tensor<?x19xf32> {opc.name = "o19"}) attributes {opc.symbols = ["batch"]} {
  %lengths = opc.constant {value = dense<[3, 1]> : tensor<2xi32>} : tensor<2xi32>

  %b1 = opc.constant {value = dense<[0.00, -0.23, -0.46, -0.69, 0.91, 0.69]> : tensor<6xf32>} : tensor<6xf32>
  %r1 = opc.broadcast %b1 {dims = affine_map<() -> (76, 6)>} : (tensor<6xf32>) -> tensor<76x6xf32>
  %f1 = opc.reshape %r1 {dims = affine_map<() -> (456)>} : (tensor<76x6xf32>) -> tensor<456xf32>
  %s1 = opc.slice %f1 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (380)>} : (tensor<456xf32>) -> tensor<380xf32>
  %w1 = opc.reshape %s1 {dims = affine_map<() -> (76, 5)>} : (tensor<380xf32>) -> tensor<76x5xf32>
  %b2 = opc.constant {value = dense<[-0.60, 0.00, 0.60, -0.68, -0.09, 0.51, -0.77, -0.17, 0.43, -0.85, -0.26, 0.34, 0.94, -0.34, 0.26, 0.85, -0.43, 0.17, 0.77, -0.51]> : tensor<20xf32>} : tensor<20xf32>
  %r2 = opc.broadcast %b2 {dims = affine_map<() -> (76, 20)>} : (tensor<20xf32>) -> tensor<76x20xf32>
  %f2 = opc.reshape %r2 {dims = affine_map<() -> (1520)>} : (tensor<76x20xf32>) -> tensor<1520xf32>
  %s2 = opc.slice %f2 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (1444)>} : (tensor<1520xf32>) -> tensor<1444xf32>
  %w2 = opc.reshape %s2 {dims = affine_map<() -> (76, 19)>} : (tensor<1444xf32>) -> tensor<76x19xf32>
  %b3 = opc.constant {value = dense<[-1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19, 0.48, -1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19, 0.48, -1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19, 0.48, -1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19, 0.48, -1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19, 0.48, -1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19, 0.48, -1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05]> : tensor<152xf32>} : tensor<152xf32>
  %y4, %h4, %l4 = "opc.lstm"(%x, %w1, %w2, %b3, %h0, %c0) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 1, 1, 0>, input_forget = false, reverse = false, activations = ["Sigmoid", "Tanh", "Tanh"], alphas = array<f64>, betas = array<f64>} : (tensor<4x7x5xf32>, tensor<76x5xf32>, tensor<76x19xf32>, tensor<152xf32>, tensor<7x19xf32>, tensor<7x19xf32>) -> (tensor<4x7x19xf32>, tensor<7x19xf32>, tensor<7x19xf32>)
  %b5 = opc.constant {value = dense<[0.00, -0.24, -0.47, -0.71, 0.95, 0.71]> : tensor<6xf32>} : tensor<6xf32>
  %r5 = opc.broadcast %b5 {dims = affine_map<() -> (76, 6)>} : (tensor<6xf32>) -> tensor<76x6xf32>
  %f5 = opc.reshape %r5 {dims = affine_map<() -> (456)>} : (tensor<76x6xf32>) -> tensor<456xf32>
  %s5 = opc.slice %f5 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (380)>} : (tensor<456xf32>) -> tensor<380xf32>
  %w5 = opc.reshape %s5 {dims = affine_map<() -> (76, 5)>} : (tensor<380xf32>) -> tensor<76x5xf32>
  %b6 = opc.constant {value = dense<[-0.62, 0.00, 0.62, -0.70, -0.09, 0.53, -0.79, -0.18, 0.44, -0.88, -0.26, 0.35, 0.97, -0.35, 0.26, 0.88, -0.44, 0.18, 0.79, -0.53]> : tensor<20xf32>} : tensor<20xf32>
  %r6 = opc.broadcast %b6 {dims = affine_map<() -> (76, 20)>} : (tensor<20xf32>) -> tensor<76x20xf32>
  %f6 = opc.reshape %r6 {dims = affine_map<() -> (1520)>} : (tensor<76x20xf32>) -> tensor<1520xf32>
  %s6 = opc.slice %f6 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (1444)>} : (tensor<1520xf32>) -> tensor<1444xf32>
  %w6 = opc.reshape %s6 {dims = affine_map<() -> (76, 19)>} : (tensor<1444xf32>) -> tensor<76x19xf32>
  %b7 = opc.constant {value = dense<[-1.09, -0.40, 0.30, 0.99, -0.59, 0.10, 0.79, -0.79, -0.10, 0.59, -0.99, -0.30, 0.40, 1.09, -0.49, 0.20, 0.89, -0.69, 0.00, 0.69, -0.89, -0.20, 0.49, -1.09, -0.40, 0.30, 0.99, -0.59, 0.10, 0.79, -0.79, -0.10, 0.59, -0.99, -0.30, 0.40, 1.09, -0.49, 0.20, 0.89, -0.69, 0.00, 0.69, -0.89, -0.20, 0.49, -1.09, -0.40, 0.30, 0.99, -0.59, 0.10, 0.79, -0.79, -0.10, 0.59, -0.99, -0.30, 0.40, 1.09, -0.49, 0.20, 0.89, -0.69, 0.00, 0.69, -0.89, -0.20, 0.49, -1.09, -0.40, 0.30, 0.99, -0.59, 0.10, 0.79, -0.79, -0.10, 0.59, -0.99, -0.30, 0.40, 1.09, -0.49, 0.20, 0.89, -0.69, 0.00, 0.69, -0.89, -0.20, 0.49, -1.09, -0.40, 0.30, 0.99, -0.59, 0.10, 0.79, -0.79, -0.10, 0.59, -0.99, -0.30, 0.40, 1.09, -0.49, 0.20, 0.89, -0.69, 0.00, 0.69, -0.89, -0.20, 0.49, -1.09, -0.40, 0.30, 0.99, -0.59, 0.10, 0.79, -0.79, -0.10, 0.59, -0.99, -0.30, 0.40, 1.09, -0.49, 0.20, 0.89, -0.69, 0.00, 0.69, -0.89, -0.20, 0.49, -1.09, -0.40, 0.30, 0.99, -0.59, 0.10, 0.79, -0.79, -0.10, 0.59, -0.99, -0.30, 0.40, 1.09]> : tensor<152xf32>} : tensor<152xf32>
  %y8, %h8, %l8 = "opc.lstm"(%x, %w5, %w6, %b7, %h1, %c1) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 1, 1, 0>, input_forget = false, reverse = true, activations = ["Sigmoid", "Tanh", "Tanh"], alphas = array<f64>, betas = array<f64>} : (tensor<4x7x5xf32>, tensor<76x5xf32>, tensor<76x19xf32>, tensor<152xf32>, tensor<7x19xf32>, tensor<7x19xf32>) -> (tensor<4x7x19xf32>, tensor<7x19xf32>, tensor<7x19xf32>)
  %u9_0 = opc.reshape %y4 {dims = affine_map<() -> (4, 1, 7, 19)>} : (tensor<4x7x19xf32>) -> tensor<4x1x7x19xf32>
  %u9_1 = opc.reshape %y8 {dims = affine_map<() -> (4, 1, 7, 19)>} : (tensor<4x7x19xf32>) -> tensor<4x1x7x19xf32>
  %j9 = opc.concat %u9_0, %u9_1 {axis = 1 : i64} : (tensor<4x1x7x19xf32>, tensor<4x1x7x19xf32>) -> tensor<4x2x7x19xf32>
  %b10 = opc.constant {value = dense<[0.00, -0.23, -0.46, -0.69, 0.91, 0.69]> : tensor<6xf32>} : tensor<6xf32>
  %r10 = opc.broadcast %b10 {dims = affine_map<() -> (76, 6)>} : (tensor<6xf32>) -> tensor<76x6xf32>
  %f10 = opc.reshape %r10 {dims = affine_map<() -> (456)>} : (tensor<76x6xf32>) -> tensor<456xf32>
  %s10 = opc.slice %f10 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (380)>} : (tensor<456xf32>) -> tensor<380xf32>
  %w10 = opc.reshape %s10 {dims = affine_map<() -> (76, 5)>} : (tensor<380xf32>) -> tensor<76x5xf32>
  %b11 = opc.constant {value = dense<[-0.60, 0.00, 0.60, -0.68, -0.09, 0.51, -0.77, -0.17, 0.43, -0.85, -0.26, 0.34, 0.94, -0.34, 0.26, 0.85, -0.43, 0.17, 0.77, -0.51]> : tensor<20xf32>} : tensor<20xf32>
  %r11 = opc.broadcast %b11 {dims = affine_map<() -> (76, 20)>} : (tensor<20xf32>) -> tensor<76x20xf32>
  %f11 = opc.reshape %r11 {dims = affine_map<() -> (1520)>} : (tensor<76x20xf32>) -> tensor<1520xf32>
  %s11 = opc.slice %f11 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (1444)>} : (tensor<1520xf32>) -> tensor<1444xf32>
  %w11 = opc.reshape %s11 {dims = affine_map<() -> (76, 19)>} : (tensor<1444xf32>) -> tensor<76x19xf32>
  %y12, %h12, %l12 = "opc.lstm"(%p, %w10, %w11, %lengths) {operandSegmentSizes = array<i32: 1, 1, 1, 0, 1, 0, 0, 0>, input_forget = false, reverse = true, activations = ["Sigmoid", "Tanh", "Tanh"], alphas = array<f64>, betas = array<f64>} : (tensor<4x2x5xf32>, tensor<76x5xf32>, tensor<76x19xf32>, tensor<2xi32>) -> (tensor<4x2x19xf32>, tensor<2x19xf32>, tensor<2x19xf32>)
  %b13 = opc.constant {value = dense<[0.00, -0.23, -0.46, -0.69, 0.91, 0.69]> : tensor<6xf32>} : tensor<6xf32>
  %r13 = opc.broadcast %b13 {dims = affine_map<() -> (57, 6)>} : (tensor<6xf32>) -> tensor<57x6xf32>
  %f13 = opc.reshape %r13 {dims = affine_map<() -> (342)>} : (tensor<57x6xf32>) -> tensor<342xf32>
  %s13 = opc.slice %f13 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (285)>} : (tensor<342xf32>) -> tensor<285xf32>
  %w13 = opc.reshape %s13 {dims = affine_map<() -> (57, 5)>} : (tensor<285xf32>) -> tensor<57x5xf32>
  %b14 = opc.constant {value = dense<[-0.60, 0.00, 0.60, -0.68, -0.09, 0.51, -0.77, -0.17, 0.43, -0.85, -0.26, 0.34, 0.94, -0.34, 0.26, 0.85, -0.43, 0.17, 0.77, -0.51]> : tensor<20xf32>} : tensor<20xf32>
  %r14 = opc.broadcast %b14 {dims = affine_map<() -> (57, 20)>} : (tensor<20xf32>) -> tensor<57x20xf32>
  %f14 = opc.reshape %r14 {dims = affine_map<() -> (1140)>} : (tensor<57x20xf32>) -> tensor<1140xf32>
  %s14 = opc.slice %f14 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (1083)>} : (tensor<1140xf32>) -> tensor<1083xf32>
  %w14 = opc.reshape %s14 {dims = affine_map<() -> (57, 19)>} : (tensor<1083xf32>) -> tensor<57x19xf32>
  %b15 = opc.constant {value = dense<[-1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19, 0.48, -1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19, 0.48, -1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19, 0.48, -1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19, 0.48, -1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19]> : tensor<114xf32>} : tensor<114xf32>
  %y16, %h16 = "opc.gru"(%x, %w13, %w14, %b15) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 0>, linear_before_reset = false, reverse = false, activations = ["Sigmoid", "Tanh"], alphas = array<f64>, betas = array<f64>} : (tensor<4x7x5xf32>, tensor<57x5xf32>, tensor<57x19xf32>, tensor<114xf32>) -> (tensor<4x7x19xf32>, tensor<7x19xf32>)
  %b17 = opc.constant {value = dense<[0.00, -0.23, -0.47, -0.70, 0.93, 0.70]> : tensor<6xf32>} : tensor<6xf32>
  %r17 = opc.broadcast %b17 {dims = affine_map<() -> (57, 6)>} : (tensor<6xf32>) -> tensor<57x6xf32>
  %f17 = opc.reshape %r17 {dims = affine_map<() -> (342)>} : (tensor<57x6xf32>) -> tensor<342xf32>
  %s17 = opc.slice %f17 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (285)>} : (tensor<342xf32>) -> tensor<285xf32>
  %w17 = opc.reshape %s17 {dims = affine_map<() -> (57, 5)>} : (tensor<285xf32>) -> tensor<57x5xf32>
  %b18 = opc.constant {value = dense<[-0.61, 0.00, 0.61, -0.70, -0.09, 0.52, -0.78, -0.17, 0.43, -0.87, -0.26, 0.35, 0.96, -0.35, 0.26, 0.87, -0.43, 0.17, 0.78, -0.52]> : tensor<20xf32>} : tensor<20xf32>
  %r18 = opc.broadcast %b18 {dims = affine_map<() -> (57, 20)>} : (tensor<20xf32>) -> tensor<57x20xf32>
  %f18 = opc.reshape %r18 {dims = affine_map<() -> (1140)>} : (tensor<57x20xf32>) -> tensor<1140xf32>
  %s18 = opc.slice %f18 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (1083)>} : (tensor<1140xf32>) -> tensor<1083xf32>
  %w18 = opc.reshape %s18 {dims = affine_map<() -> (57, 19)>} : (tensor<1083xf32>) -> tensor<57x19xf32>
  %b19 = opc.constant {value = dense<[-1.07, -0.39, 0.29, 0.98, -0.58, 0.10, 0.78, -0.78, -0.10, 0.58, -0.98, -0.29, 0.39, 1.07, -0.49, 0.20, 0.88, -0.68, 0.00, 0.68, -0.88, -0.20, 0.49, -1.07, -0.39, 0.29, 0.98, -0.58, 0.10, 0.78, -0.78, -0.10, 0.58, -0.98, -0.29, 0.39, 1.07, -0.49, 0.20, 0.88, -0.68, 0.00, 0.68, -0.88, -0.20, 0.49, -1.07, -0.39, 0.29, 0.98, -0.58, 0.10, 0.78, -0.78, -0.10, 0.58, -0.98, -0.29, 0.39, 1.07, -0.49, 0.20, 0.88, -0.68, 0.00, 0.68, -0.88, -0.20, 0.49, -1.07, -0.39, 0.29, 0.98, -0.58, 0.10, 0.78, -0.78, -0.10, 0.58, -0.98, -0.29, 0.39, 1.07, -0.49, 0.20, 0.88, -0.68, 0.00, 0.68, -0.88, -0.20, 0.49, -1.07, -0.39, 0.29, 0.98, -0.58, 0.10, 0.78, -0.78, -0.10, 0.58, -0.98, -0.29, 0.39, 1.07, -0.49, 0.20, 0.88, -0.68, 0.00, 0.68, -0.88, -0.20]> : tensor<114xf32>} : tensor<114xf32>
  %y20, %h20 = "opc.gru"(%x, %w17, %w18, %b19, %h0) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 1>, linear_before_reset = false, reverse = true, activations = ["Sigmoid", "Tanh"], alphas = array<f64>, betas = array<f64>} : (tensor<4x7x5xf32>, tensor<57x5xf32>, tensor<57x19xf32>, tensor<114xf32>, tensor<7x19xf32>) -> (tensor<4x7x19xf32>, tensor<7x19xf32>)
  %b21 = opc.constant {value = dense<[0.00, -0.23, -0.46, -0.69, 0.91, 0.69]> : tensor<6xf32>} : tensor<6xf32>
  %r21 = opc.broadcast %b21 {dims = affine_map<() -> (57, 6)>} : (tensor<6xf32>) -> tensor<57x6xf32>
  %f21 = opc.reshape %r21 {dims = affine_map<() -> (342)>} : (tensor<57x6xf32>) -> tensor<342xf32>
  %s21 = opc.slice %f21 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (285)>} : (tensor<342xf32>) -> tensor<285xf32>
  %w21 = opc.reshape %s21 {dims = affine_map<() -> (57, 5)>} : (tensor<285xf32>) -> tensor<57x5xf32>
  %b22 = opc.constant {value = dense<[-0.60, 0.00, 0.60, -0.68, -0.09, 0.51, -0.77, -0.17, 0.43, -0.85, -0.26, 0.34, 0.94, -0.34, 0.26, 0.85, -0.43, 0.17, 0.77, -0.51]> : tensor<20xf32>} : tensor<20xf32>
  %r22 = opc.broadcast %b22 {dims = affine_map<() -> (57, 20)>} : (tensor<20xf32>) -> tensor<57x20xf32>
  %f22 = opc.reshape %r22 {dims = affine_map<() -> (1140)>} : (tensor<57x20xf32>) -> tensor<1140xf32>
  %s22 = opc.slice %f22 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (1083)>} : (tensor<1140xf32>) -> tensor<1083xf32>
  %w22 = opc.reshape %s22 {dims = affine_map<() -> (57, 19)>} : (tensor<1083xf32>) -> tensor<57x19xf32>
  %b23 = opc.constant {value = dense<[-1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19, 0.48, -1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19, 0.48, -1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19, 0.48, -1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19, 0.48, -1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19]> : tensor<114xf32>} : tensor<114xf32>
  %y24, %h24 = "opc.gru"(%q, %w21, %w22, %b23) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 0>, linear_before_reset = true, reverse = false, activations = ["Sigmoid", "Tanh"], alphas = array<f64>, betas = array<f64>} : (tensor<4x?x5xf32>, tensor<57x5xf32>, tensor<57x19xf32>, tensor<114xf32>) -> (tensor<4x?x19xf32>, tensor<?x19xf32>)
  %b25 = opc.constant {value = dense<[0.00, -0.23, -0.46, -0.69, 0.91, 0.69]> : tensor<6xf32>} : tensor<6xf32>
  %r25 = opc.broadcast %b25 {dims = affine_map<() -> (57, 6)>} : (tensor<6xf32>) -> tensor<57x6xf32>
  %f25 = opc.reshape %r25 {dims = affine_map<() -> (342)>} : (tensor<57x6xf32>) -> tensor<342xf32>
  %s25 = opc.slice %f25 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (285)>} : (tensor<342xf32>) -> tensor<285xf32>
  %w25 = opc.reshape %s25 {dims = affine_map<() -> (57, 5)>} : (tensor<285xf32>) -> tensor<57x5xf32>
  %b26 = opc.constant {value = dense<[-0.60, 0.00, 0.60, -0.68, -0.09, 0.51, -0.77, -0.17, 0.43, -0.85, -0.26, 0.34, 0.94, -0.34, 0.26, 0.85, -0.43, 0.17, 0.77, -0.51]> : tensor<20xf32>} : tensor<20xf32>
  %r26 = opc.broadcast %b26 {dims = affine_map<() -> (57, 20)>} : (tensor<20xf32>) -> tensor<57x20xf32>
  %f26 = opc.reshape %r26 {dims = affine_map<() -> (1140)>} : (tensor<57x20xf32>) -> tensor<1140xf32>
  %s26 = opc.slice %f26 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (1083)>} : (tensor<1140xf32>) -> tensor<1083xf32>
  %w26 = opc.reshape %s26 {dims = affine_map<() -> (57, 19)>} : (tensor<1083xf32>) -> tensor<57x19xf32>
  %y27, %h27 = "opc.gru"(%p, %w25, %w26, %lengths) {operandSegmentSizes = array<i32: 1, 1, 1, 0, 1, 0>, linear_before_reset = true, reverse = true, activations = ["Sigmoid", "Tanh"], alphas = array<f64>, betas = array<f64>} : (tensor<4x2x5xf32>, tensor<57x5xf32>, tensor<57x19xf32>, tensor<2xi32>) -> (tensor<4x2x19xf32>, tensor<2x19xf32>)
  %b28 = opc.constant {value = dense<[0.00, -0.23, -0.46, -0.69, 0.91, 0.69]> : tensor<6xf32>} : tensor<6xf32>
  %r28 = opc.broadcast %b28 {dims = affine_map<() -> (19, 6)>} : (tensor<6xf32>) -> tensor<19x6xf32>
  %f28 = opc.reshape %r28 {dims = affine_map<() -> (114)>} : (tensor<19x6xf32>) -> tensor<114xf32>
  %s28 = opc.slice %f28 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (95)>} : (tensor<114xf32>) -> tensor<95xf32>
  %w28 = opc.reshape %s28 {dims = affine_map<() -> (19, 5)>} : (tensor<95xf32>) -> tensor<19x5xf32>
  %b29 = opc.constant {value = dense<[-0.60, 0.00, 0.60, -0.68, -0.09, 0.51, -0.77, -0.17, 0.43, -0.85, -0.26, 0.34, 0.94, -0.34, 0.26, 0.85, -0.43, 0.17, 0.77, -0.51]> : tensor<20xf32>} : tensor<20xf32>
  %r29 = opc.broadcast %b29 {dims = affine_map<() -> (19, 20)>} : (tensor<20xf32>) -> tensor<19x20xf32>
  %f29 = opc.reshape %r29 {dims = affine_map<() -> (380)>} : (tensor<19x20xf32>) -> tensor<380xf32>
  %s29 = opc.slice %f29 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (361)>} : (tensor<380xf32>) -> tensor<361xf32>
  %w29 = opc.reshape %s29 {dims = affine_map<() -> (19, 19)>} : (tensor<361xf32>) -> tensor<19x19xf32>
  %b30 = opc.constant {value = dense<[-1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19, 0.48, -1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48]> : tensor<38xf32>} : tensor<38xf32>
  %y31, %h31 = "opc.rnn"(%p, %w28, %w29, %b30) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 0>, reverse = false, activations = ["Tanh"], alphas = array<f64>, betas = array<f64>} : (tensor<4x2x5xf32>, tensor<19x5xf32>, tensor<19x19xf32>, tensor<38xf32>) -> (tensor<4x2x19xf32>, tensor<2x19xf32>)
  %b32 = opc.constant {value = dense<[0.00, -0.23, -0.46, -0.69, 0.91, 0.69]> : tensor<6xf32>} : tensor<6xf32>
  %r32 = opc.broadcast %b32 {dims = affine_map<() -> (19, 6)>} : (tensor<6xf32>) -> tensor<19x6xf32>
  %f32 = opc.reshape %r32 {dims = affine_map<() -> (114)>} : (tensor<19x6xf32>) -> tensor<114xf32>
  %s32 = opc.slice %f32 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (95)>} : (tensor<114xf32>) -> tensor<95xf32>
  %w32 = opc.reshape %s32 {dims = affine_map<() -> (19, 5)>} : (tensor<95xf32>) -> tensor<19x5xf32>
  %b33 = opc.constant {value = dense<[-0.60, 0.00, 0.60, -0.68, -0.09, 0.51, -0.77, -0.17, 0.43, -0.85, -0.26, 0.34, 0.94, -0.34, 0.26, 0.85, -0.43, 0.17, 0.77, -0.51]> : tensor<20xf32>} : tensor<20xf32>
  %r33 = opc.broadcast %b33 {dims = affine_map<() -> (19, 20)>} : (tensor<20xf32>) -> tensor<19x20xf32>
  %f33 = opc.reshape %r33 {dims = affine_map<() -> (380)>} : (tensor<19x20xf32>) -> tensor<380xf32>
  %s33 = opc.slice %f33 {starts = affine_map<() -> (0)>, steps = array<i64: 1>, dims = affine_map<() -> (361)>} : (tensor<380xf32>) -> tensor<361xf32>
  %w33 = opc.reshape %s33 {dims = affine_map<() -> (19, 19)>} : (tensor<361xf32>) -> tensor<19x19xf32>
  %b34 = opc.constant {value = dense<[-1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48, 0.19, 0.86, -0.67, 0.00, 0.67, -0.86, -0.19, 0.48, -1.05, -0.38, 0.29, 0.96, -0.57, 0.10, 0.77, -0.77, -0.10, 0.57, -0.96, -0.29, 0.38, 1.05, -0.48]> : tensor<38xf32>} : tensor<38xf32>
  %y35, %h35 = "opc.rnn"(%q, %w32, %w33, %b34) {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 0>, reverse = true, activations = ["Relu"], alphas = array<f64>, betas = array<f64>} : (tensor<4x?x5xf32>, tensor<19x5xf32>, tensor<19x19xf32>, tensor<38xf32>) -> (tensor<4x?x19xf32>, tensor<?x19xf32>)
  return %h4, %l4, %h8, %l8, %j9, %y12, %h12, %l12, %y16, %h16, %y20, %h20, %y24, %h24, %y27, %h27, %y31, %h31, %y35, %h35
      : tensor<7x19xf32>, tensor<7x19xf32>, tensor<7x19xf32>, tensor<7x19xf32>, tensor<4x2x7x19xf32>, tensor<4x2x19xf32>, tensor<2x19xf32>, tensor<2x19xf32>, tensor<4x7x19xf32>, tensor<7x19xf32>, tensor<4x7x19xf32>, tensor<7x19xf32>, tensor<4x?x19xf32>, tensor<?x19xf32>, tensor<4x2x19xf32>, tensor<2x19xf32>, tensor<4x2x19xf32>, tensor<2x19xf32>, tensor<4x?x19xf32>, tensor<?x19xf32>
}
