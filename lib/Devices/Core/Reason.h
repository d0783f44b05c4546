//===- Reason.h - What plug-ins of devices answer ---------------*- C++ -*-===//
#ifndef OPC_LIB_DEVICES_CORE_REASON_H
#define OPC_LIB_DEVICES_CORE_REASON_H

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace opc::devices {

/// Why something failed, as one line; none where it did not.
using Failure = std::optional<std::string>;

/// The first line of `text` that says "error", else the first that says
/// anything; what compilers of kernels log.
std::string telling(std::string_view text);

/// Writes the first line of `text`, or as much of it as OPC_DEVICE_REASON
/// holds, and gives what a function that failed returns.
int32_t say(char *reason, std::string_view text);

/// Runs `body`, which gives a Failure, on behalf of a C function.
template <typename Body> int32_t answer(char *reason, Body body) noexcept {
  try {
    Failure failure = body();
    return failure ? say(reason, *failure) : 0;
  } catch (const std::exception &error) {
    return say(reason, error.what());
  }
}

} // namespace opc::devices

#endif // OPC_LIB_DEVICES_CORE_REASON_H
