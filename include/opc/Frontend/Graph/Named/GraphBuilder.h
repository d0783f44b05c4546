//===- GraphBuilder.h - a graph that is built call by call ------*- C++ -*-===//
//
// What opc-c/builder.h is in C++: values are numbers, ops are called by name,
// and the finished graph is IR as text with its constants beside it.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_FRONTEND_GRAPH_NAMED_GRAPHBUILDER_H
#define OPC_FRONTEND_GRAPH_NAMED_GRAPHBUILDER_H

#include "opc/Frontend/Graph/MainFunction.h"
#include "opc/Frontend/Graph/Named/NamedOps.h"
#include "opc/Runtime/Error.h"
#include "llvm/ADT/StringSet.h"
#include <deque>

namespace opc::graph {

using runtime::Status;

/// An extent: a number, or where `symbol` is not empty a name for one that a
/// run chooses.
struct Extent {
  int64_t size;
  StringRef symbol;
};

/// A constant of a finished graph: an input of it that has this value.
struct NamedConstant {
  std::string name;
  std::string dtype;
  SmallVector<int64_t> shape;
  /// Row-major; the caller's, but where it had to be copied.
  ArrayRef<char> data;
};

/// Builds one graph in a context of its own. After an op that its operands do
/// not fit, each call fails like it; after finish(), each is a usage error.
class GraphBuilder {
public:
  /// A tensor of the graph, from 1 on.
  using Id = int64_t;

  GraphBuilder();

  Status addInput(StringRef name, StringRef dtype, ArrayRef<Extent> dims,
                  Id &value);
  /// `data` must outlive the last use of the graph.
  Status addConstant(StringRef dtype, ArrayRef<int64_t> shape,
                     ArrayRef<char> data, Id &value);
  /// `attributes`: the text of a JSON object.
  Status addOp(StringRef name, ArrayRef<Id> operands, StringRef attributes,
               llvm::MutableArrayRef<Id> results);
  Status addOutput(StringRef name, Id value);

  Status finish();
  /// Of a finished graph: IR of the stage "import", and the inputs of it that
  /// are constants.
  StringRef text() const { return ir; }
  const std::deque<NamedConstant> &constants() const { return moved; }

private:
  Status ready() const;
  Status failWith(Status status);
  Status typeOf(StringRef dtype, ArrayRef<Extent> dims, Dims &extents,
                mlir::RankedTensorType &type);
  Id idOf(Value value);
  Status lookUp(StringRef op, ArrayRef<Id> operands,
                llvm::SmallVectorImpl<Value> &found) const;
  mlir::Location locationOf(StringRef op);
  void moveConstants();

  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  MainFunction main;
  FunctionState *state; ///< of main
  std::vector<Value> values;
  SmallVector<std::pair<std::string, Value>> outputs;
  llvm::StringSet<> inputNames, outputNames;
  int64_t ops = 0;
  bool isFinished = false;
  Status failure;
  std::string ir;
  std::deque<NamedConstant> moved;
};

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_NAMED_GRAPHBUILDER_H
