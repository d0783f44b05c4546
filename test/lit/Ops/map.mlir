// opc.map on plain loops and on the CPU's schedules.
// RUN: %opc compile %s --target=cpu:x86-64-v3 -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-6

// SCHEDULE-COUNT-4: func.func private @map_{{[0-9]+}}({{.*}} opc.schedule = "pointwise"
func.func @main(%x0: tensor<3x37xf32> {opc.name = "x0"},
                %x1: tensor<37xf32> {opc.name = "x1"},
                %x2: tensor<129xi32> {opc.name = "x2"},
                %x3: tensor<19xf16> {opc.name = "x3"},
                %x4: tensor<5xf64> {opc.name = "x4"})
    -> (tensor<3x37xf32> {opc.name = "y0"},
        tensor<129xi1> {opc.name = "y1"},
        tensor<19xf16> {opc.name = "y2"},
        tensor<5xf64> {opc.name = "y3"}) {
  %0 = opc.map %x0, %x1 : (tensor<3x37xf32>, tensor<37xf32>) -> tensor<3x37xf32> {
  ^bb0(%a: f32, %b: f32):
    %half = arith.constant 0.5 : f32
    %1 = arith.mulf %a, %half : f32
    %2 = math.tanh %1 : f32
    %3 = arith.addf %2, %b : f32
    opc.element %3 : f32
  }
  %4 = opc.map %x2 : (tensor<129xi32>) -> tensor<129xi1> {
  ^bb0(%a: i32):
    %three = arith.constant 3 : i32
    %5 = arith.muli %a, %three : i32
    %6 = arith.cmpi slt, %5, %three : i32
    opc.element %6 : i1
  }
  %7 = opc.map %x3 : (tensor<19xf16>) -> tensor<19xf16> {
  ^bb0(%a: f16):
    %8 = arith.extf %a : f16 to f32
    %9 = math.exp %8 : f32
    %10 = arith.truncf %9 : f32 to f16
    opc.element %10 : f16
  }
  %11 = opc.map %x4 : (tensor<5xf64>) -> tensor<5xf64> {
  ^bb0(%a: f64):
    %12 = math.absf %a : f64
    %13 = math.sqrt %12 : f64
    opc.element %13 : f64
  }
  return %0, %4, %7, %11 : tensor<3x37xf32>, tensor<129xi1>, tensor<19xf16>, tensor<5xf64>
}
