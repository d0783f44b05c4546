//===- ElfFile.cpp - The structure of a shared object ---------------------===//
//
// Offsets and sizes are 64-bit numbers of a stranger: every sum is checked
// before it is used.
//
//===----------------------------------------------------------------------===//
#include "ElfFile.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

using namespace opc::runtime;

namespace {
struct MachineName {
  uint16_t machine;
  const char *name;
};
} // namespace

/// Whether a section has bytes in the file; others' offsets mean nothing.
static bool isInFile(const Elf64_Shdr &section) {
  return section.sh_type != SHT_NOBITS && section.sh_type != SHT_NULL;
}

#ifndef EM_LOONGARCH // younger than some C libraries
#define EM_LOONGARCH 258
#endif

static constexpr MachineName machines[] = {
    {EM_X86_64, "x86-64"}, {EM_AARCH64, "AArch64"},
    {EM_RISCV, "RISC-V"},  {EM_386, "i386"},
    {EM_ARM, "Arm"},       {EM_PPC64, "PowerPC64"},
    {EM_S390, "s390x"},    {EM_LOONGARCH, "LoongArch"},
};

std::string ElfFile::machineName(uint16_t machine) {
  for (const MachineName &known : machines)
    if (known.machine == machine)
      return known.name;
  return fmt::format("ELF machine {}", machine);
}

uint16_t ElfFile::thisMachine() {
#if defined(__x86_64__)
  return EM_X86_64;
#elif defined(__aarch64__)
  return EM_AARCH64;
#elif defined(__riscv)
  return EM_RISCV;
#elif defined(__loongarch__)
  return EM_LOONGARCH;
#else
#error "opc's runtime does not know this machine"
#endif
}

Status ElfFile::inside(const char *what, uint64_t offset, uint64_t size) {
  uint64_t end;
  if (__builtin_add_overflow(offset, size, &end) || end > file.size())
    return Status::input(fmt::format(
        "{}: truncated or damaged: {} at byte {} of {} bytes lies beyond the "
        "file's {} bytes",
        file.path(), what, offset, size, file.size()));
  extent_ = std::max(extent_, end);
  return {};
}

Status ElfFile::readHeader() {
  auto notElf = [&] {
    return Status::input(fmt::format("{}: not an ELF shared object of 64-bit "
                                     "little-endian code",
                                     file.path()));
  };
  if (file.size() < sizeof(header))
    return notElf();
  if (Status s = file.read(0, &header, sizeof(header)); !s.ok())
    return s;
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_type != ET_DYN)
    return notElf();
  if (header.e_phentsize != sizeof(Elf64_Phdr) ||
      header.e_shentsize != sizeof(Elf64_Shdr) || header.e_phnum == 0 ||
      header.e_shnum == 0 || header.e_shstrndx >= header.e_shnum)
    return Status::input(fmt::format(
        "{}: damaged: its ELF header is inconsistent", file.path()));
  return {};
}

Status ElfFile::readSegments() {
  uint64_t bytes = uint64_t(header.e_phnum) * sizeof(Elf64_Phdr);
  if (Status s = inside("segment table", header.e_phoff, bytes); !s.ok())
    return s;
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  if (Status s = file.read(header.e_phoff, segments.data(), bytes); !s.ok())
    return s;
  for (const Elf64_Phdr &segment : segments)
    if (Status s = inside("segment", segment.p_offset, segment.p_filesz);
        !s.ok())
      return s;
  return {};
}

Status ElfFile::readSections() {
  uint64_t bytes = uint64_t(header.e_shnum) * sizeof(Elf64_Shdr);
  if (Status s = inside("section table", header.e_shoff, bytes); !s.ok())
    return s;
  sections.resize(header.e_shnum);
  if (Status s = file.read(header.e_shoff, sections.data(), bytes); !s.ok())
    return s;
  for (const Elf64_Shdr &section : sections) {
    if (!isInFile(section))
      continue;
    if (Status s = inside("section", section.sh_offset, section.sh_size);
        !s.ok())
      return s;
  }
  names = contents(sections[header.e_shstrndx]);
  return {};
}

Status ElfFile::read() {
  for (auto step :
       {&ElfFile::readHeader, &ElfFile::readSegments, &ElfFile::readSections})
    if (Status s = (this->*step)(); !s.ok())
      return s;
  return {};
}

/// Empty if it cannot be read. read() has checked that it lies in the file.
std::string ElfFile::contents(const Elf64_Shdr &section) const {
  if (!isInFile(section))
    return {};
  std::string bytes(section.sh_size, '\0');
  return file.read(section.sh_offset, bytes.data(), bytes.size()).ok()
             ? bytes
             : std::string();
}

/// The NUL-terminated string at `offset` of a string table.
static std::string_view stringAt(const std::string &table, uint64_t offset) {
  if (offset >= table.size())
    return {};
  std::string_view rest = std::string_view(table).substr(offset);
  return rest.substr(0, rest.find('\0'));
}

Status ElfFile::section(std::string_view name, std::string &to) const {
  for (const Elf64_Shdr &section : sections)
    if (stringAt(names, section.sh_name) == name) {
      to = contents(section);
      return {};
    }
  return Status::input(
      fmt::format("{}: not a program that opc compiled: it has no section {}",
                  file.path(), name));
}

bool ElfFile::exports(std::string_view symbol) const {
  // A shared object has one such table.
  auto dynamic = std::find_if(
      sections.begin(), sections.end(),
      [](const Elf64_Shdr &section) { return section.sh_type == SHT_DYNSYM; });
  if (dynamic == sections.end() || dynamic->sh_link >= sections.size())
    return false;
  std::string strings = contents(sections[dynamic->sh_link]);
  std::string table = contents(*dynamic);
  for (size_t at = 0; at + sizeof(Elf64_Sym) <= table.size();
       at += sizeof(Elf64_Sym)) {
    Elf64_Sym entry;
    std::memcpy(&entry, table.data() + at, sizeof(entry));
    if (entry.st_shndx != SHN_UNDEF &&
        stringAt(strings, entry.st_name) == symbol)
      return true;
  }
  return false;
}
