//===- OpenCLLibrary.h - What is used of OpenCL -----------------*- C++ -*-===//
//
// Types, constants and functions as the OpenCL 2.0 specification has them.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_DEVICES_OPENCL_OPENCLLIBRARY_H
#define OPC_LIB_DEVICES_OPENCL_OPENCLLIBRARY_H

#include "Reason.h"

#include <cstddef>

using cl_int = int32_t;
using cl_uint = uint32_t;
using cl_bitfield = uint64_t;
using cl_platform_id = struct _cl_platform_id *;
using cl_device_id = struct _cl_device_id *;
using cl_context = struct _cl_context *;
using cl_command_queue = struct _cl_command_queue *;
using cl_program = struct _cl_program *;
using cl_kernel = struct _cl_kernel *;
using cl_event = struct _cl_event *;

namespace opc::devices {

enum : cl_int {
  CL_SUCCESS = 0,
  CL_DEVICE_NOT_FOUND = -1,
  CL_BUILD_PROGRAM_FAILURE = -11,
  CL_INVALID_KERNEL_NAME = -46,
  CL_PLATFORM_NOT_FOUND = -1001,
};
enum : cl_int { CL_COMPLETE = 0 }; // the status of a command
enum : cl_uint { CL_FALSE = 0, CL_TRUE = 1 };

enum : cl_bitfield {
  CL_DEVICE_TYPE_GPU = 1 << 2,
  CL_DEVICE_TYPE_ALL = 0xFFFFFFFF,
  CL_DEVICE_SVM_COARSE_GRAIN_BUFFER = 1,
  CL_FP_DENORM = 1 << 0,
  CL_FP_INF_NAN = 1 << 1,
  CL_FP_ROUND_TO_NEAREST = 1 << 2,
  CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT = 1 << 7,
  CL_MEM_READ_WRITE = 1,
};

// What can be asked of each kind of object.
enum : cl_uint {
  CL_PLATFORM_NAME = 0x0902,
  CL_DEVICE_TYPE = 0x1000,
  CL_DEVICE_MAX_MEM_ALLOC_SIZE = 0x1010,
  CL_DEVICE_SINGLE_FP_CONFIG = 0x101B,
  CL_DEVICE_GLOBAL_MEM_SIZE = 0x101F,
  CL_DEVICE_COMPILER_AVAILABLE = 0x1028,
  CL_DEVICE_NAME = 0x102B,
  CL_DEVICE_SVM_CAPABILITIES = 0x1053,
  CL_PROGRAM_BUILD_LOG = 0x1183,
  CL_KERNEL_NUM_ARGS = 0x1191,
  CL_KERNEL_ARG_ADDRESS_QUALIFIER = 0x1196,
  CL_KERNEL_ARG_ADDRESS_GLOBAL = 0x119B,
  CL_KERNEL_ARG_ADDRESS_PRIVATE = 0x119E,
  CL_KERNEL_WORK_GROUP_SIZE = 0x11B0,
  CL_KERNEL_COMPILE_WORK_GROUP_SIZE = 0x11B1,
  CL_EVENT_COMMAND_EXECUTION_STATUS = 0x11D3,
};

/// The functions, each under its name without the prefix.
struct OpenCLLibrary {
  cl_int (*getPlatformIDs)(cl_uint, cl_platform_id *, cl_uint *);
  cl_int (*getPlatformInfo)(cl_platform_id, cl_uint, size_t, void *, size_t *);
  cl_int (*getDeviceIDs)(cl_platform_id, cl_bitfield, cl_uint, cl_device_id *,
                         cl_uint *);
  cl_int (*getDeviceInfo)(cl_device_id, cl_uint, size_t, void *, size_t *);
  cl_context (*createContext)(const intptr_t *, cl_uint, const cl_device_id *,
                              void (*)(const char *, const void *, size_t,
                                       void *),
                              void *, cl_int *);
  cl_int (*releaseContext)(cl_context);
  cl_command_queue (*createCommandQueueWithProperties)(cl_context, cl_device_id,
                                                       const cl_bitfield *,
                                                       cl_int *);
  cl_int (*releaseCommandQueue)(cl_command_queue);
  cl_int (*flush)(cl_command_queue);
  cl_int (*finish)(cl_command_queue);
  void *(*svmAlloc)(cl_context, cl_bitfield, size_t, cl_uint);
  cl_int (*enqueueSVMFree)(cl_command_queue, cl_uint, void **,
                           void (*)(cl_command_queue, cl_uint, void **, void *),
                           void *, cl_uint, const cl_event *, cl_event *);
  cl_int (*enqueueSVMMemcpy)(cl_command_queue, cl_uint, void *, const void *,
                             size_t, cl_uint, const cl_event *, cl_event *);
  cl_program (*createProgramWithSource)(cl_context, cl_uint, const char **,
                                        const size_t *, cl_int *);
  cl_int (*buildProgram)(cl_program, cl_uint, const cl_device_id *,
                         const char *, void (*)(cl_program, void *), void *);
  cl_int (*getProgramBuildInfo)(cl_program, cl_device_id, cl_uint, size_t,
                                void *, size_t *);
  cl_int (*releaseProgram)(cl_program);
  cl_kernel (*createKernel)(cl_program, const char *, cl_int *);
  cl_int (*releaseKernel)(cl_kernel);
  cl_int (*getKernelInfo)(cl_kernel, cl_uint, size_t, void *, size_t *);
  cl_int (*getKernelArgInfo)(cl_kernel, cl_uint, cl_uint, size_t, void *,
                             size_t *);
  cl_int (*getKernelWorkGroupInfo)(cl_kernel, cl_device_id, cl_uint, size_t,
                                   void *, size_t *);
  cl_int (*setKernelArg)(cl_kernel, cl_uint, size_t, const void *);
  cl_int (*setKernelArgSVMPointer)(cl_kernel, cl_uint, const void *);
  cl_int (*enqueueNDRangeKernel)(cl_command_queue, cl_kernel, cl_uint,
                                 const size_t *, const size_t *, const size_t *,
                                 cl_uint, const cl_event *, cl_event *);
  cl_int (*waitForEvents)(cl_uint, const cl_event *);
  cl_int (*getEventInfo)(cl_event, cl_uint, size_t, void *, size_t *);
  cl_int (*releaseEvent)(cl_event);

  /// Finds all of them.
  Failure open();
};

/// What a function, or a command that was begun, failed with; none for
/// CL_SUCCESS.
Failure failureOf(const char *function, cl_int code);

} // namespace opc::devices

#endif // OPC_LIB_DEVICES_OPENCL_OPENCLLIBRARY_H
