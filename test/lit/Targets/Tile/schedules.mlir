// RUN: %opc compile %s --target sunway:sw26010 --stop-after schedule | FileCheck %s --check-prefix=IR
// RUN: rm -rf %t && %opc compile %s --target sunway:sw26010 --emit source -o %t
// RUN: FileCheck %s --check-prefix=OLD --input-file %t/kernels_slave.c
// RUN: FileCheck %s --check-prefix=DEVICE --input-file %t/device.c
// RUN: %opc compile %s --target sunway:sw26010-pro --emit source -o %t.pro
// RUN: FileCheck %s --check-prefix=PRO --input-file %t.pro/kernels_slave.c
// RUN: %opc compile %s --target sunway:sw26010 --emit source -o %t.why --explain 2>&1 | FileCheck %s --check-prefix=WHY

// Rows come while others are worked on; what is no row of elements is loops.
// IR: opc.schedule = "tile-rows"
// IR-SAME: opc.target = "sunway:sw26010"
// IR: tile.copy_async
// IR: scf.for {{.*}} iter_args
// IR: tile.wait
// IR: tile.copy_async
// IR: opc.schedule = "plain-loops"
// IR: tile.core_id

// OLD: static void opc_get
// OLD: athread_get(PE_MODE
// OLD: /* reduce, sub, exp, reduce, div */
// OLD: void SLAVE_FUN(reduce_sub_exp_reduce_0)
// OLD: float *tile_in = (float *)ldm_malloc({{.*}}); /* 1 x 129, rows of 136 */
// OLD: float *tile_in_other
// OLD: opc_wait(
// OLD: opc_get(
// OLD: opc_put(
// OLD: ldm_free(tile_in,

// PRO: athread_dma_iget(
// PRO: athread_dma_wait_value

// DEVICE: athread_spawn(reduce_sub_exp_reduce_0, words)

// WHY: kernel @reduce_sub_exp_reduce_0 {{.*}}: schedule tile-rows
// WHY: tiles of reduce_sub_exp_reduce_0 on sw26010:
// WHY: tile_in: 1x129 in vector, padded to 1x136, 544 bytes, two of them
// WHY: limited by
module {
  func.func @main(%x: tensor<37x129xf32>) -> (tensor<37x129xf32>, tensor<129x37xf32>) {
    %0 = opc.softmax %x {axis = 1 : i64} : (tensor<37x129xf32>) -> tensor<37x129xf32>
    %1 = opc.transpose %x {perm = array<i64: 1, 0>} : (tensor<37x129xf32>) -> tensor<129x37xf32>
    return %0, %1 : tensor<37x129xf32>, tensor<129x37xf32>
  }
}
