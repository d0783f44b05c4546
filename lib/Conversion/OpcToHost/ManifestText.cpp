//===- ManifestText.cpp - What a program says of itself, as JSON
//--------------===//
#include "opc/Conversion/OpcToHost/HostProgram.h"

#include "opc/Runtime/Escape.h"

using namespace opc;
namespace json = llvm::json;

// Names are attributes of the IR, which hold any bytes; JSON does not.
using runtime::toText;

static json::Array texts(const std::vector<std::string> &list) {
  json::Array result;
  for (const std::string &text : list)
    result.push_back(toText(text));
  return result;
}

static json::Array tensors(const std::vector<HostProgram::Tensor> &list) {
  json::Array result;
  for (const HostProgram::Tensor &tensor : list) {
    json::Object object{{"name", toText(tensor.name)},
                        {"dtype", tensor.dtype},
                        {"shape", json::Array(tensor.shape)}};
    if (tensor.donatedTo)
      object["donated_to"] = *tensor.donatedTo;
    result.push_back(std::move(object));
  }
  return result;
}

json::Object opc::manifestOf(const HostProgram &program) {
  json::Array kernels;
  for (const HostProgram::Kernel &kernel : program.kernels)
    kernels.push_back(
        json::Object{{"name", toText(kernel.name)},
                     {"ops", texts(kernel.ops)},
                     {"locations", json::Array(kernel.locations)}});
  json::Array demands;
  for (const HostProgram::Demand &demand : program.demands)
    demands.push_back(
        json::Object{{"location", demand.location}, {"text", demand.text}});
  return json::Object{
      {"inputs", tensors(program.inputs)},
      {"outputs", tensors(program.outputs)},
      {"kernels", std::move(kernels)},
      {"locations", texts(program.locations)},
      {"operators", texts(program.operators)},
      {"demands", std::move(demands)},
      {"constants_bytes", static_cast<int64_t>(program.constants.size())}};
}
