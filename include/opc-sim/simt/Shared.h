//===- Shared.h - Shared memory of the block that runs ----------*- C++ -*-===//
//
// One block runs at a time, so that a variable in shared memory is a static one
// in a section of its own. Each stands behind a red zone. Names and sizes are
// read from the symbols of the program.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_SHARED_H
#define OPC_SIM_SIMT_SHARED_H

#include "opc-sim/core/Memory.h"

#include <cxxabi.h>
#include <elf.h>
#include <fstream>
#include <iterator>
#include <span>

#define OPCSIM_PASTE_(a, b) a##b
#define OPCSIM_PASTE(a, b) OPCSIM_PASTE_(a, b)
#define OPCSIM_IN_SHARED                                                       \
  __attribute__((section("opcsim_shared"), used, aligned(16)))

#define __shared__                                                             \
  static OPCSIM_IN_SHARED char OPCSIM_PASTE(opcsim_red_zone_,                  \
                                            __COUNTER__)[64];                  \
  static OPCSIM_IN_SHARED

// The rewriter makes this of `extern __shared__ type name[];`.
#define OPCSIM_DYNAMIC_SHARED(name, ...)                                       \
  static __VA_ARGS__(                                                          \
      &name)[::opcsim::simt::kMostDynamicShared / sizeof(__VA_ARGS__)] =       \
      *reinterpret_cast<__VA_ARGS__(                                           \
              *)[::opcsim::simt::kMostDynamicShared / sizeof(__VA_ARGS__)]>(   \
          ::opcsim::simt::dynamicShared)

// Of the linker: where the section begins and ends; null without one.
extern "C" char __start_opcsim_shared[] __attribute__((weak));
extern "C" char __stop_opcsim_shared[] __attribute__((weak));

namespace opcsim::simt {

/// More than any chip of the family has.
inline constexpr size_t kMostDynamicShared = 256 << 10;
alignas(128) inline char dynamicShared[kMostDynamicShared + 64];

/// A variable in shared memory.
struct SharedVariable {
  uintptr_t begin = 0;
  size_t size = 0;
  std::string name;
  std::string function; ///< that declares it, without parameters
};

/// Every static shared variable of this program, by address.
std::vector<SharedVariable> readSharedVariables();

class SharedMemory {
public:
  SharedMemory() : variables(readSharedVariables()) {
    first = reinterpret_cast<uintptr_t>(__start_opcsim_shared);
    size_t bytes = reinterpret_cast<uintptr_t>(__stop_opcsim_shared) - first;
    staticBytes = bytes;
    staticCells.resize(bytes / kWordBytes + 2);
    valid.resize(bytes);
    for (const SharedVariable &variable : variables)
      std::fill_n(valid.begin() + (variable.begin - first), variable.size, 1);
    dynamicCells.resize(sizeof dynamicShared / kWordBytes);
  }

  /// A block begins, with `bytes` of dynamic shared memory.
  void start(size_t bytes) {
    dynamicBytes = bytes;
    poison(reinterpret_cast<void *>(first), staticBytes);
    poison(dynamicShared, std::min(bytes + 64, sizeof dynamicShared));
    std::fill(staticCells.begin(), staticCells.end(), Cell());
    std::fill_n(dynamicCells.begin(), bytes / kWordBytes + 1, Cell());
  }

  bool contains(uintptr_t address) const {
    return address - first < staticBytes || inDynamic(address);
  }
  bool allows(uintptr_t address, size_t size) const {
    if (inDynamic(address))
      return offsetInDynamic(address) + size <= dynamicBytes;
    size_t offset = address - first;
    return offset + size <= staticBytes && valid[offset] &&
           valid[offset + size - 1];
  }
  Cell &cell(uintptr_t address) {
    return inDynamic(address)
               ? dynamicCells[offsetInDynamic(address) / kWordBytes]
               : staticCells[(address - first) / kWordBytes];
  }
  /// "4 bytes behind the 64 bytes of 'tile'"
  std::string describe(uintptr_t address) const;
  /// Of the variables that a kernel itself declares.
  size_t bytesOf(const std::string &kernel) const;

private:
  static uintptr_t offsetInDynamic(uintptr_t address) {
    return address - reinterpret_cast<uintptr_t>(dynamicShared);
  }
  static bool inDynamic(uintptr_t address) {
    return offsetInDynamic(address) < sizeof dynamicShared;
  }

