// Products of 8-bit numbers less their zero points: dot products on the CPU, against
// the plain loops. Odd extents everywhere: reductions are padded to whole groups.
// RUN: %opc compile %s --target=cpu:x86-64-v3 -o - --stop-after schedule | FileCheck %s --check-prefix=SCHEDULE
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --exact
// RUN: %opc compile %s --target=cpu:x86-64-v3 --emit=llvm -o %t.v3.ll
// RUN: FileCheck %s --input-file=%t.v3.ll --check-prefix=V3
// RUN: %opc compile %s --target=cpu:x86-64-v4 --emit=llvm -o %t.v4.ll
// RUN: FileCheck %s --input-file=%t.v4.ll --check-prefix=V4

// V3-LABEL: define {{.*}} @packed_matmul_{{[a-z0-9_]+}}(
// V3: call <8 x i32> @llvm.x86.avx2.pmadd
// V3-LABEL: define {{.*}} @packed_conv_{{[a-z0-9_]+}}(
// V3: call <8 x i32> @llvm.x86.avx2.pmadd
// V3-LABEL: define {{.*}} @packed_matmul_{{[a-z0-9_]+}}(
// V3: call <8 x i32> @llvm.x86.avx2.pmadd
// V4-LABEL: define {{.*}} @packed_matmul_{{[a-z0-9_]+}}(
// V4: call <16 x i32> @llvm.x86.avx512.pmadd
// V4-LABEL: define {{.*}} @packed_conv_{{[a-z0-9_]+}}(
// V4: call <16 x i32> @llvm.x86.avx512.pmadd
// V4-LABEL: define {{.*}} @packed_matmul_{{[a-z0-9_]+}}(
// V4: call <16 x i32> @llvm.x86.avx512.pmadd

