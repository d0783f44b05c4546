//===- Archive.h - members of a .pt2 file -----------------------*- C++ -*-===//
//
// A zip archive whose members are stored, as torch writes them: each is a part
// of the file, and nothing has to be unpacked or copied
// (docs/decisions/0018-archives-are-read-in-place.md).
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_TORCH_READER_ARCHIVE_H
#define OPC_LIB_FRONTEND_TORCH_READER_ARCHIVE_H

#include "opc/Frontend/Graph/Objection.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include <optional>

namespace opc::torch {

using graph::Objection;
using llvm::StringRef;

class Archive {
public:
  /// Reads the directory at the end of `bytes`, which outlive the archive.
  /// False with `error` where it is damaged.
  bool open(StringRef bytes, Objection &error);

  /// The bytes of a member, by its name behind the folder in which the archive
  /// has all of its members; nothing where there is none.
  std::optional<StringRef> find(StringRef name) const;

private:
  bool readEntries(StringRef directory, uint64_t count, Objection &error);
  bool addMember(StringRef entry, StringRef name, StringRef extra,
                 Objection &error);
  void dropFolder();

  StringRef file;
  llvm::StringMap<StringRef> members;
};

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_READER_ARCHIVE_H
