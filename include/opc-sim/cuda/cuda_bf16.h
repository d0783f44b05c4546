//===- cuda_bf16.h - A part of cuda_runtime.h -------------------*- C++ -*-===//
#ifndef OPC_SIM_CUDA_CUDA_BF16_H
#define OPC_SIM_CUDA_CUDA_BF16_H

#include "cuda_runtime.h"

#endif // OPC_SIM_CUDA_CUDA_BF16_H
