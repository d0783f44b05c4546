// opc.fold on plain loops and on the CPU's schedules.
// RUN: %opc compile %s --target=cpu:x86-64-v3 -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

// Reductions of f16 are plain loops.
// SCHEDULE: func.func private @fold_{{[0-9]+}}({{.*}}xf32>{{.*}} opc.schedule = "reduce"
// SCHEDULE: func.func private @fold_{{[0-9]+}}({{.*}}xf32>{{.*}} opc.schedule = "reduce"
// SCHEDULE: func.func private @fold_{{[0-9]+}}({{.*}}xi64>{{.*}} opc.schedule = "reduce"
// SCHEDULE: func.func private @fold_{{[0-9]+}}({{.*}}xf16>{{.*}} opc.schedule = "plain-loops"
func.func @main(%x0: tensor<3x5x37xf32> {opc.name = "x0"},
                %x1: tensor<129x12xf32> {opc.name = "x1"},
                %x2: tensor<4x9xi64> {opc.name = "x2"},
                %x3: tensor<4x40xf16> {opc.name = "x3"})
    -> (tensor<3x5x1xf32> {opc.name = "y0"},
        tensor<12xf32> {opc.name = "y1"},
        tensor<4xi64> {opc.name = "y2"},
        tensor<4xf16> {opc.name = "y3"}) {
  %0 = opc.fold %x0 {axes = array<i64: 2>, keepdims = true, neutral = 0.0 : f32}
      : (tensor<3x5x37xf32>) -> tensor<3x5x1xf32> {
  ^bb0(%total: f32, %next: f32):
    %1 = arith.addf %total, %next : f32
    opc.element %1 : f32
  }
  %2 = opc.fold %x1 {axes = array<i64: 0>, keepdims = false, neutral = 0xFF800000 : f32}
      : (tensor<129x12xf32>) -> tensor<12xf32> {
  ^bb0(%total: f32, %next: f32):
    %3 = arith.maximumf %total, %next : f32
    opc.element %3 : f32
  }
  %4 = opc.fold %x2 {axes = array<i64: 1>, keepdims = false, neutral = -1 : i64}
      : (tensor<4x9xi64>) -> tensor<4xi64> {
  ^bb0(%total: i64, %next: i64):
    %5 = arith.andi %total, %next : i64
    opc.element %5 : i64
  }
  %6 = opc.fold %x3 {axes = array<i64: 1>, keepdims = false, neutral = 1.0 : f16}
      : (tensor<4x40xf16>) -> tensor<4xf16> {
  ^bb0(%total: f16, %next: f16):
    %7 = arith.mulf %total, %next : f16
    opc.element %7 : f16
  }
  return %0, %2, %4, %6 : tensor<3x5x1xf32>, tensor<12xf32>, tensor<4xi64>, tensor<4xf16>
}
