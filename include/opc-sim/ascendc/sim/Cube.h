//===- Cube.h - The matrix unit and its layouts ---------------*- C++ -*-===//
//
// A fractal is 16 rows of 32 bytes. With C0 elements in 32 bytes, an element
// (row, column) lies
//
//   in L1   (Nz): fractals by columns, inside by rows
//   in L0A  (Zz): fractals by rows, inside by rows; on the 950 as in L1 (Nz)
//   in L0B  (Zn): fractals by rows, inside by columns
//   in L0C  (Nz): fractals of 16 x 16 by columns, inside by rows
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_SIM_CUBE_H
#define OPC_SIM_ASCENDC_SIM_CUBE_H

#include "Convert.h"
#include "Copy.h"
#include "CubeParams.h"

namespace opcsim::ascend {

/// Elements in a block of 32 bytes.
template <typename T> inline constexpr size_t kC0 = kBlock / sizeof(T);

/// Where (row, column) lies: `fractalRows` x `fractalColumns` fractals of
/// `height` x `width`, fractals by rows or by columns, inside by rows or by
/// columns.
struct Fractals {
  size_t fractalRows, fractalColumns, height, width;
  bool outerByRows, innerByRows;

  size_t at(size_t row, size_t column) const {
    size_t fr = row / height, fc = column / width;
    size_t r = row % height, c = column % width;
    size_t fractal =
        outerByRows ? fr * fractalColumns + fc : fc * fractalRows + fr;
    return fractal * height * width +
           (innerByRows ? r * width + c : c * height + r);
  }
};

/// From rows in global memory to Nz; columns beyond the last become zeros up to
/// a block.
template <typename T>
void ndToNz(const Local<T> &dst, const AscendC::GlobalTensor<T> &src,
            const AscendC::Nd2NzParams &p, Call &call) {
  constexpr size_t c0 = kC0<T>;
  call.count(p.ndNum, 4095, "ndNum").count(p.nValue, 16384, "nValue");
  call.count(p.dValue, 65535, "dValue").lies(dst, Space::L1);
  call.count(p.dstNzC0Stride, 16384, "dstNzC0Stride");
  call.count(p.dstNzNStride, 16384, "dstNzNStride");
  call.expect(
      p.srcDValue >= p.dValue, FaultKind::BadCopyShape,
      say("srcDValue is %u, less than dValue %u", p.srcDValue, p.dValue));
  size_t columns = divideUp(p.dValue, c0);
  for (size_t nd = 0; nd < p.ndNum && call; ++nd) {
    call.inRuns(src[nd * p.srcNdMatrixStride], p.dValue * sizeof(T), p.nValue,
                p.srcDValue * sizeof(T));
    for (size_t column = 0; column < columns && call; ++column)
      call.outRuns(dst[uint32_t(nd * p.dstNzMatrixStride +
                                column * p.dstNzC0Stride * c0)],
                   kBlock, p.nValue, p.dstNzNStride * kBlock);
  }
  T *to = dst.data();
  T *from = src.address;
  auto one = [=](size_t nd, size_t row) {
    const T *line = from + nd * p.srcNdMatrixStride + row * p.srcDValue;
    T *base = to + nd * p.dstNzMatrixStride + row * p.dstNzNStride * c0;
    for (size_t d = 0; d < columns * c0; ++d)
      base[d / c0 * p.dstNzC0Stride * c0 + d % c0] =
          d < p.dValue ? line[d] : T(0);
  };
  call.run([=] {
    for (size_t i = 0; i < size_t(p.ndNum) * p.nValue; ++i)
      one(i / p.nValue, i % p.nValue);
  });
}

template <typename T>
void loadFractals(const Local<T> &dst, const Local<T> &src,
                  const AscendC::LoadData2DParams &p, Call &call) {
  constexpr size_t size = kFractal / sizeof(T);
  call.count(p.repeatTimes, 255, "repeatTimes").lies(src, Space::L1);
  call.expect(dst.space() == Space::L0A || dst.space() == Space::L0B,
              FaultKind::BadLayout, "fractals are loaded to L0A or L0B");
  call.expect(!p.ifTranspose || sizeof(T) == 2, FaultKind::BadLayout,
              "only fractals of elements of two bytes are transposed");
  call.expect(p.addrMode == 0, FaultKind::Unsupported, "addrMode 1");
  if (!call)
    return;
  Local<T> first = src[uint32_t(p.startIndex * size)];
  // Rows and columns beyond a matrix's last are in its fractals too.
  call.inRuns(first, kFractal, p.repeatTimes, p.srcStride * kFractal).partly();
  call.outRuns(dst, kFractal, p.repeatTimes, (1 + p.dstGap) * kFractal,
               kFractal);
  if (!call)
    return;
  T *to = dst.data();
  T *from = first.data();
  auto one = [=](T *d, const T *s) {
    for (size_t i = 0; i < size; ++i)
      d[i] = p.ifTranspose ? s[i % 16 * 16 + i / 16] : s[i];
  };
  call.run([=] {
    for (size_t i = 0; i < p.repeatTimes; ++i)
      one(to + i * (1 + p.dstGap) * size, from + i * p.srcStride * size);
  });
}

/// Squares of fractals that lie side by side, transposed: of 16 x 16 elements
/// of two bytes (one fractal) or four (two), or 32 x 32 of one (two). Strides
/// of the source are squares, gaps of the destination fractals.
template <typename T>
void loadTransposed(const Local<T> &dst, const Local<T> &src,
                    const AscendC::LoadData2dTransposeParams &p, Call &call) {
  constexpr size_t c0 = kC0<T>, side = std::max(c0, kRows);
  constexpr size_t perSquare = sizeof(T) == 2 ? 1 : 2;
  constexpr size_t size = kFractal / sizeof(T);
  call.count(p.repeatTimes, 255, "repeatTimes").lies(src, Space::L1);
  call.lies(dst, Space::L0B);
  call.expect(p.addrMode == 0, FaultKind::Unsupported, "addrMode 1");
  if (!call)
    return;
  Local<T> first = src[uint32_t(p.startIndex * perSquare * size)];
  size_t pitch = p.srcStride * perSquare;
  call.inRuns(first, perSquare * kFractal, p.repeatTimes, pitch * kFractal)
      .partly();
  for (size_t i = 0; i < perSquare; ++i)
    call.outRuns(dst[uint32_t(i * (1 + p.dstFracGap) * size)], kFractal,
                 p.repeatTimes, (1 + p.dstGap) * kFractal, kFractal);
  if (!call)
    return;
  // Squares are fractals of 16 rows of 32 bytes, side by side; for one byte,
  // one below the other.
  Fractals square{side / kRows, side / c0, kRows, c0, false, true};
  T *to = dst.data();
  T *from = first.data();
  auto one = [=](size_t repeat, size_t row, size_t column) {
    size_t at = square.at(column, row);
    T *base =
        to + (repeat * (1 + p.dstGap) + at / size * (1 + p.dstFracGap)) * size;
    base[at % size] = from[repeat * pitch * size + square.at(row, column)];
  };
  call.run([=] {
    for (size_t i = 0; i < p.repeatTimes * side * side; ++i)
      one(i / (side * side), i / side % side, i % side);
  });
}

/// C += A * B, sums in float or int32, one product after the other.
template <typename C, typename A, typename B>
void multiply(const Local<C> &c, const Local<A> &a, const Local<B> &b,
              const AscendC::MmadParams &p, Call &call) {
  static_assert(sizeof(A) == sizeof(B), "operands of one size");
  constexpr size_t c0 = kC0<A>;
  call.count(p.m, 4095, "m").count(p.n, 4095, "n").count(p.k, 4095, "k");
  call.lies(a, Space::L0A).lies(b, Space::L0B).lies(c, Space::L0C);
  call.expect(!p.cmatrixSource && !p.isBias, FaultKind::Unsupported,
              "a bias from the bias table");
  size_t rows = divideUp(p.m, kRows), columns = divideUp(p.n, kRows);
  size_t depth = divideUp(p.k, c0);
  if (sizeof(A) == 4 && p.kDirectionAlign)
    depth = roundUp(depth, 2);
  bool vector = p.m == 1 && !p.disableGemv;
  size_t sizeA = vector ? p.k : rows * depth * kRows * c0;
  size_t sizeC = rows * columns * kRows * kRows;
  call.in(a, sizeA, kFractal).in(b, depth * columns * kRows * c0, kFractal);
  call.out(c, sizeC, kRows * kRows * sizeof(C));
  if (!p.cmatrixInitVal)
    call.in(c, sizeC, kRows * kRows * sizeof(C));
  if (!call)
    return;
  bool byRows = call.core.chip.fractalA == 'Z';
  Fractals inA{rows, depth, kRows, c0, byRows, true};
  Fractals inB{depth, columns, c0, kRows, true, false};
  Fractals inC{rows, columns, kRows, kRows, false, true};
  C *to = c.data();
  A *x = a.data();
  B *y = b.data();
  auto one = [=](size_t i, size_t j) {
    C &sum = to[inC.at(i, j)];
    C total = p.cmatrixInitVal ? C(0) : sum;
    for (size_t k = 0; k < p.k; ++k)
      total += C(x[vector ? k : inA.at(i, k)]) * C(y[inB.at(k, j)]);
    sum = total;
  };
  call.run([=] {
    // Rows and columns beyond the last are computed of what lies there.
    for (size_t i = 0; i < size_t(p.m) * p.n; ++i)
      one(i / p.n, i % p.n);
  });
}

/// Modes that this simulation has, by the destination's type.
template <typename T> constexpr QuantMode_t quantFor() {
  return std::is_same_v<T, half>         ? F322F16
         : std::is_same_v<T, bfloat16_t> ? F322BF16
                                         : NoQuant;
}

template <typename T, typename C>
void storeMatrix(const AscendC::GlobalTensor<T> &dst, const Local<C> &src,
                 const AscendC::FixpipeParamsV220 &p, bool byRows, Call &call) {
  size_t columns = divideUp(p.nSize, kRows);
  call.count(p.nSize, 4095, "nSize").count(p.mSize, 8192, "mSize");
  call.lies(src, Space::L0C);
  call.expect(p.quantPre == quantFor<T>(), FaultKind::BadArgument,
              say("quantPre %d does not give the type of the destination",
                  int(p.quantPre)));
  call.expect(byRows && p.ndNum == 1, FaultKind::Unsupported,
              "only one matrix by rows is written");
  call.expect(p.srcStride >= roundUp(p.mSize, kRows), FaultKind::BadLayout,
              say("srcStride is %u, less than mSize %u in whole fractals",
                  p.srcStride, p.mSize));
  call.expect(p.dstStride >= p.nSize, FaultKind::BadCopyShape,
              say("dstStride is %u, less than nSize %u", p.dstStride, p.nSize));
  size_t pitch = p.srcStride * kRows;
  call.inRuns(src, p.mSize * kRows * sizeof(C), columns, pitch * sizeof(C), 64);
  call.outRuns(dst, p.nSize * sizeof(T), p.mSize, p.dstStride * sizeof(T));
  if (!call)
    return;
  C *from = src.data();
  T *to = dst.address;
  bool adds = call.core.atomicAdd;
  call.run([=] {
    for (size_t i = 0; i < size_t(p.mSize) * p.nSize; ++i) {
      size_t row = i / p.nSize, column = i % p.nSize;
      C value = from[column / kRows * pitch + row * kRows + column % kRows];
      if (p.reluEn && value < 0)
        value = 0;
      T element = convert<T>(AscendC::RoundMode::CAST_RINT, value);
      if constexpr (std::is_same_v<T, C>)
        element = value;
      store(to + row * p.dstStride + column, &element, 1, adds);
    }
  });
}

} // namespace opcsim::ascend

