//===- Node.h - one ONNX node being translated ------------------*- C++ -*-===//
//
// An Emitter that also knows the node: its inputs, outputs and attributes,
// typed and checked. The op tables are lists of functions on a Node.
//
// Nothing is taken and not used: a node remembers which of its attributes and
// inputs its row asked for, and the importer refuses one that was given and not
// read, by name. So a row reads all that it honours, whatever the form of the
// node, and says ignore() of what changes nothing here, with the reason beside
// it. An attribute that a row does not know needs no line of its own.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_ONNX_READER_NODE_H
#define OPC_LIB_FRONTEND_ONNX_READER_NODE_H

#include "Elements.h"
#include "opc/Frontend/Graph/Emitter.h"
#include "llvm/ADT/SmallBitVector.h"

namespace opc::onnx {

class GraphImporter;

/// The values of a subgraph's outputs, or nothing when it failed.
using Outputs = std::optional<SmallVector<Value>>;
using AttributeMap = llvm::StringMap<const pb::AttributeProto *>;

class Node : public Emitter {
public:
  Node(GraphImporter &importer, FunctionState &state, mlir::Location loc,
       const pb::NodeProto &proto, int64_t opset, SmallVector<Value> inputs,
       const AttributeMap *callerAttributes)
      : Emitter(state, loc), importer(importer), proto(proto), opset(opset),
        inputs(std::move(inputs)), results(proto.output_size()),
        callerAttributes(callerAttributes), readInputs(proto.input_size()),
        readAttributes(proto.attribute_size()) {}

  // Inputs; null where left out.
  int64_t numInputs() const { return inputs.size(); }
  /// Whether an input is given; it is not read by that.
  bool has(int64_t i) const { return i < numInputs() && inputs[i]; }
  Value in(int64_t i) {
    if (i < static_cast<int64_t>(readInputs.size()))
      readInputs.set(i);
    return peek(i);
  }
  /// An input that the row may come to read.
  Value peek(int64_t i) const { return has(i) ? inputs[i] : Value(); }
  /// An input that changes nothing in this form of the node.
  void ignoreInput(int64_t i) { (void)in(i); }
  /// An input that may not be left out.
  Value need(int64_t i);
  /// The integers of an input that must be a list, or failure if they are not
  /// known yet; nothing without failure where it is left out.
  std::optional<Ints> known(int64_t i, StringRef name);

  /// The one integer of an input that must be a scalar and known.
  std::optional<int64_t> knownScalar(int64_t i, StringRef name);

  /// Other inputs for a form that is defined by another op's; those of the node
  /// are to be read before.
  void replaceInputs(SmallVector<Value> values) { inputs = std::move(values); }

  // Outputs.
  int64_t numOutputs() const { return results.size(); }
  bool wants(int64_t i) const {
    return i < numOutputs() && !proto.output(i).empty();
  }
  void out(int64_t i, Value v);
  ArrayRef<Value> outputs() const { return results; }

  // Attributes, with the value of an absent one.
  bool hasAttr(StringRef name) { return find(name) != nullptr; }
  /// An attribute that changes nothing in this form of the node.
  void ignore(StringRef name) { (void)find(name); }
  int64_t integer(StringRef name, int64_t absent);
  /// An integer that is 0 or 1.
  bool flag(StringRef name, bool absent);
  double real(StringRef name, double absent);
  std::string string(StringRef name, StringRef absent);
  std::optional<Ints> integers(StringRef name);
  Ints integers(StringRef name, const Ints &absent);
  std::optional<SmallVector<double>> realList(StringRef name);
  SmallVector<std::string> strings(StringRef name);
  mlir::ElementsAttr tensor(StringRef name);
  const pb::GraphProto *graph(StringRef name);
  // Those that may not be left out.
  int64_t needInteger(StringRef name) { return needed(name).integer(name, 0); }
  double needReal(StringRef name) { return needed(name).real(name, 0); }
  std::string needString(StringRef name) {
    return needed(name).string(name, "");
  }
  SmallVector<double> needReals(StringRef name) {
    return needed(name).realList(name).value_or(SmallVector<double>());
  }
  Ints needIntegers(StringRef name) {
    return needed(name).integers(name).value_or(Ints());
  }
  /// The element type that an integer attribute names, or `absent`.
  Type elementAttr(StringRef name, Type absent);
  using Emitter::integers;

