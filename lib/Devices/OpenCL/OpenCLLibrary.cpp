//===- OpenCLLibrary.cpp - What is used of OpenCL -------------------------===//
#include "OpenCLLibrary.h"
#include "VendorLibrary.h"

#include <fmt/format.h>

using namespace opc::devices;

static constexpr const char *kFiles[] = {"libOpenCL.so.1"};

Failure OpenCLLibrary::open() {
  const Symbol symbols[] = {
      {"clGetPlatformIDs", getPlatformIDs},
      {"clGetPlatformInfo", getPlatformInfo},
      {"clGetDeviceIDs", getDeviceIDs},
      {"clGetDeviceInfo", getDeviceInfo},
      {"clCreateContext", createContext},
      {"clReleaseContext", releaseContext},
      {"clCreateCommandQueueWithProperties", createCommandQueueWithProperties},
      {"clReleaseCommandQueue", releaseCommandQueue},
      {"clFlush", flush},
      {"clFinish", finish},
      {"clSVMAlloc", svmAlloc},
      {"clEnqueueSVMFree", enqueueSVMFree},
      {"clEnqueueSVMMemcpy", enqueueSVMMemcpy},
      {"clCreateProgramWithSource", createProgramWithSource},
      {"clBuildProgram", buildProgram},
      {"clGetProgramBuildInfo", getProgramBuildInfo},
      {"clReleaseProgram", releaseProgram},
      {"clCreateKernel", createKernel},
      {"clReleaseKernel", releaseKernel},
      {"clGetKernelInfo", getKernelInfo},
      {"clGetKernelArgInfo", getKernelArgInfo},
      {"clGetKernelWorkGroupInfo", getKernelWorkGroupInfo},
      {"clSetKernelArg", setKernelArg},
      {"clSetKernelArgSVMPointer", setKernelArgSVMPointer},
      {"clEnqueueNDRangeKernel", enqueueNDRangeKernel},
      {"clWaitForEvents", waitForEvents},
      {"clGetEventInfo", getEventInfo},
      {"clReleaseEvent", releaseEvent},
  };
  return openLibrary(kFiles, symbols);
}

/// The names of the codes that a device or a program may cause, as in the
/// specification of OpenCL 2.0.
static std::string_view nameOf(cl_int code) {
  static constexpr struct {
    cl_int code;
    std::string_view name;
  } names[] = {
      {-1, "CL_DEVICE_NOT_FOUND"},
      {-2, "CL_DEVICE_NOT_AVAILABLE"},
      {-3, "CL_COMPILER_NOT_AVAILABLE"},
      {-4, "CL_MEM_OBJECT_ALLOCATION_FAILURE"},
      {-5, "CL_OUT_OF_RESOURCES"},
      {-6, "CL_OUT_OF_HOST_MEMORY"},
      {-11, "CL_BUILD_PROGRAM_FAILURE"},
      {-14, "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST"},
      {-19, "CL_KERNEL_ARG_INFO_NOT_AVAILABLE"},
      {-30, "CL_INVALID_VALUE"},
      {-33, "CL_INVALID_DEVICE"},
      {-34, "CL_INVALID_CONTEXT"},
      {-36, "CL_INVALID_COMMAND_QUEUE"},
      {-43, "CL_INVALID_BUILD_OPTIONS"},
      {-45, "CL_INVALID_PROGRAM_EXECUTABLE"},
      {-46, "CL_INVALID_KERNEL_NAME"},
      {-49, "CL_INVALID_ARG_INDEX"},
      {-50, "CL_INVALID_ARG_VALUE"},
      {-51, "CL_INVALID_ARG_SIZE"},
      {-52, "CL_INVALID_KERNEL_ARGS"},
      {-54, "CL_INVALID_WORK_GROUP_SIZE"},
      {-59, "CL_INVALID_OPERATION"},
      {-63, "CL_INVALID_GLOBAL_WORK_SIZE"},
      {-1001, "CL_PLATFORM_NOT_FOUND_KHR"},
  };
  for (const auto &each : names)
    if (each.code == code)
      return each.name;
  return "a code of its vendor";
}

Failure opc::devices::failureOf(const char *function, cl_int code) {
  if (code == CL_SUCCESS)
    return {};
  return fmt::format("{} failed with {} ({})", function, code, nameOf(code));
}
