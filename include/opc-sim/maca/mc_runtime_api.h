//===- mc_runtime_api.h - A part of mc_runtime.h ----------------*- C++ -*-===//
#ifndef OPC_SIM_MACA_MC_RUNTIME_API_H
#define OPC_SIM_MACA_MC_RUNTIME_API_H

#include "mc_runtime.h"

#endif // OPC_SIM_MACA_MC_RUNTIME_API_H
