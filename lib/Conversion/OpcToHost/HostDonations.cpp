//===- HostDonations.cpp - Outputs in the memory of inputs ----------------===//
//
// The runtime may give, as the memory of an output, that of the input which is
// donated to it, or memory apart. An output is computed there only where both
// are right: nobody reads the input any more, or the kernel that computes the
// output is the last one that does, and works in place. All others are computed
// elsewhere and copied when the program returns (HostLowering::lowerReturn).
//
//===----------------------------------------------------------------------===//
#include "HostPlan.h"

using namespace mlir;
using namespace opc;

/// Whether the schedule of a kernel said that buffer `output` may be `input`.
bool HostPlan::worksInPlace(LaunchOp launch, unsigned output,
                            unsigned input) const {
  Operation *kernel = symbols.lookup(launch.getKernel());
  auto pairs =
      kernel ? kernel->getAttrOfType<ArrayAttr>(kInplaceAttr) : ArrayAttr();
  if (!pairs || countReads(launch, input) != 1)
    return false;
  return llvm::any_of(pairs, [&](Attribute pair) {
    auto numbers = cast<ArrayAttr>(pair);
    Value to = launch.getResult(cast<IntegerAttr>(numbers[0]).getInt());
    Value from = launch.getInputs()[cast<IntegerAttr>(numbers[1]).getInt()];
    return indexOf(to) == output && indexOf(from) == input &&
           bytesOf(from) == bytesOf(to);
  });
}

bool HostPlan::mayOverwrite(const HostBuffer &input, unsigned output) const {
  const HostBuffer &buffer = buffers[output];
  if (!input.lastUser || input.end < buffer.begin)
    return true;
  auto launch = dyn_cast<LaunchOp>(buffer.definer);
  return launch && input.lastUser == launch &&
         worksInPlace(launch, output, indexOf(input.value));
}

/// Comes before buffers are joined: of a chain that works in place, only the
/// last one is written to the output.
void HostPlan::claimDonated() {
  Operation *ret = main.front().getTerminator();
  inPlaceOutputs.resize(ret->getNumOperands());
  for (BlockArgument argument : main.getArguments()) {
    auto taker = main.getArgAttrOfType<IntegerAttr>(argument.getArgNumber(),
                                                    kDonatedAttr);
    if (!taker)
      continue;
    unsigned output = taker.getInt();
    Value value = ret->getOperand(output);
    donors[output] = argument.getArgNumber();
    if (isClaimable(value) && mayOverwrite(bufferOf(argument), indexOf(value)))
      claim(output, value);
  }
}
