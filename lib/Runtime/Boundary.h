//===- Boundary.h - Where C++ ends and the C interface begins ---*- C++ -*-===//
//
// The libraries underneath throw when memory runs out. No exception may leave a
// C function, and a NULL that it is given is an error that it names.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_BOUNDARY_H
#define OPC_LIB_RUNTIME_BOUNDARY_H

#include "opc/Runtime/Error.h"

#include <exception>
#include <new>

namespace opc::runtime {

/// Runs `body`, which gives a Status, and reports it.
template <typename Body> opc_status guarded(Body body) noexcept {
  try {
    return report(body());
  } catch (const std::bad_alloc &) {
    return outOfMemory();
  } catch (const std::exception &error) {
    return report(Status::internal(std::string("unexpected: ") + error.what()));
  }
}

/// Whether `pointer` is there; where it is not, the error of this thread says
/// that `what` ("opc_manifest: program") is NULL.
inline bool isGiven(const void *pointer, const char *what) noexcept {
  return pointer || guarded([&] {
                      return Status::usage(std::string(what) + " is NULL");
                    }) == OPC_OK;
}

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_BOUNDARY_H
