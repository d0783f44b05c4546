//===- LibraryCalls.cpp - What compiled code may ask of libc and libm -----===//
//
// A program has no undefined symbols but these. Anything else, such as a helper
// of a compiler's support library, is a defect of a lowering and is found here
// instead of when a user loads the program.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Link.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Object/ELFObjectFile.h"

using namespace opc;
using runtime::Status;

// Each function of libm exists for double, and with an f behind it for float.
static constexpr llvm::StringLiteral kMath[] = {
    "acos",   "acosh",  "asin",   "asinh",     "atan",   "atan2",     "atanh",
    "cbrt",   "ceil",   "cos",    "cosh",      "erf",    "erfc",      "exp",
    "exp2",   "expm1",  "floor",  "fma",       "fmod",   "log",       "log10",
    "log1p",  "log2",   "pow",    "rint",      "round",  "sin",       "sinh",
    "sqrt",   "tan",    "tanh",   "nearbyint", "trunc",  "fmax",      "fmin",
    "exp10",  "ldexp",  "sincos", "tgamma",    "lgamma", "roundeven", "lrint",
    "lround", "llrint", "llround"};
static constexpr llvm::StringLiteral kMemory[] = {"memcpy", "memmove",
                                                  "memset"};
static constexpr llvm::StringLiteral kOwn[] = {"opc_constants", "opc_entry",
                                               "_GLOBAL_OFFSET_TABLE_"};

static bool isMath(llvm::StringRef name) {
  return llvm::is_contained(kMath, name) ||
         (name.consume_back("f") && llvm::is_contained(kMath, name));
}

bool opc::isLibraryFunction(llvm::StringRef name) {
  return llvm::is_contained(kMemory, name) || isMath(name);
}

static Status collect(const ObjectBytes &bytes, llvm::StringSet<> &defined,
                      llvm::StringSet<> &used) {
  llvm::MemoryBufferRef buffer({bytes.data(), bytes.size()}, "object");
  auto object = llvm::object::ObjectFile::createELFObjectFile(buffer);
  if (!object)
    return Status::internal(llvm::toString(object.takeError()));
  for (const llvm::object::SymbolRef &symbol : (*object)->symbols()) {
    llvm::Expected<llvm::StringRef> name = symbol.getName();
    llvm::Expected<uint32_t> flags = symbol.getFlags();
    if (!name || !flags) {
      llvm::consumeError(name.takeError());
      llvm::consumeError(flags.takeError());
      continue;
    }
    if (name->empty())
      continue;
    bool undefined = *flags & llvm::object::SymbolRef::SF_Undefined;
    (undefined ? used : defined).insert(*name);
  }
  return {};
}

Status opc::findLibraryCalls(llvm::ArrayRef<ObjectBytes> objects,
                             llvm::SmallVectorImpl<std::string> &libc,
                             llvm::SmallVectorImpl<std::string> &libm) {
  llvm::StringSet<> defined, used;
  for (const ObjectBytes &object : objects)
    if (Status status = collect(object, defined, used); !status.ok())
      return status;
  llvm::SmallVector<std::string> strangers;
  for (llvm::StringRef name : used.keys()) {
    if (defined.contains(name) || llvm::is_contained(kOwn, name))
      continue;
    if (llvm::is_contained(kMemory, name))
      libc.push_back(name.str());
    else if (isMath(name))
      libm.push_back(name.str());
    else
      strangers.push_back(name.str());
  }
  llvm::sort(libc);
  llvm::sort(libm);
  llvm::sort(strangers);
  if (strangers.empty())
    return {};
  return Status::internal(
      "compiled code calls what neither libc nor libm has: " +
      llvm::join(strangers, ", "));
}
