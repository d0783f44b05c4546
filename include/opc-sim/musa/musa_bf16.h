//===- musa_bf16.h - A part of musa_runtime.h -------------------*- C++ -*-===//
#ifndef OPC_SIM_MUSA_MUSA_BF16_H
#define OPC_SIM_MUSA_MUSA_BF16_H

#include "musa_runtime.h"

#endif // OPC_SIM_MUSA_MUSA_BF16_H
