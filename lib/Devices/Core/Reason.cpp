//===- Reason.cpp - What plug-ins of devices answer -----------------------===//
#include "Reason.h"
#include "opc-c/device.h"

#include <algorithm>
#include <cstring>

using namespace opc::devices;

std::string opc::devices::telling(std::string_view text) {
  std::string_view first;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = line.substr(0, line.find('\0'));
    if (line.find("error") != std::string_view::npos)
      return std::string(line);
    if (first.empty())
      first = line;
  }
  return std::string(first);
}

int32_t opc::devices::say(char *reason, std::string_view text) {
  text = text.substr(0, text.find('\n')).substr(0, OPC_DEVICE_REASON - 1);
  memcpy(reason, text.data(), text.size());
  reason[text.size()] = '\0';
  return 1;
}
