//===- WireMutator.cpp - Structure-aware changes of ONNX models -----------===//
//
// Parsing is lenient and bounded: whatever bytes come in, what goes out is in
// wire format.
//
//===----------------------------------------------------------------------===//
#include "WireMutator.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace opc::fuzz {
namespace {

constexpr int kDeepest = 40;

struct Child {
  Kind parent;
  unsigned number;
  Kind kind;
};

/// Every field of onnx-ml.proto that is a message and that opc reads.
constexpr Child kChildren[] = {
    {Kind::Model, 7, Kind::Graph},
    {Kind::Model, 8, Kind::Opset},
    {Kind::Model, 25, Kind::Function},
    {Kind::Graph, 1, Kind::Node},
    {Kind::Graph, 5, Kind::Tensor},
    {Kind::Graph, 11, Kind::ValueInfo},
    {Kind::Graph, 12, Kind::ValueInfo},
    {Kind::Graph, 13, Kind::ValueInfo},
    {Kind::Graph, 15, Kind::SparseTensor},
    {Kind::SparseTensor, 1, Kind::Tensor},
    {Kind::SparseTensor, 2, Kind::Tensor},
    {Kind::Node, 5, Kind::Attribute},
    {Kind::Attribute, 5, Kind::Tensor},
    {Kind::Attribute, 6, Kind::Graph},
    {Kind::Attribute, 10, Kind::Tensor},
    {Kind::Attribute, 11, Kind::Graph},
    {Kind::Attribute, 22, Kind::SparseTensor},
    {Kind::Tensor, 13, Kind::Entry},
    {Kind::ValueInfo, 2, Kind::Type},
    {Kind::Type, 1, Kind::TensorType},
    {Kind::TensorType, 2, Kind::Shape},
    {Kind::Shape, 1, Kind::Dimension},
    {Kind::Function, 7, Kind::Node},
    {Kind::Function, 9, Kind::Opset},
    {Kind::Function, 11, Kind::Attribute},
};

Kind kindOf(Kind parent, unsigned number) {
  for (const Child &child : kChildren)
    if (child.parent == parent && child.number == number)
      return child.kind;
  return Kind::Text;
}

bool isMessage(const Field &field) { return field.kind >= Kind::Model; }

bool readVarint(const std::string &bytes, size_t &at, uint64_t &value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && at < bytes.size(); shift += 7) {
    auto byte = static_cast<uint8_t>(bytes[at++]);
    value |= static_cast<uint64_t>(byte & 127) << shift;
    if (byte < 128)
      return true;
  }
  return false;
}

void writeVarint(std::string &out, uint64_t value) {
  for (; value > 127; value >>= 7)
    out.push_back(static_cast<char>((value & 127) | 128));
  out.push_back(static_cast<char>(value));
}

std::vector<Field> parseFields(const std::string &bytes, Kind kind, int depth);

bool parseField(const std::string &bytes, size_t &at, Kind parent, int depth,
                Field &field) {
  uint64_t tag = 0;
  if (!readVarint(bytes, at, tag))
    return false;
  field.number = static_cast<unsigned>(tag >> 3) & 0x1fffffff;
  field.wireType = tag & 7;
  field.kind = Kind::Scalar;
  if (field.wireType == 0)
    return readVarint(bytes, at, field.value);
  uint64_t length = field.wireType == 1 ? 8 : 4;
  if (field.wireType == 2 && !readVarint(bytes, at, length))
    return false;
  bool known =
      field.wireType == 1 || field.wireType == 2 || field.wireType == 5;
  if (!known || length > bytes.size() - at)
    return false;
  std::string content = bytes.substr(at, length);
  at += length;
  if (field.wireType != 2) {
    std::memcpy(&field.value, content.data(), content.size());
    return true;
  }
  field.kind = kindOf(parent, field.number);
  if (isMessage(field) && depth < kDeepest)
    field.fields = parseFields(content, field.kind, depth + 1);
  else
    field.bytes = std::move(content);
  return true;
}

std::vector<Field> parseFields(const std::string &bytes, Kind kind, int depth) {
  std::vector<Field> fields;
  for (size_t at = 0; at < bytes.size();) {
    Field field;
    if (!parseField(bytes, at, kind, depth, field))
      break;
    fields.push_back(std::move(field));
  }
  return fields;
}

//===----------------------------------------------------------------------===//
// Changes
//===----------------------------------------------------------------------===//

/// Numbers at which code that counts goes wrong.
constexpr std::array<int64_t, 24> kNumbers = {
    0,         1,         2,         3,         4,         5,
    7,         8,         13,        18,        -1,        -2,
    -7,        16,        64,        255,       1 << 20,   INT32_MAX,
    INT32_MIN, INT64_MAX, INT64_MIN, 1LL << 32, 1LL << 40, 1LL << 62};

