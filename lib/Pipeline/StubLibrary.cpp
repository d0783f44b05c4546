//===- StubLibrary.cpp - Stands in for libc and libm ----------------------===//
//
// What the linker reads of a shared library, and nothing else: its name and the
// names that it defines.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/DescriptorObject.h"

#include "ElfParts.h"
#include "llvm/Support/MathExtras.h"

using namespace opc;
namespace elf = llvm::ELF;

namespace {

enum Section : uint32_t { Null, Symbols, Strings, Dynamic, Names, Count };

// Offsets of the names within the table.
constexpr char kNames[] = "\0.dynsym\0.dynstr\0.dynamic\0.shstrtab";
constexpr uint32_t kSymbolsName = 1, kStringsName = 9, kDynamicName = 17,
                   kNamesName = 26;

/// The strings of the library: its name, then those of the functions.
struct StringTable {
  std::string text = std::string(1, '\0');

  uint32_t add(llvm::StringRef string) {
    uint32_t at = text.size();
    text += string;
    text += '\0';
    return at;
  }
};

elf::Elf64_Sym makeFunction(uint32_t name) {
  elf::Elf64_Sym symbol = {};
  symbol.st_name = name;
  symbol.setBindingAndType(elf::STB_GLOBAL, elf::STT_FUNC);
  symbol.st_shndx = elf::SHN_ABS; // defined, nowhere in particular
  return symbol;
}

elf::Elf64_Dyn makeEntry(int64_t tag, uint64_t value) {
  elf::Elf64_Dyn entry = {};
  entry.d_tag = tag;
  entry.d_un.d_val = value;
  return entry;
}

template <typename List> size_t bytesOf(const List &list) {
  return list.size() * sizeof(list[0]);
}

} // namespace

ObjectBytes opc::stubLibrary(llvm::StringRef name,
                             llvm::ArrayRef<std::string> functions,
                             const TargetDesc &desc) {
  StringTable strings;
  uint32_t soname = strings.add(name);
  llvm::SmallVector<elf::Elf64_Sym> symbols(1, elf::Elf64_Sym());
  for (const std::string &function : functions)
    symbols.push_back(makeFunction(strings.add(function)));
  elf::Elf64_Dyn dynamic[] = {makeEntry(elf::DT_SONAME, soname),
                              makeEntry(elf::DT_NULL, 0)};

  uint64_t symbolsAt = sizeof(elf::Elf64_Ehdr);
  uint64_t dynamicAt = symbolsAt + bytesOf(symbols);
  uint64_t stringsAt = dynamicAt + sizeof(dynamic);
  uint64_t namesAt = stringsAt + strings.text.size();
  uint64_t sectionsAt = llvm::alignTo(namesAt + sizeof(kNames), 8);

  elf::Elf64_Shdr sections[Count] = {};
  sections[Symbols] =
      elfSection(kSymbolsName, elf::SHT_DYNSYM, symbolsAt, bytesOf(symbols), 8);
  sections[Symbols].sh_link = Strings;
  sections[Symbols].sh_info = 1; // the first symbol that is not local
  sections[Symbols].sh_entsize = sizeof(elf::Elf64_Sym);
  sections[Strings] = elfSection(kStringsName, elf::SHT_STRTAB, stringsAt,
                                 strings.text.size(), 1);
  sections[Dynamic] =
      elfSection(kDynamicName, elf::SHT_DYNAMIC, dynamicAt, sizeof(dynamic), 8);
  sections[Dynamic].sh_link = Strings;
  sections[Dynamic].sh_entsize = sizeof(elf::Elf64_Dyn);
  sections[Names] =
      elfSection(kNamesName, elf::SHT_STRTAB, namesAt, sizeof(kNames), 1);

  ObjectBytes bytes;
  bytes.resize(sectionsAt + sizeof(sections));
  elf::Elf64_Ehdr header = elfHeader(desc, elf::ET_DYN, sectionsAt, Count);
  elfPut(bytes, 0, &header, sizeof(header));
  elfPut(bytes, symbolsAt, symbols.data(), bytesOf(symbols));
  elfPut(bytes, dynamicAt, dynamic, sizeof(dynamic));
  elfPut(bytes, stringsAt, strings.text.data(), strings.text.size());
  elfPut(bytes, namesAt, kNames, sizeof(kNames));
  elfPut(bytes, sectionsAt, sections, sizeof(sections));
  return bytes;
}
