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

#define OPC_UNPACK_BLOCKS(blocks, ...) blocks

/// kernel<<<blocks, nullptr, stream>>>(arguments) as a macro: the configuration
/// in parentheses.
#define OPC_LAUNCH(kernel, configuration, ...)                                 \
  ::opcsim::ascend::launch(#kernel, kernel, OPC_UNPACK_BLOCKS configuration,   \
                           std::source_location::current() __VA_OPT__(, )      \
                               __VA_ARGS__)

#endif // OPC_SIM_ASCENDC_KERNEL_OPERATOR_H
