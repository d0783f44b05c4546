//===- hip_runtime_api.h - A part of hip_runtime.h --------------*- C++ -*-===//
#ifndef OPC_SIM_HIP_HIP_RUNTIME_API_H
#define OPC_SIM_HIP_HIP_RUNTIME_API_H

#include "hip_runtime.h"

#endif // OPC_SIM_HIP_HIP_RUNTIME_API_H
