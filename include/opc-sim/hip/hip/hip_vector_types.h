//===- hip_vector_types.h - A part of hip_runtime.h -------------*- C++ -*-===//
#ifndef OPC_SIM_HIP_HIP_VECTOR_TYPES_H
#define OPC_SIM_HIP_HIP_VECTOR_TYPES_H

#include "hip_runtime.h"

#endif // OPC_SIM_HIP_HIP_VECTOR_TYPES_H
