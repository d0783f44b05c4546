//===- maca_fp16.h - A part of mc_runtime.h ---------------------*- C++ -*-===//
#ifndef OPC_SIM_MACA_MACA_FP16_H
#define OPC_SIM_MACA_MACA_FP16_H

#include "mc_runtime.h"

#endif // OPC_SIM_MACA_MACA_FP16_H
