/*===- slave.h - For sources of Sunway's cores ---------------------- C -*-===*/

#ifndef OPC_SIM_ATHREAD_SLAVE_H
#define OPC_SIM_ATHREAD_SLAVE_H

/* The vendor's compiler knows vectors without a header. */
#include "simd.h"

#endif /* OPC_SIM_ATHREAD_SLAVE_H */
