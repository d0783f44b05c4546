//===- ConstantsObject.cpp - Weights as an object file --------------------===//
//
// A minimal ELF file: one read-only section and one hidden symbol. Built by
// hand because LLVM's own writers hold every byte several times.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Link.h"

#include "opc-c/module.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/TargetParser/Triple.h"
#include <cstring>

using namespace opc;
namespace elf = llvm::ELF;

namespace {

enum Section : uint32_t { Null, Data, Symbols, Strings, Names, Count };

// Offsets of the names within the string tables below.
constexpr char kStrings[] = "\0opc_constants";
constexpr char kNames[] = "\0.opc.constants\0.symtab\0.strtab\0.shstrtab";
constexpr uint32_t kDataName = 1, kSymbolsName = 16, kStringsName = 24,
                   kNamesName = 32;

uint16_t machineOf(const TargetDesc &desc) {
  switch (llvm::Triple(desc.llvm.triple).getArch()) {
  case llvm::Triple::aarch64:
    return elf::EM_AARCH64;
  case llvm::Triple::riscv64:
    return elf::EM_RISCV;
  case llvm::Triple::loongarch64:
    return elf::EM_LOONGARCH;
  default:
    return elf::EM_X86_64;
  }
}

elf::Elf64_Ehdr makeHeader(const TargetDesc &desc, uint64_t sections) {
  elf::Elf64_Ehdr header = {};
  memcpy(header.e_ident, elf::ElfMagic, 4);
  header.e_ident[elf::EI_CLASS] = elf::ELFCLASS64;
  header.e_ident[elf::EI_DATA] = elf::ELFDATA2LSB;
  header.e_ident[elf::EI_VERSION] = elf::EV_CURRENT;
  header.e_type = elf::ET_REL;
  header.e_machine = machineOf(desc);
  header.e_version = elf::EV_CURRENT;
  header.e_ehsize = sizeof(elf::Elf64_Ehdr);
  header.e_shoff = sections;
  header.e_shentsize = sizeof(elf::Elf64_Shdr);
  header.e_shnum = Count;
  header.e_shstrndx = Names;
  return header;
}

elf::Elf64_Shdr makeSection(uint32_t name, uint32_t type, uint64_t offset,
                            uint64_t size, uint64_t align) {
  elf::Elf64_Shdr section = {};
  section.sh_name = name;
  section.sh_type = type;
  section.sh_offset = offset;
  section.sh_size = size;
  section.sh_addralign = align;
  return section;
}

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
  sections[Data] = makeSection(kDataName, elf::SHT_PROGBITS, dataAt,
                               data.size(), OPC_ALIGNMENT);
  sections[Data].sh_flags = elf::SHF_ALLOC;
  sections[Symbols] =
      makeSection(kSymbolsName, elf::SHT_SYMTAB, symbolsAt, sizeof(symbols), 8);
  sections[Symbols].sh_link = Strings;
  sections[Symbols].sh_info = 1; // the first symbol that is not local
  sections[Symbols].sh_entsize = sizeof(elf::Elf64_Sym);
  sections[Strings] = makeSection(kStringsName, elf::SHT_STRTAB, stringsAt,
                                  sizeof(kStrings), 1);
  sections[Names] =
      makeSection(kNamesName, elf::SHT_STRTAB, namesAt, sizeof(kNames), 1);

  ObjectBytes bytes;
  bytes.resize(sectionsAt + sizeof(sections));
  auto put = [&](uint64_t at, const void *from, size_t size) {
    if (size)
      memcpy(bytes.data() + at, from, size);
  };
  elf::Elf64_Ehdr header = makeHeader(desc, sectionsAt);
  put(0, &header, sizeof(header));
  put(dataAt, data.data(), data.size());
  put(symbolsAt, symbols, sizeof(symbols));
  put(stringsAt, kStrings, sizeof(kStrings));
  put(namesAt, kNames, sizeof(kNames));
  put(sectionsAt, sections, sizeof(sections));
  return bytes;
}