struct Mutator {
  std::mt19937 &random;
  const std::vector<std::string> &opNames;
  /// Every message of the donor, and every text of the model.
  std::vector<const Field *> parts;
  std::vector<std::string> texts;

  size_t below(size_t count) { return count ? random() % count : 0; }

  void collectParts(const Field &message) {
    for (const Field &field : message.fields)
      if (isMessage(field)) {
        parts.push_back(&field);
        collectParts(field);
      }
  }
  void collectTexts(const Field &message) {
    for (const Field &field : message.fields) {
      if (isMessage(field))
        collectTexts(field);
      else if (field.wireType == 2 && field.bytes.size() < 100)
        texts.push_back(field.bytes);
    }
  }

  void changeNumber(Field &field) {
    switch (below(4)) {
    case 0:
      field.value += 1;
      break;
    case 1:
      field.value -= 1;
      break;
    case 2:
      field.value ^= uint64_t(1) << below(64);
      break;
    default:
      field.value = kNumbers[below(kNumbers.size())];
    }
  }

  void changeText(Field &field, Kind parent) {
    if (parent == Kind::Node && field.number == 4 && !opNames.empty()) {
      field.bytes = opNames[below(opNames.size())];
      return;
    }
    size_t choice = below(5);
    if (choice < 3 && !texts.empty())
      field.bytes = texts[below(texts.size())];
    else if (choice == 3 && !field.bytes.empty())
      field.bytes[below(field.bytes.size())] = static_cast<char>(random());
    else
      field.bytes.resize(below(2) ? field.bytes.size() / 2
                                  : field.bytes.size() + 1 + below(8));
  }

  /// A message of the same kind from the donor, if there is one.
  void graft(Field &field) {
    std::vector<const Field *> same;
    for (const Field *part : parts)
      if (part->kind == field.kind)
        same.push_back(part);
    if (!same.empty())
      field.fields = same[below(same.size())]->fields;
  }

  /// A field that the message did not have: a small number or a name.
  void addField(Field &message) {
    Field field;
    field.number = 1 + static_cast<unsigned>(below(24));
    field.kind = kindOf(message.kind, field.number);
    if (isMessage(field)) {
      graft(field);
    } else if (below(2)) {
      field.wireType = 0;
      field.kind = Kind::Scalar;
      field.value = kNumbers[below(kNumbers.size())];
    } else if (!texts.empty()) {
      field.bytes = texts[below(texts.size())];
    }
    message.fields.push_back(std::move(field));
  }

  void changeList(Field &message) {
    auto &fields = message.fields;
    size_t at = below(fields.size());
    switch (below(4)) {
    case 0:
      fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 1: {
      Field copy = fields[at];
      fields.insert(fields.begin() + static_cast<std::ptrdiff_t>(at), copy);
      break;
    }
    case 2:
      std::swap(fields[at], fields[below(fields.size())]);
      break;
    default:
      addField(message);
    }
  }

  /// One change somewhere below `message`; deeper places are likelier.
  void change(Field &message) {
    if (message.fields.empty())
      return addField(message);
    if (below(6) == 0)
      return changeList(message);
    Field &field = message.fields[below(message.fields.size())];
    if (!isMessage(field))
      return field.wireType == 2 ? changeText(field, message.kind)
                                 : changeNumber(field);
    if (below(8) == 0)
      return graft(field);
    change(field);
  }
};

} // namespace

Field parseModel(const std::string &bytes) {
  Field model;
  model.kind = Kind::Model;
  model.fields = parseFields(bytes, Kind::Model, 0);
  return model;
}

std::string serialize(const Field &message) {
  std::string out;
  for (const Field &field : message.fields) {
    writeVarint(out, uint64_t(field.number) << 3 | field.wireType);
    if (field.wireType == 0) {
      writeVarint(out, field.value);
    } else if (field.wireType == 2) {
      std::string content =
          field.fields.empty() ? field.bytes : serialize(field);
      writeVarint(out, content.size());
      out += content;
    } else {
      char raw[8];
      std::memcpy(raw, &field.value, sizeof(raw));
      out.append(raw, field.wireType == 1 ? 8 : 4);
    }
  }
  return out;
}

void mutate(Field &model, const Field &donor, std::mt19937 &random,
            const std::vector<std::string> &opNames) {
  Mutator mutator{random, opNames, {}, {}};
  mutator.collectParts(donor);
  mutator.collectTexts(model);
  for (size_t left = 1 + mutator.below(4); left > 0; --left)
    mutator.change(model);
}

} // namespace opc::fuzz
