// RUN: opc-opt %s --opc-factor-zero-points --verify-each -o %t.signed.mlir
// RUN: FileCheck %s --input-file %t.signed.mlir
// RUN: opc-opt %s --opc-factor-zero-points=any-signs --verify-each -o %t.any.mlir
// RUN: FileCheck %s --input-file %t.any.mlir --check-prefix=ANY
// RUN: %opc run %s --target=reference --output %t.whole
// RUN: %opc run %t.signed.mlir --target=reference --output %t.signed
// RUN: %opc run %t.any.mlir --target=reference --output %t.any
// RUN: %python %S/../Ops/Inputs/compare.py %t.whole %t.signed --exact
// RUN: %python %S/../Ops/Inputs/compare.py %t.whole %t.any --exact

// Unsigned by signed as they are: what the zero point adds is apart.
// CHECK:      %[[P:.*]] = opc.matmul %[[X:.*]], %[[W:.*]] : (tensor<5x7xui8>, tensor<7x6xi8>) -> tensor<5x6xi32>
// CHECK:      %[[S:.*]] = opc.reduce %{{.*}} {axes = array<i64: 0>, keepdims = true, kind = "sum"} : (tensor<7x6xi32>) -> tensor<1x6xi32>
// CHECK:      %[[Z:.*]] = opc.mul %{{.*}}, %[[S]]
// CHECK:      opc.sub %[[P]], %[[Z]]
// Signed by unsigned: both get the other sign.
// CHECK:      opc.matmul {{.*}} : (tensor<2x5x7xui8>, tensor<7x6xi8>) -> tensor<2x5x6xi32>
// CHECK:      opc.matmul {{.*}}transpose_b{{.*}} : (tensor<2x5x7xui8>, tensor<6x7xi8>) -> tensor<2x5x6xi32>
// What is not packed stays: a that is transposed.
// CHECK:      opc.matmul {{.*}}transpose_a{{.*}} : (tensor<2x7x5xi32>, tensor<7x6xi32>) -> tensor<2x5x6xi32>
// Pads are zero points in bytes.
// CHECK:      opc.pad %{{.*}}, %{{.*}} : (tensor<1x4x5x6xui8>, tensor<ui8>) -> tensor<1x4x7x9xui8>
// CHECK:      opc.conv {{.*}} : (tensor<1x4x7x9xui8>, tensor<6x2x3x3xi8>) -> tensor<1x6x5x4xi32>
// CHECK:      opc.pad %{{.*}}, %{{.*}} : (tensor<1x5x6x4xui8>, tensor<ui8>) -> tensor<1x6x8x4xui8>
// CHECK:      opc.conv {{.*}} : (tensor<1x6x8x4xui8>, tensor<3x4x3x3xi8>) -> tensor<1x4x6x3xi32>
// One channel each, and a zero point for each column of the reduction: as they were.
// CHECK:      opc.conv {{.*}} : (tensor<1x4x5x6xi32>, tensor<4x1x3x3xi32>)
// CHECK:      opc.matmul {{.*}} : (tensor<5x7xi32>, tensor<7x6xi32>)
// Groups whose channels make no whole words, and batches of b.
// CHECK:      opc.conv {{.*}} : (tensor<1x6x5x6xi32>, tensor<6x2x3x3xi32>)
// CHECK:      opc.matmul {{.*}} : (tensor<2x5x7xi32>, tensor<2x7x6xi32>)

// ANY:        opc.matmul {{.*}} : (tensor<5x7xui8>, tensor<7x6xi8>) -> tensor<5x6xi32>
// ANY:        opc.matmul {{.*}} : (tensor<2x5x7xi8>, tensor<7x6xui8>) -> tensor<2x5x6xi32>
// ANY:        opc.matmul {{.*}} : (tensor<2x5x7xi8>, tensor<6x7xi8>) -> tensor<2x5x6xi32>

