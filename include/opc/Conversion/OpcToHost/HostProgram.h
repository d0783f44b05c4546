//===- HostProgram.h - What lowering @main yields besides IR ----*- C++ -*-===//
//
// Constant data never becomes text of the IR, and what the manifest says of a
// program is known while its entry is written: both leave opc-lower-host
// through this structure.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_CONVERSION_OPCTOHOST_HOSTPROGRAM_H
#define OPC_CONVERSION_OPCTOHOST_HOSTPROGRAM_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/JSON.h"
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace opc {

/// The function of a program that its caller calls (opc-c/module.h).
inline constexpr llvm::StringLiteral kEntrySymbol = "opc_entry";

/// Instructions of an entry up to which it is optimised, which takes time that
/// grows with their square: it is some hundred launches, which take most of the
/// time whatever is done to the code around them. A larger one is compiled
/// alone.
inline constexpr unsigned kLargeEntry = 600;

/// Of a kernel that a device runs: the device's name, and the memory space of
/// its buffers (opc.copy) where that is not the host's.
inline constexpr llvm::StringLiteral kDeviceAttr = "opc.device";
inline constexpr llvm::StringLiteral kSpaceAttr = "opc.space";
/// On one whose target writes the image itself (Target::emit): it goes into a
/// module of its chip's kernels as it is.
inline constexpr llvm::StringLiteral kOwnImageAttr = "opc.own_image";

/// Of an argument of @main: intermediates may lie in its memory once it is
/// read.
inline constexpr llvm::StringLiteral kLentAttr = "opc.lent";

/// On a kernel of a program for several chips: where it is, why, and what it
/// takes on each, {chip, why, times, copies}, in microseconds.
inline constexpr llvm::StringLiteral kPlacementAttr = "opc.placement";

/// The constant data of a program, in pieces that lie one behind the other.
class ConstantBlock {
public:
  /// `data` belongs to the context of the IR or to this block; it starts
  /// `offset` bytes (a multiple of 64) into the block.
  struct Piece {
    uint64_t offset;
    llvm::ArrayRef<char> data;
  };

  /// The offset of a constant's elements in storage form (bool: one byte each),
  /// which is that of an equal constant added before, if there is one.
  uint64_t add(mlir::ElementsAttr value);
  llvm::ArrayRef<Piece> pieces() const { return all; }
  uint64_t size() const { return bytes; }
  /// Writes the whole block to `to`, which has size() bytes.
  void copyTo(char *to) const;

private:
  llvm::ArrayRef<char> dataOf(mlir::ElementsAttr value);
  llvm::ArrayRef<char> own(std::vector<char> data);

  std::vector<Piece> all;
  std::vector<std::unique_ptr<std::vector<char>>> owned;
  llvm::DenseMap<mlir::Attribute, uint64_t> known;
  llvm::DenseMap<uint64_t, llvm::SmallVector<unsigned, 1>> byHash;
  uint64_t bytes = 0;
};

/// A compiled program less its code.
struct HostProgram {
  struct Tensor {
    std::string name;
    std::string dtype; ///< as in the manifest
    /// An extent, or for one that a run decides a symbol's name or "?".
    llvm::json::Array shape;
    /// Of an input: the output that is written to its memory.
    std::optional<int64_t> donatedTo = std::nullopt;
    /// Of an input: intermediates lie in its memory.
    bool isLent = false;
  };
  struct Kernel {
    std::string name;
    std::vector<std::string> ops;   ///< what it computes, "opc.conv"
    std::vector<int64_t> locations; ///< nodes of the graph, by index
    /// The image that holds it; none for one that the host program calls.
    std::optional<int64_t> image = std::nullopt;
    /// Of a program for several chips: its own, and the microseconds that a
    /// launch was expected to take there.
    std::string chip = "";
    double estimate = 0;
  };
  struct Device {
    std::string name;
    bool ownMemory;
  };
  /// The kernels of one chip, "target:chip", for one device.
  struct Image {
    int64_t device;
    std::string target;
  };
  struct Demand {
    int64_t location;
    std::string text; ///< with {0} and {1} for what was observed and expected
  };
  std::vector<Tensor> inputs, outputs;
  std::vector<Kernel> kernels;        ///< one for each place that launches one
  std::vector<std::string> locations; ///< names of the graph's nodes
  std::vector<std::string> operators; ///< of each location; empty: not known
  std::vector<Demand> demands;        ///< what the entry checks
  std::vector<Device> devices;
  std::vector<Image> images;
  ConstantBlock constants;
};

/// The members "inputs", "outputs", "kernels", "locations", "operators",
/// "demands", "devices", "images" and "constants_bytes" of the manifest
/// (docs/Manifest.md).
llvm::json::Object manifestOf(const HostProgram &program);

} // namespace opc

#endif // OPC_CONVERSION_OPCTOHOST_HOSTPROGRAM_H
