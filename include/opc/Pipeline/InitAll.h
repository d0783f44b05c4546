//===- InitAll.h - Everything that opc's tools know of ----------*- C++ -*-===//
//
// One place that names all dialects and all passes, for the compiler and for
// opc-opt.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PIPELINE_INITALL_H
#define OPC_PIPELINE_INITALL_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace opc {

/// opc's own dialects, those that lowering goes through, and what targets add.
void registerAllDialects(mlir::DialectRegistry &registry);

/// Makes every pass of opc known by its name.
void registerAllPasses();

} // namespace opc

#endif // OPC_PIPELINE_INITALL_H
