//===- Aliases.cpp - which tensors share memory ---------------------------===//
#include "Aliases.h"

namespace opc::torch {

void Aliases::add(StringRef name, Owner owner) {
  memoryOf[name] = memories.size();
  memories.push_back({{name.str()}, owner});
}

void Aliases::addView(StringRef name, StringRef base) {
  auto found = memoryOf.find(base);
  if (found == memoryOf.end())
    return add(name);
  size_t memory = found->second;
  memoryOf[name] = memory;
  memories[memory].names.push_back(name.str());
}

Aliases::Owner Aliases::ownerOf(StringRef name) const {
  auto found = memoryOf.find(name);
  return found == memoryOf.end() ? Owner::Graph : memories[found->second].owner;
}

llvm::ArrayRef<std::string> Aliases::sharing(StringRef name) const {
  auto found = memoryOf.find(name);
  if (found == memoryOf.end())
    return {};
  return memories[found->second].names;
}

void Aliases::spoil(StringRef name, StringRef changer) {
  spoilers[name] = changer.str();
}

StringRef Aliases::spoilerOf(StringRef name) const {
  auto found = spoilers.find(name);
  return found == spoilers.end() ? StringRef() : StringRef(found->second);
}

} // namespace opc::torch
