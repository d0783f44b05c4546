//===- WireMutator.h - Structure-aware changes of ONNX models ---*- C++ -*-===//
//
// Random bytes hardly ever get past protobuf's parser. Here a model is taken
// apart into the fields of protobuf's wire format, changed by the field, and
// put together again, so that nearly every mutant is a model of some sort.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_FUZZ_WIREMUTATOR_H
#define OPC_FUZZ_WIREMUTATOR_H

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace opc::fuzz {

/// What a field holds; which messages have which fields comes from
/// onnx-ml.proto.
enum class Kind : uint8_t {
  Scalar, // a varint, or 4 or 8 bytes
  Text,   // a string, bytes, or packed numbers
  Model,
  Graph,
  Node,
  Attribute,
  Tensor,
  SparseTensor,
  ValueInfo,
  Type,
  TensorType,
  Shape,
  Dimension,
  Opset,
  Function,
  Entry,
};

/// One field: a number, or bytes, or a message with fields of its own.
struct Field {
  unsigned number = 0;
  /// 0 varint, 1 eight bytes, 2 bytes or message, 5 four bytes.
  unsigned wireType = 2;
  Kind kind = Kind::Text;
  uint64_t value = 0;
  std::string bytes;
  std::vector<Field> fields;
};

/// Takes a serialized model apart. What is not in wire format is left out.
Field parseModel(const std::string &bytes);
std::string serialize(const Field &message);

/// Changes a model in a few places; `donor` is another model to take parts
/// from.
void mutate(Field &model, const Field &donor, std::mt19937 &random,
            const std::vector<std::string> &opNames);

} // namespace opc::fuzz

#endif // OPC_FUZZ_WIREMUTATOR_H
