//===- Compiler.h - From a model to the parts of a program ------*- C++ -*-===//
//
// One compilation in one context. Nothing here touches the disk but to read the
// model and to write what the options name.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PIPELINE_COMPILER_H
#define OPC_PIPELINE_COMPILER_H

#include "opc/Pipeline/CodeGen.h"
#include "opc/Pipeline/Link.h"
#include "opc/Pipeline/Options.h"
#include "opc/Targets/Core/Target.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>

namespace opc {

struct HostProgram;

/// A model as the user gave it: ONNX, or IR of the stage "import" as text.
struct ModelSource {
  std::unique_ptr<llvm::MemoryBuffer> bytes;
  std::string name;      ///< the path as messages show it, or "model"
  std::string directory; ///< where external data is looked up
  bool isText = false;   ///< whether it is IR
  std::string file;      ///< its path; empty for one in memory

  /// Maps a file into memory.
  static Status open(llvm::StringRef path, ModelSource &source);
  /// Refers to memory of the caller, which must outlive the source: ONNX, or IR
  /// as text, which its beginning tells.
  static ModelSource inMemory(llvm::StringRef bytes, llvm::StringRef directory);
  /// Names what the bytes are where they start like a file of another format.
  Status checkFormat() const;
  /// Says that nobody will look at the bytes soon: pages of a mapped file are
  /// no longer memory of this process until somebody does.
  void giveBackPages() const;
};

/// Memory aligned to OPC_ALIGNMENT.
class AlignedBytes {
public:
  AlignedBytes() = default;
  static Status allocate(size_t size, AlignedBytes &bytes);
  char *data() const { return memory.get(); }
  size_t size() const { return count; }
  operator llvm::ArrayRef<char>() const { return {memory.get(), count}; }

private:
  struct Free {
    void operator()(char *memory) const;
  };
  std::unique_ptr<char, Free> memory;
  size_t count = 0;
};

/// A node of the model of which a chip takes no kernel.
struct NodeRefusal {
  std::string chip, node, why;
};

/// A compiled program before it is linked or loaded.
struct CompiledProgram {
  std::vector<ObjectBytes> objects;
  AlignedBytes constants;
  std::string manifest;
  /// Code for devices.
  std::vector<ObjectBytes> images;
  std::vector<SourceFile> sources; ///< for Emit::Source
  const TargetDesc *desc = nullptr;
  /// Where it is none because devices do not take all that they were given.
  std::vector<NodeRefusal> refused;

  ProgramParts parts() const { return {objects, constants, manifest, images}; }
};

/// Finds the chip that the options name; the host's, where they name several.
Status resolveTarget(const CompileOptions &options, const TargetDesc *&desc);

/// Fails and names what this machine lacks where it cannot run the chip's code.
Status checkRunsHere(const TargetDesc &desc);

/// Compiles to machine code.
Status compileProgram(const ModelSource &source, const CompileOptions &options,
                      CompiledProgram &program);

/// Compiles a graph of the stage "import", which is used up, in its own
/// context.
Status compileGraph(mlir::ModuleOp module, const CompileOptions &options,
                    const TargetDesc &desc, CompiledProgram &program);

/// Makes the program of a module that has gone through all stages; `host` is
/// what those left.
Status assembleProgram(mlir::ModuleOp module, const HostProgram &host,
                       const CompileOptions &options, const TargetDesc &desc,
                       CompiledProgram &program);

/// How much IR as text holds.
enum class TextForm {
  Short,    ///< for reading: without the data of large constants
  Complete, ///< to be compiled again: with data and with the names of nodes
};

/// Compiles up to a stage, or to LLVM IR, as the options say; the text of it.
Status compileText(const ModelSource &source, const CompileOptions &options,
                   TextForm form, std::string &text);

/// JSON: what opc_inspect_model promises.
Status inspectModel(const ModelSource &source, const CompileOptions &options,
                    std::string &json);

} // namespace opc

#endif // OPC_PIPELINE_COMPILER_H
