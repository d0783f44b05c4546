//===- ConstantsObject.cpp - Weights as an object file --------------------===//
//
// A minimal ELF file: one read-only section and one hidden symbol. Built by
// hand because LLVM's own writers hold every byte several times.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Link.h"

#include "ElfParts.h"
#include "opc-c/module.h"
#include "llvm/Support/MathExtras.h"

using namespace opc;
namespace elf = llvm::ELF;

namespace {

enum Section : uint32_t { Null, Data, Symbols, Strings, Names, Count };

// Offsets of the names within the string tables below.
constexpr char kStrings[] = "\0opc_constants";
constexpr char kNames[] = "\0.opc.constants\0.symtab\0.strtab\0.shstrtab";
constexpr uint32_t kDataName = 1, kSymbolsName = 16, kStringsName = 24,
                   kNamesName = 32;

elf::Elf64_Sym makeSymbol(uint64_t size) {
  elf::Elf64_Sym symbol = {};
  symbol.st_name = 1;
  symbol.setBindingAndType(elf::STB_GLOBAL, elf::STT_OBJECT);
  symbol.st_other = elf::STV_HIDDEN;
  symbol.st_shndx = Data;
  symbol.st_size = size;
  return symbol;
}

} // namespace

ObjectBytes opc::constantsObject(llvm::ArrayRef<char> data,
                                 const TargetDesc &desc) {
  uint64_t dataAt = llvm::alignTo(sizeof(elf::Elf64_Ehdr), OPC_ALIGNMENT);
  uint64_t symbolsAt = llvm::alignTo(dataAt + data.size(), 8);
  elf::Elf64_Sym symbols[2] = {elf::Elf64_Sym(), makeSymbol(data.size())};
  uint64_t stringsAt = symbolsAt + sizeof(symbols);
  uint64_t namesAt = stringsAt + sizeof(kStrings);
  uint64_t sectionsAt = llvm::alignTo(namesAt + sizeof(kNames), 8);

  elf::Elf64_Shdr sections[Count] = {};
  sections[Data] = elfSection(kDataName, elf::SHT_PROGBITS, dataAt, data.size(),
                              OPC_ALIGNMENT);
  sections[Data].sh_flags = elf::SHF_ALLOC;
  sections[Symbols] =
      elfSection(kSymbolsName, elf::SHT_SYMTAB, symbolsAt, sizeof(symbols), 8);
  sections[Symbols].sh_link = Strings;
  sections[Symbols].sh_info = 1; // the first symbol that is not local
  sections[Symbols].sh_entsize = sizeof(elf::Elf64_Sym);
  sections[Strings] =
      elfSection(kStringsName, elf::SHT_STRTAB, stringsAt, sizeof(kStrings), 1);
  sections[Names] =
      elfSection(kNamesName, elf::SHT_STRTAB, namesAt, sizeof(kNames), 1);

  ObjectBytes bytes;
  bytes.resize(sectionsAt + sizeof(sections));
  elf::Elf64_Ehdr header = elfHeader(desc, elf::ET_REL, sectionsAt, Count);
  elfPut(bytes, 0, &header, sizeof(header));
  elfPut(bytes, dataAt, data.data(), data.size());
  elfPut(bytes, symbolsAt, symbols, sizeof(symbols));
  elfPut(bytes, stringsAt, kStrings, sizeof(kStrings));
  elfPut(bytes, namesAt, kNames, sizeof(kNames));
  elfPut(bytes, sectionsAt, sections, sizeof(sections));
  return bytes;
}
