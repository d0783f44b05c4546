//===- TruncatedStores.h - masked stores of truncated vectors ---*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_TRUNCATEDSTORES_H
#define OPC_LIB_PIPELINE_TRUNCATEDSTORES_H

namespace llvm {
class Module;
}

namespace opc {

/// Writes masked stores of truncated vectors, where the lanes are known, as
/// plain stores of their parts. LLVM 22 makes one instruction of truncation and
/// masked store, and one of those where the mask has a single lane (or half of
/// the mask has, when the vector is split) writes the lane before truncation:
/// 32 bits for an i8 (llvm/llvm-project issue 179489).
void splitTruncatedStores(llvm::Module &module);

} // namespace opc

#endif // OPC_LIB_PIPELINE_TRUNCATEDSTORES_H