  std::vector<SharedVariable> variables;
  uintptr_t first = 0;
  size_t staticBytes = 0, dynamicBytes = 0;
  std::vector<Cell> staticCells, dynamicCells;
  std::vector<char> valid; ///< by byte: of a variable, not a red zone
};

/// "add" of "void n::add<float>(float*)" and of "(n::add<float>)".
inline std::string plainName(const std::string &function) {
  size_t begin = function.find_first_not_of("( ");
  if (begin == std::string::npos)
    return {};
  size_t end = std::min(function.find_first_of("<()", begin), function.size());
  std::string name = function.substr(begin, end - begin);
  return name.substr(name.find_last_of(" :") + 1);
}

inline size_t SharedMemory::bytesOf(const std::string &kernel) const {
  size_t bytes = 0;
  for (const SharedVariable &variable : variables)
    if (variable.function == plainName(kernel))
      bytes += variable.size;
  return bytes;
}

inline std::string SharedMemory::describe(uintptr_t address) const {
  if (inDynamic(address))
    return say("byte %zu of %zu bytes of dynamic shared memory",
               static_cast<size_t>(offsetInDynamic(address)), dynamicBytes);
  const SharedVariable *before = nullptr;
  for (const SharedVariable &variable : variables)
    if (variable.begin <= address)
      before = &variable;
  if (!before)
    return "before all shared variables";
  size_t offset = address - before->begin;
  if (offset < before->size)
    return say("byte %zu of the %zu bytes of shared '%s'", offset, before->size,
               before->name.c_str());
  return say("%zu bytes behind the %zu bytes of shared '%s'",
             offset - before->size, before->size, before->name.c_str());
}

/// The name that a function or variable has in the source.
inline std::string demangle(const char *mangled) {
  int status = 0;
  char *text = abi::__cxa_demangle(mangled, nullptr, nullptr, &status);
  std::string name = status == 0 ? text : mangled;
  std::free(text);
  return name;
}

/// Splits "void add<float>(float*)::tile" into the function and the variable.
inline SharedVariable variableOf(const char *mangled, uintptr_t begin,
                                 size_t size) {
  std::string name = demangle(mangled), function;
  size_t colons = name.rfind("::");
  if (colons != std::string::npos) {
    function = plainName(name.substr(0, colons));
    name = name.substr(colons + 2);
  }
  return {begin, size, name, function};
}

inline std::vector<SharedVariable> readSharedVariables() {
  std::vector<SharedVariable> result;
  // The program, or the shared library that the kernels are in.
  Dl_info info = {};
  link_map *map = nullptr;
  dladdr1(__start_opcsim_shared, &info, reinterpret_cast<void **>(&map),
          RTLD_DL_LINKMAP);
  bool isLibrary = map && *map->l_name;
  std::ifstream file(isLibrary ? map->l_name : "/proc/self/exe",
                     std::ios::binary);
  std::vector<char> image{std::istreambuf_iterator<char>(file), {}};
  if (image.size() < sizeof(Elf64_Ehdr) || !__start_opcsim_shared)
    return result;
  auto *header = reinterpret_cast<const Elf64_Ehdr *>(image.data());
  auto *sections =
      reinterpret_cast<const Elf64_Shdr *>(image.data() + header->e_shoff);
  uintptr_t bias = map ? map->l_addr : 0;
  auto begin = reinterpret_cast<uintptr_t>(__start_opcsim_shared);
  auto end = reinterpret_cast<uintptr_t>(__stop_opcsim_shared);
  for (int i = 0; i != header->e_shnum; ++i) {
    if (sections[i].sh_type != SHT_SYMTAB)
      continue;
    const char *names = image.data() + sections[sections[i].sh_link].sh_offset;
    std::span symbols(reinterpret_cast<const Elf64_Sym *>(
                          image.data() + sections[i].sh_offset),
                      sections[i].sh_size / sizeof(Elf64_Sym));
    for (const Elf64_Sym &symbol : symbols) {
      uintptr_t address = symbol.st_value + bias;
      const char *name = names + symbol.st_name;
      if (address >= begin && address < end && symbol.st_size &&
          !std::strstr(name, "opcsim_red_zone_"))
        result.push_back(variableOf(name, address, symbol.st_size));
    }
  }
  std::ranges::sort(result, {}, &SharedVariable::begin);
  return result;
}

} // namespace opcsim::simt

#endif // OPC_SIM_SIMT_SHARED_H
