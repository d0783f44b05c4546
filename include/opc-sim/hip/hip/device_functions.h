//===- device_functions.h - A part of hip_runtime.h -------------*- C++ -*-===//
#ifndef OPC_SIM_HIP_DEVICE_FUNCTIONS_H
#define OPC_SIM_HIP_DEVICE_FUNCTIONS_H

#include "hip_runtime.h"

#endif // OPC_SIM_HIP_DEVICE_FUNCTIONS_H
