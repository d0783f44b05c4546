//===- Family.h - what targets of the SIMT family have in common -*- C++
//-*-===//
#ifndef OPC_TARGETS_SIMT_FAMILY_H
#define OPC_TARGETS_SIMT_FAMILY_H

#include "mlir/IR/BuiltinOps.h"
#include "opc/Targets/Core/Target.h"
#include "opc/Targets/Simt/GridSpelling.h"

namespace opc::simt {

/// A target whose kernels are given away as source: the schedules, layout and
/// passes of the family. `name`, `summary`, `chips` and `emit` are the
/// vendor's.
Target sourceTarget();

/// Target::emit of a vendor that spells kernels so.
llvm::Error emitSource(mlir::ModuleOp kernels, const TargetDesc &desc,
                       const GridSpelling &spelling,
                       llvm::SmallVectorImpl<char> &image);

/// The calls of a vendor's runtime that a plug-in is made of: they differ in
/// their prefix.
struct RuntimeNames {
  llvm::StringLiteral prefix;   ///< "x" of xMalloc, xMemcpy, ...
  llvm::StringLiteral launch;   ///< a format: {0} kernel, {1} groups, {2} items
                                ///< of each, {3} arguments
  llvm::StringLiteral compiler; ///< how a shared object is made of a file
};

/// Target::source of a vendor whose device source is C++: kernels, a plug-in,
/// a Makefile.
llvm::Error sourceFolder(mlir::ModuleOp kernels, const TargetDesc &desc,
                         const GridSpelling &spelling,
                         const RuntimeNames &runtime,
                         std::vector<SourceFile> &files);

/// A vendor whose device source is C++ with qualifiers.
struct CxxVendor {
  llvm::StringLiteral language, suffix, header; ///< as in Spelling
  RuntimeNames runtime;
};
GridSpelling spellingOf(const CxxVendor &vendor);

/// The file that sourceFolder makes the plug-in of.
std::string plugInFile(const GridSpelling &spelling);

/// A target that gives away such source, and takes it as its image.
template <const CxxVendor &vendor> Target cxxTarget() {
  static const std::string plugIn = plugInFile(spellingOf(vendor));
  Target target = sourceTarget();
  target.plugIn = plugIn;
  target.emit = [](mlir::ModuleOp kernels, const TargetDesc &desc,
                   llvm::SmallVectorImpl<char> &image) {
    return emitSource(kernels, desc, spellingOf(vendor), image);
  };
  target.source = [](mlir::ModuleOp kernels, const TargetDesc &desc,
                     std::vector<SourceFile> &files) {
    return sourceFolder(kernels, desc, spellingOf(vendor), vendor.runtime,
                        files);
  };
  return target;
}

} // namespace opc::simt

#endif // OPC_TARGETS_SIMT_FAMILY_H
