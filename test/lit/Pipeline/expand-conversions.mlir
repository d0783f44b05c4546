// RUN: opc-opt %s --opc-expand-conversions | FileCheck %s

// CHECK-LABEL: func.func @f32_to_bf16
// CHECK-SAME: (%[[X:.*]]: f32)
func.func @f32_to_bf16(%x: f32) -> bf16 {
  // CHECK: %[[BITS:.*]] = arith.bitcast %[[X]] : f32 to i32
  // CHECK: arith.cmpf uno, %[[X]], %[[X]]
  // CHECK-NOT: arith.truncf
  // CHECK: arith.bitcast %{{.*}} : i16 to bf16
  %y = arith.truncf %x : f32 to bf16
  return %y : bf16
}

// CHECK-LABEL: func.func @f64_to_f16
// CHECK-SAME: (%[[X:.*]]: vector<4xf64>)
func.func @f64_to_f16(%x: vector<4xf64>) -> vector<4xf16> {
  // CHECK: %[[NEAREST:.*]] = arith.truncf %[[X]] : vector<4xf64> to vector<4xf32>
  // CHECK: %[[BACK:.*]] = arith.extf %[[NEAREST]] : vector<4xf32> to vector<4xf64>
  // CHECK: arith.cmpf one, %[[BACK]], %[[X]]
  // CHECK: %[[ODD:.*]] = arith.bitcast %{{.*}} : vector<4xi32> to vector<4xf32>
  // CHECK: arith.truncf %[[ODD]] : vector<4xf32> to vector<4xf16>
  %y = arith.truncf %x : vector<4xf64> to vector<4xf16>
  return %y : vector<4xf16>
}

// CHECK-LABEL: func.func @hardware_has_these
func.func @hardware_has_these(%x: f64, %y: f32) -> (f32, f16) {
  // CHECK: arith.truncf %{{.*}} : f64 to f32
  // CHECK-NEXT: arith.truncf %{{.*}} : f32 to f16
  // CHECK-NEXT: return
  %a = arith.truncf %x : f64 to f32
  %b = arith.truncf %y : f32 to f16
  return %a, %b : f32, f16
}

// CHECK-LABEL: func.func @integer_to_bf16
// CHECK: %[[WIDE:.*]] = arith.sitofp %{{.*}} : i64 to f32
// CHECK: arith.bitcast %[[WIDE]] : f32 to i32
// CHECK: arith.bitcast %{{.*}} : i16 to bf16
func.func @integer_to_bf16(%x: i64) -> bf16 {
  %y = arith.sitofp %x : i64 to bf16
  return %y : bf16
}

// CHECK-LABEL: func.func @select_bf16
// CHECK: %[[CHOSEN:.*]] = arith.select %{{.*}}, %{{.*}}, %{{.*}} : i16
// CHECK: arith.bitcast %[[CHOSEN]] : i16 to bf16
func.func @select_bf16(%c: i1, %x: bf16, %y: bf16) -> bf16 {
  %z = arith.select %c, %x, %y : bf16
  return %z : bf16
}

// CHECK-LABEL: func.func @bf16_to_f32
// CHECK-SAME: (%[[X:.*]]: vector<4xbf16>)
func.func @bf16_to_f32(%x: vector<4xbf16>) -> vector<4xf32> {
  // CHECK: %[[BITS:.*]] = arith.bitcast %[[X]] : vector<4xbf16> to vector<4xi16>
  // CHECK: %[[WORD:.*]] = arith.extui %[[BITS]] : vector<4xi16> to vector<4xi32>
  // CHECK: %[[SIXTEEN:.*]] = arith.constant dense<16> : vector<4xi32>
  // CHECK: %[[HIGH:.*]] = arith.shli %[[WORD]], %[[SIXTEEN]]
  // CHECK: %[[WIDE:.*]] = arith.bitcast %[[HIGH]] : vector<4xi32> to vector<4xf32>
  // CHECK: return %[[WIDE]]
  %y = arith.extf %x : vector<4xbf16> to vector<4xf32>
  return %y : vector<4xf32>
}

// CHECK-LABEL: func.func @bf16_to_f64
// CHECK: %[[WIDE:.*]] = arith.bitcast %{{.*}} : i32 to f32
// CHECK: arith.extf %[[WIDE]] : f32 to f64
func.func @bf16_to_f64(%x: bf16) -> f64 {
  %y = arith.extf %x : bf16 to f64
  return %y : f64
}

// Other extensions are exact instructions.
// CHECK-LABEL: func.func @f16_to_f32
// CHECK-NEXT: arith.extf %{{.*}} : f16 to f32
// CHECK-NEXT: return
func.func @f16_to_f32(%x: f16) -> f32 {
  %y = arith.extf %x : f16 to f32
  return %y : f32
}

// Rounded to odd and then to bf16, which is one rounding in all.
// CHECK-LABEL: func.func @f64_to_bf16
// CHECK: %[[ODD:.*]] = arith.bitcast %{{.*}} : i32 to f32
// CHECK: arith.bitcast %[[ODD]] : f32 to i32
// CHECK: arith.bitcast %{{.*}} : i16 to bf16
func.func @f64_to_bf16(%x: f64) -> bf16 {
  %y = arith.truncf %x : f64 to bf16
  return %y : bf16
}
