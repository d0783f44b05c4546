//===- CoreSchedules.cpp - the schedules of cores with memories -----------===//
#include "opc/Targets/Tile/CoreSchedules.h"

namespace opc::tile {

llvm::ArrayRef<Schedule> schedules() { return {}; }

} // namespace opc::tile
