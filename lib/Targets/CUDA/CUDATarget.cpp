//===- CUDATarget.cpp - NVIDIA's GPUs -------------------------------------===//
#include "mlir/Conversion/GPUToNVVM/GPUToNVVMPass.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "opc/Targets/Simt/DeviceCode.h"
#include "opc/Targets/Simt/Family.h"

#include "Chips.inc"

using namespace mlir;
namespace opc {

const Target &cudaTarget();

namespace {

void registerDialects(DialectRegistry &registry) {
  simt::sourceTarget().registerDialects(registry);
  registry.insert<NVVM::NVVMDialect>();
  registerNVVMDialectTranslation(registry);
}

void populate(LLVMTypeConverter &types, RewritePatternSet &patterns) {
  populateGpuToNVVMConversionPatterns(types, patterns);
}

void mark(LLVM::LLVMFuncOp kernel, int64_t items) {
  Builder b(kernel.getContext());
  kernel->setAttr(NVVM::NVVMDialect::getKernelFuncAttrName(), b.getUnitAttr());
  kernel->setAttr(NVVM::NVVMDialect::getMaxntidAttrName(),
                  b.getDenseI32ArrayAttr({int32_t(items)}));
}

llvm::Error emit(ModuleOp kernels, const TargetDesc &desc,
                 llvm::SmallVectorImpl<char> &image) {
  static constexpr simt::CodeForm form = {populate, mark, /*sharedSpace=*/3,
                                          /*privateSpace=*/0, /*isText=*/true};
  return simt::emitDeviceCode(kernels, desc, form, image);
}

constexpr simt::CxxVendor kVendor = {
    "CUDA C++",
    "cu",
    "#include <cuda_runtime.h>\n",
    {"cuda", "{0}<<<{1}, {2}>>>({3})",
     "nvcc -shared -Xcompiler -fPIC -fmad=false"}};

} // namespace

const Target &cudaTarget() {
  static const Target target = [] {
    Target target = named(simt::cxxTarget<kVendor>(), "cuda",
                          "NVIDIA's GPUs, by PTX", kChips);
    target.registerDialects = registerDialects;
    target.emit = emit;
    return target;
  }();
  return target;
}

} // namespace opc
