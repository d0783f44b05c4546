//===- CacheFolder.h - Where compiled code is kept --------------*- C++ -*-===//
//
// What the environment says of the folder of the cache; docs/Trust.md says who
// may write it. Entries are files named by 40 hexadecimal digits and ".so".
//
//===----------------------------------------------------------------------===//
#ifndef OPC_RUNTIME_CACHEFOLDER_H
#define OPC_RUNTIME_CACHEFOLDER_H

#include "opc/Runtime/Error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace opc::runtime {

/// $OPC_CACHE_DIR, else $XDG_CACHE_HOME/opc, else ~/.cache/opc; "" where there
/// is none of these.
OPC_EXPORT std::string usualCacheFolder();

/// How many bytes the entries may have together: what $OPC_CACHE_SIZE says,
/// else 1G. 0: nothing is to be kept. `complaint` is set where that is no size.
OPC_EXPORT uint64_t cacheLimit(std::string &complaint);

/// Bytes of "512M", "2G", "1000" or "1.5G"; nothing when it is none of these.
OPC_EXPORT std::optional<uint64_t> parseSize(std::string_view text);

} // namespace opc::runtime

#endif // OPC_RUNTIME_CACHEFOLDER_H
