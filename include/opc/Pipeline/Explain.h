//===- Explain.h - what became of each kernel -------------------*- C++ -*-===//
#ifndef OPC_PIPELINE_EXPLAIN_H
#define OPC_PIPELINE_EXPLAIN_H

#include "opc/Pipeline/Compiler.h"

namespace opc {

/// JSON: what opc_explain_model promises.
Status explainModel(const ModelSource &source, const CompileOptions &options,
                    std::string &json);

} // namespace opc

#endif // OPC_PIPELINE_EXPLAIN_H
