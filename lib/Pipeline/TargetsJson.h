//===- TargetsJson.h - All targets, for people's scripts --------*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_TARGETSJSON_H
#define OPC_LIB_PIPELINE_TARGETSJSON_H

#include <string>

namespace opc {

/// {"targets": [{"name", "summary", "host", "chips": [...]}]}.
std::string targetsJson();

} // namespace opc

#endif // OPC_LIB_PIPELINE_TARGETSJSON_H
