//===- OpenCLTarget.cpp - OpenCL C ----------------------------------------===//
#include "opc/Targets/Simt/Family.h"

#include "Chips.inc"

namespace opc {

const Target &openclTarget();

namespace {

constexpr llvm::StringLiteral kPrelude = R"c(#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#pragma OPENCL EXTENSION cl_khr_int64_base_atomics : enable
#pragma OPENCL FP_CONTRACT OFF

// What the languages of devices spell differently.
#define opc_maximum(x, y) (isnan(x) ? (x) : isnan(y) ? (y) : (x) == 0 && (y) == 0 ? (signbit(x) ? (y) : (x)) : fmax(x, y))
#define opc_minimum(x, y) (isnan(x) ? (x) : isnan(y) ? (y) : (x) == 0 && (y) == 0 ? (signbit(x) ? (x) : (y)) : fmin(x, y))
#define opc_select(which, x, y) select(y, x, which)
#define opc_leading_zeros(x) clz(x)
#define opc_trailing_zeros(x) ((x) == 0 ? (long)(8 * sizeof(x)) : (long)popcount(((x) & -(x)) - 1))
#define opc_ones(x) popcount(x)
#define opc_shift_right(x, y) as_int_like(x, y)
)c";

constexpr simt::Spelling kSpelling = {
    .language = "OpenCL C",
    .suffix = "cl",
    .prelude = kPrelude,
    .kernel = "__kernel",
    .function = "static inline",
    .group = "__attribute__((reqd_work_group_size({0}, 1, 1))) void",
    .global = "__global ",
    .alone = "restrict ",
    .shared = "__local ",
    .item = "(long)get_local_id(0)",
    .itsGroup = "(long)get_group_id(0)",
    .groups = "(long)get_num_groups(0)",
    .barrier = "barrier(CLK_LOCAL_MEM_FENCE)",
    .integers = {{"char", "short", "int", "long"}},
    .unsignedIntegers = {{"uchar", "ushort", "uint", "ulong"}},
    .longSuffix = "L",
    .bits = "as_{0}({1})",
    .splat = "({0})({1})",
    .lane = "{0}.s{1}",
    .vectorLoad = "vload{0}(0, {1})",
    .vectorStore = "vstore{0}({2}, 0, {1})",
    .exchange = "atom_xchg((volatile __global long *)({0}), {1})",
};

llvm::Error emit(mlir::ModuleOp kernels, const TargetDesc &desc,
                 llvm::SmallVectorImpl<char> &image) {
  return simt::emitSource(kernels, desc, kSpelling, image);
}

} // namespace

const Target &openclTarget() {
  static const Target target = [] {
    Target target = simt::sourceTarget();
    target.name = "opencl";
    target.summary = "devices that an OpenCL driver compiles for";
    target.chips = kChips;
    target.emit = emit;
    return target;
  }();
  return target;
}

} // namespace opc
