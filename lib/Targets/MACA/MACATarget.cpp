//===- MACATarget.cpp - MetaX's GPUs ----------------------------------===//
#include "opc/Targets/Simt/Family.h"

#include "Chips.inc"

namespace opc {

const Target &macaTarget();

static constexpr simt::CxxVendor kVendor = {
    "MACA C++",
    "maca",
    "#include <mc_runtime.h>\n",
    {"mc", "mcLaunchKernelGGL({0}, dim3({1}), dim3({2}), 0, 0, {3})",
     "mxcc -x maca -shared -fPIC"}};

const Target &macaTarget() {
  static const Target target = named(simt::cxxTarget<kVendor>(), "maca",
                                     "MetaX's GPUs, as source", kChips);
  return target;
}

} // namespace opc
