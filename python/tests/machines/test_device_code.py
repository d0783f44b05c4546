"""Code for devices that are not here: that the vendors' own tools, or LLVM's, take it."""

import shutil
import subprocess

import emitted
import pytest
from machines import device_evidence
from machines.operator_classes import CLASSES
from support import BUILD

# What a driver's header gives a compiler of HIP, of which there is no package.
HIP_HEADER = """#pragma once
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __launch_bounds__(items) __attribute__((amdgpu_flat_work_group_size(items, items)))
struct Items { __attribute__((device)) operator unsigned() const; };
struct Place { unsigned x, y, z; };
extern const __attribute__((device)) Place threadIdx, blockIdx, gridDim;
__device__ void __syncthreads();
__device__ unsigned long long atomicExch(unsigned long long *, unsigned long long);
#define OPC_UNARY_OF(NAME) __device__ float NAME(float); __device__ double NAME(double);
OPC_UNARY_OF(fabs) OPC_UNARY_OF(ceil) OPC_UNARY_OF(floor) OPC_UNARY_OF(rint)
OPC_UNARY_OF(sqrt) OPC_UNARY_OF(trunc)
#define OPC_BINARY_OF(NAME) __device__ float NAME(float, float); __device__ double NAME(double, double);
OPC_BINARY_OF(copysign) OPC_BINARY_OF(fmax) OPC_BINARY_OF(fmin)
__device__ float fma(float, float, float);
__device__ double fma(double, double, double);
#undef OPC_UNARY_OF
#undef OPC_BINARY_OF
"""


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("chip", ["sm_80", "sm_90"])
def test_ptx_is_accepted(chip, name):
    try:
        device_evidence.assembled(f"cuda:{chip}", [name], "f32")
    except emitted.Unavailable as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("chip", ["gfx906", "gfx9-generic"])
def test_code_objects_are_linked(chip, name):
    device_evidence.linked(f"hip:{chip}", [name], "f32")


@pytest.mark.parametrize("name", CLASSES)
def test_hip_source_compiles(name, tmp_path):
    compiler = shutil.which("clang++-22")
    if not compiler:
        pytest.skip("there is no clang++-22")
    folder = tmp_path / "source"
    with device_evidence.saved([name], "f32") as (model, _):
        emitted.emit(BUILD, model, "hip:gfx906", folder)
    (tmp_path / "hip").mkdir()
    (tmp_path / "hip/hip_runtime.h").write_text(HIP_HEADER)
    options = ["-x", "hip", "--offload-arch=gfx906", "--cuda-device-only"]
    options += ["-nogpulib", "-nogpuinc", "-fsyntax-only", f"-I{tmp_path}"]
    subprocess.run([compiler, *options, folder / "kernels.hip"], check=True)
