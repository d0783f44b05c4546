// RUN: %opc compile %s --target opencl:gpu --stop-after schedule | FileCheck %s --check-prefix=IR
// RUN: rm -rf %t && %opc compile %s --target opencl:gpu --emit source -o %t.cl
// RUN: FileCheck %s --check-prefix=CL --input-file %t.cl/kernels.cl
// RUN: %opc compile %s --target musa --emit source -o %t.mu
// RUN: FileCheck %s --check-prefix=CXX --input-file %t.mu/kernels.mu
// RUN: FileCheck %s --check-prefix=LAUNCH --input-file %t.mu/device.mu

// A product has a tile for each group, a softmax a row; a chain has an element
// for each item.
// IR: opc.schedule = "simt-gemm"
// IR: gpu.barrier
// IR: opc.schedule = "simt-reduce"
// IR: gpu.barrier
// IR: opc.schedule = "simt-pointwise"
// IR-NOT: gpu.barrier

// CL: reqd_work_group_size(256, 1, 1)
// CL: __global const float *restrict in
// CL: __local
// CL: barrier(CLK_LOCAL_MEM_FENCE)
// CL: get_group_id(0)

// CXX: extern "C" __global__ void __launch_bounds__(256)
// CXX: __shared__ float
// CXX: __syncthreads()

// LAUNCH: <<<groups, 256>>>((long long *)words[0], (float *)words[1]
module {
  func.func @main(%x: tensor<37x64xf32>, %w: tensor<64x129xf32>, %y: tensor<50x7xf32>)
      -> (tensor<37x129xf32>, tensor<37x129xf32>, tensor<50x7xf32>) {
    %0 = opc.matmul %x, %w : (tensor<37x64xf32>, tensor<64x129xf32>) -> tensor<37x129xf32>
    %1 = opc.softmax %0 {axis = 1 : i64} : (tensor<37x129xf32>) -> tensor<37x129xf32>
    %2 = opc.tanh %y : (tensor<50x7xf32>) -> tensor<50x7xf32>
    return %0, %1, %2 : tensor<37x129xf32>, tensor<37x129xf32>, tensor<50x7xf32>
  }
}
