// Products of bytes take the units that the chip has for them, and the machine code of
// each kernel holds their instructions.
// RUN: %opc compile %s --target cpu:x86-64-amx --stop-after schedule -o - | FileCheck %s --check-prefix=TILES
// RUN: %opc compile %s --target cpu:x86-64-v4-vnni --stop-after schedule -o - | FileCheck %s --check-prefix=VNNI
// RUN: %opc compile %s --target cpu:x86-64-v3 --stop-after schedule -o - | FileCheck %s --check-prefix=PAIRS
// RUN: %opc compile %s --target cpu:x86-64-amx --emit obj -o %t.amx.o
// RUN: llvm-objdump -d --no-show-raw-insn %t.amx.o | FileCheck %s --check-prefix=AMX-CODE
// RUN: %opc compile %s --target cpu:x86-64-v4-vnni --emit obj -o %t.v4.o
// RUN: llvm-objdump -d --no-show-raw-insn %t.v4.o | FileCheck %s --check-prefix=VNNI-CODE -DREGISTER=zmm
// RUN: %opc compile %s --target cpu:x86-64-v3-vnni --emit obj -o %t.v3.o
// RUN: llvm-objdump -d --no-show-raw-insn %t.v3.o | FileCheck %s --check-prefix=VNNI-CODE -DREGISTER=ymm
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.reference %t.cpu --exact

// TILES: opc.launch @packed_matmul_{{.*}} : (tensor<40x64xui8>, tensor<3x16x16x4xi8>,
// TILES: opc.launch @packed_matmul_{{.*}} : (tensor<40x64xi8>, tensor<3x16x16x4xi8>)
// TILES: opc.launch @packed_conv_{{.*}} : (tensor<1x9x9x8xui8>, tensor<2x18x16x4xi8>,
// TILES: func.func private @packed_matmul_{{.*}} opc.schedule = "tile-gemm"
// TILES: func.func private @packed_matmul_{{.*}} opc.schedule = "tile-gemm"
// TILES: func.func private @packed_conv_{{.*}} opc.schedule = "conv"

// Signed numbers become unsigned ones.
// VNNI: opc.launch @packed_matmul_{{.*}} : (tensor<40x64xui8>, tensor<3x16x16x4xi8>,
// VNNI: opc.launch @packed_matmul_{{.*}} : (tensor<40x64xui8>, tensor<3x16x16x4xi8>,
// VNNI: opc.launch @packed_conv_{{.*}} : (tensor<1x9x9x8xui8>, tensor<2x18x16x4xi8>,
// VNNI: func.func private @packed_matmul_{{.*}} opc.schedule = "gemm"
// VNNI: func.func private @packed_matmul_{{.*}} opc.schedule = "gemm"
// VNNI: func.func private @packed_conv_{{.*}} opc.schedule = "conv"

// PAIRS: opc.launch @packed_matmul_{{.*}} : (tensor<40x64xi16>, tensor<5x32x8x2xi16>
// PAIRS: opc.launch @packed_matmul_{{.*}} : (tensor<40x64xi16>, tensor<5x32x8x2xi16>
// PAIRS: opc.launch @packed_conv_{{.*}} : (tensor<1x9x9x8xi16>, tensor<3x36x8x2xi16>

// AMX-CODE-LABEL: <packed_matmul_{{.*}}>:
// AMX-CODE: ldtilecfg
// AMX-CODE: tdpbusd
// AMX-CODE: tilerelease
// AMX-CODE-LABEL: <packed_matmul_{{.*}}>:
// AMX-CODE: ldtilecfg
// AMX-CODE: tdpbssd
// AMX-CODE: tilerelease
// AMX-CODE-LABEL: <packed_conv_{{.*}}>:
// AMX-CODE: vpdpbusd {{.*}}%zmm
// VNNI-CODE-LABEL: <packed_matmul_{{.*}}>:
// VNNI-CODE: vpdpbusd {{.*}}%[[REGISTER]]
// VNNI-CODE-LABEL: <packed_matmul_{{.*}}>:
// VNNI-CODE: vpdpbusd {{.*}}%[[REGISTER]]
// VNNI-CODE-LABEL: <packed_conv_{{.*}}>:
// VNNI-CODE: vpdpbusd {{.*}}%[[REGISTER]]

