//===- HivmKernels.cpp - kernels of tiles on HIVM's memory ----------------===//
//
//   tile.copy_async %x[%r, 0] to %a[0, 0] sizes [%n, 100]
//   // becomes
//   %from = memref.subview %x[%r, 0] [%n, 100] [1, 1] : ...
//   %to = memref.subview %a[0, 0] [%n, 100] [1, 1] : ...
//   hivm.hir.load ins(%from : ...) outs(%to : ...)
//
// Copies are done where they begin: bishengir-compile finds out itself what may
// overlap, and what has to wait for what.
//
//===----------------------------------------------------------------------===//
#include "Hivm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/Passes.h"
#include "opc/Conversion/KernelAttributes.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace opc::tile;
namespace opc::hivm {

MemRefType memoryOf(BufferType type) {
  MLIRContext *context = type.getContext();
  int64_t anywhere = ShapedType::kDynamic;
  auto layout =
      StridedLayoutAttr::get(context, anywhere, {type.getPadded().back(), 1});
  StringRef space = type.isGlobal() ? kGlobal : kLocal;
  return MemRefType::get(type.getShape(), type.getElementType(), layout,
                         StringAttr::get(context, space));
}

Value partOf(OpBuilder &b, Location loc, Value memory,
             ArrayRef<OpFoldResult> starts, ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> steps(starts.size(), b.getIndexAttr(1));
  return memref::SubViewOp::create(b, loc, memory, starts, sizes, steps);
}

Value createBuffer(OpBuilder &b, Location loc, ArrayRef<int64_t> padded,
                   Type element, MemRefType type) {
  OpBuilder::InsertionGuard guard(b);
  auto function = b.getBlock()->getParentOp();
  if (!isa<func::FuncOp>(function))
    function = function->getParentOfType<func::FuncOp>();
  b.setInsertionPointToStart(&function->getRegion(0).front());
  Value memory = memref::AllocOp::create(
      b, loc,
      MemRefType::get(padded, element, MemRefLayoutAttrInterface(),
                      type.getMemorySpace()));
  auto whole =
      MemRefType::get(padded, element, type.getLayout(), type.getMemorySpace());
  Value placed = memref::CastOp::create(b, loc, whole, memory);
  SmallVector<OpFoldResult> starts(padded.size(), b.getIndexAttr(0)), sizes;
  for (int64_t extent : type.getShape())
    sizes.push_back(b.getIndexAttr(extent));
  return partOf(b, loc, placed, starts, sizes);
}

namespace {

using Rewriter = ConversionPatternRewriter;

struct LowerBuffer : OpConversionPattern<BufferOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(BufferOp op, OpAdaptor,
                                Rewriter &b) const override {
    BufferType type = op.getY().getType();
    b.replaceOp(op, createBuffer(b, op.getLoc(), type.getPadded(),
                                 type.getElementType(), memoryOf(type)));
    return success();
  }
};

struct LowerGlobal : OpConversionPattern<GlobalOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(GlobalOp op, OpAdaptor adaptor,
                                Rewriter &b) const override {
    SmallVector<OpFoldResult> sizes = op.mixedSizes();
    b.replaceOpWithNewOp<memref::ReinterpretCastOp>(
        op, memoryOf(op.getY().getType()), adaptor.getX(), adaptor.getOffset(),
        sizes, ArrayRef<OpFoldResult>{sizes.back(), b.getIndexAttr(1)});
    return success();
  }
};

struct LowerView : OpConversionPattern<ViewOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(ViewOp op, OpAdaptor adaptor,
                                Rewriter &b) const override {
    b.replaceOp(op, partOf(b, op.getLoc(), adaptor.getX(), op.mixedStarts(),
                           op.mixedSizes()));
    return success();
  }
};

/// What stands for tokens, of which nothing is asked.
Value noToken(OpBuilder &b, Location loc) {
  return arith::ConstantIndexOp::create(b, loc, 0);
}

struct LowerCopy : OpConversionPattern<CopyAsyncOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(CopyAsyncOp op, OpAdaptor adaptor,
                                Rewriter &b) const override {
    Location loc = op.getLoc();
    SmallVector<OpFoldResult> sizes = op.mixedSizes();
    Value from = partOf(b, loc, adaptor.getX(), op.mixedFrom(), sizes);
    Value to = partOf(b, loc, adaptor.getY(), op.mixedTo(), sizes);
    createOp(b, loc, op.getX().getType().isGlobal() ? "load" : "store", from,
             to);
    b.replaceOp(op, noToken(b, loc));
    return success();
  }
};

