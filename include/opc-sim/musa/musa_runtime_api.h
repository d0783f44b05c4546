//===- musa_runtime_api.h - A part of musa_runtime.h ------------*- C++ -*-===//
#ifndef OPC_SIM_MUSA_MUSA_RUNTIME_API_H
#define OPC_SIM_MUSA_MUSA_RUNTIME_API_H

#include "musa_runtime.h"

#endif // OPC_SIM_MUSA_MUSA_RUNTIME_API_H
