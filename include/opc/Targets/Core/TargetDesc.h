//===- TargetDesc.h - What a chip can do, as data ---------------*- C++ -*-===//
//
// A chip is of one family and has its fields and no others: caches, a vector
// unit and matrix units, those of SimtUnit, or machines of tiles.
//
// Everything that schedules and the LLVM back end ask about a machine, and what
// `opc targets --json` says of it. One JSON file describes one chip
// (lib/Targets/<Vendor>/Chips/<chip>.json); the files are part of the library,
// so nothing is looked up at run time. Code asks for properties ("a matrix unit
// for i16"), never for names.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_CORE_TARGETDESC_H
#define OPC_TARGETS_CORE_TARGETDESC_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <string>

namespace opc {

/// One level of cache, nearest first.
struct CacheLevel {
  int64_t bytes = 0;
};

/// The vector unit of one core.
struct VectorUnit {
  int64_t bits = 128;
  int64_t registers = 16;
  /// One instruction multiplies floats by powers of two, whatever these are.
  bool scales = false;
  /// LLVM's code generator converts between f16 and f32 by instructions.
  bool convertsHalves = false;
  /// It converts vectors between f32 and 64-bit integers, rounding once.
  bool convertsLongs = true;
  int64_t fmaPorts = 1;   ///< multiply-adds that start each cycle
  int64_t fmaLatency = 4; ///< cycles
  int64_t loadPorts = 2;  ///< loads that start each cycle
  /// Bytes that one core's loads get of the second cache in a cycle, sustained.
  int64_t l2BytesPerCycle = 32;

  int64_t lanes(int64_t elementBits) const { return bits / elementBits; }
};

/// A unit that multiplies small matrices (or dot products: m or n is 1) and
/// adds to an accumulator: acc[m][n] += a[m][k] * b[k][n]. Types are spelled as
/// in MLIR; unsigned ones as "ui8".
struct MatrixUnit {
  std::string name; ///< of the instruction family, for messages and emission
  std::string a, b, acc;
  int64_t m = 1, n = 1, k = 1; ///< largest shape of one instruction
};

/// How LLVM is told to generate code for it.
struct LLVMDesc {
  std::string triple;
  std::string cpu;
  std::string features; ///< "+a,-b", in addition to the cpu's own
  /// How often the registers of a scalable unit hold its least width; 0 where
  /// code does not depend on that.
  int64_t vscale = 0;
};

/// A processor of many work items that share instructions and, in groups, a
/// memory near them.
struct SimtUnit {
  /// Items that go in step; 1 where each goes alone, as on an OpenCL device
  /// that is a processor with vector units.
  int64_t wave = 32;
  int64_t group = 256;       ///< items of the groups that schedules make
  int64_t sharedBytes = 0;   ///< of the memory that a group may have
  int64_t registerBytes = 0; ///< of one item, that a tile's sums may take
  int64_t vectorBits = 128;  ///< that one item loads at once
};

/// What runs the kernels of a chip that is not the host's processor.
struct DeviceDesc {
  /// By which a run opens it (opc-c/device.h); empty: the host program calls
  /// kernels itself.
  std::string name;
  /// Its kernels work on memory that is its own, and on no other.
  bool ownMemory = false;
};

/// How fast a chip is, roughly: what is compared where each kernel may run on
/// one of several.
struct SpeedDesc {
  /// 10^9 operations in a second: of whatever has many elements to compute at
  /// once, and of loops whose steps wait for each other. Of a processor that
  /// is of one core, of a device of all.
  double gflops = 0, serialGflops = 0;
  double bandwidthGbs = 0; ///< 10^9 bytes in a second, of the memory
  double launchUs = 0;     ///< microseconds until a kernel begins
  /// Copies from the host and back, where memory is its own: each waits, then
  /// takes time by its bytes.
  double linkUs = 0, linkGbs = 0;
};

/// One chip.
struct TargetDesc {
  std::string target; ///< of the plug-in, "cpu"
  std::string chip;   ///< of the file, without ".json"
  std::string summary;
  int64_t rank = 0; ///< detection takes the highest that this machine can run
  /// Features that a machine must have, as the runtime knows them: under LLVM's
  /// names, and "sve-N-bits".
  llvm::SmallVector<std::string> requiredFeatures;
  LLVMDesc llvm;
  llvm::SmallVector<CacheLevel> caches;
  VectorUnit vector;
  llvm::SmallVector<MatrixUnit> matrixUnits; ///< in order of preference
  std::optional<SimtUnit> simt;              ///< of that family alone
  /// Of chips whose cores have memories of their own: the kinds of core by the
  /// names of their descriptions (Target::machines), the first for vectors.
  llvm::SmallVector<std::string> machines;
  /// What the vendor's compiler calls such a chip; empty where it is not told.
  std::string architecture;
  DeviceDesc device;
  std::optional<SpeedDesc> speed; ///< none: it shares programs with no other

  /// "target:chip".
  std::string name() const { return target + ":" + chip; }
  /// Where the buffers of its kernels are, as opc.copy calls it: "host", or the
  /// device that has memory of its own.
  llvm::StringRef memorySpace() const;
  /// The level of cache, 1 the nearest; the last stands for all beyond it.
  const CacheLevel &cache(unsigned level) const;

  /// Reads the text of a chip's file. Every field is checked; an unknown one is
  /// an error, so that a misspelt one cannot go unnoticed.
  static llvm::Expected<TargetDesc>
  parse(llvm::StringRef target, llvm::StringRef chip, llvm::StringRef json);
};

} // namespace opc

#endif // OPC_TARGETS_CORE_TARGETDESC_H
