/*===- athread.h - For sources of Sunway's cores -------------------- C -*-===*/

#ifndef OPC_SIM_ATHREAD_ATHREAD_H
#define OPC_SIM_ATHREAD_ATHREAD_H

#include "sim/interface.h"

#endif /* OPC_SIM_ATHREAD_ATHREAD_H */
