//===- hip_bf16.h - A part of hip_runtime.h ---------------------*- C++ -*-===//
#ifndef OPC_SIM_HIP_HIP_BF16_H
#define OPC_SIM_HIP_HIP_BF16_H

#include "hip_runtime.h"

#endif // OPC_SIM_HIP_HIP_BF16_H
