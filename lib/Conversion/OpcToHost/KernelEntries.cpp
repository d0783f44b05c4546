//===- KernelEntries.cpp - Scheduled kernels as opc_kernel_fn -------------===//
//
// The runtime calls every kernel with an array of words. An entry takes
// pointers and symbols out of it and calls the body, whose pointers are
// parameters so that LLVM may know that they do not alias.
//
//   func.func private @k(%status: memref<4xi64>, %x: memref<?xf32>, %s0: index,
//                        %begin: index, %end: index) { ... }
//   // becomes
//   llvm.func @k(%words: !llvm.ptr, %begin: i64, %end: i64) { ... }
//   llvm.func internal @k.body(%status: !llvm.ptr {llvm.noalias}, ...) { ... }
//
// One that goes into an image as it is keeps its arguments but for %begin: the
// device starts as many of it as there are units.
//
//===----------------------------------------------------------------------===//
#include "opc/Conversion/OpcToHost/KernelEntries.h"
#include "HostPlan.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/VectorInterfaces.h"
#include "opc/Conversion/OpcToHost/Passes.h"

namespace opc {
#define GEN_PASS_DEF_KERNELENTRIESPASS
#include "opc/Conversion/OpcToHost/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

/// Arguments behind the buffers and symbols: the range of units.
static constexpr unsigned kRangeArguments = 2;

/// Flat buffers have no size of their own: nothing in the body may ask for it.
static LogicalResult verifyKernel(func::FuncOp kernel) {
  unsigned count = kernel.getNumArguments();
  auto isBuffer = [](Type type) {
    auto buffer = dyn_cast<MemRefType>(type);
    return buffer && buffer.getRank() == 1 && buffer.getLayout().isIdentity();
  };
  bool isScheduled = count > kRangeArguments && kernel.getNumResults() == 0;
  for (Type type : kernel.getArgumentTypes())
    isScheduled &= isBuffer(type) || type.isIndex();
  if (!isScheduled)
    return kernel.emitError("kernel ")
           << kernel.getName() << " of type " << kernel.getFunctionType()
           << " has no schedule";
  WalkResult result = kernel.walk([&](Operation *op) {
    auto transfer = dyn_cast<VectorTransferOpInterface>(op);
    bool asks =
        (transfer && transfer.hasOutOfBoundsDim()) ||
        (isa<memref::DimOp>(op) && isa<BlockArgument>(op->getOperand(0)));
    if (!asks)
      return WalkResult::advance();
    op->emitOpError("asks for the size of a flat buffer, which has none");
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

/// The struct that the LLVM lowering has for a memref of rank 1.
static Value describeBuffer(OpBuilder &b, Location loc, Value pointer,
                            MemRefType type) {
  Type i64 = b.getI64Type();
  Type array = LLVM::LLVMArrayType::get(i64, 1);
  auto structure = LLVM::LLVMStructType::getLiteral(
      b.getContext(),
      {pointer.getType(), pointer.getType(), i64, array, array});
  auto number = [&](int64_t value) -> Value {
    return LLVM::ConstantOp::create(b, loc, i64, b.getI64IntegerAttr(value));
  };
  Value result = LLVM::PoisonOp::create(b, loc, structure);
  auto put = [&](Value field, ArrayRef<int64_t> position) {
    result = LLVM::InsertValueOp::create(b, loc, result, field, position);
  };
  put(pointer, {0});
  put(pointer, {1});
  put(number(0), {2});
  if (type.hasStaticShape())
    put(number(type.getDimSize(0)), {3, 0});
  put(number(1), {4, 0});
  return UnrealizedConversionCastOp::create(b, loc, type, result).getResult(0);
}

/// Arguments that may share memory because of opc.inplace.
static llvm::SmallDenseSet<unsigned> sharedArguments(func::FuncOp kernel) {
  llvm::SmallDenseSet<unsigned> shared;
  auto pairs = kernel->getAttrOfType<ArrayAttr>(kInplaceAttr);
  if (!pairs)
    return shared;
  // Inputs come first; how many there are follows from the launches only, so
  // that every buffer counts as shared.
  for (auto [index, type] : llvm::enumerate(kernel.getArgumentTypes()))
    if (index > 0 && isa<MemRefType>(type))
      shared.insert(index);
  return shared;
}

static DictionaryAttr pointerAttributes(MemRefType buffer, bool isAlone,
                                        OpBuilder &b) {
  // The caller's own inputs promise no more alignment than this.
  int64_t alignment = storageBytes(buffer.getElementType());
  NamedAttrList attributes;
  attributes.set("llvm.align", b.getI64IntegerAttr(alignment));
  attributes.set("llvm.nonnull", b.getUnitAttr());
  attributes.set("llvm.noundef", b.getUnitAttr());
  if (isAlone)
    attributes.set("llvm.noalias", b.getUnitAttr());
  return attributes.getDictionary(b.getContext());
}

static LLVM::LLVMFuncOp makeBody(func::FuncOp kernel, StringRef name,
                                 LLVM::Linkage linkage, OpBuilder &b) {
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  SmallVector<Type> types;
  for (Type type : kernel.getArgumentTypes())
    types.push_back(isa<MemRefType>(type) ? Type(pointer) : b.getI64Type());
  auto type = LLVM::LLVMFunctionType::get(
      LLVM::LLVMVoidType::get(b.getContext()), types);
  auto body = LLVM::LLVMFuncOp::create(b, kernel.getLoc(), name, type, linkage);
  if (Attribute target = kernel->getAttr(kTargetAttr))
    body->setAttr(kTargetAttr, target);
  llvm::SmallDenseSet<unsigned> shared = sharedArguments(kernel);
  SmallVector<Attribute> attributes;
  for (auto [index, argument] : llvm::enumerate(kernel.getArgumentTypes())) {
    auto buffer = dyn_cast<MemRefType>(argument);
    attributes.push_back(
        buffer ? pointerAttributes(buffer, !shared.contains(index), b)
               : b.getDictionaryAttr({}));
  }
  body.setArgAttrsAttr(b.getArrayAttr(attributes));
  return body;
}

/// Moves the kernel's region into `body`, behind a block that turns pointers
/// into memrefs.
static void moveBody(func::FuncOp kernel, LLVM::LLVMFuncOp body) {
  Block &first = kernel.front();
  body.getBody().takeBody(kernel.getBody());
  OpBuilder b = OpBuilder::atBlockBegin(&first);
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  for (BlockArgument argument : first.getArguments()) {
    Type type = argument.getType();
    auto buffer = dyn_cast<MemRefType>(type);
    argument.setType(buffer ? Type(pointer) : b.getI64Type());
    auto uses = llvm::to_vector(llvm::map_range(
        argument.getUses(), [](OpOperand &use) { return &use; }));
    Value cast = buffer ? describeBuffer(b, body.getLoc(), argument, buffer)
                        : UnrealizedConversionCastOp::create(b, body.getLoc(),
                                                             type, argument)
                              .getResult(0);
    for (OpOperand *use : uses)
      use->set(cast);
  }
  body.walk([](func::ReturnOp op) {
    OpBuilder b(op);
    LLVM::ReturnOp::create(b, op.getLoc(), ValueRange());
    op.erase();
  });
}

static void makeEntry(func::FuncOp kernel, LLVM::LLVMFuncOp body,
                      OpBuilder &b) {
  Location loc = kernel.getLoc();
  Type i64 = b.getI64Type();
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  auto type = LLVM::LLVMFunctionType::get(
      LLVM::LLVMVoidType::get(b.getContext()), {pointer, i64, i64});
  auto entry = LLVM::LLVMFuncOp::create(b, loc, kernel.getName(), type);
  for (NamedAttribute attribute : kernel->getDiscardableAttrs())
    entry->setAttr(attribute.getName(), attribute.getValue());
  Block *block = entry.addEntryBlock(b);
  OpBuilder inner = OpBuilder::atBlockBegin(block);
  SmallVector<Value> arguments;
  for (Type argument : body.getArgumentTypes().drop_back(kRangeArguments)) {
    Value address = LLVM::GEPOp::create(
        inner, loc, pointer, i64, block->getArgument(0),
        ArrayRef<LLVM::GEPArg>(static_cast<int32_t>(arguments.size())));
    arguments.push_back(LLVM::LoadOp::create(inner, loc, argument, address));
  }
  arguments.push_back(block->getArgument(1));
  arguments.push_back(block->getArgument(2));
  LLVM::CallOp::create(inner, loc, body, arguments);
  LLVM::ReturnOp::create(inner, loc, ValueRange());
}

LLVM::LLVMFuncOp opc::lowerKernelArguments(func::FuncOp kernel) {
  OpBuilder b(kernel);
  LLVM::LLVMFuncOp lowered =
      makeBody(kernel, kernel.getName(), LLVM::Linkage::External, b);
  for (NamedAttribute attribute : kernel->getDiscardableAttrs())
    lowered->setAttr(attribute.getName(), attribute.getValue());
  moveBody(kernel, lowered);
  kernel.erase();
  return lowered;
}

/// Moves the kernel to the module of its chip's kernels, and leaves a
/// declaration for the host program.
static void moveToImage(func::FuncOp kernel, OpBuilder &b) {
  auto around = kernel->getParentOfType<ModuleOp>();
  auto target = kernel->getAttrOfType<StringAttr>(kTargetAttr);
  auto nested = around.getOps<ModuleOp>();
  auto found = llvm::find_if(nested, [&](ModuleOp image) {
    return image->getAttr(kTargetAttr) == target;
  });
  ModuleOp image;
  if (found != nested.end()) {
    image = *found;
  } else {
    OpBuilder end = OpBuilder::atBlockEnd(around.getBody());
    image = ModuleOp::create(end, kernel.getLoc());
    image->setAttr(kTargetAttr, target);
  }
  auto none =
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()), {});
  auto declared =
      LLVM::LLVMFuncOp::create(b, kernel.getLoc(), kernel.getName(), none);
  for (NamedAttribute attribute : kernel->getDiscardableAttrs())
    declared->setAttr(attribute.getName(), attribute.getValue());
  unsigned begin = kernel.getNumArguments() - kRangeArguments;
  (void)kernel.eraseArgument(begin);
  kernel->moveBefore(image.getBody(), image.getBody()->end());
}

namespace {
struct KernelEntries : opc::impl::KernelEntriesPassBase<KernelEntries> {
  void runOnOperation() override {
    for (auto kernel :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      if (!kernel->hasAttr(kKernelAttr) || kernel.isExternal())
        continue;
      if (failed(verifyKernel(kernel)))
        return signalPassFailure();
      OpBuilder b(kernel);
      if (!kernel.getArgument(0).use_empty())
        kernel->setAttr(kMayFaultAttr, b.getUnitAttr());
      if (kernel->hasAttr(kOwnImageAttr)) {
        moveToImage(kernel, b);
        continue;
      }
      LLVM::LLVMFuncOp body =
          makeBody(kernel, (kernel.getName() + ".body").str(),
                   LLVM::Linkage::Internal, b);
      moveBody(kernel, body);
      makeEntry(kernel, body, b);
      kernel.erase();
    }
  }
};
} // namespace
