//===- Error.h - How the runtime reports what went wrong --------*- C++ -*-===//
//
// The runtime throws nothing across its boundary: a function that can fail
// returns a Status, and the C interface turns it into an opc_status and the
// one line of opc_last_error(). The compiler library shares that line.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_RUNTIME_ERROR_H
#define OPC_RUNTIME_ERROR_H

#include "opc-c/opc.h"

#include <string>
#include <utility>

namespace opc::runtime {

/// Success, or a class of failure and its one-line message.
class [[nodiscard]] Status {
public:
  Status() = default;
  static Status input(std::string message) {
    return {OPC_ERROR_INPUT, std::move(message)};
  }
  static Status usage(std::string message) {
    return {OPC_ERROR_USAGE, std::move(message)};
  }
  static Status internal(std::string message) {
    return {OPC_ERROR_INTERNAL, std::move(message)};
  }

  bool ok() const { return code_ == OPC_OK; }
  opc_status code() const { return code_; }
  const std::string &message() const { return message_; }

  /// The same failure with `place` in front: "m.so: no manifest".
  Status in(const std::string &place) && {
    if (!ok())
      message_ = place + ": " + message_;
    return std::move(*this);
  }

private:
  Status(opc_status code, std::string message)
      : code_(code), message_(std::move(message)) {}

  opc_status code_ = OPC_OK;
  std::string message_;
};

/// Sets opc_last_error() of this thread, escaped as for a terminal (a model's
/// names may hold anything), so that a line stays a line.
OPC_EXPORT void setLastError(std::string message);

/// The same for a text of several lines: newlines are kept.
OPC_EXPORT void setLastErrorLines(std::string message);

/// Sets the last error to that memory ran out, which takes none. It is what the
/// caller asked for that was too large.
OPC_EXPORT opc_status outOfMemory() noexcept;

/// Sets the last error if `status` is a failure; gives its code.
OPC_EXPORT opc_status report(const Status &status);

} // namespace opc::runtime

#endif // OPC_RUNTIME_ERROR_H
