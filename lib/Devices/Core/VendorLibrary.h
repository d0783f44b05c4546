//===- VendorLibrary.h - Libraries that a machine may have ------*- C++ -*-===//
#ifndef OPC_LIB_DEVICES_CORE_VENDORLIBRARY_H
#define OPC_LIB_DEVICES_CORE_VENDORLIBRARY_H

#include "Reason.h"

#include <span>

namespace opc::devices {

/// A function of a library, and the pointer that is to have its address.
struct Symbol {
  template <typename Function>
  Symbol(const char *name, Function *&place)
      : name(name), place(reinterpret_cast<void **>(&place)) {}

  const char *name;
  void **place;
};

/// Opens the first of `files` that the dynamic linker finds, and fills in all
/// of `symbols`. It is never closed: vendors' libraries have threads of their
/// own, which outlive what is asked of them.
Failure openLibrary(std::span<const char *const> files,
                    std::span<const Symbol> symbols);

} // namespace opc::devices

#endif // OPC_LIB_DEVICES_CORE_VENDORLIBRARY_H
