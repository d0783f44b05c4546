//===- ProgramReader.h - exported programs into @main -----------*- C++ -*-===//
//
// Inputs and outputs as the signature has them, and the walk over nodes. A node
// that cannot be translated is reported, and values of the types that the graph
// declares stand for its results, so that one walk finds all such nodes.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_TORCH_READER_PROGRAMREADER_H
#define OPC_LIB_FRONTEND_TORCH_READER_PROGRAMREADER_H

#include "Aliases.h"
#include "AtenNode.h"
#include "Weights.h"
#include "opc/Frontend/Graph/MainFunction.h"
#include "opc/Frontend/Torch/ImportTorch.h"
#include "llvm/ADT/MapVector.h"

namespace opc::torch {

/// A graph of the program, and what its names stand for.
struct GraphScope : Scope {
  explicit GraphScope(const json::Object &graph) : graph(graph) {}

  const json::Object &graph;
  Aliases aliases;
  /// Results of nodes that could not be translated, of undeclared types.
  llvm::StringSet<> lost;
  /// Inputs that nodes have changed, with what they hold at the end.
  llvm::MapVector<StringRef, Value> changed;

  /// What the graph declares of a tensor; null where nothing.
  const json::Object *declared(StringRef tensor) const;
};

class ProgramReader {
public:
  ProgramReader(mlir::MLIRContext &context, const ImportOptions &options,
                Weights &weights, std::vector<Diagnostic> &errors);

  /// Null where there are errors.
  mlir::OwningOpRef<mlir::ModuleOp> run(const json::Object &program);

private:
  // Inputs (ProgramInputs.cpp).
  void addInputs(const json::Object &program, GraphScope &scope);
  void addInput(const Union &argument, const Union &spec, GraphScope &scope);
  bool addConstant(StringRef name, const Union &spec, GraphScope &scope);
  void addTensor(StringRef name, GraphScope &scope);
  void addNumber(StringRef name, GraphScope &scope);
  void addReal(StringRef name, GraphScope &scope);
  AffineExpr extentOf(const Symbolic &declared);
  void solveExtents(GraphScope &scope);
  /// Gives its value to the one symbol of `declared` that has none.
  bool solve(Emitter &n, const Symbolic &declared, AffineExpr given);
  void checkInputs(GraphScope &scope);
  void bindRanges();
  std::optional<int64_t> leastValueOf(StringRef symbol) const;
  /// Gives numbers to the extents that the options name.
  void pinDims(ArrayRef<Union> arguments, const GraphScope &scope);
  bool isChangedBuffer(StringRef buffer) const;

  // Nodes.
  void readNodes(GraphScope &scope);
  void readNode(const json::Object &proto, GraphScope &scope);
  bool readSymbolic(const json::Object &proto, GraphScope &scope);
  bool readSymbolicInteger(Emitter &n, StringRef name, GraphScope &scope);
  bool readSymbolicReal(Emitter &n, StringRef name, GraphScope &scope);
  void readInline(const json::Object &proto, GraphScope &scope);
  void build(const KnownOp &op, bool inPlace, const json::Object &proto,
             GraphScope &scope);
  void define(Node &node, const json::Object &proto, bool inPlace,
              GraphScope &scope);
  /// The result of a node that has changed its first tensor.
  void defineChanged(Node &node, const json::Object &proto, StringRef name,
                     GraphScope &scope);
  void defineTensor(Node &node, const json::Object &proto, size_t i,
                    StringRef name, GraphScope &scope);
  void defineNumber(Node &node, StringRef name, Value value, GraphScope &scope);
  /// Gives the names of what `node` changes in place their new value.
  void change(Node &node, const json::Object &proto, GraphScope &scope);
  /// The value with the extents that the graph declares; fails where it has
  /// others, or another dtype.
  Value asDeclared(Emitter &n, const json::Object &declared, Value value);
  void standIn(const json::Object &proto, GraphScope &scope);
  enum class Found { All, Lost };
  /// Refuses to read a view of memory that was changed.
  static void checkUnspoiled(Emitter &n, StringRef name,
                             const GraphScope &scope);
  Found checkReads(Emitter &n, const json::Object &proto, GraphScope &scope);
  void report(const json::Object &proto, const GraphScope &scope,
              const Objection &objection);
  mlir::Location locationOf(const json::Object &proto);

  // Outputs (ProgramOutputs.cpp).
  void returnOutputs(GraphScope &scope);
  Value outputOf(Emitter &n, const Union &output, const GraphScope &scope);
  void noteMutation(const Union &spec, size_t output);
  void addMutation(StringRef input, size_t output);
  std::string inputOf(StringRef kind, StringRef key, StringRef value) const;

  /// The declared extents of a tensor; false where they are no expressions.
  bool declaredExtents(const json::Object &meta,
                       llvm::SmallVectorImpl<Symbolic> &extents,
                       Objection &error);
  Type declaredElement(const json::Object &meta, Objection &error);

  mlir::MLIRContext &context;
  const ImportOptions &options;
  Weights &weights;
  std::vector<Diagnostic> &errors;
  std::optional<graph::MainFunction> main;
  FunctionState *state = nullptr; ///< of main
  const json::Object *signature = nullptr, *ranges = nullptr;
  Symbols symbols;
  /// Inputs whose extents, or whose value, the run has to compare.
  struct Checked {
    std::string name;
    SmallVector<AffineExpr> given;
    SmallVector<Symbolic> declared;
  };
  std::vector<Checked> checked;
  json::Array mutations;
  int64_t nodeCount = 0, depth = 0;
};

/// A list of an object; empty where there is none.
const json::Array &listIn(const json::Object &object, StringRef key);

/// Names of all tensors that an argument holds.
void collectTensors(const Union &argument,
                    llvm::SmallVectorImpl<StringRef> &names);

/// The results of a node in order, lists taken apart; a kind of "" is none.
struct ResultName {
  StringRef kind, name;
};
SmallVector<ResultName> resultsOf(const json::Object &proto);

/// The file and line of the user's own code in a stack trace: the innermost
/// frame that is not torch's. Line 0 where there is none.
std::pair<StringRef, unsigned> ownLine(StringRef stackTrace);

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_READER_PROGRAMREADER_H
