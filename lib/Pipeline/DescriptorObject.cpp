//===- DescriptorObject.cpp - The exported face of a program --------------===//
//
// Built as LLVM IR, so that it is right for every target's object format.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/DescriptorObject.h"

#include "opc-c/module.h"
#include "opc/Conversion/OpcToHost/HostProgram.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Module.h"

using namespace opc;
using runtime::Status;

namespace {

/// A hidden symbol that another object defines.
template <typename Make> auto *hidden(Make *global) {
  global->setVisibility(llvm::GlobalValue::HiddenVisibility);
  return global;
}

llvm::GlobalVariable *addManifest(llvm::Module &module, llvm::StringRef text) {
  llvm::Constant *data = llvm::ConstantDataArray::getString(
      module.getContext(), text, /*AddNull=*/false);
  auto *global = new llvm::GlobalVariable(
      module, data->getType(), /*isConstant=*/true,
      llvm::GlobalValue::PrivateLinkage, data, "manifest");
  global->setSection(OPC_MANIFEST_SECTION);
  return global;
}

/// The opc_program_image of each image; null where there are none.
llvm::Constant *addImages(llvm::Module &module,
                          llvm::ArrayRef<ObjectBytes> images) {
  llvm::LLVMContext &context = module.getContext();
  auto *pointer = llvm::PointerType::get(context, 0);
  if (images.empty())
    return llvm::ConstantPointerNull::get(pointer);
  llvm::SmallVector<llvm::Constant *> list;
  for (const ObjectBytes &image : images) {
    llvm::Constant *data = llvm::ConstantDataArray::getRaw(
        llvm::StringRef(image.data(), image.size()), image.size(),
        llvm::Type::getInt8Ty(context));
    auto *global = new llvm::GlobalVariable(
        module, data->getType(), /*isConstant=*/true,
        llvm::GlobalValue::PrivateLinkage, data, "image");
    global->setAlignment(llvm::Align(OPC_ALIGNMENT));
    llvm::Constant *fields[] = {
        global,
        llvm::ConstantInt::get(llvm::Type::getInt64Ty(context), image.size())};
    list.push_back(llvm::ConstantStruct::getAnon(context, fields));
  }
  llvm::Constant *array = llvm::ConstantArray::get(
      llvm::ArrayType::get(list.front()->getType(), list.size()), list);
  return new llvm::GlobalVariable(
      module, array->getType(),
      /*isConstant=*/true, llvm::GlobalValue::PrivateLinkage, array, "images");
}

void addDescriptor(llvm::Module &module, llvm::StringRef manifest,
                   uint64_t constantsSize, llvm::ArrayRef<ObjectBytes> images) {
  llvm::LLVMContext &context = module.getContext();
  llvm::Type *i8 = llvm::Type::getInt8Ty(context);
  llvm::Type *i32 = llvm::Type::getInt32Ty(context);
  llvm::Type *i64 = llvm::Type::getInt64Ty(context);
  auto *constants = hidden(new llvm::GlobalVariable(
      module, i8, true, llvm::GlobalValue::ExternalLinkage, nullptr,
      "opc_constants"));
  auto *entry = hidden(llvm::Function::Create(
      llvm::FunctionType::get(i32, {llvm::PointerType::get(context, 0)}, false),
      llvm::GlobalValue::ExternalLinkage, kEntrySymbol, module));
  // The fields of opc_program_descriptor, in order.
  llvm::Constant *fields[] = {llvm::ConstantInt::get(i32, OPC_ABI_VERSION),
                              llvm::ConstantInt::get(i32, 0),
                              entry,
                              addManifest(module, manifest),
                              llvm::ConstantInt::get(i64, manifest.size()),
                              constants,
                              llvm::ConstantInt::get(i64, constantsSize),
                              addImages(module, images),
                              llvm::ConstantInt::get(i64, images.size())};
  llvm::Constant *value = llvm::ConstantStruct::getAnon(context, fields);
  new llvm::GlobalVariable(module, value->getType(), /*isConstant=*/true,
                           llvm::GlobalValue::ExternalLinkage, value,
                           OPC_PROGRAM_SYMBOL);
}

} // namespace

Status opc::descriptorObject(llvm::StringRef manifest, uint64_t constantsSize,
                             llvm::ArrayRef<ObjectBytes> images,
                             const TargetDesc &desc, ObjectBytes &object) {
  llvm::LLVMContext context;
  llvm::Module module("descriptor", context);
  addDescriptor(module, manifest, constantsSize, images);
  return compileModule(module, desc, object);
}
