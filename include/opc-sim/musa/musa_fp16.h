//===- musa_fp16.h - A part of musa_runtime.h -------------------*- C++ -*-===//
#ifndef OPC_SIM_MUSA_MUSA_FP16_H
#define OPC_SIM_MUSA_MUSA_FP16_H

#include "musa_runtime.h"

#endif // OPC_SIM_MUSA_MUSA_FP16_H
