//===- ExternalModule.cpp - LLVM IR that came with a graph ----------------===//
#include "ExternalModule.h"

#include "Analyses.h"
#include "opc/Targets/Core/TargetMachines.h"
#include "opc/Conversion/OpcToLoops/KernelEmitter.h"
#include "opc/Runtime/Escape.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Verifier.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/Transforms/IPO/GlobalDCE.h"
#include "llvm/Transforms/IPO/Internalize.h"
#include <tuple>

using namespace opc;
using runtime::printable;

ExternalSignature ExternalSignature::of(ExternalKernelOp op) {
  ExternalSignature signature;
  signature.inputs = op.getInputs().size();
  signature.outputs = op.getOutputs().size();
  if (std::optional<mlir::AffineMap> extents = op.getExtents())
    signature.extents = extents->getNumResults();
  unsigned bits = 64;
  for (mlir::TypeRange types : {mlir::TypeRange(op->getOperandTypes()),
                                mlir::TypeRange(op->getResultTypes())})
    for (mlir::Type type : types)
      bits = std::min(bits, storageType(mlir::getElementTypeOrSelf(type))
                                .getIntOrFloatBitWidth());
  signature.alignment = std::max(bits / 8, 1u);
  return signature;
}

bool ExternalSignature::operator<(const ExternalSignature &other) const {
  auto all = [](const ExternalSignature &s) {
    return std::tie(s.inputs, s.outputs, s.extents, s.alignment);
  };
  return all(*this) < all(other);
}

namespace {

std::string firstLine(llvm::StringRef text) {
  return printable(text.take_until([](char c) { return c == '\n'; }));
}

/// A wrong word of foreign text is shown with its place.
Complaint parse(llvm::StringRef ir, ExternalModule &result) {
  result.context = std::make_unique<llvm::LLVMContext>();
  // Remarks about old forms that were upgraded are for nobody here.
  result.context->setDiagnosticHandlerCallBack(
      [](const llvm::DiagnosticInfo *, void *) {}, nullptr);
  // The parser of text needs a NUL behind it.
  std::string text = ir.str();
  llvm::SMDiagnostic error;
  result.module =
      llvm::parseIR(llvm::MemoryBufferRef(text, "ir"), error, *result.context);
  if (!result.module)
    return {llvm::formatv("ir is no LLVM IR: line {0}, column {1}: {2}",
                          std::max(error.getLineNo(), 1),
                          std::max(error.getColumnNo(), 0) + 1,
                          firstLine(error.getMessage()))
                .str(),
            ""};
  std::string why;
  llvm::raw_string_ostream out(why);
  if (llvm::verifyModule(*result.module, &out))
    return {"ir does not verify: " + firstLine(why), ""};
  return {};
}

/// Types that the IR was made for are those of the chip.
Complaint fitToMachine(llvm::Module &module, const TargetDesc &desc) {
  std::string error;
  std::unique_ptr<llvm::TargetMachine> machine = makeMachine(desc, error);
  if (!machine)
    return {desc.name() + ": " + error, ""};
  const llvm::Triple &own = module.getTargetTriple();
  if (!own.empty() && own.getArch() != machine->getTargetTriple().getArch())
    return {"ir is for " + printable(own.str()) + ", and " + desc.name() +
                " is " + machine->getTargetTriple().str(),
            "ir without a triple"};
  llvm::DataLayout layout = machine->createDataLayout();
  if (!module.getDataLayoutStr().empty() && module.getDataLayout() != layout)
    return {"ir has the data layout '" + printable(module.getDataLayoutStr()) +
                "', and " + desc.name() + " has '" +
                layout.getStringRepresentation() + "'",
            "ir without a data layout"};
  module.setDataLayout(layout);
  module.setTargetTriple(machine->getTargetTriple());
  return {};
}

std::string textOf(const llvm::FunctionType &type) {
  std::string text;
  llvm::raw_string_ostream out(text);
  type.print(out);
  return text;
}

/// Attributes of an argument that change how it is passed.
constexpr llvm::Attribute::AttrKind kPassing[] = {
    llvm::Attribute::ByVal,     llvm::Attribute::ByRef,
    llvm::Attribute::StructRet, llvm::Attribute::InAlloca,
    llvm::Attribute::InReg,     llvm::Attribute::Nest,
    llvm::Attribute::SwiftSelf, llvm::Attribute::SwiftError,
    llvm::Attribute::SwiftAsync};

Complaint checkSignature(const llvm::Function &function,
                         const ExternalSignature &signature) {
  llvm::LLVMContext &context = function.getContext();
  llvm::SmallVector<llvm::Type *> types(signature.inputs + signature.outputs,
                                        llvm::PointerType::get(context, 0));
  types.append(signature.extents, llvm::Type::getInt64Ty(context));
  auto *wanted =
      llvm::FunctionType::get(llvm::Type::getVoidTy(context), types, false);
  std::string name = "function '" + printable(function.getName()) + "'";
  if (function.getFunctionType() != wanted)
    return {llvm::formatv(
                "{0} is {1}, and {2} inputs, {3} outputs and {4} extents are "
                "passed to {5}",
                name, textOf(*function.getFunctionType()), signature.inputs,
                signature.outputs, signature.extents, textOf(*wanted))
                .str(),
            ""};
  if (function.getCallingConv() != llvm::CallingConv::C)
    return {name + " has a calling convention of its own", "that of C"};
  for (const llvm::Argument &argument : function.args())
    for (llvm::Attribute::AttrKind kind : kPassing)
      if (argument.hasAttribute(kind))
        return {llvm::formatv("argument {0} of {1} is '{2}'",
                              argument.getArgNo(), name,
                              llvm::Attribute::getNameFromAttrKind(kind))
                    .str(),
                "plain pointers and numbers"};
  return {};
}

/// What initialises or keeps something of a module that nobody calls.
constexpr llvm::StringLiteral kStartup[] = {"llvm.global_ctors",
                                            "llvm.global_dtors"};
constexpr llvm::StringLiteral kKept[] = {"llvm.used", "llvm.compiler.used"};

void dropUnused(llvm::Module &module) {
  llvm::PassBuilder builder;
  Analyses analyses(builder);
  llvm::GlobalDCEPass().run(module, analyses.modules);
}

/// Leaves nothing but what the function needs.
Complaint isolate(llvm::Module &module, llvm::Function &function) {
  if (!module.getModuleInlineAsm().empty())
    return {"ir holds assembly beside its functions", "LLVM IR alone"};
  for (llvm::StringRef name : kStartup)
    if (module.getNamedGlobal(name))
      return {"ir asks for code that runs when it is loaded: " + name.str(),
              "functions that are called"};
  for (llvm::StringRef name : kKept)
    if (llvm::GlobalVariable *list = module.getNamedGlobal(name))
      list->eraseFromParent();
  llvm::internalizeModule(module, [&](const llvm::GlobalValue &value) {
    return &value == &function;
  });
  for (llvm::GlobalObject &object : module.global_objects()) {
    object.setComdat(nullptr);
    object.setSection("");
  }
  llvm::StripDebugInfo(module);
  while (!module.named_metadata_empty())
    module.eraseNamedMetadata(&*module.named_metadata_begin());
  dropUnused(module);
  return {};
}

/// What IR may say of a function besides what it does. The rest is how some
/// other compiler wanted it compiled.
constexpr llvm::Attribute::AttrKind kFacts[] = {
    llvm::Attribute::Memory,    llvm::Attribute::NoUnwind,
    llvm::Attribute::NoRecurse, llvm::Attribute::WillReturn,
    llvm::Attribute::StrictFP,  llvm::Attribute::MustProgress};
constexpr llvm::StringLiteral kDenormals[] = {"denormal-fp-math",
                                              "denormal-fp-math-f32"};

void keepFactsAlone(llvm::Function &function) {
  llvm::AttrBuilder kept(function.getContext());
  for (llvm::Attribute::AttrKind kind : kFacts)
    if (function.hasFnAttribute(kind))
      kept.addAttribute(function.getFnAttribute(kind));
  for (llvm::StringRef name : kDenormals)
    if (function.hasFnAttribute(name))
      kept.addAttribute(function.getFnAttribute(name));
  function.setAttributes(function.getAttributes()
                             .removeFnAttributes(function.getContext())
                             .addFnAttributes(function.getContext(), kept));
}

/// What pointers promise beyond being those of a buffer.
constexpr llvm::Attribute::AttrKind kPromises[] = {
    llvm::Attribute::Alignment, llvm::Attribute::Dereferenceable,
    llvm::Attribute::DereferenceableOrNull};

/// The least that an access may rely on: its own variables and tables are where
/// its own IR puts them, buffers are the caller's.
llvm::Align alignmentOf(const llvm::Value *pointer, llvm::Align said,
                        unsigned ofBuffers) {
  const llvm::Value *object = llvm::getUnderlyingObject(pointer);
  if (llvm::isa<llvm::AllocaInst, llvm::GlobalVariable>(object))
    return said;
  return std::min(said, llvm::Align(ofBuffers));
}

void weaken(llvm::Instruction &instruction, unsigned alignment) {
  if (auto *load = llvm::dyn_cast<llvm::LoadInst>(&instruction)) {
    if (!load->isAtomic())
      load->setAlignment(
          alignmentOf(load->getPointerOperand(), load->getAlign(), alignment));
  } else if (auto *store = llvm::dyn_cast<llvm::StoreInst>(&instruction)) {
    if (!store->isAtomic())
      store->setAlignment(alignmentOf(store->getPointerOperand(),
                                      store->getAlign(), alignment));
  } else if (auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction)) {
    for (unsigned i = 0; i < call->arg_size(); ++i)
      for (llvm::Attribute::AttrKind kind : kPromises)
        call->removeParamAttr(i, kind);
  }
}

