// A matmul of bf16 takes tiles where the chip has them for it, for any number of rows;
// elsewhere, and where b is no single matrix of weights, it is one of f32.
// RUN: %opc compile %s --target cpu:x86-64-amx --stop-after schedule -o - | FileCheck %s --check-prefix=TILES
// RUN: %opc compile %s --target cpu:x86-64-v4 --stop-after schedule -o - | FileCheck %s --check-prefix=WIDE
// RUN: %opc compile %s --target cpu:x86-64-amx --emit obj -o %t.o
// RUN: llvm-objdump -d --no-show-raw-insn %t.o | FileCheck %s --check-prefix=CODE
// RUN: %opc run %s --target=reference --output %t.reference --dim rows=21
// RUN: %opc run %s --target=%chip --output %t.cpu --dim rows=21
// RUN: %python %S/../../../Ops/Inputs/compare.py %t.reference %t.cpu --rtol 4e-3

// TILES: opc.launch @packed_matmul_{{.*}} : (tensor<?x64xbf16>, tensor<2x32x16x2xbf16>)
// TILES: opc.launch @{{.*}}matmul_{{.*}}tensor<2x3x64xf32>
// TILES: func.func private @packed_matmul_{{.*}} opc.schedule = "tile-gemm"
// WIDE: opc.launch @packed_matmul_{{.*}} : (tensor<?x64xf32>, tensor<2x64x16xf32>)
// CODE-LABEL: <packed_matmul_{{.*}}>:
// CODE: ldtilecfg
// CODE: tdpbf16ps
// CODE: tilerelease

func.func @main(%h: tensor<?x64xbf16> {opc.name = "h", opc.dims = affine_map<()[s0] -> (s0, 64)>},
                %a: tensor<2x3x64xbf16> {opc.name = "a"},
                %b: tensor<2x64x5xbf16> {opc.name = "b"})
    -> (tensor<?x20xbf16> {opc.name = "y0"}, tensor<2x3x5xbf16> {opc.name = "y1"})
    attributes {opc.symbols = ["rows"]} {
  %step = opc.iota {axis = 0 : i64, dims = affine_map<() -> (64, 20)>} : () -> tensor<64x20xi32>
  %column = opc.iota {axis = 1 : i64, dims = affine_map<() -> (64, 20)>} : () -> tensor<64x20xi32>
  %product = opc.mul %step, %column : (tensor<64x20xi32>, tensor<64x20xi32>) -> tensor<64x20xi32>
  %byte = opc.cast %product {saturate = false} : (tensor<64x20xi32>) -> tensor<64x20xi8>
  %w = opc.cast %byte {saturate = false} : (tensor<64x20xi8>) -> tensor<64x20xbf16>
  %y0 = opc.matmul %h, %w : (tensor<?x64xbf16>, tensor<64x20xbf16>) -> tensor<?x20xbf16>
  %y1 = opc.matmul %a, %b : (tensor<2x3x64xbf16>, tensor<2x64x5xbf16>) -> tensor<2x3x5xbf16>
  return %y0, %y1 : tensor<?x20xbf16>, tensor<2x3x5xbf16>
}
