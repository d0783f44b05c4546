//===- ElfFile.h - The structure of a shared object -------------*- C++ -*-===//
//
// The dynamic linker trusts its input: a file with a segment beyond its end
// maps, and kills the process at first touch. This reads just enough of a file
// to know that all its parts are there.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_ELFFILE_H
#define OPC_LIB_RUNTIME_ELFFILE_H

#include "File.h"

#include <elf.h>
#include <string_view>
#include <vector>

namespace opc::runtime {

class ElfFile {
public:
  explicit ElfFile(const File &file) : file(file) {}

  /// Reads the headers and checks that every part lies inside of the file.
  Status read();

  /// First byte after all parts.
  uint64_t extent() const { return extent_; }
  uint16_t machine() const { return header.e_machine; }
  static std::string machineName(uint16_t machine);
  static uint16_t thisMachine();

  /// Contents of the section, which is absent or unreadable otherwise.
  Status section(std::string_view name, std::string &contents) const;
  /// Whether the file exports a symbol of this name.
  bool exports(std::string_view symbol) const;

private:
  Status readHeader();
  Status readSegments();
  Status readSections();
  Status inside(const char *what, uint64_t offset, uint64_t size);
  std::string contents(const Elf64_Shdr &section) const;

  const File &file;
  Elf64_Ehdr header = {};
  std::vector<Elf64_Shdr> sections;
  std::string names;
  uint64_t extent_ = 0;
};

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_ELFFILE_H
