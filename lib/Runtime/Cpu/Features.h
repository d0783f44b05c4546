//===- Features.h - What this machine's processor has -----------*- C++ -*-===//
//
// One file of this folder for each instruction set; the others are empty where
// they do not fit the machine that the runtime is built for.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_CPU_FEATURES_H
#define OPC_LIB_RUNTIME_CPU_FEATURES_H

#include <cstdint>
#include <string_view>

namespace opc::runtime {

enum class FeatureState { Unknown, Missing, Present };

/// What there is of a feature under LLVM's name, or under one of the chips'
/// descriptions: the processor has it, and the operating system saves its
/// state.
FeatureState stateOf(std::string_view feature);

/// Asks the operating system for a feature that is present; false if it
/// refuses.
bool permitFeature(std::string_view feature);

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_CPU_FEATURES_H
