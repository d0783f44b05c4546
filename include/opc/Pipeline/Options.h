//===- Options.h - What a user can ask of a compilation ---------*- C++ -*-===//
//
// The options of opc-c/compiler.h, read and checked.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PIPELINE_OPTIONS_H
#define OPC_PIPELINE_OPTIONS_H

#include "opc-c/compiler.h"
#include "opc/Runtime/Error.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace opc {

using runtime::Status;

enum class Emit { So, Exe, Obj, LLVM, MLIR, Source };

/// The value of an input that is compiled in (opc_constant).
struct ConstantValue {
  std::string name;
  opc_dtype dtype;
  llvm::SmallVector<int64_t> shape;
  llvm::ArrayRef<char> data; ///< the caller's: row-major, little-endian
};

/// An input whose memory an output is written to.
struct Donation {
  std::string input;
  int64_t index = -1;                ///< of the input, where it has no name
  std::optional<std::string> output; ///< none: the first that fits
};

struct CompileOptions {
  std::string target = "cpu";
  int64_t threads = 1;
  llvm::SmallVector<std::pair<std::string, int64_t>> dims;
  std::vector<ConstantValue> constants; ///< not part of the JSON
  std::vector<std::string> outputs;     ///< empty: those of the model
  std::vector<Donation> donate;
  std::vector<std::string> lend; ///< inputs whose memory a run may use
  Emit emit = Emit::So;
  std::string stopAfter;
  std::string dumpStages;
  bool cache = true;
  std::string cacheDirectory; ///< empty: the usual one
  bool verifyEach = false;
  bool progress = false;
  bool explain = false;
  /// Not null: receives the lines of `explain`, which are not told.
  std::vector<std::string> *explained = nullptr;
  /// Off while constant work itself is compiled; not an option of the user.
  bool foldConstants = true;
  /// Who looks on and may interrupt (opc_observe); not part of the JSON.
  opc_observer observer = {};

  /// Whether the result is text for a person rather than a program.
  bool emitsText() const {
    return !stopAfter.empty() || emit == Emit::LLVM || emit == Emit::MLIR;
  }
  bool interrupted() const {
    return observer.interrupt && *observer.interrupt != 0;
  }
  /// Tells who looks on a line (without an end), or standard error where nobody
  /// does.
  void tell(const std::string &line) const;
  /// The same of what was decided.
  void tellDecision(const std::string &line) const;
  /// The same of what is being done, for those who asked to know.
  void report(const std::string &line) const;
  /// Everything that changes the code that comes out, as one line of text.
  std::string fingerprint() const;
};

/// Checks constants and adds them to `options`, sorted by their names.
Status readConstants(llvm::ArrayRef<opc_constant> constants,
                     CompileOptions &options);

/// Reads the JSON text of the options; "" stands for {}.
Status parseOptions(llvm::StringRef json, CompileOptions &options);

} // namespace opc

#endif // OPC_PIPELINE_OPTIONS_H
