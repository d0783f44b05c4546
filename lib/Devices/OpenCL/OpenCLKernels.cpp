//===- OpenCLKernels.cpp - Kernels out of OpenCL C ------------------------===//
#include "OpenCLKernels.h"

#include <fmt/format.h>

using namespace opc::devices;

opc_device_module::~opc_device_module() {
  for (auto &kernel : kernels)
    if (kernel->handle)
      cl.releaseKernel(kernel->handle);
  if (program)
    cl.releaseProgram(program);
}

namespace {

/// Nothing that changes what is computed, but for division and square roots,
/// which are correct to the last bit.
constexpr const char *kBuildOptions =
    "-cl-kernel-arg-info -cl-fp32-correctly-rounded-divide-sqrt";

std::string buildLog(const OpenCLLibrary &cl, cl_program program,
                     cl_device_id device) {
  size_t size = 0;
  cl.getProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, nullptr,
                         &size);
  std::string log(size, '\0');
  cl.getProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, size,
                         log.data(), nullptr);
  return telling(log);
}

Failure build(const OpenCLLibrary &cl, cl_context context, cl_device_id device,
              std::string_view text, cl_program &program) {
  const char *data = text.data();
  size_t size = text.size();
  cl_int code = CL_SUCCESS;
  program = cl.createProgramWithSource(context, 1, &data, &size, &code);
  if (Failure f = failureOf("clCreateProgramWithSource", code))
    return f;
  code = cl.buildProgram(program, 1, &device, kBuildOptions, nullptr, nullptr);
  if (code == CL_BUILD_PROGRAM_FAILURE)
    if (std::string log = buildLog(cl, program, device); !log.empty())
      return log;
  return failureOf("clBuildProgram", code);
}

/// Which parameters are pointers.
Failure readParameters(const OpenCLLibrary &cl, opc_device_kernel &kernel) {
  cl_uint count = 0;
  if (Failure f = failureOf("clGetKernelInfo",
                            cl.getKernelInfo(kernel.handle, CL_KERNEL_NUM_ARGS,
                                             sizeof(count), &count, nullptr)))
    return f;
  for (cl_uint i = 0; i < count; ++i) {
    cl_uint space = 0;
    if (Failure f =
            failureOf("clGetKernelArgInfo",
                      cl.getKernelArgInfo(kernel.handle, i,
                                          CL_KERNEL_ARG_ADDRESS_QUALIFIER,
                                          sizeof(space), &space, nullptr)))
      return f;
    if (space != CL_KERNEL_ARG_ADDRESS_GLOBAL &&
        space != CL_KERNEL_ARG_ADDRESS_PRIVATE)
      return fmt::format("parameter {} is neither in global memory nor a value",
                         i);
    kernel.isPointer.push_back(space == CL_KERNEL_ARG_ADDRESS_GLOBAL);
  }
  return {};
}

Failure readGroup(const OpenCLLibrary &cl, cl_device_id device,
                  opc_device_kernel &kernel) {
  size_t group[3] = {}, most = 0;
  cl_int code = cl.getKernelWorkGroupInfo(kernel.handle, device,
                                          CL_KERNEL_COMPILE_WORK_GROUP_SIZE,
                                          sizeof(group), group, nullptr);
  if (code == CL_SUCCESS)
    code = cl.getKernelWorkGroupInfo(kernel.handle, device,
                                     CL_KERNEL_WORK_GROUP_SIZE, sizeof(most),
                                     &most, nullptr);
  if (Failure f = failureOf("clGetKernelWorkGroupInfo", code))
    return f;
  if (group[0] == 0)
    return "it has no reqd_work_group_size";
  if (group[1] != 1 || group[2] != 1)
    return fmt::format(
        "its groups of {} x {} x {} have more than one dimension", group[0],
        group[1], group[2]);
  if (group[0] > most)
    return fmt::format("groups of {}, the device takes at most {}", group[0],
                       most);
  kernel.groupSize = group[0];
  return {};
}

Failure makeKernel(opc_device_module &module, cl_device_id device,
                   opc_device_kernel &kernel) {
  const OpenCLLibrary &cl = module.cl;
  cl_int code = CL_SUCCESS;
  kernel.handle = cl.createKernel(module.program, kernel.name.c_str(), &code);
  if (code == CL_INVALID_KERNEL_NAME)
    return "the image has no kernel " + kernel.name;
  Failure failure = failureOf("clCreateKernel", code);
  if (!failure)
    failure = readParameters(cl, kernel);
  if (!failure)
    failure = readGroup(cl, device, kernel);
  if (failure)
    return fmt::format("kernel {}: {}", kernel.name, *failure);
  return {};
}

} // namespace

Failure opc::devices::buildImage(cl_context context, cl_device_id device,
                                 std::string_view text,
                                 std::vector<std::string> names,
                                 opc_device_module &module) {
  if (Failure f = build(module.cl, context, device, text, module.program))
    return f;
  for (std::string &name : names) {
    auto &kernel =
        module.kernels.emplace_back(std::make_unique<opc_device_kernel>());
    kernel->name = std::move(name);
    if (Failure f = makeKernel(module, device, *kernel))
      return f;
  }
  return {};
}
