//===- BuildInfo.cpp - Which opc this is ----------------------------------===//
//
// The cache must never give a program that another compiler made. A version
// number does not change with every edit of a developer; the id that the linker
// computes from the library's contents does.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/BuildInfo.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>
#include <link.h>

#ifndef OPC_VERSION
#error "the build defines OPC_VERSION"
#endif

const char *opc::version() { return OPC_VERSION; }

namespace {

struct Search {
  uintptr_t address;
  std::string id;
};

bool contains(const dl_phdr_info *info, uintptr_t address) {
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr) &segment = info->dlpi_phdr[i];
    uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD && address >= begin &&
        address < begin + segment.p_memsz)
      return true;
  }
  return false;
}

/// The id in one segment of notes, or "".
std::string idIn(const char *notes, size_t size) {
  while (size >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    memcpy(&note, notes, sizeof(note));
    size_t nameSize = llvm::alignTo(note.n_namesz, 4);
    size_t total = sizeof(note) + nameSize + llvm::alignTo(note.n_descsz, 4);
    if (total > size)
      return "";
    if (note.n_type == NT_GNU_BUILD_ID) {
      const auto *bytes =
          reinterpret_cast<const uint8_t *>(notes + sizeof(note) + nameSize);
      return llvm::toHex(llvm::ArrayRef(bytes, note.n_descsz),
                         /*LowerCase=*/true);
    }
    notes += total;
    size -= total;
  }
  return "";
}

int visit(dl_phdr_info *info, size_t, void *data) {
  auto *search = static_cast<Search *>(data);
  if (!contains(info, search->address))
    return 0;
  for (int i = 0; i < info->dlpi_phnum && search->id.empty(); ++i) {
    const ElfW(Phdr) &segment = info->dlpi_phdr[i];
    if (segment.p_type == PT_NOTE)
      search->id = idIn(
          reinterpret_cast<const char *>(info->dlpi_addr + segment.p_vaddr),
          segment.p_memsz);
  }
  return 1;
}

} // namespace

std::string opc::buildId() {
  Search search = {reinterpret_cast<uintptr_t>(&visit), ""};
  dl_iterate_phdr(visit, &search);
  return search.id;
}
