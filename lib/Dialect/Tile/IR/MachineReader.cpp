//===- MachineReader.cpp - reads the keys of a description ----------------===//
#include "MachineReader.h"

#include "llvm/Support/FormatVariadic.h"

using namespace opc::tile;
namespace json = llvm::json;

MachineReader::~MachineReader() {
  for (const auto &entry : object)
    if (!asked.contains(entry.first))
      complain(entry.first, "is not a known property");
}

void MachineReader::read(llvm::StringRef key, int64_t &out) {
  const json::Value *value = find(key);
  if (!value)
    return;
  take(key, value->getAsInteger(), out, "is not an integer");
  if (out < 0)
    complain(key, "is negative");
}

void MachineReader::read(llvm::StringRef key, bool &out) {
  if (const json::Value *value = find(key))
    take(key, value->getAsBoolean(), out, "is neither true nor false");
}

void MachineReader::read(llvm::StringRef key, std::string &out) {
  if (const json::Value *value = find(key))
    take(key, value->getAsString(), out, "is not a string");
}

void MachineReader::read(llvm::StringRef key,
                         llvm::SmallVector<std::string> &out) {
  for (const json::Value &value : list(key))
    take(key, value.getAsString(), out.emplace_back(),
         "is not a list of strings");
}

void MachineReader::readPositive(llvm::StringRef key, int64_t &out) {
  out = 1;
  read(key, out);
  if (out == 0)
    complain(key, "is 0");
}

void MachineReader::inner(llvm::StringRef key,
                          llvm::function_ref<void(MachineReader &)> body) {
  if (const json::Value *value = find(key))
    nested(*value, key, body);
}

void MachineReader::each(llvm::StringRef key,
                         llvm::function_ref<void(MachineReader &)> body) {
  for (const json::Value &value : list(key))
    nested(value, key, body);
}

void MachineReader::complain(llvm::StringRef key, llvm::StringRef what) {
  if (complaint.empty())
    complaint = llvm::formatv("'{0}{1}' {2}", place, key, what).str();
}

const json::Value *MachineReader::find(llvm::StringRef key) {
  asked.insert(key);
  const json::Value *value = object.get(key);
  if (!value)
    complain(key, "is missing");
  return value;
}

llvm::ArrayRef<json::Value> MachineReader::list(llvm::StringRef key) {
  const json::Value *value = find(key);
  if (!value)
    return {};
  const json::Array *array = value->getAsArray();
  if (!array) {
    complain(key, "is not a list");
    return {};
  }
  return llvm::ArrayRef(array->data(), array->size());
}

void MachineReader::nested(const json::Value &value, llvm::StringRef key,
                           llvm::function_ref<void(MachineReader &)> body) {
  const json::Object *inner = value.getAsObject();
  if (!inner)
    return complain(key, "is not an object");
  MachineReader reader(*inner, place + key.str() + ".", complaint);
  body(reader);
}
