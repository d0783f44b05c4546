//===- ElfParts.h - Pieces of small ELF files -------------------*- C++ -*-===//
//
// For the files that are built by hand: constants, and stand-ins for libraries.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_PIPELINE_ELFPARTS_H
#define OPC_LIB_PIPELINE_ELFPARTS_H

#include "opc/Targets/Core/TargetDesc.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/TargetParser/Triple.h"
#include <cstring>

namespace opc {

/// What the header of a file says of the processor: which it is, and how
/// functions are called, where that has several forms (doubles in registers).
struct ElfMachine {
  uint16_t machine;
  uint32_t flags;
};

inline ElfMachine elfMachine(const TargetDesc &desc) {
  namespace elf = llvm::ELF;
  switch (llvm::Triple(desc.llvm.triple).getArch()) {
  case llvm::Triple::aarch64:
    return {elf::EM_AARCH64, 0};
  case llvm::Triple::riscv64:
    return {elf::EM_RISCV, elf::EF_RISCV_FLOAT_ABI_DOUBLE};
  case llvm::Triple::loongarch64:
    return {elf::EM_LOONGARCH, elf::EF_LOONGARCH_ABI_DOUBLE_FLOAT |
                                   elf::EF_LOONGARCH_OBJABI_V1};
  default:
    return {elf::EM_X86_64, 0};
  }
}

/// The header of a file whose `count` section headers start at `sections`; the
/// last section holds the sections' names.
inline llvm::ELF::Elf64_Ehdr elfHeader(const TargetDesc &desc, uint16_t type,
                                       uint64_t sections, uint16_t count) {
  namespace elf = llvm::ELF;
  elf::Elf64_Ehdr header = {};
  memcpy(header.e_ident, elf::ElfMagic, 4);
  header.e_ident[elf::EI_CLASS] = elf::ELFCLASS64;
  header.e_ident[elf::EI_DATA] = elf::ELFDATA2LSB;
  header.e_ident[elf::EI_VERSION] = elf::EV_CURRENT;
  header.e_type = type;
  header.e_machine = elfMachine(desc).machine;
  header.e_flags = elfMachine(desc).flags;
  header.e_version = elf::EV_CURRENT;
  header.e_ehsize = sizeof(elf::Elf64_Ehdr);
  header.e_shoff = sections;
  header.e_shentsize = sizeof(elf::Elf64_Shdr);
  header.e_shnum = count;
  header.e_shstrndx = count - 1;
  return header;
}

inline llvm::ELF::Elf64_Shdr elfSection(uint32_t name, uint32_t type,
                                        uint64_t offset, uint64_t size,
                                        uint64_t align) {
  llvm::ELF::Elf64_Shdr section = {};
  section.sh_name = name;
  section.sh_type = type;
  section.sh_offset = offset;
  section.sh_size = size;
  section.sh_addralign = align;
  return section;
}

/// Copies bytes into a file under construction.
inline void elfPut(llvm::SmallVectorImpl<char> &file, uint64_t at,
                   const void *from, size_t size) {
  if (size)
    memcpy(file.data() + at, from, size);
}

} // namespace opc

#endif // OPC_LIB_PIPELINE_ELFPARTS_H
