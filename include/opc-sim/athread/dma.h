/*===- dma.h - For sources of Sunway's cores ------------------------ C -*-===*/

#ifndef OPC_SIM_ATHREAD_DMA_H
#define OPC_SIM_ATHREAD_DMA_H

#include "sim/interface.h"

#endif /* OPC_SIM_ATHREAD_DMA_H */
