//===- Notices.h - What a user should know though nothing failed -*- C++ -*-==//
#ifndef OPC_LIB_PIPELINE_NOTICES_H
#define OPC_LIB_PIPELINE_NOTICES_H

#include <string>

namespace opc {

/// Writes "opc: TEXT" as a line of standard error. One that is closed or full
/// changes nothing else.
void notice(const std::string &text);

/// The same as a warning, once in a process.
void warnOnce(const std::string &text);

} // namespace opc

#endif // OPC_LIB_PIPELINE_NOTICES_H
