//===- LowerHost.cpp - @main becomes the program's entry function ---------===//
//
//   func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> { opc.launch ... }
//   // becomes
//   llvm.func @opc_entry(%call: !llvm.ptr) -> i32 { ... }
//
//===----------------------------------------------------------------------===//
#include "HostLowering.h"
#include "opc/Conversion/OpcToHost/Passes.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"

namespace opc {
#define GEN_PASS_DEF_LOWERHOSTPASS
#include "opc/Conversion/OpcToHost/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

/// What no machine has: 64 TiB for one tensor.
static constexpr int64_t kMaxBytes = int64_t(1) << 46;

/// Ops that the host program can run; all others belong into kernels.
static bool isHostOp(Operation *op) {
  return isa<LaunchOp, CopyOp, ConstantOp, ReshapeOp, BindDimOp, BindElementOp,
             BindBroadcastOp, BindClampOp, IfOp, LoopOp, YieldOp,
             func::ReturnOp>(op);
}

static LogicalResult verifySize(Operation *op, Value value, ShapeEnv &env) {
  int64_t bytes =
      storageBytes(cast<RankedTensorType>(value.getType()).getElementType());
  for (AffineExpr dim : env.dims(value)) {
    if (!dim)
      return op->emitOpError(
          "has a result with an extent that nothing explains");
    int64_t extent = constantOf(dim).value_or(1);
    if (extent < 0)
      return op->emitError("extent ") << extent << " is negative";
    if (extent && bytes > kMaxBytes / extent)
      return op->emitError("a tensor of type ")
             << value.getType() << " is too large to address";
    bytes *= extent;
  }
  return success();
}

/// Whether a kernel repeats its input, and does nothing else.
static bool isBroadcast(Operation *kernel) {
  auto ops =
      kernel ? kernel->getAttrOfType<ArrayAttr>(kKernelOpsAttr) : ArrayAttr();
  return ops && ops.size() == 1 &&
         ops[0] == StringAttr::get(kernel->getContext(),
                                   BroadcastOp::getOperationName());
}

/// A launch that the host may skip has one result that can be its one input.
static LogicalResult verifyMayAlias(Operation *op, const SymbolTable &symbols) {
  auto launch = dyn_cast<LaunchOp>(op);
  if (!launch || !op->hasAttr(kMayAliasAttr))
    return success();
  if (!isBroadcast(symbols.lookup(launch.getKernel())))
    return op->emitOpError("with ")
           << kMayAliasAttr << " launches a kernel that is no "
           << BroadcastOp::getOperationName();
  auto shape = [](ValueRange values) {
    return cast<RankedTensorType>(values.front().getType());
  };
  if (op->getNumOperands() == 1 && op->getNumResults() == 1 &&
      shape(op->getOperands()).getRank() == shape(op->getResults()).getRank())
    return success();
  return op->emitOpError("with ")
         << kMayAliasAttr
         << " must have one input, and one result of the same rank";
}

static LogicalResult verifyProgram(func::FuncOp main, ShapeEnv &env,
                                   const SymbolTable &symbols) {
  WalkResult result =
      main.front().walk<WalkOrder::PreOrder>([&](Operation *op) {
        if (!isHostOp(op)) {
          op->emitOpError("is not part of a kernel");
          return WalkResult::interrupt();
        }
        if (failed(verifyMayAlias(op, symbols)))
          return WalkResult::interrupt();
        for (Value value : op->getResults())
          if (failed(verifySize(op, value, env)))
            return WalkResult::interrupt();
        return WalkResult::advance();
      });
  return failure(result.wasInterrupted());
}

static LLVM::LLVMFuncOp makeEntry(ModuleOp module, Location loc) {
  OpBuilder b = OpBuilder::atBlockBegin(module.getBody());
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  auto type = LLVM::LLVMFunctionType::get(b.getI32Type(), {pointer});
  return LLVM::LLVMFuncOp::create(b, loc, kEntrySymbol, type);
}

namespace {
struct LowerHost : opc::impl::LowerHostPassBase<LowerHost> {
  LowerHost() = default;
  explicit LowerHost(HostProgram &program) : given(&program) {}

  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal()) {
      getOperation().emitError("the module has no function @main");
      return signalPassFailure();
    }
    ShapeEnv env(&getContext());
    SymbolTable symbols(getOperation());
    if (failed(verifyProgram(main, env, symbols)))
      return signalPassFailure();
    HostProgram own;
    HostProgram &program = given ? *given : own;
    HostPlan plan(main, symbols, env, program.constants);
    HostFacts facts(program, env);
    facts.addTensors(main, plan);
    LLVM::LLVMFuncOp entry = makeEntry(getOperation(), main.getLoc());
    if (failed(HostLowering(main, entry, symbols, env, plan, facts).run()))
      return signalPassFailure();
    main.erase();
  }

  HostProgram *given = nullptr;
};
} // namespace

std::unique_ptr<Pass> opc::createLowerHostPass(HostProgram &program) {
  return std::make_unique<LowerHost>(program);
}
