//===- MUSATarget.cpp - Moore Threads' GPUs ---------------------------===//
#include "opc/Targets/Simt/Family.h"

#include "Chips.inc"

namespace opc {

const Target &musaTarget();

static constexpr simt::CxxVendor kVendor = {
    "MUSA C++",
    "mu",
    "#include <musa_runtime.h>\n",
    {"musa", "{0}<<<{1}, {2}>>>({3})", "mcc -x musa -shared -fPIC"}};

const Target &musaTarget() {
  static const Target target = named(simt::cxxTarget<kVendor>(), "musa",
                                     "Moore Threads' GPUs, as source", kChips);
  return target;
}

} // namespace opc
