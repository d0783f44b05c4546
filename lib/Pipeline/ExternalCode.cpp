//===- ExternalCode.cpp - What foreign code may do ------------------------===//
//
// A kernel computes outputs from inputs, on any processor, and touches nothing
// else. What is not known to be of that kind is refused, since the code
// generator of LLVM ends the process where it meets what it does not take.
//
//===----------------------------------------------------------------------===//
#include "ExternalModule.h"
#include "opc/Pipeline/Link.h"
#include "opc/Runtime/Escape.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Support/FormatVariadic.h"

using namespace opc;
using runtime::printable;

// Intrinsics that every code generator takes and that reach no memory but by
// their pointers.
static constexpr llvm::StringLiteral kIntrinsics[] = {
    "llvm.abs",
    "llvm.acos",
    "llvm.asin",
    "llvm.atan",
    "llvm.atan2",
    "llvm.bitreverse",
    "llvm.bswap",
    "llvm.ceil",
    "llvm.copysign",
    "llvm.cos",
    "llvm.cosh",
    "llvm.ctlz",
    "llvm.ctpop",
    "llvm.cttz",
    "llvm.exp",
    "llvm.exp10",
    "llvm.exp2",
    "llvm.expect",
    "llvm.expect.with.probability",
    "llvm.experimental.noalias.scope.decl",
    "llvm.fabs",
    "llvm.floor",
    "llvm.fma",
    "llvm.fmuladd",
    "llvm.fptosi.sat",
    "llvm.fptoui.sat",
    "llvm.fshl",
    "llvm.fshr",
    "llvm.is.fpclass",
    "llvm.ldexp",
    "llvm.lifetime.end",
    "llvm.lifetime.start",
    "llvm.llrint",
    "llvm.llround",
    "llvm.log",
    "llvm.log10",
    "llvm.log2",
    "llvm.lrint",
    "llvm.lround",
    "llvm.masked.gather",
    "llvm.masked.load",
    "llvm.masked.scatter",
    "llvm.masked.store",
    "llvm.maximum",
    "llvm.maxnum",
    "llvm.memcpy",
    "llvm.memcpy.inline",
    "llvm.memmove",
    "llvm.memset",
    "llvm.memset.inline",
    "llvm.minimum",
    "llvm.minnum",
    "llvm.nearbyint",
    "llvm.objectsize",
    "llvm.pow",
    "llvm.prefetch",
    "llvm.rint",
    "llvm.round",
    "llvm.roundeven",
    "llvm.sadd.sat",
    "llvm.sadd.with.overflow",
    "llvm.sin",
    "llvm.sinh",
    "llvm.smax",
    "llvm.smin",
    "llvm.smul.with.overflow",
    "llvm.sqrt",
    "llvm.sshl.sat",
    "llvm.ssub.sat",
    "llvm.ssub.with.overflow",
    "llvm.stackrestore",
    "llvm.stacksave",
    "llvm.tan",
    "llvm.tanh",
    "llvm.trunc",
    "llvm.uadd.sat",
    "llvm.uadd.with.overflow",
    "llvm.umax",
    "llvm.umin",
    "llvm.umul.with.overflow",
    "llvm.ushl.sat",
    "llvm.usub.sat",
    "llvm.usub.with.overflow",
    "llvm.vector.deinterleave2",
    "llvm.vector.extract",
    "llvm.vector.insert",
    "llvm.vector.interleave2",
    "llvm.vector.reduce.add",
    "llvm.vector.reduce.and",
    "llvm.vector.reduce.fadd",
    "llvm.vector.reduce.fmax",
    "llvm.vector.reduce.fmaximum",
    "llvm.vector.reduce.fmin",
    "llvm.vector.reduce.fminimum",
    "llvm.vector.reduce.fmul",
    "llvm.vector.reduce.mul",
    "llvm.vector.reduce.or",
    "llvm.vector.reduce.smax",
    "llvm.vector.reduce.smin",
    "llvm.vector.reduce.umax",
    "llvm.vector.reduce.umin",
    "llvm.vector.reduce.xor",
    "llvm.vector.reverse",
};

