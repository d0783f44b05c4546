//===- LowerToLLVM.cpp - Kernels on buffers to the LLVM dialect -----------===//
//
// One conversion for all dialects: a pass for each would convert the types of
// the same values again and again and leave casts between them.
//
//   func.func @k(%x: memref<?xf32>) { %0 = memref.load %x[%i] ... }
//   // becomes
//   llvm.func @k(%ptr: !llvm.ptr, ...) { %0 = llvm.load ... }
//
//===----------------------------------------------------------------------===//
#include "LoweredFunction.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Pipeline/Passes.h"
#include "opc/Targets/Core/Target.h"

#include "mlir/Analysis/DataLayoutAnalysis.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Dialect/Vector/Transforms/VectorRewritePatterns.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include <limits>

namespace opc {
#define GEN_PASS_DEF_LOWERTOLLVMPASS
#include "opc/Pipeline/Passes.h.inc"
} // namespace opc

using namespace mlir;

namespace {

/// Vector ops of more than one dimension, in terms of those of one.
void populateVectorSteps(RewritePatternSet &patterns) {
  vector::populateVectorBroadcastLoweringPatterns(patterns);
  vector::populateVectorShapeCastLoweringPatterns(patterns);
  vector::populateVectorTransposeLoweringPatterns(
      patterns, vector::VectorTransposeLowering::Shuffle1D);
  vector::populateVectorTransferLoweringPatterns(patterns,
                                                 /*maxTransferRank=*/1);
  vector::populateVectorMaskMaterializationPatterns(
      patterns, /*force32BitVectorIndices=*/false);
  vector::populateVectorInsertExtractStridedSliceTransforms(patterns);
  vector::populateVectorRankReducingFMAPattern(patterns);
  vector::populateVectorGatherLoweringPatterns(patterns);
  vector::populateVectorStepLoweringPatterns(patterns);
  arith::populateCeilFloorDivExpandOpsPatterns(patterns);
  memref::populateExpandStridedMetadataPatterns(patterns);
}

void populateConversions(LLVMTypeConverter &types,
                         RewritePatternSet &patterns) {
  arith::populateArithToLLVMConversionPatterns(types, patterns);
  cf::populateControlFlowToLLVMConversionPatterns(types, patterns);
  index::populateIndexToLLVMConversionPatterns(types, patterns);
  populateFuncToLLVMConversionPatterns(types, patterns);
  populateFinalizeMemRefToLLVMConversionPatterns(types, patterns);
  populateVectorToLLVMConversionPatterns(types, patterns);
  // An intrinsic where LLVM has one, so that it may fold and use instructions.
  populateMathToLLVMConversionPatterns(types, patterns,
                                       /*approximateLog1p=*/false,
                                       /*benefit=*/2);
  // exp(x) - 1 cancels near 0: libm's own expm1 does not.
  OperationName expm1(math::ExpM1Op::getOperationName(), patterns.getContext());
  llvm::erase_if(patterns.getNativePatterns(), [&](const auto &pattern) {
    return pattern->getRootKind() == expm1;
  });
  populateMathToLibmConversionPatterns(patterns, /*benefit=*/1);
  ub::populateUBToLLVMConversionPatterns(types, patterns);
}

/// C's libraries are off by more than 1 ulp in these functions of f32: by that
/// of f64, rounded.
template <typename Op> struct ComputeInDouble : ConvertOpToLLVMPattern<Op> {
  using ConvertOpToLLVMPattern<Op>::ConvertOpToLLVMPattern;
  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!op.getType().isF32())
      return rewriter.notifyMatchFailure(op, "is no f32");
    Type wide = rewriter.getF64Type();
    Location loc = op.getLoc();
    Value x = arith::ExtFOp::create(rewriter, loc, wide, adaptor.getOperand());
    Value y = Op::create(rewriter, loc, x);
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, op.getType(), y);
    return success();
  }
};

/// Below 1 there is no acosh; musl's has values for large negative numbers.
struct LeaveDomainOfAcosh : ConvertOpToLLVMPattern<math::AcoshOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  static constexpr StringLiteral kDone = "opc.in_domain";
  LogicalResult
  matchAndRewrite(math::AcoshOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!type.isF64() || op->hasAttr(kDone))
      return rewriter.notifyMatchFailure(op, "is checked, or computed in f64");
    Location loc = op.getLoc();
    Value x = adaptor.getOperand();
    auto inside = math::AcoshOp::create(rewriter, loc, x);
    inside->setAttr(kDone, rewriter.getUnitAttr());
    auto constant = [&](double value) -> Value {
      return arith::ConstantOp::create(rewriter, loc,
                                       rewriter.getFloatAttr(type, value));
    };
    Value outside = arith::CmpFOp::create(
        rewriter, loc, arith::CmpFPredicate::OLT, x, constant(1));
    rewriter.replaceOpWithNewOp<arith::SelectOp>(
        op, outside, constant(std::numeric_limits<double>::quiet_NaN()),
        inside);
    return success();
  }
};