struct LowerDone : OpConversionPattern<DoneOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(DoneOp op, OpAdaptor,
                                Rewriter &b) const override {
    b.replaceOp(op, noToken(b, op.getLoc()));
    return success();
  }
};

struct LowerWait : OpConversionPattern<WaitOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult matchAndRewrite(WaitOp op, OpAdaptor,
                                Rewriter &b) const override {
    b.eraseOp(op);
    return success();
  }
};

template <typename Op> struct LowerCore : OpConversionPattern<Op> {
  LowerCore(MLIRContext *context, StringRef name)
      : OpConversionPattern<Op>(context), name(name) {}
  LogicalResult matchAndRewrite(Op op, typename Op::Adaptor,
                                Rewriter &b) const override {
    OperationState state(op.getLoc(), name);
    state.addTypes(b.getI64Type());
    Value number = b.create(state)->getResult(0);
    b.replaceOpWithNewOp<arith::IndexCastOp>(op, b.getIndexType(), number);
    return success();
  }
  StringRef name;
};

struct LowerWork : ConversionPattern {
  LowerWork(const TypeConverter &converter, MLIRContext *context)
      : ConversionPattern(converter, MatchAnyOpTypeTag(), 1, context) {}
  LogicalResult matchAndRewrite(Operation *op, ArrayRef<Value> operands,
                                Rewriter &b) const override {
    auto work = dyn_cast<ComputeOp>(op);
    if (!work)
      return b.notifyMatchFailure(op, "is no work on tiles");
    SmallVector<Value> memory;
    for (auto [before, now] : llvm::zip(op->getOperands(), operands))
      if (isa<BufferType>(before.getType()))
        memory.push_back(now);
    createWork(b, work, memory);
    b.eraseOp(op);
    return success();
  }
};

LogicalResult convert(ModuleOp kernels) {
  MLIRContext *context = kernels.getContext();
  TypeConverter types;
  types.addConversion([](Type type) { return type; });
  types.addConversion([](BufferType type) { return memoryOf(type); });
  types.addConversion(
      [](TokenType type) { return IndexType::get(type.getContext()); });
  RewritePatternSet patterns(context);
  patterns.add<LowerBuffer, LowerGlobal, LowerView, LowerCopy, LowerDone,
               LowerWait, LowerWork>(types, context);
  patterns.add<LowerCore<CoreIdOp>>(context, "hivm.hir.get_block_idx");
  patterns.add<LowerCore<NumCoresOp>>(context, "hivm.hir.get_block_num");
  ConversionTarget target(*context);
  target.addIllegalDialect<TileDialect>();
  target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  scf::populateSCFStructuralTypeConversionsAndLegality(types, patterns, target);
  return applyPartialConversion(kernels, target, std::move(patterns));
}

/// Arguments lie in global memory; of what opc says of a kernel nothing is
/// left.
void rewriteHead(func::FuncOp function) {
  bool isKernel = function->hasAttr(kUnitsAttr);
  StringAttr name = function.getSymNameAttr();
  auto global = StringAttr::get(function.getContext(), kGlobal);
  for (BlockArgument argument : function.getArguments())
    if (auto memory = dyn_cast<MemRefType>(argument.getType()))
      argument.setType(MemRefType::Builder(memory).setMemorySpace(global));
  FunctionType type = function.getFunctionType().clone(
      function.getBody().getArgumentTypes(), function.getResultTypes());
  function->setAttrs(DictionaryAttr::get(function.getContext()));
  function.setSymNameAttr(name);
  function.setFunctionType(type);
  function.setPublic();
  if (isKernel)
    function->setAttr(kEntry, UnitAttr::get(function.getContext()));
}

llvm::Error check(ModuleOp kernels, const TargetDesc &desc) {
  Operation *formless = nullptr;
  kernels.walk([&](Operation *op) {
    if (!formless && !hasForm(op))
      formless = op;
  });
  if (!formless)
    return llvm::Error::success();
  auto kernel = formless->getParentOfType<func::FuncOp>();
  return llvm::createStringError(
      llvm::formatv("{0}: kernel {1}: {2} has no form in HIVM", desc.name(),
                    kernel.getName(), formless->getName())
          .str());
}

} // namespace

llvm::Error lowerKernels(ModuleOp kernels, const TargetDesc &desc) {
  if (llvm::Error error = check(kernels, desc))
    return error;
  for (auto function : kernels.getOps<func::FuncOp>())
    rewriteHead(function);
  PassManager pm(kernels.getContext());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  if (failed(convert(kernels)) || failed(pm.run(kernels)))
    return llvm::createStringError(desc.name() +
                                   ": kernels could not be made ready");
  return llvm::Error::success();
}

} // namespace opc::hivm