// Control that leaves a function other than by a return, or that the front end
// of some language gives a meaning to.
static constexpr unsigned kForeignControl[] = {
    llvm::Instruction::Invoke,      llvm::Instruction::CallBr,
    llvm::Instruction::Resume,      llvm::Instruction::CleanupRet,
    llvm::Instruction::CatchRet,    llvm::Instruction::CatchPad,
    llvm::Instruction::CatchSwitch, llvm::Instruction::CleanupPad,
    llvm::Instruction::LandingPad,  llvm::Instruction::VAArg,
    llvm::Instruction::IndirectBr};

namespace {

class CodeChecker {
public:
  CodeChecker(llvm::Function &function, const ExternalSignature &signature)
      : entry(function), module(*function.getParent()), signature(signature) {}

  Complaint check();

private:
  /// "function 'f' WHAT", of the function that is looked at.
  Complaint refuse(const llvm::Twine &what, llvm::StringRef nearest = "");
  Complaint checkVariable(const llvm::GlobalVariable &variable);
  Complaint checkDeclaration(const llvm::Function &function);
  Complaint checkDefinition(const llvm::Function &function);
  Complaint checkInstruction(const llvm::Instruction &instruction);
  Complaint checkCall(const llvm::CallBase &call);
  Complaint checkType(const llvm::Type &type);
  Complaint checkArithmetic(const llvm::Instruction &instruction);
  Complaint checkWrites(const llvm::Instruction &instruction);

