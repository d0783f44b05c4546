//===- Elements.cpp - ONNX tensors as attributes --------------------------===//
//
// TensorProto has three homes for its data: raw bytes, typed lists, and a slice
// of an external file. All are checked against the shape before use.
//
//===----------------------------------------------------------------------===//
#include "Elements.h"
#include "Describe.h"
#include "Refusals.h"
#include "mlir/IR/BuiltinDialect.h"
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Dialect/Opc/IR/Limits.h"
#include "opc/Frontend/Graph/ConstantElements.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using llvm::formatv;
using llvm::StringRef;

namespace opc::onnx {
namespace {

struct DtypeRow {
  int dataType;
  StringRef name;
  /// 'f' float, 'i' signed (and bool), 'u' unsigned, 'b' bfloat16, ' ' none.
  char kind;
  unsigned bits;
};

constexpr DtypeRow kDtypes[] = {
    {1, "float", 'f', 32},        {2, "uint8", 'u', 8},
    {3, "int8", 'i', 8},          {4, "uint16", 'u', 16},
    {5, "int16", 'i', 16},        {6, "int32", 'i', 32},
    {7, "int64", 'i', 64},        {8, "string", ' ', 0},
    {9, "bool", 'i', 1},          {10, "float16", 'f', 16},
    {11, "double", 'f', 64},      {12, "uint32", 'u', 32},
    {13, "uint64", 'u', 64},      {14, "complex64", ' ', 0},
    {15, "complex128", ' ', 0},   {16, "bfloat16", 'b', 16},
    {17, "float8e4m3fn", ' ', 0}, {18, "float8e4m3fnuz", ' ', 0},
    {19, "float8e5m2", ' ', 0},   {20, "float8e5m2fnuz", ' ', 0},
    {21, "uint4", 'u', 4},        {22, "int4", 'i', 4},
    {23, "float4e2m1", ' ', 0},   {24, "float8e8m0", ' ', 0},
    {25, "uint2", 'u', 2},        {26, "int2", 'i', 2},
    {27, "float6e2m3", ' ', 0},   {28, "float6e3m2", ' ', 0},
};

const DtypeRow *rowOf(int dataType) {
  for (const DtypeRow &row : kDtypes)
    if (row.dataType == dataType)
      return &row;
  return nullptr;
}

Type typeOf(MLIRContext *context, const DtypeRow &row) {
  switch (row.kind) {
  case 'f':
    return row.bits == 16   ? Type(Float16Type::get(context))
           : row.bits == 32 ? Type(Float32Type::get(context))
                            : Type(Float64Type::get(context));
  case 'b':
    return BFloat16Type::get(context);
  case 'i':
    return IntegerType::get(context, row.bits);
  case 'u':
    return IntegerType::get(context, row.bits, IntegerType::Unsigned);
  default:
    return Type();
  }
}

/// Whether a TensorProto holds several elements in a byte, the first in its low
/// bits.
bool isPacked(Type element) {
  return isBelowByte(element) && !element.isInteger(1);
}

/// Bytes of `type` in a TensorProto.
int64_t protoBytes(RankedTensorType type) {
  Type element = type.getElementType();
  int64_t count = type.getNumElements();
  if (isPacked(element))
    return llvm::divideCeil(count, 8 / element.getIntOrFloatBitWidth());
  return count * bytesOfElement(element);
}

/// One byte for each of `count` elements of `bits` bits.
std::shared_ptr<std::vector<char>> unpacked(ArrayRef<char> packed,
                                            int64_t count, unsigned bits) {
  auto bytes = std::make_shared<std::vector<char>>(count);
  int64_t perByte = 8 / bits;
  for (int64_t i = 0; i < count; ++i) {
    auto byte = static_cast<unsigned char>(packed[i / perByte]);
    (*bytes)[i] = byte >> (i % perByte * bits) & ((1 << bits) - 1);
  }
  return bytes;
}

/// Appends the low bytes of each number of a protobuf list.
template <typename T, typename List>
void appendAs(const List &list, std::vector<char> &bytes) {
  bytes.reserve(list.size() * sizeof(T));
  for (auto item : list) {
    T value = static_cast<T>(item);
    const char *begin = reinterpret_cast<const char *>(&value);
    bytes.insert(bytes.end(), begin, begin + sizeof(T));
  }
}

/// The typed list that holds elements of this type, as bytes.
std::vector<char> typedBytes(const pb::TensorProto &tensor, Type element) {
  std::vector<char> bytes;
  unsigned width = element.getIntOrFloatBitWidth();
  if (element.isF32())
    appendAs<float>(tensor.float_data(), bytes);
  else if (element.isF64())
    appendAs<double>(tensor.double_data(), bytes);
  else if (element.isUnsignedInteger() && width == 32)
    appendAs<uint32_t>(tensor.uint64_data(), bytes);
  else if (element.isUnsignedInteger() && width == 64)
    appendAs<uint64_t>(tensor.uint64_data(), bytes);
  else if (width == 64)
    appendAs<int64_t>(tensor.int64_data(), bytes);
  else if (width == 32)
    appendAs<int32_t>(tensor.int32_data(), bytes);
  else if (width == 16)
    appendAs<int16_t>(tensor.int32_data(), bytes);
  else
    appendAs<int8_t>(tensor.int32_data(), bytes);
  return bytes;
}

/// One entry of a tensor's external_data list; empty where it is absent.
StringRef externalEntry(const pb::TensorProto &tensor, StringRef key) {
  for (const auto &entry : tensor.external_data())
    if (entry.key() == key)
      return entry.value();
  return {};
}

} // namespace

Type elementTypeOf(MLIRContext *context, int dataType) {
  const DtypeRow *row = rowOf(dataType);
  return row ? typeOf(context, *row) : Type();
}

/// As programs call it where they have it, else as the format does.
static std::string nameOf(const DtypeRow &row) {
  if (row.kind == ' ' || row.bits == 1)
    return row.name.str();
  StringRef kind = row.kind == 'b' ? "bf" : StringRef(&row.kind, 1);
  return formatv("{0}{1}", kind, row.bits);
}

std::string dtypeName(int dataType) {
  const DtypeRow *row = rowOf(dataType);
  return row ? nameOf(*row) : formatv("type {0}", dataType).str();
}

int dtypeNamed(StringRef name) {
  for (const DtypeRow &row : kDtypes)
    if (row.name == name)
      return row.dataType;
  return 0;
}

/// Whether there are `expected` bytes of data for a tensor of `type`.
static bool fills(ArrayRef<char> data, int64_t expected, RankedTensorType type,
                  Objection &error) {
  if (static_cast<int64_t>(data.size()) == expected)
    return true;
  error = formatv("{0} bytes of data for {1} elements of {2}", data.size(),
                  type.getNumElements(), dtypeName(type.getElementType()));
  return false;
}

ElementsAttr ElementsReader::wrapProto(RankedTensorType type,
                                       ArrayRef<char> data,
                                       std::shared_ptr<void> owner,
                                       Objection &error) {
  Type element = type.getElementType();
  if (!isPacked(element))
    return elementsOver(type, data, std::move(owner), error);
  if (!fills(data, protoBytes(type), type, error))
    return {};
  auto bytes =
      unpacked(data, type.getNumElements(), element.getIntOrFloatBitWidth());
  return elementsOver(type, *bytes, bytes, error);
}

ElementsAttr ElementsReader::read(pb::TensorProto &tensor, Objection &error) {
  Type element = elementTypeOf(context, tensor.data_type());
  if (!element) {
    error = refusedDtype(tensor.data_type());
    return {};
  }
  if (tensor.has_segment()) {
    error = Objection::unsupported("segmented tensors are not supported",
                                   "a tensor in one piece");
    return {};
  }
  SmallVector<int64_t> shape(tensor.dims().begin(), tensor.dims().end());
  for (int64_t extent : shape)
    if (extent < 0) {
      error = formatv("extent {0} is negative", extent);
      return {};
    }
  RankedTensorType type = checkedType(shape, element, error);
  if (!type)
    return {};
  if (tensor.data_location() == pb::TensorProto::EXTERNAL)
    return readExternal(tensor, type, error);
  if (tensor.has_raw_data()) {
    auto raw =
        std::make_shared<std::string>(std::move(*tensor.mutable_raw_data()));
    return wrapProto(type, ArrayRef<char>(raw->data(), raw->size()), raw,
                     error);
  }
  auto bytes = std::make_shared<std::vector<char>>(typedBytes(tensor, element));
  return wrapProto(type, *bytes, bytes, error);
}

ElementsAttr ElementsReader::read(const ConstantInput &input,
                                  Objection &error) {
  Type element = elementTypeOf(context, dtypeNamed(input.dtype));
  if (!element) {
    error = Objection::unsupported("dtype " + quoted(input.dtype) +
                                   " is not supported");
    return {};
  }
  if (llvm::any_of(input.shape, [](int64_t extent) { return extent < 0; })) {
    error = "an extent is negative";
    return {};
  }
  RankedTensorType type = checkedType(input.shape, element, error);
  if (!type)
    return {};
  if (!isPacked(element))
    return elementsOver(type, input.data, nullptr, error);
  auto bytes = std::make_shared<std::vector<char>>(input.data);
  for (char &byte : *bytes)
    byte &= (1 << element.getIntOrFloatBitWidth()) - 1;
  return elementsOver(type, *bytes, bytes, error);
}

/// So that one folder's path starts another's only where it holds it.
static std::string withSlash(StringRef folder) {
  return (folder.ends_with("/") ? folder : folder + "/").str();
}

std::shared_ptr<llvm::MemoryBuffer> ElementsReader::map(StringRef location,
                                                        Objection &error) {
  if (auto found = files.find(location); found != files.end())
    return found->second;
  namespace path = llvm::sys::path;
  bool climbs = llvm::is_contained(
      llvm::make_range(path::begin(location), path::end(location)), "..");
  if (location.empty() || path::is_absolute(location) || climbs ||
      location.contains('\0')) {
    error = formatv("external data {0} is not a path below the model's folder",
                    quoted(location));
    return nullptr;
  }
  SmallString<256> full(directory.empty() ? "." : directory), folder, home,
      real;
  if (llvm::sys::fs::real_path(full, folder)) {
    error = formatv("external data {0} is missing", quoted(location));
    return nullptr;
  }
  path::append(full, location);
  if (llvm::sys::fs::real_path(path::parent_path(full), home) ||
      llvm::sys::fs::real_path(full, real)) {
    error = formatv("external data {0} is missing", quoted(location));
    return nullptr;
  }
  // The file may be a link to anywhere, as in the folders of model hubs: who
  // laid it there chose so. The model itself may not choose another folder.
  if (!StringRef(withSlash(home)).starts_with(withSlash(folder))) {
    error = formatv("external data {0} leads out of the model's folder",
                    quoted(location));
    return nullptr;
  }
  if (!llvm::sys::fs::is_regular_file(real)) {
    error = formatv("external data {0} is no regular file", quoted(location));
    return nullptr;
  }
  auto buffer = llvm::MemoryBuffer::getFile(real, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer) {
    error = formatv("external data {0}: {1}", quoted(location),
                    buffer.getError().message());
    return nullptr;
  }
  return files[location] = std::move(*buffer);
}

ElementsAttr ElementsReader::readExternal(const pb::TensorProto &tensor,
                                          RankedTensorType type,
                                          Objection &error) {
  auto file = map(externalEntry(tensor, "location"), error);
  if (!file)
    return {};
  uint64_t size = file->getBufferSize(), offset = 0;
  uint64_t length = protoBytes(type);
  StringRef offsetText = externalEntry(tensor, "offset");
  StringRef lengthText = externalEntry(tensor, "length");
  if ((!offsetText.empty() && offsetText.getAsInteger(10, offset)) ||
      (!lengthText.empty() && lengthText.getAsInteger(10, length))) {
    error = formatv("external offset {0} or length {1} is not a number",
                    quoted(offsetText), quoted(lengthText));
    return {};
  }
  if (offset > size || length > size - offset) {
    error = formatv("external data at {0} of length {1} lies outside of a file "
                    "of {2} bytes",
                    offset, length, size);
    return {};
  }
  ArrayRef<char> data(file->getBufferStart() + offset, length);
  return wrapProto(type, data, file, error);
}

} // namespace opc::onnx