/// The bits of a bf16 constant.
struct ConvertBF16Constant : ConvertOpToLLVMPattern<arith::ConstantOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult
  matchAndRewrite(arith::ConstantOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isBF16())
      return rewriter.notifyMatchFailure(op, "is no bf16");
    Type bits = rewriter.getI16Type();
    TypedAttr value;
    if (auto scalar = dyn_cast<FloatAttr>(op.getValue()))
      value = IntegerAttr::get(bits, scalar.getValue().bitcastToAPInt());
    else if (auto dense = dyn_cast<DenseElementsAttr>(op.getValue()))
      value = dense.bitcast(bits);
    Type type = getTypeConverter()->convertType(op.getType());
    if (!value || !type)
      return rewriter.notifyMatchFailure(op, "is no plain constant");
    rewriter.replaceOpWithNewOp<LLVM::ConstantOp>(op, type, value);
    return success();
  }
};

/// All that is left to do with bf16 behind opc-expand-conversions is to move
/// it. LLVM moves a bf16 through a phi by way of f32, and back by a library
/// call.
void carryBF16AsBits(LLVMTypeConverter &types, RewritePatternSet &patterns) {
  types.addConversion([](BFloat16Type type) -> Type {
    return IntegerType::get(type.getContext(), 16);
  });
  types.addConversion([&types](VectorType type) -> std::optional<Type> {
    if (!type.getElementType().isBF16())
      return std::nullopt;
    return types.convertType(
        type.clone(IntegerType::get(type.getContext(), 16)));
  });
  patterns.add<ConvertBF16Constant>(types, /*benefit=*/2);
}

/// Whether these are kernels that their target writes itself.
bool writesItsImage(ModuleOp module) {
  if (!module->getParentOp() || !module->hasAttr(opc::kTargetAttr))
    return false;
  FailureOr<const opc::TargetDesc *> desc = opc::targetOf(module);
  return succeeded(desc) && opc::findTarget((*desc)->target)->emit;
}

struct LowerToLLVM : opc::impl::LowerToLLVMPassBase<LowerToLLVM> {
  void runOnOperation() override {
    if (writesItsImage(getOperation()))
      return;
    MLIRContext *context = &getContext();
    if (failed(takeVectorSteps()))
      return signalPassFailure();

    LowerToLLVMOptions options(context);
    LLVMTypeConverter types(context, options);
    RewritePatternSet patterns(context);
    populateConversions(types, patterns);
    carryBF16AsBits(types, patterns);
    patterns.add<ComputeInDouble<math::AcoshOp>, ComputeInDouble<math::ErfcOp>,
                 ComputeInDouble<math::TanOp>, ComputeInDouble<math::TanhOp>>(
        types, /*benefit=*/3);
    patterns.add<LeaveDomainOfAcosh>(types, /*benefit=*/4);
    LLVMConversionTarget target(*context);
    target.addLegalOp<ModuleOp>();
    target.markOpRecursivelyLegal<LLVM::LLVMFuncOp>(opc::isLowered);
    if (failed(
            applyFullConversion(getOperation(), target, std::move(patterns))))
      return signalPassFailure();
    relaxExchanges();
  }

  /// Kernels exchange a word only to know who is first (opc_kernel_fault).
  /// Nothing is ordered by that, so that loads around it still leave loops.
  void relaxExchanges() {
    getOperation().walk([](LLVM::AtomicRMWOp op) {
      if (op.getBinOp() == LLVM::AtomicBinOp::xchg)
        op.setOrdering(LLVM::AtomicOrdering::monotonic);
    });
  }

  LogicalResult takeVectorSteps() {
    RewritePatternSet steps(&getContext());
    populateVectorSteps(steps);
    FrozenRewritePatternSet frozen(std::move(steps));
    for (Operation &op : getOperation().getOps()) {
      auto function = dyn_cast<LLVM::LLVMFuncOp>(op);
      bool isLowered = function && opc::isLowered(function);
      if (!isLowered && failed(applyPatternsGreedily(&op, frozen)))
        return failure();
    }
    return success();
  }
};

} // namespace