func.func @main(%u: tensor<5x7xui8> {opc.name = "u"},
                %s: tensor<2x5x7xi8> {opc.name = "s"},
                %t: tensor<6x7xi8> {opc.name = "t"},
                %bs: tensor<2x7x6xi8> {opc.name = "bs"},
                %six: tensor<1x6x5x6xui8> {opc.name = "six"},
                %v: tensor<2x7x5xi8> {opc.name = "v"},
                %w: tensor<7x6xi8> {opc.name = "w"},
                %m: tensor<7x6xui8> {opc.name = "m"},
                %image: tensor<1x4x5x6xui8> {opc.name = "image"},
                %last: tensor<1x5x6x4xi8> {opc.name = "last"},
                %k: tensor<6x2x3x3xi8> {opc.name = "k"},
                %l: tensor<3x4x3x3xi8> {opc.name = "l"},
                %d: tensor<4x1x3x3xi8> {opc.name = "d"},
                %zu: tensor<ui8> {opc.name = "zu"},
                %zs: tensor<1xi8> {opc.name = "zs"},
                %zr: tensor<5x1xi8> {opc.name = "zr"},
                %zc: tensor<6xui8> {opc.name = "zc"},
                %zk: tensor<7xui8> {opc.name = "zk"})
    -> (tensor<5x6xi32> {opc.name = "y0"}, tensor<2x5x6xi32> {opc.name = "y1"},
        tensor<2x5x6xi32> {opc.name = "y2"}, tensor<2x5x6xi32> {opc.name = "y3"},
        tensor<1x6x5x4xi32> {opc.name = "y4"}, tensor<1x4x6x3xi32> {opc.name = "y5"},
        tensor<1x4x5x6xi32> {opc.name = "y6"}, tensor<5x6xi32> {opc.name = "y7"},
        tensor<1x6x5x6xi32> {opc.name = "y8"}, tensor<2x5x6xi32> {opc.name = "y9"}) {
  %zu32 = opc.cast %zu {saturate = false} : (tensor<ui8>) -> tensor<i32>
  %zs32 = opc.cast %zs {saturate = false} : (tensor<1xi8>) -> tensor<1xi32>
  %zr32 = opc.cast %zr {saturate = false} : (tensor<5x1xi8>) -> tensor<5x1xi32>
  %zc32 = opc.cast %zc {saturate = false} : (tensor<6xui8>) -> tensor<6xi32>
  %zk32 = opc.cast %zk {saturate = false} : (tensor<7xui8>) -> tensor<7xi32>

  %u32 = opc.cast %u {saturate = false} : (tensor<5x7xui8>) -> tensor<5x7xi32>
  %w32 = opc.cast %w {saturate = false} : (tensor<7x6xi8>) -> tensor<7x6xi32>
  %x0 = opc.sub %u32, %zu32 : (tensor<5x7xi32>, tensor<i32>) -> tensor<5x7xi32>
  %y0 = opc.matmul %x0, %w32 : (tensor<5x7xi32>, tensor<7x6xi32>) -> tensor<5x6xi32>

  %s32 = opc.cast %s {saturate = false} : (tensor<2x5x7xi8>) -> tensor<2x5x7xi32>
  %m32 = opc.cast %m {saturate = false} : (tensor<7x6xui8>) -> tensor<7x6xi32>
  %x1 = opc.sub %s32, %zr32 : (tensor<2x5x7xi32>, tensor<5x1xi32>) -> tensor<2x5x7xi32>
  %m1 = opc.sub %m32, %zc32 : (tensor<7x6xi32>, tensor<6xi32>) -> tensor<7x6xi32>
  %y1 = opc.matmul %x1, %m1 : (tensor<2x5x7xi32>, tensor<7x6xi32>) -> tensor<2x5x6xi32>

  %t32 = opc.cast %t {saturate = false} : (tensor<6x7xi8>) -> tensor<6x7xi32>
  %t2 = opc.sub %t32, %zs32 : (tensor<6x7xi32>, tensor<1xi32>) -> tensor<6x7xi32>
  %x2 = opc.sub %s32, %zs32 : (tensor<2x5x7xi32>, tensor<1xi32>) -> tensor<2x5x7xi32>
  %y2 = opc.matmul %x2, %t2 {transpose_b = true} : (tensor<2x5x7xi32>, tensor<6x7xi32>) -> tensor<2x5x6xi32>

  %v32 = opc.cast %v {saturate = false} : (tensor<2x7x5xi8>) -> tensor<2x7x5xi32>
  %x3 = opc.sub %v32, %zs32 : (tensor<2x7x5xi32>, tensor<1xi32>) -> tensor<2x7x5xi32>
  %y3 = opc.matmul %x3, %m1 {transpose_a = true} : (tensor<2x7x5xi32>, tensor<7x6xi32>) -> tensor<2x5x6xi32>

  %i32 = opc.cast %image {saturate = false} : (tensor<1x4x5x6xui8>) -> tensor<1x4x5x6xi32>
  %x4 = opc.sub %i32, %zu32 : (tensor<1x4x5x6xi32>, tensor<i32>) -> tensor<1x4x5x6xi32>
  %k32 = opc.cast %k {saturate = false} : (tensor<6x2x3x3xi8>) -> tensor<6x2x3x3xi32>
  %y4 = opc.conv %x4, %k32 {strides = array<i64: 1, 2>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 2>, pad_high = array<i64: 1, 1>, group = 2 : i64} : (tensor<1x4x5x6xi32>, tensor<6x2x3x3xi32>) -> tensor<1x6x5x4xi32>

  %l32 = opc.cast %l {saturate = false} : (tensor<3x4x3x3xi8>) -> tensor<3x4x3x3xi32>
  %x5 = opc.cast %last {saturate = false} : (tensor<1x5x6x4xi8>) -> tensor<1x5x6x4xi32>
  %y5 = opc.conv %x5, %l32 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 1>, pad_high = array<i64: 1, 1>, layout = "NHWC"} : (tensor<1x5x6x4xi32>, tensor<3x4x3x3xi32>) -> tensor<1x4x6x3xi32>

  %d32 = opc.cast %d {saturate = false} : (tensor<4x1x3x3xi8>) -> tensor<4x1x3x3xi32>
  %y6 = opc.conv %x4, %d32 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 4 : i64} : (tensor<1x4x5x6xi32>, tensor<4x1x3x3xi32>) -> tensor<1x4x5x6xi32>

  %x7 = opc.sub %u32, %zk32 : (tensor<5x7xi32>, tensor<7xi32>) -> tensor<5x7xi32>
  %y7 = opc.matmul %x7, %w32 : (tensor<5x7xi32>, tensor<7x6xi32>) -> tensor<5x6xi32>
  %s6 = opc.cast %six {saturate = false} : (tensor<1x6x5x6xui8>) -> tensor<1x6x5x6xi32>
  %y8 = opc.conv %s6, %k32 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 3 : i64} : (tensor<1x6x5x6xi32>, tensor<6x2x3x3xi32>) -> tensor<1x6x5x6xi32>
  %bs32 = opc.cast %bs {saturate = false} : (tensor<2x7x6xi8>) -> tensor<2x7x6xi32>
  %y9 = opc.matmul %s32, %bs32 : (tensor<2x5x7xi32>, tensor<2x7x6xi32>) -> tensor<2x5x6xi32>
  return %y0, %y1, %y2, %y3, %y4, %y5, %y6, %y7, %y8, %y9 : tensor<5x6xi32>, tensor<2x5x6xi32>, tensor<2x5x6xi32>, tensor<2x5x6xi32>, tensor<1x6x5x4xi32>, tensor<1x4x6x3xi32>, tensor<1x4x5x6xi32>, tensor<5x6xi32>, tensor<1x6x5x6xi32>, tensor<2x5x6xi32>
}
