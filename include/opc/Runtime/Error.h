//===- Error.h - How the runtime reports what went wrong --------*- C++ -*-===//
//
// The runtime throws nothing across its boundary: a function that can fail
// returns a Status, and the C interface turns it into an opc_status, the line
// of opc_last_error() and the records of opc_last_diagnostics(). The compiler
// library shares both.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_RUNTIME_ERROR_H
#define OPC_RUNTIME_ERROR_H

#include "opc/Runtime/Diagnostic.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace opc::runtime {

/// Success, or a class of failure and what is to be said of it: in most cases
/// one line.
class [[nodiscard]] Status {
public:
  Status() = default;
  static Status input(std::string message) {
    return of(Diagnostic::Code::Invalid, std::move(message));
  }
  static Status usage(std::string message) {
    return of(Diagnostic::Code::Usage, std::move(message));
  }
  static Status internal(std::string message) {
    return of(Diagnostic::Code::Internal, std::move(message));
  }
  /// A failure, whatever they are: without any, a fault of opc's own.
  OPC_EXPORT static Status of(std::vector<Diagnostic> diagnostics);

  bool ok() const { return !failure; }
  opc_status code() const { return statusOf(diagnostics()); }
  /// A line for each diagnostic.
  OPC_EXPORT std::string message() const;
  std::span<const Diagnostic> diagnostics() const {
    return failure ? std::span(*failure) : std::span<const Diagnostic>();
  }

  /// The same failure with `place` in front: "m.so: no manifest".
  OPC_EXPORT Status in(const std::string &place) &&;

private:
  OPC_EXPORT static Status of(Diagnostic::Code code, std::string reason);

  /// Apart, so that success, which is checked many times in a run, is a NULL.
  std::shared_ptr<const std::vector<Diagnostic>> failure;
};

/// Sets the last error to that memory ran out, which takes none. It is what the
/// caller asked for that was too large.
OPC_EXPORT opc_status outOfMemory() noexcept;

/// Sets the last error of this thread if `status` is a failure; gives its code.
/// Lines are escaped as for a terminal: names may hold anything.
OPC_EXPORT opc_status report(const Status &status);

} // namespace opc::runtime

#endif // OPC_RUNTIME_ERROR_H