func.func @main(%u: tensor<40x64xui8> {opc.name = "u"},
                %s: tensor<40x64xi8> {opc.name = "s"},
                %image: tensor<1x8x9x9xui8> {opc.name = "image"},
                %zu: tensor<ui8> {opc.name = "zu"})
    -> (tensor<40x37xi32> {opc.name = "y0"}, tensor<40x37xi32> {opc.name = "y1"},
        tensor<1x20x7x7xi32> {opc.name = "y2"}) {
  %row = opc.constant {value = dense<[[3, -7, 1, 5, -2, 8, -128, 127, 4, 6, -9, 2, 1, 0, -1, 7, 9, 11, -13, 17, 19, 2, 23, 29, -31, 37, 41, -43, 47, 53, 59, 61, 67, -71, 73, 79, 83]]> : tensor<1x37xi8>} : tensor<1x37xi8>
  %step = opc.iota {axis = 0 : i64, dims = affine_map<() -> (64, 37)>} : () -> tensor<64x37xi32>
  %square = opc.mul %step, %step : (tensor<64x37xi32>, tensor<64x37xi32>) -> tensor<64x37xi32>
  %wide = opc.cast %row {saturate = false} : (tensor<1x37xi8>) -> tensor<1x37xi32>
  %sum = opc.add %square, %wide : (tensor<64x37xi32>, tensor<1x37xi32>) -> tensor<64x37xi32>
  %w = opc.cast %sum {saturate = false} : (tensor<64x37xi32>) -> tensor<64x37xi8>
  %w32 = opc.cast %w {saturate = false} : (tensor<64x37xi8>) -> tensor<64x37xi32>
  %zu32 = opc.cast %zu {saturate = false} : (tensor<ui8>) -> tensor<i32>
  %u32 = opc.cast %u {saturate = false} : (tensor<40x64xui8>) -> tensor<40x64xi32>
  %x0 = opc.sub %u32, %zu32 : (tensor<40x64xi32>, tensor<i32>) -> tensor<40x64xi32>
  %y0 = opc.matmul %x0, %w32 : (tensor<40x64xi32>, tensor<64x37xi32>) -> tensor<40x37xi32>
  %s32 = opc.cast %s {saturate = false} : (tensor<40x64xi8>) -> tensor<40x64xi32>
  %y1 = opc.matmul %s32, %w32 : (tensor<40x64xi32>, tensor<64x37xi32>) -> tensor<40x37xi32>

  %few = opc.slice %w {starts = affine_map<() -> (0, 0)>, steps = array<i64: 1, 1>, dims = affine_map<() -> (40, 36)>} : (tensor<64x37xi8>) -> tensor<40x36xi8>
  %k = opc.reshape %few {dims = affine_map<() -> (20, 8, 3, 3)>} : (tensor<40x36xi8>) -> tensor<20x8x3x3xi8>
  %k32 = opc.cast %k {saturate = false} : (tensor<20x8x3x3xi8>) -> tensor<20x8x3x3xi32>
  %i32 = opc.cast %image {saturate = false} : (tensor<1x8x9x9xui8>) -> tensor<1x8x9x9xi32>
  %x2 = opc.sub %i32, %zu32 : (tensor<1x8x9x9xi32>, tensor<i32>) -> tensor<1x8x9x9xi32>
  %y2 = opc.conv %x2, %k32 {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x8x9x9xi32>, tensor<20x8x3x3xi32>) -> tensor<1x20x7x7xi32>
  return %y0, %y1, %y2 : tensor<40x37xi32>, tensor<40x37xi32>, tensor<1x20x7x7xi32>
}
