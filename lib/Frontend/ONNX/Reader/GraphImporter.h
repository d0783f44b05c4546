//===- GraphImporter.h - graphs into regions --------------------*- C++ -*-===//
//
// Walks graphs in order, keeps the names in scope, and hands each node to its
// row. Subgraphs come back here through the rows of Control.cpp and Loops.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_ONNX_READER_GRAPHIMPORTER_H
#define OPC_LIB_FRONTEND_ONNX_READER_GRAPHIMPORTER_H

#include "Node.h"
#include "opc/Frontend/Graph/MainFunction.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"
#include <unordered_map>

namespace opc::onnx {

/// The name of a domain; ai.onnx's may be left out.
inline std::string domainName(StringRef domain) {
  return domain.empty() ? "ai.onnx" : domain.str();
}

/// Names that a graph defines; subgraphs see the names around them, functions
/// do not.
struct Scope {
  llvm::StringMap<Value> values;
  /// Outputs of nodes that could not be translated.
  llvm::StringSet<> lost;
  const Scope *parent = nullptr;
  const AttributeMap *attributes = nullptr;
  const llvm::StringMap<int64_t> *opsets = nullptr;
};

class GraphImporter {
public:
  GraphImporter(mlir::MLIRContext &context, const ImportOptions &options,
                std::vector<Diagnostic> &errors);

  /// `outputs`: what to compute instead of the outputs of the graph, if any.
  llvm::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
  run(pb::ModelProto &model, ArrayRef<std::string> outputs);
  /// Describes the nodes of the model's graph, after run().
  llvm::json::Value describe(pb::ModelProto &model);

  /// The value of a tensor of the model, whose data is moved out of it at the
  /// first time: bodies of functions and loops are translated more than once.
  mlir::ElementsAttr elements(const pb::TensorProto &tensor, Objection &error);
  /// Translates a subgraph of `node` in place, its inputs bound to `arguments`.
  Outputs importSubgraph(Node &node, const pb::GraphProto &graph,
                         ArrayRef<Value> arguments);
  /// What was learnt of a body of control flow when it was translated before:
  /// the bodies around it are translated again where their extents turn out to
  /// change, and each of them would make those inside of it start anew.
  struct Learnt {
    /// Extents that change between iterations, by carried value and axis.
    SmallVector<SmallVector<bool>> changing;
    /// Branches whose results have different ranks or dtypes.
    bool unequal = false;
  };
  /// By the nodes around `graph`, which is a body of the present one.
  Learnt &learntOf(const pb::GraphProto &graph);
  /// Nodes may not be translated more often than this, all bodies together.
  static constexpr int64_t kMostNodes = 250'000;

private:
  bool readOpsets(const pb::ModelProto &model);
  void readFunctions(const pb::ModelProto &model);
  void addArguments(const pb::GraphProto &graph, Scope &scope);
  void pinConstants(const pb::GraphProto &graph);
  std::string misfit(const ConstantInput &constant,
                     const pb::ValueInfoProto &info);
  bool addConstantInput(const pb::ValueInfoProto &info, Scope &scope);
  mlir::RankedTensorType argumentType(const pb::ValueInfoProto &info,
                                      Dims &dims, Objection &error);
  /// `place` stands for a name where the model gives none.
  AffineExpr argumentExtent(const pb::TensorShapeProto::Dimension &dimension,
                            llvm::StringRef place, Objection &error);
  void addInitializers(const pb::GraphProto &graph, Scope &scope);
  void
  importNodes(const google::protobuf::RepeatedPtrField<pb::NodeProto> &nodes,
              Scope &scope);
  void importNode(const pb::NodeProto &proto, Scope &scope,
                  const llvm::StringSet<> &later);
  mlir::Location locationOf(const pb::NodeProto &proto);
  enum class Found { All, Lost, Undefined };
  Found lookUp(const pb::NodeProto &proto, const Scope &scope,
               const llvm::StringSet<> &later, SmallVector<Value> &values,
               Objection &objection);
  void build(Node &node, Scope &scope);
  void importCall(Node &node, const pb::FunctionProto &function);
  /// What a call gives to the attributes that its function declares.
  AttributeMap attributesOfCall(Node &node, const pb::FunctionProto &function);
  void finish(Node &node, Scope &scope);
  void report(const pb::NodeProto &proto, int64_t opset, ArrayRef<Value> inputs,
              const Objection &objection);
  /// Says of refused inputs that no node's complaint names, before the errors
  /// from `place` on.
  void reportInputs(size_t place);
  Outputs resultsOf(const pb::GraphProto &graph, const Scope &scope);
  bool returnOutputs(const pb::GraphProto &graph, const Scope &scope);
  /// Before chooseOutputs takes inputs out.
  void checkOptionsUsed(
      const google::protobuf::RepeatedPtrField<pb::ValueInfoProto> &inputs);

  mlir::MLIRContext &context;
  const ImportOptions &options;
  std::vector<Diagnostic> &errors;
  ElementsReader reader;
  llvm::DenseMap<const pb::TensorProto *, mlir::ElementsAttr> values;
  llvm::StringMap<int64_t> opsets;
  llvm::StringMap<const pb::FunctionProto *> functions;
  llvm::StringMap<llvm::StringMap<int64_t>> functionOpsets;
  llvm::StringMap<int64_t> pinned;
  std::optional<graph::MainFunction> main;
  FunctionState *state = nullptr; ///< of main
  /// The scope whose nodes are being translated, for subgraphs.
  Scope *current = nullptr;
  int64_t depth = 0;
  /// Stands for the bodies and calls around the present node.
  uint64_t path = 0;
  std::unordered_map<uint64_t, Learnt> learnt;
  int64_t nodeCount = 0;
  bool isTooLarge = false; ///< beyond kMostNodes, which was said
  /// What describe() says of a node.
  llvm::DenseMap<const pb::NodeProto *, std::string> refusals;
  /// Inputs of the graph that cannot be arguments, in order, and why.
  struct RefusedInput {
    Objection reason;
    bool isReported = false;
  };
  llvm::MapVector<StringRef, RefusedInput> refusedInputs;
  llvm::DenseMap<const pb::NodeProto *, std::string> dtypes;
};

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_READER_GRAPHIMPORTER_H
