//===- hip_fp16.h - A part of hip_runtime.h ---------------------*- C++ -*-===//
#ifndef OPC_SIM_HIP_HIP_FP16_H
#define OPC_SIM_HIP_HIP_FP16_H

#include "hip_runtime.h"

#endif // OPC_SIM_HIP_HIP_FP16_H
