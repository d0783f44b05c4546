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
    if (tensor.isLent)
      object["lent"] = true;
    result.push_back(std::move(object));
  }
  return result;
}

static json::Array kernelsOf(const HostProgram &program) {
  json::Array kernels;
  for (const HostProgram::Kernel &kernel : program.kernels) {
    json::Object object{{"name", toText(kernel.name)},
                        {"ops", texts(kernel.ops)},
                        {"locations", json::Array(kernel.locations)}};
    if (kernel.image)
      object["image"] = *kernel.image;
    if (!kernel.chip.empty()) {
      object["chip"] = kernel.chip;
      object["estimate_us"] = kernel.estimate;
    }
    kernels.push_back(std::move(object));
  }
  return kernels;
}

/// What a program has that runs on the host's processor alone says nothing of
/// devices.
static void addDevices(const HostProgram &program, json::Object &manifest) {
  if (program.images.empty())
    return;
  json::Array devices, images;
  for (const HostProgram::Device &device : program.devices)
    devices.push_back(
        json::Object{{"name", device.name}, {"own_memory", device.ownMemory}});
  for (const HostProgram::Image &image : program.images)
    images.push_back(
        json::Object{{"device", image.device}, {"target", image.target}});
  manifest["devices"] = std::move(devices);
  manifest["images"] = std::move(images);
}

json::Object opc::manifestOf(const HostProgram &program) {
  json::Array demands;
  for (const HostProgram::Demand &demand : program.demands)
    demands.push_back(
        json::Object{{"location", demand.location}, {"text", demand.text}});
  json::Object manifest{
      {"inputs", tensors(program.inputs)},
      {"outputs", tensors(program.outputs)},
      {"kernels", kernelsOf(program)},
      {"locations", texts(program.locations)},
      {"operators", texts(program.operators)},
      {"demands", std::move(demands)},
      {"constants_bytes", static_cast<int64_t>(program.constants.size())}};
  addDevices(program, manifest);
  return manifest;
}
