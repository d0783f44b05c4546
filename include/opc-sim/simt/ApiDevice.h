//===- ApiDevice.h - Devices, errors, kernels' attributes -------*- C++ -*-===//
//
// A part of Api.h.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_APIDEVICE_H
#define OPC_SIM_SIMT_APIDEVICE_H

#include "Api.h"

OPCSIM_FUNCTION(GetLastError)() {
  using namespace opcsim::simt;
  return static_cast<Error>(std::exchange(lastError, Code::Success));
}
OPCSIM_FUNCTION(PeekAtLastError)() {
  return static_cast<opcsim::simt::Error>(opcsim::simt::lastError);
}
inline const char *OPCSIM_NAME(GetErrorString)(OPCSIM_NAME(Error_t) error) {
  return opcsim::simt::infoOf(static_cast<opcsim::simt::Code>(error)).text;
}
inline const char *OPCSIM_NAME(GetErrorName)(OPCSIM_NAME(Error_t) error) {
  using namespace opcsim::simt;
  static std::map<Code, std::string> names;
  const CodeInfo &info = infoOf(static_cast<Code>(error));
  return names.try_emplace(info.code, std::string(OPCSIM_CALL()) + info.name)
      .first->second.c_str();
}

OPCSIM_FUNCTION(GetDeviceCount)(int *count) {
  *count = 1;
  return OPCSIM_NAME(Success);
}
OPCSIM_FUNCTION(GetDevice)(int *number) {
  *number = 0;
  return OPCSIM_NAME(Success);
}
OPCSIM_FUNCTION(SetDevice)(int number, OPCSIM_PLACE) {
  if (number == 0)
    return OPCSIM_NAME(Success);
  opcsim::report(opcsim::FaultKind::BadHandle,
                 opcsim::say("device %d is chosen, there is 0", number), place);
  OPCSIM_DO(Code::InvalidDevice);
}
OPCSIM_FUNCTION(GetDeviceProperties)(OPCSIM_NAME(DeviceProp_t) * to, int) {
  const opcsim::simt::DeviceModel &model = opcsim::simt::device();
  *to = {};
  std::snprintf(to->name, sizeof to->name, "%s (simulated)", model.name);
  to->totalGlobalMem = opcsim::simt::kGlobalMemory;
  to->sharedMemPerBlock = model.sharedPerBlock;
  to->sharedMemPerBlockOptin = model.sharedOptIn;
  to->sharedMemPerMultiprocessor = model.sharedOptIn;
  to->totalConstMem = 64 << 10;
  to->warpSize = model.waveSize;
  to->maxThreadsPerBlock = to->maxThreadsPerMultiProcessor = model.maxThreads;
  for (int i = 0; i != 3; ++i) {
    to->maxThreadsDim[i] = i == 2 ? 64 : model.maxThreads;
    to->maxGridSize[i] = i == 0 ? 0x7fffffff : 65535;
  }
  to->multiProcessorCount = model.multiprocessors;
  to->clockRate = 1000000;
  to->major = model.major;
  to->minor = model.minor;
  to->regsPerBlock = 65536;
  to->managedMemory = to->unifiedAddressing = to->concurrentKernels = 1;
  return OPCSIM_NAME(Success);
}
OPCSIM_FUNCTION(DeviceGetAttribute)(int *value,
                                    OPCSIM_NAME(DeviceAttribute_t) which, int) {
  const opcsim::simt::DeviceModel &model = opcsim::simt::device();
  const int values[] = {
      model.maxThreads, static_cast<int>(model.sharedPerBlock),
      model.waveSize,   model.multiprocessors,
      model.major,      model.minor};
  *value = values[which];
  return OPCSIM_NAME(Success);
}
OPCSIM_FUNCTION(DeviceSynchronize)(OPCSIM_PLACE) {
  OPCSIM_DO(synchronizeDevice(OPCSIM_CALL(DeviceSynchronize), place));
}
OPCSIM_FUNCTION(DeviceReset)(OPCSIM_PLACE) {
  OPCSIM_DO(synchronizeDevice(OPCSIM_CALL(DeviceReset), place));
}
OPCSIM_FUNCTION(RuntimeGetVersion)(int *version) {
  *version = 0;
  return OPCSIM_NAME(Success);
}
OPCSIM_FUNCTION(DriverGetVersion)(int *version) {
  *version = 0;
  return OPCSIM_NAME(Success);
}

template <class Kernel>
OPCSIM_NAME(Error_t)
OPCSIM_NAME(FuncSetAttribute)(Kernel *, OPCSIM_NAME(FuncAttribute) attribute,
                              int value, OPCSIM_PLACE) {
  using namespace opcsim;
  if (attribute != OPCSIM_NAME(FuncAttributeMaxDynamicSharedMemorySize))
    return OPCSIM_NAME(Success);
  if (static_cast<size_t>(value) > simt::device().sharedOptIn) {
    report(FaultKind::SharedLimit,
           say("%d bytes of dynamic shared memory are asked for, %s has %zu",
               value, simt::device().name, simt::device().sharedOptIn),
           place);
    OPCSIM_DO(Code::InvalidValue);
  }
  simt::sharedOptedIn = true;
  return OPCSIM_NAME(Success);
}

template <class... Parameters>
OPCSIM_NAME(Error_t)
OPCSIM_NAME(LaunchKernel)(void (*kernel)(Parameters...), dim3 grid, dim3 block,
                          void **arguments, size_t shared = 0,
                          OPCSIM_NAME(Stream_t) stream = nullptr,
                          OPCSIM_PLACE) {
  opcsim::simt::launchByAddress(kernel, grid, block, arguments, shared, stream,
                                place);
  return static_cast<opcsim::simt::Error>(opcsim::simt::lastError);
}

#endif // OPC_SIM_SIMT_APIDEVICE_H
