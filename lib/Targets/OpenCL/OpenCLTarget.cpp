//===- OpenCLTarget.cpp - OpenCL C ----------------------------------------===//
#include "opc/Targets/Simt/Family.h"

#include "Chips.inc"

namespace opc {

const Target &openclTarget();

namespace {

constexpr llvm::StringLiteral kHeader =
    R"c(#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#pragma OPENCL EXTENSION cl_khr_int64_base_atomics : enable
#pragma OPENCL FP_CONTRACT OFF
)c";

constexpr llvm::StringLiteral kPrelude = R"c(
// NaN wins, and -0 is below 0.
#define OPC_EXTREMES(T) \
  __attribute__((overloadable)) T opc_maximum(T x, T y) { \
    return isnan(x) || isnan(y) ? x + y : x == y ? (signbit(x) ? y : x) : fmax(x, y); \
  } \
  __attribute__((overloadable)) T opc_minimum(T x, T y) { \
    return isnan(x) || isnan(y) ? x + y : x == y ? (signbit(x) ? x : y) : fmin(x, y); \
  }
#define OPC_VECTOR_EXTREMES(F, I) \
  __attribute__((overloadable)) F opc_maximum(F x, F y) { \
    F most = select(fmax(x, y), as_##F(as_##I(x) & as_##I(y)), x == y); \
    return select(most, x + y, isnan(x) | isnan(y)); \
  } \
  __attribute__((overloadable)) F opc_minimum(F x, F y) { \
    F least = select(fmin(x, y), as_##F(as_##I(x) | as_##I(y)), x == y); \
    return select(least, x + y, isnan(x) | isnan(y)); \
  }
OPC_VECTOR_EXTREMES(float4, int4)
OPC_VECTOR_EXTREMES(float8, int8)
OPC_VECTOR_EXTREMES(float16, int16)
OPC_EXTREMES(float)
OPC_EXTREMES(double)

#define opc_select(which, x, y) select(y, x, which)
#define opc_convert_int4(x) convert_int4(x)
#define opc_convert_int8(x) convert_int8(x)
#define opc_convert_int16(x) convert_int16(x)
#define opc_convert_float4(x) convert_float4(x)
#define opc_convert_float8(x) convert_float8(x)
#define opc_convert_float16(x) convert_float16(x)
#define opc_leading_zeros(x) clz(x)
#define opc_trailing_zeros(x) popcount(~(x) & ((x) - 1))
#define opc_ones(x) popcount(x)
#define OPC_SHIFT_RIGHT(I, U) \
  __attribute__((overloadable)) I opc_shift_right(I x, I y) { \
    return as_##I(as_##U(x) >> as_##U(y)); \
  }
OPC_SHIFT_RIGHT(int4, uint4)
OPC_SHIFT_RIGHT(int8, uint8)
OPC_SHIFT_RIGHT(int16, uint16)
)c";

constexpr simt::GridSpelling kSpelling = {
    .c = {.language = "OpenCL C",
          .suffix = "cl",
          .header = kHeader,
          .prelude = kPrelude,
          .function = "static inline",
          .integers = {{"char", "short", "int", "long"}},
          .unsignedIntegers = {{"uchar", "ushort", "uint", "ulong"}},
          .longSuffix = "L",
          .vectorType = "{0}{1}",
          .bits = "as_{0}({1})",
          .splat = "({0})({1})",
          .lane = "{0}.s{1}",
          .vectorLoad = "vload{0}(0, {1})",
          .vectorStore = "vstore{0}({2}, 0, {1})",
          .exchange = "atom_xchg((volatile __global long *)({0}), {1})"},
    .kernel = "__kernel",
    .group = "__attribute__((reqd_work_group_size({0}, 1, 1))) void",
    .global = "__global ",
    .alone = "restrict ",
    .shared = "__local __attribute__((aligned(16))) ",
    .item = "(long)get_local_id(0)",
    .itsGroup = "(long)get_group_id(0)",
    .groups = "(long)get_num_groups(0)",
    .barrier = "barrier(CLK_LOCAL_MEM_FENCE)",
};

llvm::Error emit(mlir::ModuleOp kernels, const TargetDesc &desc,
                 llvm::SmallVectorImpl<char> &image) {
  return simt::emitSource(kernels, desc, kSpelling, image);
}

/// The plug-in of OpenCL takes source as it is.
llvm::Error asSource(mlir::ModuleOp kernels, const TargetDesc &desc,
                     std::vector<SourceFile> &files) {
  llvm::SmallVector<char, 0> text;
  if (llvm::Error error = emit(kernels, desc, text))
    return error;
  files.push_back({"kernels.cl", std::string(text.begin(), text.end())});
  return llvm::Error::success();
}

} // namespace

const Target &openclTarget() {
  static const Target target = [] {
    Target target = named(simt::sourceTarget(), "opencl",
                          "devices that an OpenCL driver compiles for", kChips);
    target.emit = emit;
    target.source = asSource;
    return target;
  }();
  return target;
}

} // namespace opc
