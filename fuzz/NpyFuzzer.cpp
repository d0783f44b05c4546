//===- NpyFuzzer.cpp - Any bytes as a .npy file ---------------------------===//
//
// A file that is accepted is written and read again: nothing may change.
//
//===----------------------------------------------------------------------===//
#include "FuzzFile.h"
#include "opc/Runtime/Npy.h"

#include <cstring>

using namespace opc::runtime;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  NpyArray array, again;
  std::string path = fuzzFile(data, size);
  if (!readNpy(path, array).ok())
    return 0;
  // The format's only freedom is in the header: sizes of data are equal.
  std::string copy = "/dev/shm/opc-npy-fuzzer." + std::to_string(getpid());
  if (!writeNpy(copy, array.tensor()).ok() || !readNpy(copy, again).ok() ||
      again.dims != array.dims || again.dtype != array.dtype)
    std::abort();
  size_t bytes = opc_dtype_bytes(array.dtype);
  for (int64_t dim : array.dims)
    bytes *= static_cast<size_t>(dim);
  if (std::memcmp(array.data.get(), again.data.get(), bytes) != 0)
    std::abort();
  unlink(copy.c_str());
  return 0;
}