namespace AscendC {

template <typename T>
void DataCopy(const LocalTensor<T> &dst, const GlobalTensor<T> &src,
              const Nd2NzParams &params, OPCSIM_HERE) {
  opcsim::ascend::Call call("DataCopy(Nd2Nz)", PIPE_MTE2, where);
  opcsim::ascend::ndToNz(dst, src, params, call);
}

template <typename T>
void LoadData(const LocalTensor<T> &dst, const LocalTensor<T> &src,
              const LoadData2DParams &params, OPCSIM_HERE) {
  opcsim::ascend::Call call("LoadData", PIPE_MTE1, where);
  opcsim::ascend::loadFractals(dst, src, params, call);
}

template <typename T>
void LoadDataWithTranspose(const LocalTensor<T> &dst, const LocalTensor<T> &src,
                           const LoadData2dTransposeParams &params,
                           OPCSIM_HERE) {
  opcsim::ascend::Call call("LoadDataWithTranspose", PIPE_MTE1, where);
  opcsim::ascend::loadTransposed(dst, src, params, call);
}

template <typename C, typename A, typename B>
void Mmad(const LocalTensor<C> &dst, const LocalTensor<A> &fm,
          const LocalTensor<B> &filter, const MmadParams &params, OPCSIM_HERE) {
  opcsim::ascend::Call call("Mmad", PIPE_M, where);
  opcsim::ascend::multiply(dst, fm, filter, params, call);
}

template <typename T, typename C, const FixpipeConfig &config = CFG_ROW_MAJOR>
void Fixpipe(const GlobalTensor<T> &dst, const LocalTensor<C> &src,
             const FixpipeParamsV220 &params, OPCSIM_HERE) {
  opcsim::ascend::Call call("Fixpipe", PIPE_FIX, where);
  opcsim::ascend::storeMatrix(dst, src, params,
                              config.format == CO2Layout::ROW_MAJOR, call);
}

} // namespace AscendC

#endif // OPC_SIM_ASCENDC_SIM_CUBE_H
