//===- HIPTarget.cpp - AMD's and Hygon's GPUs -----------------------------===//
#include "mlir/Conversion/GPUToROCDL/GPUToROCDLPass.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Dialect/AMDGPU/Utils/Chipset.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/ROCDLDialect.h"
#include "mlir/Target/LLVMIR/Dialect/ROCDL/ROCDLToLLVMIRTranslation.h"
#include "opc/Targets/Simt/DeviceCode.h"
#include "opc/Targets/Simt/Family.h"

#include "Chips.inc"

using namespace mlir;
namespace opc {

const Target &hipTarget();

namespace {

void registerDialects(DialectRegistry &registry) {
  simt::sourceTarget().registerDialects(registry);
  registry.insert<ROCDL::ROCDLDialect>();
  registerROCDLDialectTranslation(registry);
}

/// Groups along x, from the packet that launched the kernel: items of the grid
/// (32 bits at byte 12) over those of a group (16 bits at byte 4). What MLIR
/// has calls the vendor's library.
struct CountGroups : ConvertOpToLLVMPattern<gpu::GridDimOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult matchAndRewrite(gpu::GridDimOp op, OpAdaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    auto constant = LLVM::LLVMPointerType::get(b.getContext(), 4);
    Value packet =
        LLVM::CallIntrinsicOp::create(
            b, loc, constant, b.getStringAttr("llvm.amdgcn.dispatch.ptr"), {})
            .getResult(0);
    auto field = [&](int32_t at, Type type) -> Value {
      Value address = LLVM::GEPOp::create(b, loc, constant, b.getI8Type(),
                                          packet, ArrayRef<LLVM::GEPArg>{at});
      Value value = LLVM::LoadOp::create(b, loc, type, address);
      return LLVM::ZExtOp::create(b, loc, b.getI64Type(), value);
    };
    Value items = field(12, b.getI32Type()), own = field(4, b.getI16Type());
    b.replaceOpWithNewOp<LLVM::UDivOp>(op, items, own);
    return success();
  }
};

void populate(LLVMTypeConverter &types, RewritePatternSet &patterns) {
  populateGpuToROCDLConversionPatterns(types, patterns, gpu::amd::HIP,
                                       amdgpu::Chipset(9, 0, 6));
  patterns.add<CountGroups>(types, /*benefit=*/10);
}

void mark(LLVM::LLVMFuncOp kernel, int64_t items) {
  Builder b(kernel.getContext());
  std::string size = std::to_string(items);
  kernel->setAttr(ROCDL::ROCDLDialect::getKernelFuncAttrName(),
                  b.getUnitAttr());
  kernel->setAttr("rocdl.flat_work_group_size",
                  b.getStringAttr(size + "," + size));
}

llvm::Error emit(ModuleOp kernels, const TargetDesc &desc,
                 llvm::SmallVectorImpl<char> &image) {
  static constexpr simt::CodeForm form = {populate, mark, /*sharedSpace=*/3,
                                          /*privateSpace=*/5, /*isText=*/false};
  return simt::emitDeviceCode(kernels, desc, form, image);
}

constexpr simt::CxxVendor kVendor = {
    "HIP C++",
    "hip",
    "#include <hip/hip_runtime.h>\n",
    {"hip", "hipLaunchKernelGGL({0}, dim3({1}), dim3({2}), 0, 0, {3})",
     "hipcc -shared -fPIC"}};

} // namespace

const Target &hipTarget() {
  static const Target target = [] {
    Target target = named(simt::cxxTarget<kVendor>(), "hip",
                          "AMD's and Hygon's GPUs, by code objects", kChips);
    target.registerDialects = registerDialects;
    target.emit = emit;
    target.linksImage = true;
    return target;
  }();
  return target;
}

} // namespace opc