void promiseLess(llvm::Function &function, unsigned alignment) {
  for (unsigned i = 0; i < function.arg_size(); ++i)
    for (llvm::Attribute::AttrKind kind : kPromises)
      function.removeParamAttr(i, kind);
  if (!function.isDeclaration())
    keepFactsAlone(function);
  for (llvm::Instruction &each :
       llvm::make_early_inc_range(llvm::instructions(function)))
    if (llvm::isa<llvm::AssumeInst>(each))
      each.eraseFromParent();
    else
      weaken(each, alignment);
}

} // namespace

Complaint ExternalModule::read(llvm::StringRef ir, llvm::StringRef name,
                               const ExternalSignature &signature,
                               const TargetDesc &desc) {
  if (Complaint complaint = parse(ir, *this))
    return complaint;
  if (Complaint complaint = fitToMachine(*module, desc))
    return complaint;
  llvm::Function *function = module->getFunction(name);
  if (!function)
    return {"ir has no function '" + printable(name) + "'", ""};
  if (function->isDeclaration())
    return {"ir declares function '" + printable(name) +
                "' and does not define it",
            ""};
  if (Complaint complaint = checkSignature(*function, signature))
    return complaint;
  if (Complaint complaint = isolate(*module, *function))
    return complaint;
  // Buffers of a program are aligned to their element, whatever those were that
  // the code was written for; and an empty one has nothing to read.
  for (llvm::Function &each : *module)
    promiseLess(each, signature.alignment);
  return checkExternalCode(*function, signature);
}
