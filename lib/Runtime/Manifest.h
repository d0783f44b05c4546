//===- Manifest.h - What a compiled program says of itself ------*- C++ -*-===//
//
// The manifest is the JSON text in every program (docs/Manifest.md is its
// reference). It comes from a file that anyone may have damaged or forged, so
// nothing of it is used before all of it is checked.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_MANIFEST_H
#define OPC_LIB_RUNTIME_MANIFEST_H

#include "opc/Runtime/Error.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace opc::runtime {

/// One dimension: an extent, or a symbol that a run gives a value, or neither.
struct Dim {
  int64_t extent = -1; // -1: not known before a run
  int32_t symbol = -1; // index into Manifest::symbols, -1: no name
};

struct TensorSpec {
  std::string name;
  opc_dtype dtype = OPC_F32;
  std::vector<Dim> shape;
  /// Of a dense tensor; none where a run decides an extent.
  std::optional<int64_t> bytes = {};
};

/// Bytes of a dense tensor with extents that the spec allows; none where they
/// do not fit int64_t.
std::optional<int64_t> bytesOf(const TensorSpec &spec, const int64_t *dims);

/// An output that is written to the memory of an input.
struct Donation {
  size_t input, output;
};

struct KernelSpec {
  std::string name;
  std::vector<std::string> ops;
  std::vector<int64_t> locations; // indices into Manifest::locations
  int64_t image = -1; // index into Manifest::images; -1: the program calls it
};

struct DeviceSpec {
  std::string name;
  bool ownMemory = false;
};

/// The kernels for one chip of a device.
struct ImageSpec {
  int64_t device = 0; // index into Manifest::devices
  std::string target;
};

/// What is to be said where a program finds that something does not hold.
struct DemandSpec {
  int64_t location = 0; // index into Manifest::locations
  std::string text;     // {0} and {1} stand for observed and expected
};

struct Manifest {
  std::string version;
  std::string target, chip, arch;
  std::vector<std::string> features;
  int threads = 1;
  std::vector<TensorSpec> inputs, outputs;
  std::vector<Donation> donations;
  std::vector<size_t> lent; // inputs in whose memory intermediates lie
  std::vector<KernelSpec> kernels;
  std::vector<DeviceSpec> devices;
  std::vector<ImageSpec> images;
  std::vector<std::string> locations;
  std::vector<std::string> operators; // of locations, as far as there are any
  std::vector<DemandSpec> demands;
  std::vector<std::string> symbols;
  uint64_t constantsBytes = 0;
  std::optional<uint64_t> checksum; // of the constants
};

/// Limits that no program of this ABI exceeds; a manifest that does is damaged.
constexpr int64_t maxRank = 64;
constexpr int64_t maxThreads = 1024;

/// Reads and checks a manifest. On failure `manifest` is unspecified.
Status parseManifest(std::string_view text, Manifest &manifest);

/// f32[1, batch, ?] as the manifest has it.
std::string typeText(const TensorSpec &spec, const Manifest &manifest);

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_MANIFEST_H
