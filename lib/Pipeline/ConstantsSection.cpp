//===- ConstantsSection.cpp - The place of weights in a linked file -------===//
//
// lld gives the reserved section, which is read-only and without contents, the
// end of a segment whose other sections come before it. So the constants go
// behind that segment's part of the file, and all parts behind them move by
// whole pages; addresses stay as they were linked. A relocatable file has no
// segments: there they go to its end.
//
//===----------------------------------------------------------------------===//
#include "ConstantsSection.h"

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

/// The headers of a file in memory, to be changed in place.
struct Headers {
  explicit Headers(ObjectBytes &image)
      : file(*reinterpret_cast<elf::Elf64_Ehdr *>(image.data())),
        segments(
            reinterpret_cast<elf::Elf64_Phdr *>(image.data() + file.e_phoff),
            file.e_phnum),
        sections(
            reinterpret_cast<elf::Elf64_Shdr *>(image.data() + file.e_shoff),
            file.e_shnum),
        names(image.data() + sections[file.e_shstrndx].sh_offset) {}

  elf::Elf64_Shdr *constants() {
    return llvm::find_if(sections, [&](const elf::Elf64_Shdr &section) {
      return llvm::StringRef(names + section.sh_name) == (kNames + kDataName);
    });
  }
  /// The segment whose end the section is; null in a relocatable file.
  elf::Elf64_Phdr *segmentOf(const elf::Elf64_Shdr &section) {
    auto *found = llvm::find_if(segments, [&](const elf::Elf64_Phdr &segment) {
      return segment.p_type == elf::PT_LOAD &&
             segment.p_vaddr + segment.p_memsz ==
                 section.sh_addr + section.sh_size;
    });
    return found == segments.end() ? nullptr : found;
  }
  /// Makes place for `bytes` at the offset `at`.
  void shift(uint64_t at, uint64_t bytes) {
    auto move = [&](uint64_t &offset) { offset += offset >= at ? bytes : 0; };
    move(file.e_shoff);
    for (elf::Elf64_Phdr &segment : segments)
      move(segment.p_offset);
    for (elf::Elf64_Shdr &section : sections)
      move(section.sh_offset);
  }

  elf::Elf64_Ehdr &file;
  llvm::MutableArrayRef<elf::Elf64_Phdr> segments;
  llvm::MutableArrayRef<elf::Elf64_Shdr> sections;
  const char *names;
};

/// Where constants go into a file, and how many zeros before and after them.
struct Insertion {
  uint64_t at, before, after;
};

/// Changes the headers to those of the file with the constants.
Insertion makePlace(ObjectBytes &image, uint64_t size) {
  Headers headers(image);
  elf::Elf64_Shdr *section = headers.constants();
  assert(section != headers.sections.end() && section->sh_size == size &&
         "the link keeps the constants as they are");
  Insertion place = {image.size(), 0, 0};
  if (elf::Elf64_Phdr *segment = headers.segmentOf(*section)) {
    place.at = segment->p_offset + segment->p_filesz;
    place.before = segment->p_memsz - segment->p_filesz - size;
    place.after = llvm::offsetToAlignment(place.before + size,
                                          llvm::Align(segment->p_align));
    headers.shift(place.at, place.before + size + place.after);
    segment->p_filesz = segment->p_memsz;
  } else {
    place.before =
        llvm::offsetToAlignment(place.at, llvm::Align(OPC_ALIGNMENT));
  }
  section->sh_type = elf::SHT_PROGBITS;
  section->sh_offset = place.at + place.before;
  return place;
}

} // namespace

ObjectBytes opc::reserveConstants(uint64_t size, const TargetDesc &desc) {
  constexpr uint64_t symbolsAt = sizeof(elf::Elf64_Ehdr);
  elf::Elf64_Sym symbols[2] = {elf::Elf64_Sym(), makeSymbol(size)};
  uint64_t stringsAt = symbolsAt + sizeof(symbols);
  uint64_t namesAt = stringsAt + sizeof(kStrings);
  uint64_t sectionsAt = llvm::alignTo(namesAt + sizeof(kNames), 8);

  elf::Elf64_Shdr sections[Count] = {};
  // No constants need no place that the file has not.
  sections[Data] =
      elfSection(kDataName, size ? elf::SHT_NOBITS : elf::SHT_PROGBITS,
                 symbolsAt, size, OPC_ALIGNMENT);
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
  elfPut(bytes, symbolsAt, symbols, sizeof(symbols));
  elfPut(bytes, stringsAt, kStrings, sizeof(kStrings));
  elfPut(bytes, namesAt, kNames, sizeof(kNames));
  elfPut(bytes, sectionsAt, sections, sizeof(sections));
  return bytes;
}

std::pair<std::string_view, std::string_view>
opc::openForConstants(ObjectBytes &image, uint64_t size) {
  size_t split = image.size();
  if (size) {
    Insertion place = makePlace(image, size);
    image.insert(image.begin() + place.at, place.before + place.after, '\0');
    split = place.at + place.before;
  }
  std::string_view whole(image.data(), image.size());
  return {whole.substr(0, split), whole.substr(split)};
}
