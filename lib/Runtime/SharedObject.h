//===- SharedObject.h - An opened program file ------------------*- C++ -*-===//
//
// dlopen knows libraries by name: asked for a path that is loaded already, it
// gives the loaded library even if the file was replaced since, as happens when
// a user compiles a model again to the same place. This class sees to it that
// opening a path gives what the path holds now.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_SHAREDOBJECT_H
#define OPC_LIB_RUNTIME_SHAREDOBJECT_H

#include "opc/Runtime/Error.h"

#include <memory>

namespace opc::runtime {

class SharedObject {
public:
  static Status open(const std::string &path,
                     std::unique_ptr<SharedObject> &object);
  ~SharedObject();
  SharedObject(const SharedObject &) = delete;
  SharedObject &operator=(const SharedObject &) = delete;

  /// The address of a symbol, or NULL.
  void *symbol(const char *name) const;

private:
  SharedObject(std::string name, void *handle)
      : name(std::move(name)), handle(handle) {}

  std::string name; // under which the dynamic linker knows it
  void *handle;
};

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_SHAREDOBJECT_H
