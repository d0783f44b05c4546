//===- TestProgram.cpp - Text of opc ops to running code ------------------===//
#include "TestProgram.h"

#include "opc/Conversion/OpcToHost/Passes.h"
#include "opc/Conversion/OpcToLoops/Passes.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/TargetSelect.h"
#include <gtest/gtest.h>

using namespace mlir;

static void addPasses(PassManager &pm, bool fuse, opc::HostProgram &program) {
  opc::FormKernelsPassOptions options;
  options.fuse = fuse;
  pm.addPass(opc::createFormKernelsPass(options));
  pm.addNestedPass<func::FuncOp>(opc::createLowerKernelsPass());
  pm.addPass(opc::createKernelEntriesPass());
  pm.addPass(opc::createLowerHostPass(program));
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

static DialectRegistry dialects() {
  DialectRegistry registry;
  registry.insert<opc::OpcDialect, func::FuncDialect, LLVM::LLVMDialect,
                  arith::ArithDialect, math::MathDialect, scf::SCFDialect,
                  cf::ControlFlowDialect, memref::MemRefDialect>();
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  return registry;
}

TestProgram::TestProgram(llvm::StringRef text, bool fuse)
    : context(dialects(), MLIRContext::Threading::DISABLED) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  compile(text, fuse);
}

TestProgram::~TestProgram() = default;

void TestProgram::compile(llvm::StringRef text, bool fuse) {
  auto module = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(module) << "the test's text does not parse";
  PassManager pm(&context);
  addPasses(pm, fuse, program);
  ASSERT_TRUE(succeeded(pm.run(*module)));
  auto llvmContext = std::make_unique<llvm::LLVMContext>();
  auto translated = translateModuleToLLVMIR(*module, *llvmContext);
  ASSERT_TRUE(translated);
  jit = cantFail(llvm::orc::LLJITBuilder().create());
  translated->setDataLayout(jit->getDataLayout());
  cantFail(jit->addIRModule(llvm::orc::ThreadSafeModule(
      std::move(translated), std::move(llvmContext))));
  entry = cantFail(jit->lookup("opc_entry")).toPtr<opc_entry_fn>();
  constants.resize(program.constants.size());
  program.constants.copyTo(constants.data());
}

FakeRuntime TestProgram::makeRuntime() const {
  std::vector<int64_t> ranks, bytes;
  for (const opc::HostProgram::Tensor &output : program.outputs) {
    ranks.push_back(output.shape.size());
    bool isBool = output.dtype == "bool";
    unsigned bits = 8;
    llvm::StringRef digits = llvm::StringRef(output.dtype).ltrim("bfiu");
    if (!isBool)
      EXPECT_FALSE(digits.getAsInteger(10, bits));
    bytes.push_back(bits / 8);
  }
  return FakeRuntime(constants.data(), ranks, bytes);
}

std::vector<TestTensor>
TestProgram::run(const std::vector<TestTensor> &inputs) {
  if (!entry)
    return {};
  FakeRuntime runtime = makeRuntime();
  EXPECT_EQ(runtime.run(entry, inputs), 0)
      << "fault " << runtime.fault.fault << " at " << runtime.fault.op
      << ": observed " << runtime.fault.observed;
  EXPECT_TRUE(runtime.problems.empty()) << runtime.problems.front();
  // The arena alone lives until the call ends.
  EXPECT_LE(runtime.liveBlocks, 1u);
  launches = runtime.launches;
  allocations = runtime.allocations;
  return runtime.outputs;
}

TestFault TestProgram::fails(const std::vector<TestTensor> &inputs) {
  if (!entry)
    return {};
  FakeRuntime runtime = makeRuntime();
  EXPECT_EQ(runtime.run(entry, inputs), 7);
  EXPECT_TRUE(runtime.problems.empty()) << runtime.problems.front();
  return runtime.fault;
}
