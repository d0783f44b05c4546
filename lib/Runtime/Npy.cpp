//===- Npy.cpp - Tensors in numpy's file format ---------------------------===//
//
// A file is "\x93NUMPY", the version (two bytes), the length of the header (two
// bytes, four from version 2 on), the header, and the data.
//
//===----------------------------------------------------------------------===//
#include "opc/Runtime/Npy.h"
#include "File.h"
#include "Manifest.h"
#include "Memory.h"
#include "NpyHeader.h"
#include "Text.h"
#include "opc/Runtime/AtomicFile.h"

#include <cstring>
#include <fmt/format.h>

using namespace opc::runtime;

static constexpr std::string_view magic = "\x93NUMPY";
static constexpr uint64_t maxHeader = 1 << 20;

/// Reads the header's text; `dataAt` is where the data begins.
static Status readHeader(const File &file, std::string &text,
                         uint64_t &dataAt) {
  unsigned char start[12] = {};
  size_t got = std::min<uint64_t>(file.size(), sizeof(start));
  if (Status s = file.read(0, start, got); !s.ok())
    return s;
  if (got < 10 || std::memcmp(start, magic.data(), magic.size()) != 0)
    return Status::input(fmt::format("{}: not a .npy file", file.path()));
  int major = start[6];
  if (major < 1 || major > 3)
    return Status::input(
        fmt::format("{}: .npy version {} is not known", file.path(), major));
  uint64_t length = start[8] | start[9] << 8;
  dataAt = 10;
  if (major > 1) {
    length |= uint64_t(start[10]) << 16 | uint64_t(start[11]) << 24;
    dataAt = 12;
  }
  if (length > maxHeader)
    return Status::input(fmt::format("{}: malformed: a header of {} bytes",
                                     file.path(), length));
  text.resize(length);
  if (Status s = file.read(dataAt, text.data(), length); !s.ok())
    return s;
  dataAt += length;
  return {};
}

static Status readData(const File &file, uint64_t at, NpyArray &array) {
  std::string type = typeText(array.dtype, array.dims);
  auto bytes = denseBytes(array.dtype, array.dims);
  uint64_t present = file.size() - at;
  if (!bytes || uint64_t(*bytes) != present)
    return Status::input(fmt::format("{}: {} does not fit the {} bytes of data",
                                     file.path(), type, present));
  array.data.reset(allocate(*bytes));
  if (!array.data)
    return Status::input(
        fmt::format("{}: no memory for {}", file.path(), type));
  return file.read(at, array.data.get(), *bytes);
}

Status opc::runtime::readNpy(const std::string &path, NpyArray &array) {
  File file;
  NpyHeader header;
  std::string text;
  uint64_t dataAt = 0;
  if (Status s = file.open(path); !s.ok())
    return s;
  if (Status s = readHeader(file, text, dataAt); !s.ok())
    return s;
  if (Status s = parseNpyHeader(text, header); !s.ok())
    return std::move(s).in(path);
  array.dtype = header.dtype;
  array.dims = std::move(header.dims);
  if (Status s = readData(file, dataAt, array); !s.ok())
    return s;
  auto *bytes = static_cast<unsigned char *>(array.data.get());
  if (array.dtype == OPC_BOOL)
    for (uint64_t i = 0; i < file.size() - dataAt; ++i)
      bytes[i] = bytes[i] != 0;
  return {};
}

Status opc::runtime::writeNpy(const std::string &path,
                              const opc_tensor &tensor) {
  if (!isValid(tensor.dtype) || tensor.rank < 0 || tensor.rank > maxRank)
    return Status::usage("writeNpy: not a tensor");
  std::span<const int64_t> dims(tensor.dims, size_t(tensor.rank));
  auto bytes = denseBytes(tensor.dtype, dims);
  if (!bytes)
    return Status::usage(
        fmt::format("writeNpy: {} has no size", typeText(tensor.dtype, dims)));
  std::string header =
      npyHeaderText({tensor.dtype, {dims.begin(), dims.end()}});
  // Spaces and a newline bring the data to a multiple of 64 bytes.
  size_t padded = (10 + header.size() + 1 + 63) / 64 * 64 - 10;
  header.resize(padded - 1, ' ');
  header += '\n';
  std::string start(magic);
  // maxRank keeps the length within the two bytes of version 1.
  start += {1, 0, char(padded & 0xff), char(padded >> 8)};
  return writeFile(path, {start,
                          header,
                          {static_cast<const char *>(tensor.data),
                           static_cast<size_t>(*bytes)}});
}
