//===- Reproducer.h - What a bug report needs -------------------*- C++ -*-===//
#ifndef OPC_PIPELINE_REPRODUCER_H
#define OPC_PIPELINE_REPRODUCER_H

#include "opc/Pipeline/Compiler.h"

namespace opc {

/// If `status` is a defect of opc, writes what is needed to see it again to a
/// new file in the working directory (or else the system's temporary one) and
/// gives the status with the file's name; otherwise `status` as it is.
Status withReproducer(Status status, const ModelSource &source,
                      const CompileOptions &options);

} // namespace opc

#endif // OPC_PIPELINE_REPRODUCER_H
