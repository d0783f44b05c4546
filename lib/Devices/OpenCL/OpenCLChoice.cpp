//===- OpenCLChoice.cpp - Which device of OpenCL is used ------------------===//
#include "OpenCLChoice.h"

#include <cstdlib>
#include <fmt/format.h>
#include <vector>

using namespace opc::devices;

namespace {

constexpr const char *kVariable = "OPC_OPENCL_DEVICE";

struct Candidate {
  cl_device_id id;
  std::string name;
  std::string platform;
  cl_bitfield type;
};

/// A property that is a text, without its NUL.
template <typename Query, typename Of>
std::string textOf(Query query, Of of, cl_uint which) {
  size_t size = 0;
  if (query(of, which, 0, nullptr, &size) != CL_SUCCESS)
    return "?";
  std::string text(size, '\0');
  query(of, which, size, text.data(), nullptr);
  return text.substr(0, text.find('\0'));
}

Failure listPlatforms(const OpenCLLibrary &cl,
                      std::vector<cl_platform_id> &platforms) {
  cl_uint count = 0;
  cl_int code = cl.getPlatformIDs(0, nullptr, &count);
  if (code == CL_PLATFORM_NOT_FOUND || (code == CL_SUCCESS && count == 0))
    return "no OpenCL platform is installed";
  if (Failure f = failureOf("clGetPlatformIDs", code))
    return f;
  platforms.resize(count);
  return failureOf("clGetPlatformIDs",
                   cl.getPlatformIDs(count, platforms.data(), nullptr));
}

Failure listDevices(const OpenCLLibrary &cl, cl_platform_id platform,
                    std::vector<Candidate> &all) {
  cl_uint count = 0;
  cl_int code =
      cl.getDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, nullptr, &count);
  if (code == CL_DEVICE_NOT_FOUND)
    return {};
  std::vector<cl_device_id> ids(count);
  if (code == CL_SUCCESS)
    code = cl.getDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count, ids.data(),
                           nullptr);
  for (cl_device_id id : ids)
    all.push_back({id, textOf(cl.getDeviceInfo, id, CL_DEVICE_NAME),
                   textOf(cl.getPlatformInfo, platform, CL_PLATFORM_NAME),
                   propertyOf<cl_bitfield>(cl, id, CL_DEVICE_TYPE)});
  return failureOf("clGetDeviceIDs", code);
}

/// A platform that fails is passed over if another one has a device.
Failure listAll(const OpenCLLibrary &cl, std::vector<Candidate> &all) {
  std::vector<cl_platform_id> platforms;
  if (Failure f = listPlatforms(cl, platforms))
    return f;
  Failure first;
  for (cl_platform_id platform : platforms)
    if (Failure f = listDevices(cl, platform, all); f && !first)
      first = f;
  if (!all.empty())
    return {};
  return first ? first : Failure("no OpenCL platform has a device");
}

/// What programs take for granted, and this device lacks.
Failure lackOf(const OpenCLLibrary &cl, const Candidate &device) {
  static constexpr struct {
    cl_uint property;
    cl_bitfield bits;
    const char *what;
  } demands[] = {
      {CL_DEVICE_SVM_CAPABILITIES, CL_DEVICE_SVM_COARSE_GRAIN_BUFFER,
       "has no coarse-grained shared virtual memory"},
      {CL_DEVICE_SINGLE_FP_CONFIG, CL_FP_ROUND_TO_NEAREST | CL_FP_INF_NAN,
       "rounds otherwise than to nearest, or has no infinities and NaNs"},
      {CL_DEVICE_SINGLE_FP_CONFIG, CL_FP_DENORM, "has no subnormal numbers"},
      {CL_DEVICE_SINGLE_FP_CONFIG, CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT,
       "does not round quotients and square roots correctly"},
  };
  if (!propertyOf<cl_uint>(cl, device.id, CL_DEVICE_COMPILER_AVAILABLE))
    return device.name + " has no compiler of OpenCL C";
  for (const auto &demand : demands) {
    auto has = propertyOf<cl_bitfield>(cl, device.id, demand.property);
    if ((has & demand.bits) != demand.bits)
      return fmt::format("{} {}", device.name, demand.what);
  }
  return {};
}

std::string lowerCase(std::string text) {
  for (char &c : text)
    if (c >= 'A' && c <= 'Z')
      c += 'a' - 'A';
  return text;
}

bool isNamed(const Candidate &device, size_t index, const std::string &wanted) {
  if (wanted.find_first_not_of("0123456789") == std::string::npos)
    return std::to_string(index) == wanted;
  return lowerCase(device.name + "\n" + device.platform)
             .find(lowerCase(wanted)) != std::string::npos;
}

Failure findNamed(const std::vector<Candidate> &all, const std::string &wanted,
                  const Candidate *&found) {
  std::string list;
  for (size_t i = 0; i < all.size(); ++i) {
    if (isNamed(all[i], i, wanted)) {
      found = &all[i];
      return {};
    }
    list += fmt::format("{}{}: {}", i ? ", " : "", i, all[i].name);
  }
  return fmt::format("{} is '{}', devices are {}", kVariable, wanted, list);
}

} // namespace

Failure opc::devices::chooseDevice(const OpenCLLibrary &cl,
                                   cl_device_id &device) {
  std::vector<Candidate> all;
  if (Failure f = listAll(cl, all))
    return f;
  const char *wanted = std::getenv(kVariable);
  if (wanted && *wanted) {
    const Candidate *found = nullptr;
    if (Failure f = findNamed(all, wanted, found))
      return f;
    device = found->id;
    return lackOf(cl, *found);
  }
  Failure first;
  for (bool isGPU : {true, false})
    for (const Candidate &each : all) {
      if (((each.type & CL_DEVICE_TYPE_GPU) != 0) != isGPU)
        continue;
      Failure lack = lackOf(cl, each);
      device = each.id;
      if (!lack)
        return {};
      first = first ? first : lack;
    }
  return first;
}
