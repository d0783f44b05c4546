//===- SimImage.cpp - A program for a simulated device --------------------===//
#include "SimImage.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace opc::devices;
using nlohmann::json;

/// Whether a file of that name lies in the folder that it is written to.
static bool isPlain(const std::string &name) {
  return !name.empty() && name[0] != '.' && name.find('/') == std::string::npos;
}

Failure opc::devices::parseImage(std::string_view bytes, SimImage &image) {
  try {
    json object = json::parse(bytes);
    object.at("api").get_to(image.api);
    object.at("chip").get_to(image.chip);
    object.at("plug_in").get_to(image.plugIn);
    object.at("files").get_to(image.files);
    object.at("kernels").get_to(image.addresses);
  } catch (const json::exception &) {
    return "the image is no folder of source";
  }
  for (const auto &[name, text] : image.files)
    if (!isPlain(name))
      return fmt::format("the image has a file '{}'", name);
  return {};
}