// SCHEDULE: func.func private @packed_matmul_{{[a-z0-9_]+}}({{.*}} opc.schedule = "gemm"
// SCHEDULE: func.func private @packed_conv_{{[a-z0-9_]+}}({{.*}} opc.schedule = "conv"
// SCHEDULE: func.func private @packed_matmul_{{[a-z0-9_]+}}({{.*}} opc.schedule = "gemm"
// SCHEDULE: func.func private @depthwise_conv_{{[a-z0-9_]+}}({{.*}} opc.schedule = "depthwise"
func.func @main(%a: tensor<5x7xui8> {opc.name = "a"}, %x: tensor<1x3x9x11xui8> {opc.name = "x"},
                %zero: tensor<ui8> {opc.name = "zero"}, %scale: tensor<f32> {opc.name = "scale"})
    -> (tensor<5x19xf32> {opc.name = "product"}, tensor<1x6x5x6xi32> {opc.name = "image"},
        tensor<1x5x9x11xi32> {opc.name = "pixels"}, tensor<1x3x9x11xi32> {opc.name = "channels"}) {
  %z = opc.cast %zero : (tensor<ui8>) -> tensor<i32>
  // Inputs are small: spread over all of 0 ... 255.
  %spread = opc.constant {value = dense<83> : tensor<ui8>} : tensor<ui8>
  %large_a = opc.mul %a, %spread : (tensor<5x7xui8>, tensor<ui8>) -> tensor<5x7xui8>
  %large_x = opc.mul %x, %spread : (tensor<1x3x9x11xui8>, tensor<ui8>) -> tensor<1x3x9x11xui8>
  %wide_a = opc.cast %large_a : (tensor<5x7xui8>) -> tensor<5x7xi32>
  %centred_a = opc.sub %wide_a, %z : (tensor<5x7xi32>, tensor<i32>) -> tensor<5x7xi32>
  %wide_x = opc.cast %large_x : (tensor<1x3x9x11xui8>) -> tensor<1x3x9x11xi32>
  %centred_x = opc.sub %wide_x, %z : (tensor<1x3x9x11xi32>, tensor<i32>) -> tensor<1x3x9x11xi32>

  %w = opc.constant {value = dense<[[-134, 48, 23, -189, -66, 213, 54, -13, 65, 42, -222, 55, -249, 210, 173, -15, -123, 27, -136], [-157, 254, 112, -15, 21, 173, 26, -12, -52, 72, 185, -178, -137, 70, -178, 189, 219, 12, -56], [124, -248, 88, 142, -223, -174, 133, 235, 47, -234, -101, 144, -240, 166, 188, -118, -13, 49, 113], [216, 194, -57, 110, 148, 216, -37, -53, 117, 155, 40, -28, 238, 224, -187, 194, -68, -206, -237], [-186, -2, -144, -123, 239, 89, -32, 143, 65, 182, -101, -40, 4, 171, -58, 38, -76, 18, 44], [-47, 44, -137, 207, -83, 94, 213, 220, -241, 183, -112, 252, 55, 88, 101, -172, 102, 185, -88], [238, 22, 208, 37, 36, -202, 110, 80, -147, 69, 170, 250, 38, -119, -110, -192, -223, -9, 182]]> : tensor<7x19xi16>} : tensor<7x19xi16>
  %sums = opc.matmul %centred_a, %w : (tensor<5x7xi32>, tensor<7x19xi16>) -> tensor<5x19xi32>
  %real = opc.cast %sums : (tensor<5x19xi32>) -> tensor<5x19xf32>
  %product = opc.mul %real, %scale : (tensor<5x19xf32>, tensor<f32>) -> tensor<5x19xf32>

  %k = opc.constant {value = dense<[[[[72, 251, -8], [-210, -79, 154], [-221, -45, 204]], [[-178, -245, -105], [-37, 138, -43], [191, -195, -233]], [[54, 59, 134], [-232, -62, 112], [45, -86, 27]]], [[[196, 217, 247], [-113, 3, -135], [-237, -97, -252]], [[-216, -200, 52], [19, -239, 230], [-154, 242, -47]], [[-106, 57, -121], [-176, 98, -234], [246, 189, -82]]], [[[-95, -71, 235], [-185, 204, 186], [-62, -63, -20]], [[190, 11, -58], [74, 188, 49], [93, 31, -203]], [[62, 243, 226], [160, 4, -117], [-35, 69, 113]]], [[[111, -134, 224], [-101, -32, 245], [-123, 11, -100]], [[25, -82, -250], [148, -43, 250], [41, -94, -245]], [[-63, 60, 46], [68, -187, -225], [69, 66, -85]]], [[[-17, -75, 92], [214, -75, 56], [106, -113, 122]], [[-5, -244, 46], [-224, 233, 91], [-245, 238, -66]], [[-127, 66, -22], [-103, 48, 52], [-92, -165, -69]]], [[[-161, -95, 133], [-66, 177, 49], [-120, -102, 148]], [[-62, -202, 140], [161, -242, 242], [36, 95, 121]], [[-188, -97, 1], [-142, 79, 156], [-118, -133, -88]]]]> : tensor<6x3x3x3xi16>} : tensor<6x3x3x3xi16>
  %image = opc.conv %centred_x, %k {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 1 : i64, layout = "NCHW"} : (tensor<1x3x9x11xi32>, tensor<6x3x3x3xi16>) -> tensor<1x6x5x6xi32>
  %p = opc.constant {value = dense<[[[[-160]], [[92]], [[-33]]], [[[77]], [[102]], [[-206]]], [[[-203]], [[52]], [[-91]]], [[[230]], [[-85]], [[90]]], [[[171]], [[-141]], [[-31]]]]> : tensor<5x3x1x1xi16>} : tensor<5x3x1x1xi16>
  %pixels = opc.conv %centred_x, %p {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>, group = 1 : i64, layout = "NCHW"} : (tensor<1x3x9x11xi32>, tensor<5x3x1x1xi16>) -> tensor<1x5x9x11xi32>
  %d = opc.constant {value = dense<[[[[159, 183, 236], [-169, -215, -83], [124, 77, -144]]], [[[198, 36, -25], [-117, -140, 147], [-194, -238, 16]]], [[[235, -158, -94], [158, 173, 174], [39, -162, 187]]]]> : tensor<3x1x3x3xi32>} : tensor<3x1x3x3xi32>
  %channels = opc.conv %centred_x, %d {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 3 : i64, layout = "NCHW"} : (tensor<1x3x9x11xi32>, tensor<3x1x3x3xi32>) -> tensor<1x3x9x11xi32>
  return %product, %image, %pixels, %channels : tensor<5x19xf32>, tensor<1x6x5x6xi32>, tensor<1x5x9x11xi32>, tensor<1x3x9x11xi32>
}
