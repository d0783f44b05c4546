//===- ScalarTypes.cpp - dtypes of torch's export schema ------------------===//
#include "ScalarTypes.h"
#include "mlir/IR/Builders.h"
#include "opc/Frontend/Graph/Named/Dtypes.h"
#include "llvm/Support/FormatVariadic.h"

namespace opc::torch {
namespace {

struct Row {
  int64_t number;
  llvm::StringLiteral torch;
  /// "" where opc has none.
  llvm::StringLiteral opc;
  llvm::StringLiteral instead = "";
};

constexpr llvm::StringLiteral kParts("two tensors, real and imaginary"),
    kHalves("float16 or bfloat16");

constexpr Row kRows[] = {
    {1, "uint8", "u8"},
    {2, "int8", "i8"},
    {3, "int16", "i16"},
    {4, "int32", "i32"},
    {5, "int64", "i64"},
    {6, "float16", "f16"},
    {7, "float32", "f32"},
    {8, "float64", "f64"},
    {9, "complex32", "", kParts},
    {10, "complex64", "", kParts},
    {11, "complex128", "", kParts},
    {12, "bool", "bool"},
    {13, "bfloat16", "bf16"},
    {28, "uint16", "u16"},
    {29, "float8_e4m3fn", "", kHalves},
    {30, "float8_e5m2", "", kHalves},
    {31, "float8_e4m3fnuz", "", kHalves},
    {32, "float8_e5m2fnuz", "", kHalves},
    {33, "float8_e8m0fnu", "", kHalves},
    {34, "uint32", "u32"},
    {35, "uint64", "u64"},
};

} // namespace

mlir::Type elementTypeOf(mlir::MLIRContext *context, int64_t scalarType,
                         Objection &error) {
  for (const Row &row : kRows) {
    if (row.number != scalarType)
      continue;
    if (!row.opc.empty())
      return graph::elementNamed(context, row.opc);
    error = Objection::unsupported("dtype " + row.torch + " is not supported",
                                   row.instead);
    return {};
  }
  error = llvm::formatv("dtype {0} is not known", scalarType);
  return {};
}

} // namespace opc::torch
