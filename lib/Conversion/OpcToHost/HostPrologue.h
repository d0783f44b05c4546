//===- HostPrologue.h - Symbols, sizes and the arena at entry ---*- C++ -*-===//
#ifndef OPC_LIB_CONVERSION_OPCTOHOST_HOSTPROLOGUE_H
#define OPC_LIB_CONVERSION_OPCTOHOST_HOSTPROLOGUE_H

#include "HostBinds.h"

namespace opc {

/// Writes what comes before the first op.
class HostPrologue : HostPart {
public:
  HostPrologue(const HostPart &part, HostMemory &memory, HostBinds &binds)
      : HostPart(part), memory(memory), binds(binds) {}

  void write();

private:
  void bindInputs();
  void checkInputs();
  void checkSizes();
  void layOutArena(llvm::StringRef space, const ArenaPlan &arena);
  mlir::Value regionBytes(const ArenaPlan::Region &region, Checks &checks);

  HostMemory &memory;
  HostBinds &binds;
};

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOHOST_HOSTPROLOGUE_H
