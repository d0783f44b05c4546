//===- cuda_runtime_api.h - A part of cuda_runtime.h ------------*- C++ -*-===//
#ifndef OPC_SIM_CUDA_CUDA_RUNTIME_API_H
#define OPC_SIM_CUDA_CUDA_RUNTIME_API_H

#include "cuda_runtime.h"

#endif // OPC_SIM_CUDA_CUDA_RUNTIME_API_H
