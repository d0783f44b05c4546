//===- BuildInfo.h - Which opc this is --------------------------*- C++ -*-===//
#ifndef OPC_PIPELINE_BUILDINFO_H
#define OPC_PIPELINE_BUILDINFO_H

#include <string>

namespace opc {

/// The version of the project, "0.1.0".
const char *version();

/// The build id that the linker gave to the library or program around this
/// code, in hexadecimal: other code, other id. Empty if the linker gave none.
std::string buildId();

} // namespace opc

#endif // OPC_PIPELINE_BUILDINFO_H
