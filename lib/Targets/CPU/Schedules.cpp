//===- Schedules.cpp - the CPU's schedules and what they share of the chip
//------------===//
#include "opc/Targets/CPU/Schedules.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/Transforms/FusionRules.h"

using namespace mlir;
namespace opc::cpu {

ArrayRef<Schedule> schedules() {
  static const Schedule table[] = {
      {"tile-gemm", scheduleTileGemm, leadsTileGemm},
      {"gemm", scheduleGemm, leadsGemm},
      {"quantised-gemm", scheduleQuantisedGemm, leadsQuantisedGemm},
      {"conv", scheduleConv, leadsConv},
      {"depthwise", scheduleDepthwise, leadsDepthwise},
      {"recurrent", scheduleRecurrent},
      {"concat", scheduleConcat},
      {"resize", scheduleResize, leadsResize},
      {"pool", schedulePool, leadsPool},
      {"reduce", scheduleReduce, leadsReduce},
      {"arg-reduce", scheduleArgReduce},
      {"transpose", scheduleTranspose},
      {"pointwise", schedulePointwise},
  };
  return table;
}

VectorMachine machineOf(const TargetDesc &desc) {
  return {desc.vector, desc.cache(1).bytes, desc.cache(2).bytes};
}

bool isFunction(Operation *op) {
  constexpr unsigned costOfFunctions = 10;
  return isa<ScalarOp>(op) &&
         defaultFusion().classOf(op).cost >= costOfFunctions;
}

} // namespace opc::cpu
