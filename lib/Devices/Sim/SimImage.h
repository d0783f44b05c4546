//===- SimImage.h - A program for a simulated device ------------*- C++ -*-===//
#ifndef OPC_LIB_DEVICES_SIM_SIMIMAGE_H
#define OPC_LIB_DEVICES_SIM_SIMIMAGE_H

#include "Reason.h"

#include <map>

namespace opc::devices {

/// A folder of source, as lib/Targets/Core/Simulated.cpp packs it.
struct SimImage {
  std::string api;    ///< whose headers simulate it
  std::string chip;   ///< as these call it
  std::string plugIn; ///< the file that is compiled
  std::map<std::string, std::string> files;
  /// How many of the arguments of each kernel, the first ones, are addresses.
  std::map<std::string, int64_t> addresses;
};

Failure parseImage(std::string_view bytes, SimImage &image);

} // namespace opc::devices

#endif // OPC_LIB_DEVICES_SIM_SIMIMAGE_H
