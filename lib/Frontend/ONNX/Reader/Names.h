//===- Names.h - Names of a model as text -----------------------*- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_ONNX_READER_NAMES_H
#define OPC_LIB_FRONTEND_ONNX_READER_NAMES_H

#include "onnx-ml.pb.h"
#include <string>

namespace opc::onnx {

namespace pb = ::onnx;

/// Makes every name of a model text (opc/Runtime/Escape.h), so that all that
/// follows may write it into JSON and C strings: what is none is spelled with
/// escapes, wherever it stands. Gives "", or a line where an escaped name then
/// equals another of the model.
std::string makeNamesText(pb::ModelProto &model);

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_READER_NAMES_H
