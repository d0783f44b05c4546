//===- SimMemory.h - One memory over those of simulators --------*- C++ -*-===//
//
// Programs share the memory of a device, and allocate before it is known which
// image uses what; but a simulator lets kernels use only what it has allocated
// itself. So addresses are those of this process, where an allocation lies
// until a kernel takes it: then it moves to the memory of that kernel's image,
// and, should another image take it later, on to that one's.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_DEVICES_SIM_SIMMEMORY_H
#define OPC_LIB_DEVICES_SIM_SIMMEMORY_H

#include "SimObject.h"

#include <map>
#include <vector>

namespace opc::devices {

class SimMemory {
public:
  Failure alloc(int64_t bytes, opc_device_address &address);
  void free(opc_device_address address);
  Failure write(opc_device_address to, const void *from, int64_t bytes);
  Failure read(void *to, opc_device_address from, int64_t bytes);
  /// Makes of an address one in the memory of `object`, where it then is. What
  /// is in no allocation stays as it is.
  Failure place(SimObject &object, int64_t &word);

private:
  struct Range {
    int64_t offset, bytes;
  };
  struct Allocation {
    int64_t bytes = 0;
    int64_t reserved = 0;         ///< of this process's addresses
    std::vector<Range> written;   ///< of what lies in this process
    SimObject *owner = nullptr;   ///< null: it lies in this process
    opc_device_address there = 0; ///< in the owner's memory
  };
  using Allocations = std::map<opc_device_address, Allocation>;

  /// The allocation that an address is in, or the end.
  Allocations::iterator find(opc_device_address address);
  static Failure leave(opc_device_address base, Allocation &allocation);
  static Failure enter(SimObject &object, opc_device_address base,
                       Allocation &allocation);

  Allocations allocations;
};

} // namespace opc::devices

#endif // OPC_LIB_DEVICES_SIM_SIMMEMORY_H
