//===- TestProgram.h - Text of opc ops to running code ----------*- C++ -*-===//
#ifndef OPC_UNITTESTS_CONVERSION_OPCTOHOST_TESTPROGRAM_H
#define OPC_UNITTESTS_CONVERSION_OPCTOHOST_TESTPROGRAM_H

#include "FakeRuntime.h"
#include "opc/Conversion/OpcToHost/HostProgram.h"
#include "llvm/ADT/StringRef.h"
#include <memory>
#include <mlir/IR/MLIRContext.h>

namespace llvm::orc {
class LLJIT;
} // namespace llvm::orc

/// A module with @main in opc ops, compiled by the reference path and the
/// stages under test. A failure to compile fails the test.
class TestProgram {
public:
  explicit TestProgram(llvm::StringRef text, bool fuse = false);
  ~TestProgram();

  /// Runs it and expects success, no leak and no write out of bounds.
  std::vector<TestTensor> run(const std::vector<TestTensor> &inputs);
  /// Runs it and expects a fault.
  TestFault fails(const std::vector<TestTensor> &inputs);

  opc::HostProgram program;
  size_t launches = 0;              ///< of the last run
  std::vector<int64_t> allocations; ///< of the last run

private:
  void compile(llvm::StringRef text, bool fuse);
  FakeRuntime makeRuntime() const;

  mlir::MLIRContext context;
  std::unique_ptr<llvm::orc::LLJIT> jit;
  std::vector<char> constants;
  opc_entry_fn entry = nullptr;
};

#endif // OPC_UNITTESTS_CONVERSION_OPCTOHOST_TESTPROGRAM_H
