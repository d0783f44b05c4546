//===- Symbols.h - Variables of the program and their sizes ---*- C++ -*-===//
//
// Read from the symbol table of the program, or of the library that kernels are
// in: what each core has as variables in LDM, and how large variables in main
// memory are.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ATHREAD_SIM_SYMBOLS_H
#define OPC_SIM_ATHREAD_SIM_SYMBOLS_H

#include <cstdint>
#include <cstring>
#include <elf.h>
#include <fstream>
#include <iterator>
#include <link.h>
#include <map>
#include <string>
#include <vector>

namespace opcsim::sw {

struct Variable {
  std::string name;
  size_t size;
};

class Symbols {
public:
  static const Symbols &get() {
    static const Symbols *symbols = new Symbols;
    return *symbols;
  }

  /// By offset from a thread's variables.
  std::map<uintptr_t, Variable> local;
  /// By address.
  std::map<uintptr_t, Variable> global;
  /// Bytes of all of a core's variables, and of all that a thread has.
  size_t localBytes = 0, localSpan = 0;

  /// The calling thread's variables.
  static char *localsOfThread() {
    return static_cast<char *>(own().dlpi_tls_data);
  }

  /// The variable that holds the byte at `key`, or null.
  static const std::pair<const uintptr_t, Variable> *
  find(const std::map<uintptr_t, Variable> &variables, uintptr_t key) {
    auto next = variables.upper_bound(key);
    if (next == variables.begin())
      return nullptr;
    const auto &found = *std::prev(next);
    return key < found.first + found.second.size ? &found : nullptr;
  }

private:
  /// The object that this code is in, as the calling thread sees it.
  static dl_phdr_info own() {
    dl_phdr_info found = {};
    dl_iterate_phdr(
        [](dl_phdr_info *info, size_t, void *result) {
          auto here = reinterpret_cast<uintptr_t>(&Symbols::own);
          for (unsigned i = 0; i < info->dlpi_phnum; ++i) {
            const auto &segment = info->dlpi_phdr[i];
            uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
            if (segment.p_type != PT_LOAD || here < begin ||
                here >= begin + segment.p_memsz)
              continue;
            *static_cast<dl_phdr_info *>(result) = *info;
            return 1;
          }
          return 0;
        },
        &found);
    return found;
  }

  Symbols() {
    dl_phdr_info object = own();
    bool isProgram = !object.dlpi_name || !*object.dlpi_name;
    std::ifstream file(isProgram ? "/proc/self/exe" : object.dlpi_name,
                       std::ios::binary);
    std::vector<char> image(std::istreambuf_iterator<char>(file), {});
    uintptr_t base = object.dlpi_addr;
    auto *header = reinterpret_cast<const Elf64_Ehdr *>(image.data());
    auto *sections =
        reinterpret_cast<const Elf64_Shdr *>(image.data() + header->e_shoff);
    auto *segments =
        reinterpret_cast<const Elf64_Phdr *>(image.data() + header->e_phoff);
    for (unsigned i = 0; i < header->e_phnum; ++i)
      if (segments[i].p_type == PT_TLS)
        localSpan = segments[i].p_memsz;
    for (unsigned i = 0; i < header->e_shnum; ++i)
      if (sections[i].sh_type == SHT_SYMTAB)
        read(image.data(), sections[i], sections[sections[i].sh_link], base);
  }

  void read(const char *image, const Elf64_Shdr &table,
            const Elf64_Shdr &strings, uintptr_t base) {
    auto *symbols =
        reinterpret_cast<const Elf64_Sym *>(image + table.sh_offset);
    for (size_t i = 0; i < table.sh_size / sizeof(Elf64_Sym); ++i) {
      const Elf64_Sym &symbol = symbols[i];
      const char *name = image + strings.sh_offset + symbol.st_name;
      bool own = std::strstr(name, "opcsim") || !std::strncmp(name, "__", 2);
      if (!symbol.st_size || !symbol.st_shndx || own)
        continue;
      if (ELF64_ST_TYPE(symbol.st_info) == STT_TLS) {
        local[symbol.st_value] = {name, symbol.st_size};
        localBytes += symbol.st_size;
      } else if (ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT) {
        global[base + symbol.st_value] = {name, symbol.st_size};
      }
    }
  }
};

} // namespace opcsim::sw

#endif // OPC_SIM_ATHREAD_SIM_SYMBOLS_H
