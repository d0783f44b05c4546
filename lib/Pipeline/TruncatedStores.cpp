//===- TruncatedStores.cpp - masked stores of truncated vectors -----------===//
#include "TruncatedStores.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

/// Which lanes a mask has; nothing where only the run knows.
static std::optional<SmallVector<bool>> lanesOf(Value *mask) {
  auto *constant = dyn_cast<Constant>(mask);
  auto *type = dyn_cast<FixedVectorType>(mask->getType());
  if (!constant || !type)
    return std::nullopt;
  SmallVector<bool> lanes;
  for (unsigned lane = 0; lane < type->getNumElements(); ++lane) {
    Constant *bit = constant->getAggregateElement(lane);
    if (!bit || !(bit->isNullValue() || bit->isOneValue()))
      return std::nullopt;
    lanes.push_back(bit->isOneValue());
  }
  return lanes;
}

/// Stores lanes [first, first + count) of what `store` does.
static void storePart(IntrinsicInst &store, int first, int count) {
  IRBuilder<> b(&store);
  Value *vector = store.getArgOperand(0);
  Type *element = cast<VectorType>(vector->getType())->getElementType();
  uint64_t offset =
      first * store.getDataLayout().getTypeStoreSize(element).getFixedValue();
  Value *at = b.CreatePtrAdd(store.getArgOperand(1), b.getInt64(offset));
  Value *part = b.CreateShuffleVector(
      vector, llvm::to_vector(llvm::seq(first, first + count)));
  b.CreateAlignedStore(
       part, at, commonAlignment(store.getParamAlign(1).valueOrOne(), offset))
      ->setAAMetadata(store.getAAMetadata());
}

static void split(IntrinsicInst &store, ArrayRef<bool> lanes) {
  int end = lanes.size();
  for (int first = 0; first < end;) {
    int count = 0;
    while (first + count < end && lanes[first + count])
      ++count;
    if (count > 0)
      count = int(llvm::bit_floor(unsigned(count)));
    if (count > 0)
      storePart(store, first, count);
    first += std::max(count, 1);
  }
  store.eraseFromParent();
}

void opc::splitTruncatedStores(Module &module) {
  for (Function &function : module)
    for (Instruction &instruction :
         make_early_inc_range(instructions(function))) {
      auto *store = dyn_cast<IntrinsicInst>(&instruction);
      if (!store || store->getIntrinsicID() != Intrinsic::masked_store ||
          !isa<TruncInst>(store->getArgOperand(0)))
        continue;
      if (auto lanes = lanesOf(store->getArgOperand(store->arg_size() - 1)))
        split(*store, *lanes);
    }
}
