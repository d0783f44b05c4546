/*===- athread.h - What sources of Sunway's cores include ---------------- C
 * -*-===*/

#ifndef OPC_SIM_ATHREAD_ATHREAD_H
#define OPC_SIM_ATHREAD_ATHREAD_H

#include "sim/interface.h"

#endif /* OPC_SIM_ATHREAD_ATHREAD_H */
