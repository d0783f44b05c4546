//===- kernel_operator.h - Ascend C on this machine -----------*- C++ -*-===//
//
// Written from the documented interface: what kernels include. See
// docs/Simulators.md for what it checks and what it does not have.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_KERNEL_OPERATOR_H
#define OPC_SIM_ASCENDC_KERNEL_OPERATOR_H

#include "sim/Convert.h"
#include "sim/Copy.h"
#include "sim/Cube.h"
#include "sim/Functions.h"
#include "sim/Queue.h"
#include "sim/Rearrange.h"
#include "sim/Reduce.h"
#include "sim/Select.h"

#ifndef __global__
#define __global__
#endif
#define __aicore__
#define __gm__
#define __ubuf__
#define __inline__ inline

using GM_ADDR = uint8_t *;

#define ASCEND_IS_AIC (::AscendC::isCubeCore())
#define ASCEND_IS_AIV (!::AscendC::isCubeCore())
#define KERNEL_TASK_TYPE_DEFAULT(type)                                         \
  ::AscendC::declareKernelType(::AscendC::type)
#define KERNEL_TASK_TYPE(key, type) KERNEL_TASK_TYPE_DEFAULT(type)

/// What `opc simulate` makes of the launch syntax: kernel, blocks, L2 control
/// and stream; the result is called with the kernel's arguments.
#define OPC_LAUNCH(kernel, ...)                                                \
  ::opcsim::ascend::launcher(#kernel, std::source_location::current(), kernel, \
                             __VA_ARGS__)

#endif // OPC_SIM_ASCENDC_KERNEL_OPERATOR_H
