//===- Groups.h - How many groups of a device share a launch ----*- C++ -*-===//
#ifndef OPC_LIB_DEVICES_CORE_GROUPS_H
#define OPC_LIB_DEVICES_CORE_GROUPS_H

#include <algorithm>
#include <cstdint>

namespace opc::devices {

/// What one dimension of a grid may have on every device that is known.
inline constexpr int64_t kMostGroups = INT32_MAX;

/// Groups for [0, units), in tasks of `grain`: one for each task, but at most
/// `most`, as groups go on to further tasks by themselves.
inline int64_t groupsFor(int64_t units, int64_t grain,
                         int64_t most = kMostGroups) {
  return std::min(units / grain + (units % grain != 0), most);
}

} // namespace opc::devices

#endif // OPC_LIB_DEVICES_CORE_GROUPS_H