  llvm::Function &entry;
  llvm::Module &module;
  const ExternalSignature &signature;
  llvm::StringRef current;
};

std::string textOf(const llvm::Type &type) {
  std::string text;
  llvm::raw_string_ostream out(text);
  type.print(out);
  return printable(text);
}

std::string quoted(const llvm::Value &value) {
  return "'" + printable(value.getName()) + "'";
}

Complaint CodeChecker::refuse(const llvm::Twine &what,
                              llvm::StringRef nearest) {
  return {("function '" + printable(current) + "' " + what).str(),
          nearest.str()};
}

Complaint CodeChecker::checkVariable(const llvm::GlobalVariable &variable) {
  if (variable.isDeclaration())
    return refuse("uses the variable " + quoted(variable) +
                      ", which ir does not define",
                  "tables that ir defines");
  if (!variable.isConstant() || variable.isThreadLocal())
    return refuse("uses the variable " + quoted(variable) +
                      ", which may change between calls",
                  "constant tables");
  return checkType(*variable.getValueType());
}

/// libm takes and gives floats of one type; some take or give a number or an
/// address besides.
bool isOfLibm(const llvm::FunctionType &type, llvm::StringRef name) {
  auto *scalar = name.ends_with("f") && isLibraryFunction(name.drop_back())
                     ? llvm::Type::getFloatTy(type.getContext())
                     : llvm::Type::getDoubleTy(type.getContext());
  auto fits = [&](const llvm::Type *part) {
    return part == scalar || part->isIntegerTy(32) || part->isPointerTy();
  };
  const llvm::Type *result = type.getReturnType();
  bool gives =
      result == scalar || result->isVoidTy() || result->isIntegerTy(64);
  return gives && !type.isVarArg() && type.getNumParams() > 0 &&
         type.getParamType(0) == scalar && llvm::all_of(type.params(), fits);
}

bool isOfLibc(const llvm::FunctionType &type) {
  return type.getReturnType()->isPointerTy() && !type.isVarArg() &&
         type.getNumParams() == 3 && type.getParamType(0)->isPointerTy() &&
         type.getParamType(2)->isIntegerTy(64);
}

Complaint CodeChecker::checkDeclaration(const llvm::Function &function) {
  llvm::StringRef name = function.getName();
  if (llvm::Intrinsic::ID id = function.getIntrinsicID()) {
    llvm::StringRef base = llvm::Intrinsic::getBaseName(id);
    if (llvm::is_contained(kIntrinsics, base))
      return {};
    if (llvm::Intrinsic::isTargetIntrinsic(id))
      return refuse("calls " + name + ", which one kind of processor has",
                    "ir for any processor");
    return refuse("calls " + name + ", which is no computation of a kernel");
  }
  if (function.isIntrinsic())
    return refuse("calls '" + printable(name) + "', which LLVM does not know");
  const llvm::FunctionType &type = *function.getFunctionType();
  bool isMemory = name.starts_with("mem");
  if (!isLibraryFunction(name))
    return refuse("calls '" + printable(name) +
                      "', which neither ir nor libm defines",
                  "functions of ir and of libm, memcpy, memmove and memset");
  if (isMemory ? isOfLibc(type) : isOfLibm(type, name))
    return {};
  return refuse("calls " + name + " as " + textOf(type) +
                ", which it is not in C");
}

Complaint CodeChecker::checkDefinition(const llvm::Function &function) {
  current = function.getName();
  if (function.isVarArg())
    return refuse("takes variable arguments", "a fixed list");
  bool isPlain = function.getCallingConv() == llvm::CallingConv::C ||
                 function.getCallingConv() == llvm::CallingConv::Fast;
  if (!isPlain)
    return refuse("has a calling convention of its own", "that of C");
  if (function.hasGC() || function.hasPersonalityFn())
    return refuse("needs the run-time library of a language", "plain C");
  for (const llvm::Argument &argument : function.args())
    if (Complaint complaint = checkType(*argument.getType()))
      return complaint;
  for (const llvm::BasicBlock &block : function)
    for (const llvm::Instruction &instruction : block)
      if (Complaint complaint = checkInstruction(instruction))
        return complaint;
  return {};
}

Complaint CodeChecker::checkCall(const llvm::CallBase &call) {
  if (call.isInlineAsm())
    return refuse("holds inline assembly, which one kind of processor has",
                  "LLVM IR alone");
  if (!call.getCalledFunction())
    return refuse("calls through a pointer", "calls of functions by name");
  if (call.hasOperandBundles())
    return refuse("calls " + quoted(*call.getCalledOperand()) +
                  " with operand bundles");
  return {};
}

/// Whether values of a type are what every processor's code can hold.
bool isPlainType(const llvm::Type &type) {
  if (type.isArrayTy() || type.isStructTy() || type.isVectorTy())
    return !llvm::isa<llvm::ScalableVectorType>(type) &&
           llvm::all_of(type.subtypes(), [](const llvm::Type *part) {
             return isPlainType(*part);
           });
  if (const auto *pointer = llvm::dyn_cast<llvm::PointerType>(&type))
    return pointer->getAddressSpace() == 0;
  if (type.isIntegerTy())
    return type.getIntegerBitWidth() <= 128;
  return type.isHalfTy() || type.isBFloatTy() || type.isFloatTy() ||
         type.isDoubleTy() || type.isVoidTy() || type.isLabelTy() ||
         type.isMetadataTy();
}

Complaint CodeChecker::checkType(const llvm::Type &type) {
  if (isPlainType(type))
    return {};
  return refuse("uses the type " + textOf(type),
                "integers of up to 128 bits, half, bfloat, float, double, "
                "pointers of address space 0, and vectors of fixed length");
}

/// What becomes a call of a compiler's support library.
Complaint CodeChecker::checkArithmetic(const llvm::Instruction &instruction) {
  const llvm::Type *type = instruction.getType()->getScalarType();
  const llvm::Type *from =
      instruction.getNumOperands() > 0
          ? instruction.getOperand(0)->getType()->getScalarType()
          : type;
  unsigned code = instruction.getOpcode();
  auto isWide = [](const llvm::Type *each) {
    return each->isIntegerTy() && each->getIntegerBitWidth() > 64;
  };
  bool divides =
      llvm::is_contained({llvm::Instruction::UDiv, llvm::Instruction::SDiv,
                          llvm::Instruction::URem, llvm::Instruction::SRem},
                         code);
  bool converts = type->isFloatingPointTy() != from->isFloatingPointTy() &&
                  llvm::isa<llvm::CastInst>(instruction) &&
                  code != llvm::Instruction::BitCast;
  if ((divides || converts) && (isWide(type) || isWide(from)))
    return refuse(llvm::Twine("has ") + instruction.getOpcodeName() + " of " +
                      textOf(isWide(type) ? *type : *from),
                  "of up to 64 bits");
  bool rounds = code == llvm::Instruction::FPTrunc ||
                llvm::isa<llvm::BinaryOperator>(instruction) || converts;
  bool toHalf = code == llvm::Instruction::FPTrunc && type->isHalfTy() &&
                !from->isFloatTy();
  if ((type->isBFloatTy() && rounds) || toHalf)
    return refuse(llvm::Twine("has ") + instruction.getOpcodeName() + " to " +
                      textOf(*type),
                  toHalf ? "by way of float" : "arithmetic in float");
  return {};
}

/// Where an instruction writes, null if it does not or says no place.
const llvm::Value *writtenBy(const llvm::Instruction &instruction) {
  if (const auto *store = llvm::dyn_cast<llvm::StoreInst>(&instruction))
    return store->getPointerOperand();
  if (const auto *update = llvm::dyn_cast<llvm::AtomicRMWInst>(&instruction))
    return update->getPointerOperand();
  if (const auto *swap = llvm::dyn_cast<llvm::AtomicCmpXchgInst>(&instruction))
    return swap->getPointerOperand();
  if (const auto *memory = llvm::dyn_cast<llvm::MemIntrinsic>(&instruction))
    return memory->getDest();
  return nullptr;
}

/// Others may still read an input, or it is the caller's.
Complaint CodeChecker::checkWrites(const llvm::Instruction &instruction) {
  const llvm::Value *to = writtenBy(instruction);
  const auto *argument =
      to ? llvm::dyn_cast<llvm::Argument>(llvm::getUnderlyingObject(to))
         : nullptr;
  if (!argument || argument->getParent() != &entry ||
      argument->getArgNo() >= signature.inputs)
    return {};
  return refuse(
      llvm::formatv("writes to its input {0}", argument->getArgNo()).str(),
      "outputs behind the inputs");
}

Complaint CodeChecker::checkInstruction(const llvm::Instruction &instruction) {
  if (llvm::is_contained(kForeignControl, instruction.getOpcode()))
    return refuse(llvm::Twine("has the instruction ") +
                      instruction.getOpcodeName(),
                  "calls, branches and returns");
  if (const auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction))
    if (Complaint complaint = checkCall(*call))
      return complaint;
  if (Complaint complaint = checkType(*instruction.getType()))
    return complaint;
  for (const llvm::Value *operand : instruction.operands())
    if (Complaint complaint = checkType(*operand->getType()))
      return complaint;
  if (Complaint complaint = checkArithmetic(instruction))
    return complaint;
  return checkWrites(instruction);
}

Complaint CodeChecker::check() {
  for (const llvm::Function &function : module)
    if (Complaint complaint =
            function.isDeclaration() ? Complaint() : checkDefinition(function))
      return complaint;
  current = entry.getName();
  for (const llvm::Function &function : module)
    if (Complaint complaint =
            function.isDeclaration() ? checkDeclaration(function) : Complaint())
      return complaint;
  for (const llvm::GlobalVariable &variable : module.globals())
    if (Complaint complaint = checkVariable(variable))
      return complaint;
  if (!module.alias_empty() || !module.ifunc_empty())
    return refuse("uses a function or variable by another name",
                  "each under its own");
  return {};
}

} // namespace

Complaint opc::checkExternalCode(llvm::Function &function,
                                 const ExternalSignature &signature) {
  return CodeChecker(function, signature).check();
}
