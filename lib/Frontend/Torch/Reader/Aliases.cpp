//===- Aliases.cpp - which tensors share memory ---------------------------===//
#include "Aliases.h"

namespace opc::torch {

void Aliases::add(StringRef name, Owner owner) {
  memoryOf[name] = memories.size();
  memories.push_back({{name.str()}, owner});
  tensorOf[name] = name.str();
}

void Aliases::addView(StringRef name, StringRef base) {
  auto found = memoryOf.find(base);
  if (found == memoryOf.end())
    return add(name);
  size_t memory = found->second;
  memoryOf[name] = memory;
  memories[memory].names.push_back(name.str());
  tensorOf[name] = name.str();
}

void Aliases::addSame(StringRef name, StringRef base) {
  addView(name, base);
  if (auto found = tensorOf.find(base); found != tensorOf.end())
    tensorOf[name] = std::string(found->second);
}

bool Aliases::isSame(StringRef one, StringRef other) const {
  auto first = tensorOf.find(one), second = tensorOf.find(other);
  return first != tensorOf.end() && second != tensorOf.end() &&
         first->second == second->second;
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
