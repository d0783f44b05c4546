//===- DeviceCalls.cpp - What one run does on devices ---------------------===//
#include "DeviceCalls.h"

using namespace opc::runtime;

static opc_device_address addressOf(const void *pointer) {
  return reinterpret_cast<opc_device_address>(pointer);
}

DeviceCalls::DeviceCalls(opc_program &program, opc_kernel_fault &status)
    : program(program), status(status) {
  for (size_t i = 0; i < program.devices.size(); ++i)
    uses.emplace_back(program.devices[i].get(),
                      program.manifest.devices[i].ownMemory);
}

DeviceCalls::~DeviceCalls() {
  // A failure was reported by whoever asked first; memory is given back anyway.
  (void)sync();
  for (Use &use : uses) {
    for (opc_device_address address : use.allocated)
      use.device->free(address);
  }
}

Status DeviceCalls::alloc(int64_t device, int64_t bytes, void *&address) {
  opc_device_address given = 0;
  Status s = uses[device].device->alloc(bytes, given);
  if (!s.ok())
    return s;
  uses[device].allocated.insert(given);
  address = reinterpret_cast<void *>(given);
  return {};
}

void DeviceCalls::release(int64_t device, void *address) {
  if (uses[device].allocated.erase(addressOf(address)))
    uses[device].device->free(addressOf(address));
}

Status DeviceCalls::write(int64_t device, void *to, const void *from,
                          int64_t bytes) {
  return uses[device].device->write(addressOf(to), from, bytes);
}

Status DeviceCalls::read(int64_t device, void *to, const void *from,
                         int64_t bytes) {
  return uses[device].device->read(to, addressOf(from), bytes);
}

/// Where kernels of a device record what they meet.
Status DeviceCalls::placeStatus(Use &use, int64_t &word) {
  if (!use.ownMemory) {
    word = int64_t(addressOf(&status));
    return {};
  }
  if (!use.status) {
    void *address = nullptr;
    if (Status s = alloc(&use - uses.data(), sizeof(status), address); !s.ok())
      return s;
    opc_kernel_fault none = {};
    if (Status s = use.device->write(addressOf(address), &none, sizeof(none));
        !s.ok())
      return s;
    use.status = addressOf(address);
  }
  word = int64_t(use.status);
  return {};
}

/// Reading waits for what was launched.
Status DeviceCalls::readStatus(Use &use) {
  opc_kernel_fault met = {};
  Status s = use.device->read(&met, use.status, sizeof(met));
  if (s.ok() && met.fault != OPC_FAULT_NONE)
    status = met;
  return s;
}

Status DeviceCalls::launch(const opc_launch &launch, int64_t image,
                           int64_t count, bool mayFault) {
  Use &use = uses[program.manifest.images[image].device];
  std::vector<int64_t> words(launch.words, launch.words + count);
  words[0] = 0;
  if (Status s = mayFault ? placeStatus(use, words[0]) : Status(); !s.ok())
    return s;
  use.isBusy = true;
  Status s =
      use.device->launch({program.deviceKernels[launch.kernel], words.data(),
                          count, launch.units, launch.grain});
  if (!s.ok())
    return s;
  // The program uses memory of the host without asking.
  if (!use.ownMemory)
    return use.device->sync();
  return mayFault ? readStatus(use) : s;
}

Status DeviceCalls::sync() {
  Status first;
  for (Use &use : uses) {
    Status s = use.isBusy ? use.device->sync() : Status();
    use.isBusy = false;
    if (first.ok())
      first = std::move(s);
  }
  return first;
}
