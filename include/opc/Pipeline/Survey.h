//===- Survey.h - what a front end refuses of a model -----------*- C++ -*-===//
#ifndef OPC_PIPELINE_SURVEY_H
#define OPC_PIPELINE_SURVEY_H

#include "opc/Pipeline/Compiler.h"

namespace opc {

/// JSON: what opc_survey_model promises.
Status surveyModel(const ModelSource &source, const CompileOptions &options,
                   std::string &json);

/// Whether the bytes of a source are a graph of PyTorch, which their beginning
/// tells.
bool isTorch(const ModelSource &source);

} // namespace opc

#endif // OPC_PIPELINE_SURVEY_H
