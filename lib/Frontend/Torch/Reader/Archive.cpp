//===- Archive.cpp - members of a .pt2 file -------------------------------===//
//
// The central directory, with the fields of 64 bits that large files have:
// APPNOTE.TXT of PKWARE, 4.3. Sizes in the headers of the members themselves
// may be 0 where the writer did not know them yet.
//
//===----------------------------------------------------------------------===//
#include "Archive.h"
#include "opc/Frontend/Graph/Quoted.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FormatVariadic.h"

using llvm::formatv;
namespace endian = llvm::support::endian;

namespace opc::torch {
namespace {

constexpr uint32_t kEntryMark = 0x02014b50, kMemberMark = 0x04034b50,
                   kEndMark = 0x06054b50, kEnd64Mark = 0x06064b50,
                   kLocatorMark = 0x07064b50;
constexpr size_t kEntrySize = 46, kMemberSize = 30, kEndSize = 22,
                 kEnd64Size = 56, kLocatorSize = 20, kMostComment = 0xffff;
/// In a field of 32 bits: see the field of 64 bits.
constexpr uint32_t kWide = 0xffffffff;
constexpr uint16_t kWideFields = 1, kStored = 0;

uint64_t numberAt(StringRef bytes, size_t at, size_t width) {
  const char *data = bytes.data() + at;
  return width == 2   ? endian::read16le(data)
         : width == 4 ? endian::read32le(data)
                      : endian::read64le(data);
}

/// A part of bytes, or nothing where it does not lie within them.
std::optional<StringRef> partOf(StringRef bytes, uint64_t at, uint64_t size) {
  if (at > bytes.size() || size > bytes.size() - at)
    return std::nullopt;
  return bytes.substr(at, size);
}

struct Directory {
  uint64_t count, size, start;
};

/// The record at the end of the file, behind which only a comment lies.
std::optional<size_t> findEnd(StringRef file) {
  if (file.size() < kEndSize)
    return std::nullopt;
  size_t last = file.size() - kEndSize;
  size_t first = last - std::min(last, kMostComment);
  for (size_t at = last + 1; at-- > first;)
    if (numberAt(file, at, 4) == kEndMark &&
        numberAt(file, at + 20, 2) == file.size() - at - kEndSize)
      return at;
  return std::nullopt;
}

std::optional<Directory> readEnd(StringRef file) {
  std::optional<size_t> end = findEnd(file);
  if (!end)
    return std::nullopt;
  Directory found{numberAt(file, *end + 10, 2), numberAt(file, *end + 12, 4),
                  numberAt(file, *end + 16, 4)};
  if (*end < kLocatorSize ||
      numberAt(file, *end - kLocatorSize, 4) != kLocatorMark)
    return found;
  uint64_t at = numberAt(file, *end - kLocatorSize + 8, 8);
  std::optional<StringRef> wide = partOf(file, at, kEnd64Size);
  if (!wide || numberAt(*wide, 0, 4) != kEnd64Mark)
    return std::nullopt;
  return Directory{numberAt(*wide, 32, 8), numberAt(*wide, 40, 8),
                   numberAt(*wide, 48, 8)};
}

/// Where a member begins and how long it is.
struct Place {
  uint64_t offset, packed, size;
};

/// Replaces what is said in 64 bits; false where that is missing.
bool widen(StringRef extra, Place &place) {
  while (extra.size() >= 4) {
    uint64_t id = numberAt(extra, 0, 2), size = numberAt(extra, 2, 2);
    std::optional<StringRef> field = partOf(extra, 4, size);
    if (!field)
      return false;
    extra = extra.drop_front(4 + size);
    if (id != kWideFields)
      continue;
    for (uint64_t *value : {&place.size, &place.packed, &place.offset}) {
      if (*value != kWide)
        continue;
      if (field->size() < 8)
        return false;
      *value = numberAt(*field, 0, 8);
      *field = field->drop_front(8);
    }
  }
  return true;
}

} // namespace

bool Archive::addMember(StringRef entry, StringRef name, StringRef extra,
                        Objection &error) {
  Place place{numberAt(entry, 42, 4), numberAt(entry, 20, 4),
              numberAt(entry, 24, 4)};
  if (numberAt(entry, 10, 2) != kStored) {
    error = Objection::unsupported(
        formatv("member {0} is compressed", graph::quoted(name)), "stored");
    return false;
  }
  error = formatv("member {0} lies outside of the file", graph::quoted(name));
  if (!widen(extra, place) || place.packed != place.size)
    return false;
  std::optional<StringRef> header = partOf(file, place.offset, kMemberSize);
  if (!header || numberAt(*header, 0, 4) != kMemberMark)
    return false;
  uint64_t skipped = numberAt(*header, 26, 2) + numberAt(*header, 28, 2);
  std::optional<StringRef> data =
      partOf(file, place.offset + kMemberSize + skipped, place.size);
  if (!data)
    return false;
  error = Objection();
  if (members.try_emplace(name, *data).second)
    return true;
  error = formatv("member {0} is there twice", graph::quoted(name));
  return false;
}

bool Archive::readEntries(StringRef directory, uint64_t count,
                          Objection &error) {
  for (uint64_t i = 0; i < count; ++i) {
    error = formatv("its directory ends behind {0} of {1} members", i, count);
    if (directory.size() < kEntrySize ||
        numberAt(directory, 0, 4) != kEntryMark)
      return false;
    uint64_t name = numberAt(directory, 28, 2),
             extra = numberAt(directory, 30, 2),
             comment = numberAt(directory, 32, 2);
    if (directory.size() - kEntrySize < name + extra + comment)
      return false;
    error = Objection();
    if (!addMember(directory, directory.substr(kEntrySize, name),
                   directory.substr(kEntrySize + name, extra), error))
      return false;
    directory = directory.drop_front(kEntrySize + name + extra + comment);
  }
  return true;
}

bool Archive::open(StringRef bytes, Objection &error) {
  file = bytes;
  std::optional<Directory> found = readEnd(file);
  std::optional<StringRef> directory =
      found ? partOf(file, found->start, found->size) : std::nullopt;
  if (!directory) {
    error = "is no whole zip archive: it has no directory";
    return false;
  }
  if (!readEntries(*directory, found->count, error))
    return false;
  dropFolder();
  return true;
}

void Archive::dropFolder() {
  llvm::StringMap<StringRef> bare;
  for (const auto &member : members)
    bare[member.getKey().split('/').second] = member.getValue();
  members = std::move(bare);
}

std::optional<StringRef> Archive::find(StringRef name) const {
  auto found = members.find(name);
  return found == members.end() ? std::nullopt
                                : std::optional(found->getValue());
}

} // namespace opc::torch
