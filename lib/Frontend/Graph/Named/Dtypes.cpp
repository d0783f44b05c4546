//===- Dtypes.cpp - element types by name ---------------------------------===//
#include "opc/Frontend/Graph/Named/Dtypes.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace opc::graph {

Type elementNamed(MLIRContext *context, llvm::StringRef name) {
  auto integer = [&](unsigned width, bool isSigned) -> Type {
    return IntegerType::get(context, width,
                            isSigned ? IntegerType::Signless
                                     : IntegerType::Unsigned);
  };
  return llvm::StringSwitch<Type>(name)
      .Case("bool", integer(1, true))
      .Case("i8", integer(8, true))
      .Case("i16", integer(16, true))
      .Case("i32", integer(32, true))
      .Case("i64", integer(64, true))
      .Case("u8", integer(8, false))
      .Case("u16", integer(16, false))
      .Case("u32", integer(32, false))
      .Case("u64", integer(64, false))
      .Case("f16", Float16Type::get(context))
      .Case("bf16", BFloat16Type::get(context))
      .Case("f32", Float32Type::get(context))
      .Case("f64", Float64Type::get(context))
      .Default(Type());
}

} // namespace opc::graph
