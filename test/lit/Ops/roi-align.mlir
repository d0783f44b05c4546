// opc.roi_align on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --rtol 1e-5

func.func @main(%x: tensor<2x3x9x11xf32> {opc.name = "x"})
    -> (tensor<2x3x2x4xf32> {opc.name = "y0"},
        tensor<2x3x2x4xf32> {opc.name = "y1"}) {
  %rois = opc.constant {value = dense<[[0.5, 1.0, 8.0, 6.5], [2.0, 0.0, 10.5, 9.0]]> : tensor<2x4xf32>} : tensor<2x4xf32>
  %batch = opc.constant {value = dense<[1, 0]> : tensor<2xi64>} : tensor<2xi64>
  %0 = opc.roi_align %x, %rois, %batch {mode = "avg", half_pixel = true, height = 2 : i64, width = 4 : i64, sampling_ratio = 2 : i64, spatial_scale = 1.0 : f64} : (tensor<2x3x9x11xf32>, tensor<2x4xf32>, tensor<2xi64>) -> tensor<2x3x2x4xf32>
  %1 = opc.roi_align %x, %rois, %batch {mode = "max", half_pixel = false, height = 2 : i64, width = 4 : i64, sampling_ratio = 0 : i64, spatial_scale = 0.5 : f64} : (tensor<2x3x9x11xf32>, tensor<2x4xf32>, tensor<2xi64>) -> tensor<2x3x2x4xf32>
  return %0, %1 : tensor<2x3x2x4xf32>, tensor<2x3x2x4xf32>
}