  /// Axes from an attribute or, from opset `asInput` on, from input 1; nothing
  /// where neither is given. They are not normalised.
  std::optional<Ints> axesOf(int64_t asInput);

  /// Fails where an attribute or input is given that nothing read so far.
  void checkAllRead();
  bool hasUnreadAttribute() const { return !readAttributes.all(); }

  GraphImporter &importer;
  const pb::NodeProto &proto;
  const int64_t opset;
  /// Elements of output 0 that shape arithmetic knows; null where it does not.
  std::optional<Dims> partial;

private:
  friend class GraphImporter;
  /// This node; it fails where it has no such attribute.
  Node &needed(StringRef name);
  const pb::AttributeProto *find(StringRef name);
  const pb::AttributeProto *find(StringRef name,
                                 pb::AttributeProto::AttributeType type);

  SmallVector<Value> inputs;
  SmallVector<Value> results;
  const AttributeMap *callerAttributes;
  /// By their places in the node as it was given.
  llvm::SmallBitVector readInputs, readAttributes;
};

/// A value as the type of input 0: the result of an op that computed wide.
inline Value rounded(Node &n, Value y) {
  return n.cast(y, Emitter::elementOf(n.in(0)));
}

/// What an op of some opsets stands for.
struct OpRow {
  StringRef name;
  int64_t since;
  /// Last opset in which it means this.
  int64_t until;
  void (*build)(Node &node);
};
constexpr int64_t kLatest = 28;
constexpr int64_t kOldest = 6;

/// The row for an op, or null.
const OpRow *findRow(StringRef domain, StringRef op, int64_t opset);

// One table for each family, in the file of its name.
ArrayRef<OpRow> elementwiseRows();
ArrayRef<OpRow> activationRows();
ArrayRef<OpRow> movementRows();
ArrayRef<OpRow> reshapeRows();
ArrayRef<OpRow> sliceRows();
ArrayRef<OpRow> padRows();
ArrayRef<OpRow> shapeRows();
ArrayRef<OpRow> reduceRows();
ArrayRef<OpRow> contractionRows();
ArrayRef<OpRow> convolutionRows();
ArrayRef<OpRow> poolingRows();
ArrayRef<OpRow> samplingRows();
ArrayRef<OpRow> normalisationRows();
ArrayRef<OpRow> softmaxRows();
ArrayRef<OpRow> attentionRows();
ArrayRef<OpRow> rotaryRows();
ArrayRef<OpRow> recurrentRows();
ArrayRef<OpRow> indexingRows();
ArrayRef<OpRow> selectionRows();
ArrayRef<OpRow> controlRows();
ArrayRef<OpRow> loopRows();
ArrayRef<OpRow> quantiseRows();
ArrayRef<OpRow> integerContractionRows();
ArrayRef<OpRow> randomRows();
ArrayRef<OpRow> lossRows();
ArrayRef<OpRow> signalRows();
ArrayRef<OpRow> fourierRows();
ArrayRef<OpRow> foldRows();
/// Ops of the domain ai.onnx.preview.
ArrayRef<OpRow> previewRows();
/// Ops of the domain ai.onnx.preview.training.
ArrayRef<OpRow> trainingRows();
/// Ops of the domain com.microsoft.
ArrayRef<OpRow> contribRows();
ArrayRef<OpRow> quantisedContribRows();
ArrayRef<OpRow> blockQuantisedRows();

/// All tables of the domain ai.onnx.
ArrayRef<ArrayRef<OpRow>> opTables();
/// All tables of a domain; none where nothing of it is supported.
SmallVector<ArrayRef<OpRow>> tablesOf(StringRef domain);

/// Tries to give the outputs of shape arithmetic from the contents of its
/// inputs. True when every output is there; partial knowledge is added by
/// noteContents after the node was built.
bool foldShapeArithmetic(Node &node);
void noteContents(Node &node);

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_READER_NODE_H
