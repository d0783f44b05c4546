//===- VendorLibrary.cpp - Libraries that a machine may have --------------===//
#include "VendorLibrary.h"

#include <dlfcn.h>
#include <fmt/format.h>

using namespace opc::devices;

Failure opc::devices::openLibrary(std::span<const char *const> files,
                                  std::span<const Symbol> symbols) {
  std::string why;
  for (const char *file : files) {
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library) {
      const char *error = dlerror();
      why += why.empty() ? std::string(error) : fmt::format(", nor {}", file);
      continue;
    }
    for (const Symbol &symbol : symbols)
      if (!(*symbol.place = dlsym(library, symbol.name)))
        return fmt::format("{} has no {}", file, symbol.name);
    return {};
  }
  return "cannot load " + why;
}
