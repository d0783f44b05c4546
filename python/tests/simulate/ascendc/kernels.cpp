// Kernels whose results the tests compare with numpy's. The program's arguments
// are a kernel's name, its sizes, and files of raw numbers.

#include "host.h"
#include "kernel_operator.h"

#include <cstring>

using namespace AscendC;

namespace {

constexpr int kTile = 512;

int smaller(int a, int b) { return a < b ? a : b; }
int wholeBlocks(int count, int size) { return (count * size + 31) / 32 * 32; }

/// dst = f(src, ...): tiles of a vector through queues, each core its share.
template <int Inputs> class Elementwise {
public:
  Elementwise(GM_ADDR x, GM_ADDR y, GM_ADDR z, int count) : count(count) {
    source[0].SetGlobalBuffer((__gm__ float *)x, count);
    source[1].SetGlobalBuffer((__gm__ float *)y, count);
    target.SetGlobalBuffer((__gm__ float *)z, count);
    for (int i = 0; i < Inputs; ++i)
      pipe.InitBuffer(in[i], 2, kTile * 4);
    pipe.InitBuffer(out, 2, kTile * 4);
  }

  template <typename F> void run(F compute) {
    int step = GetBlockNum() * kTile;
    for (int at = GetBlockIdx() * kTile; at < count; at += step) {
      int n = smaller(kTile, count - at);
      DataCopyExtParams part(1, n * 4, 0, 0, 0);
      for (int i = 0; i < Inputs; ++i) {
        LocalTensor<float> tensor = in[i].template AllocTensor<float>();
        DataCopyPad(tensor, source[i][at], part,
                    DataCopyPadExtParams<float>(false, 0, 0, 0));
        in[i].EnQue(tensor);
      }
      LocalTensor<float> a = in[0].template DeQue<float>();
      LocalTensor<float> b =
          Inputs > 1 ? in[Inputs - 1].template DeQue<float>() : a;
      LocalTensor<float> c = out.template AllocTensor<float>();
      compute(c, a, b, n);
      out.EnQue(c);
      in[0].FreeTensor(a);
      if (Inputs > 1)
        in[Inputs - 1].FreeTensor(b);
      c = out.template DeQue<float>();
      DataCopyPad(target[at], c, part);
      out.FreeTensor(c);
    }
  }

private:
  int count;
  TPipe pipe;
  TQue<QuePosition::VECIN, 2> in[2];
  TQue<QuePosition::VECOUT, 2> out;
  GlobalTensor<float> source[2], target;
};

/// A matrix's rows, one at a time.
struct Rows {
  Rows(GM_ADDR x, GM_ADDR z, int columns, int outBytes) : columns(columns) {
    source.SetGlobalBuffer((__gm__ float *)x);
    target.SetGlobalBuffer((__gm__ float *)z);
    pipe.InitBuffer(in, 2, wholeBlocks(columns, 4));
    pipe.InitBuffer(out, 2, outBytes);
    pipe.InitBuffer(scratch, wholeBlocks(columns, 4));
    tmp = scratch.Get<float>();
  }
  LocalTensor<float> load(int row) {
    LocalTensor<float> tensor = in.AllocTensor<float>();
    DataCopyPad(tensor, source[row * columns],
                DataCopyExtParams(1, columns * 4, 0, 0, 0),
                DataCopyPadExtParams<float>(false, 0, 0, 0));
    in.EnQue(tensor);
    return in.DeQue<float>();
  }
  void store(LocalTensor<float> tensor, int at, int count) {
    out.EnQue(tensor);
    tensor = out.DeQue<float>();
    DataCopyPad(target[at], tensor, DataCopyExtParams(1, count * 4, 0, 0, 0));
    out.FreeTensor(tensor);
  }
  int columns;
  TPipe pipe;
  TQue<QuePosition::VECIN, 2> in;
  TQue<QuePosition::VECOUT, 2> out;
  TBuf<TPosition::VECCALC> scratch;
  LocalTensor<float> tmp;
  GlobalTensor<float> source, target;
};

/// An element of a tensor for the scalar unit, once the vector unit is done.
float valueOf(LocalTensor<float> tensor) {
  SetFlag<HardEvent::V_S>(0);
  WaitFlag<HardEvent::V_S>(0);
  float value = tensor.GetValue(0);
  SetFlag<HardEvent::S_V>(0);
  WaitFlag<HardEvent::S_V>(0);
  return value;
}

void add(GM_ADDR x, GM_ADDR y, GM_ADDR z, int count, int, int) {
  Elementwise<2>(x, y, z, count).run([](auto c, auto a, auto b, int n) {
    Add(c, a, b, n);
  });
}

void chain(GM_ADDR x, GM_ADDR y, GM_ADDR z, int count, int, int) {
  Elementwise<2>(x, y, z, count).run([](auto c, auto a, auto b, int n) {
    Exp(c, a, n);
    Mul(c, c, b, n);
    Muls(c, c, 0.5f, n);
    Maxs(c, c, 0.25f, n);
  });
}

void rowSum(GM_ADDR x, GM_ADDR, GM_ADDR z, int rows, int columns, int) {
  Rows r(x, z, columns, 32);
  for (int row = GetBlockIdx(); row < rows; row += GetBlockNum()) {
    LocalTensor<float> from = r.load(row);
    LocalTensor<float> to = r.out.AllocTensor<float>();
    ReduceSum(to, from, r.tmp, columns);
    r.in.FreeTensor(from);
    r.store(to, row, 1);
  }
}

void softmax(GM_ADDR x, GM_ADDR, GM_ADDR z, int rows, int columns, int) {
  Rows r(x, z, columns, wholeBlocks(columns, 4));
  for (int row = GetBlockIdx(); row < rows; row += GetBlockNum()) {
    LocalTensor<float> from = r.load(row);
    LocalTensor<float> to = r.out.AllocTensor<float>();
    ReduceMax(to, from, r.tmp, columns);
    float greatest = valueOf(to);
    Adds(from, from, -greatest, columns);
    Exp(from, from, columns);
    ReduceSum(to, from, r.tmp, columns);
    float sum = valueOf(to);
    Muls(to, from, 1 / sum, columns);
    r.in.FreeTensor(from);
    r.store(to, row * columns, columns);
  }
}

/// The greater of two vectors by comparing and choosing, and repeats of a mask.
void greater(GM_ADDR x, GM_ADDR y, GM_ADDR z, int count, int, int) {
  Elementwise<2>(x, y, z, count).run([](auto c, auto a, auto b, int n) {
    int repeats = (n + 63) / 64;
    LocalTensor<uint8_t> mask(TPosition::VECCALC, 100 * 1024, kTile / 8);
    if (n < kTile) {
      Max(c, a, b, n);
      return;
    }
    Compare(mask, a, b, CMPMODE::GT, n);
    Select(c, mask, a, b, SELMODE::VSEL_TENSOR_TENSOR_MODE, n);
    Adds(c, c, 1.0f, uint64_t(64), repeats, UnaryRepeatParams(1, 1, 8, 8));
    Adds(c, c, -1.0f, uint64_t(64), repeats, UnaryRepeatParams(1, 1, 8, 8));
  });
}

/// float to half and, of the rounded numbers, to int32.
void cast(GM_ADDR x, GM_ADDR y, GM_ADDR z, int count, int, int) {
  GlobalTensor<float> source;
  GlobalTensor<half> narrow;
  GlobalTensor<int32_t> whole;
  source.SetGlobalBuffer((__gm__ float *)x, count);
  narrow.SetGlobalBuffer((__gm__ half *)y, count);
  whole.SetGlobalBuffer((__gm__ int32_t *)z, count);
  LocalTensor<float> a(TPosition::VECIN, 0, count);
  LocalTensor<half> b(TPosition::VECOUT, 32768, count);
  LocalTensor<int32_t> c(TPosition::VECOUT, 65536, count);
  DataCopy(a, source, count);
  SetFlag<HardEvent::MTE2_V>(0);
  WaitFlag<HardEvent::MTE2_V>(0);
  Cast(b, a, RoundMode::CAST_RINT, count);
  Cast(c, a, RoundMode::CAST_FLOOR, count);
  SetFlag<HardEvent::V_MTE3>(0);
  WaitFlag<HardEvent::V_MTE3>(0);
  DataCopy(narrow, b, count);
  DataCopy(whole, c, count);
}

/// 16 x 16 floats at a time, through lists of blocks.
void transpose(GM_ADDR x, GM_ADDR, GM_ADDR z, int rows, int columns, int) {
  GlobalTensor<float> source, target;
  source.SetGlobalBuffer((__gm__ float *)x);
  target.SetGlobalBuffer((__gm__ float *)z);
  LocalTensor<float> a(TPosition::VECIN, 0, 128);
  LocalTensor<float> b(TPosition::VECOUT, 1024, 128);
  for (int i = 0; i < rows * columns / 128; ++i) {
    int row = i / (columns / 8) * 16, column = i % (columns / 8) * 8;
    DataCopy(a, source[row * columns + column],
             DataCopyParams(16, 1, uint16_t(columns / 8 - 1), 0));
    SetFlag<HardEvent::MTE2_V>(0);
    WaitFlag<HardEvent::MTE2_V>(0);
    LocalTensor<float> from[16], to[16];
    for (int j = 0; j < 16; ++j) {
      from[j] = a[j * 8];
      to[j] = b[j * 8];
    }
    TransDataTo5HD(to, from, TransDataTo5HDParams(false, false, 1, 0, 0));
    SetFlag<HardEvent::V_MTE3>(0);
    WaitFlag<HardEvent::V_MTE3>(0);
    DataCopy(target[column * rows + row], b,
             DataCopyParams(8, 2, 0, uint16_t(rows / 8 - 2)));
    PipeBarrier<PIPE_ALL>();
  }
}

/// c = a * b: each core takes rows of tiles; sums over k stay in L0C.
class Gemm {
public:
  static constexpr int kSide = 32;

  Gemm(GM_ADDR x, GM_ADDR y, GM_ADDR z, int m, int n, int k)
      : m(m), n(n), k(k) {
    left.SetGlobalBuffer((__gm__ half *)x, m * k);
    right.SetGlobalBuffer((__gm__ half *)y, k * n);
    result.SetGlobalBuffer((__gm__ float *)z, m * n);
    pipe.InitBuffer(nearA, 2, kSide * kSide * 2);
    pipe.InitBuffer(nearB, 2, kSide * kSide * 2);
    pipe.InitBuffer(inA, 2, kSide * kSide * 2);
    pipe.InitBuffer(inB, 2, kSide * kSide * 2);
    pipe.InitBuffer(sums, 1, kSide * kSide * 4);
  }

  void run() {
    for (int i = GetBlockIdx() * kSide; i < m; i += GetBlockNum() * kSide)
      for (int j = 0; j < n; j += kSide)
        tile(i, j);
  }

private:
  static int fractals(int extent) { return (extent + 15) / 16; }

  void load(int i, int j, int p, int rows, int columns, int depth) {
    LocalTensor<half> a = nearA.AllocTensor<half>();
    LocalTensor<half> b = nearB.AllocTensor<half>();
    DataCopy(a, left[i * k + p],
             Nd2NzParams(1, rows, depth, 0, k, fractals(rows) * 16, 1, 0));
    DataCopy(b, right[p * n + j],
             Nd2NzParams(1, depth, columns, 0, n, fractals(depth) * 16, 1, 0));
    nearA.EnQue(a);
    nearB.EnQue(b);
  }

  /// Rows of fractals, from L1's columns of fractals.
  void split(int rows, int columns, int depth) {
    int fr = fractals(rows), fc = fractals(columns), fd = fractals(depth);
    LocalTensor<half> a1 = nearA.DeQue<half>(), b1 = nearB.DeQue<half>();
    LocalTensor<half> a2 = inA.AllocTensor<half>();
    LocalTensor<half> b2 = inB.AllocTensor<half>();
    for (int r = 0; r < fr; ++r)
      LoadData(a2[r * fd * 256], a1,
               LoadData2DParams(r, fd, fr, 0, 0, false, 0));
    for (int d = 0; d < fd; ++d)
      LoadData(b2[d * fc * 256], b1,
               LoadData2DParams(d, fc, fd, 0, 0, true, 0));
    inA.EnQue(a2);
    inB.EnQue(b2);
    nearA.FreeTensor(a1);
    nearB.FreeTensor(b1);
  }

  void tile(int i, int j) {
    int rows = smaller(kSide, m - i), columns = smaller(kSide, n - j);
    LocalTensor<float> c = sums.AllocTensor<float>();
    for (int p = 0; p < k; p += kSide) {
      int depth = smaller(kSide, k - p);
      load(i, j, p, rows, columns, depth);
      split(rows, columns, depth);
      LocalTensor<half> a = inA.DeQue<half>(), b = inB.DeQue<half>();
      MmadParams params(rows, columns, depth, 0, false, p == 0);
      params.disableGemv = true;
      Mmad(c, a, b, params);
      inA.FreeTensor(a);
      inB.FreeTensor(b);
    }
    sums.EnQue(c);
    c = sums.DeQue<float>();
    Fixpipe(result[i * n + j], c,
            FixpipeParamsV220(columns, rows, fractals(rows) * 16, n, false));
    sums.FreeTensor(c);
  }

  int m, n, k;
  TPipe pipe;
  TQue<TPosition::A1, 2> nearA;
  TQue<TPosition::B1, 2> nearB;
  TQue<TPosition::A2, 2> inA;
  TQue<TPosition::B2, 2> inB;
  TQue<TPosition::CO1, 1> sums;
  GlobalTensor<half> left, right;
  GlobalTensor<float> result;
};

void gemm(GM_ADDR x, GM_ADDR y, GM_ADDR z, int m, int n, int k) {
  Gemm(x, y, z, m, n, k).run();
}

/// One product of floats: 16 x k by k x n. Squares of 16 x 16 are transposed on
/// their way to L0B, so they lie side by side in L1: rows of 16, one square
/// after the other.
void gemmFloat(GM_ADDR x, GM_ADDR y, GM_ADDR z, int m, int n, int k) {
  GlobalTensor<float> left, right, result;
  left.SetGlobalBuffer((__gm__ float *)x, m * k);
  right.SetGlobalBuffer((__gm__ float *)y, k * n);
  result.SetGlobalBuffer((__gm__ float *)z, m * n);
  LocalTensor<float> nearA(TPosition::A1, 0, 16 * k);
  LocalTensor<float> nearB(TPosition::B1, 64 * 1024, k * n);
  LocalTensor<float> a(TPosition::A2, 0, 16 * k), b(TPosition::B2, 0, k * n);
  LocalTensor<float> c(TPosition::CO1, 0, 16 * n);
  DataCopy(nearA, left, Nd2NzParams(1, m, k, 0, k, 16, 1, 0));
  for (int p = 0; p < k; p += 16)
    DataCopy(nearB[p * n], right[p * n], Nd2NzParams(1, 16, n, 0, n, 16, 1, 0));
  SetFlag<HardEvent::MTE2_MTE1>(0);
  WaitFlag<HardEvent::MTE2_MTE1>(0);
  LoadData(a, nearA, LoadData2DParams(0, k / 8, 1, 0, 0, false, 0));
  for (int p = 0; p < k; p += 16)
    LoadDataWithTranspose(b[p * n], nearB,
                          LoadData2dTransposeParams(p / 16 * (n / 16), n / 16,
                                                    1, 0, n / 16 - 1, 0));
  SetFlag<HardEvent::MTE1_M>(0);
  WaitFlag<HardEvent::MTE1_M>(0);
  Mmad(c, a, b, MmadParams(m, n, k, 0, false, true));
  SetFlag<HardEvent::M_FIX>(0);
  WaitFlag<HardEvent::M_FIX>(0);
  Fixpipe(result, c, FixpipeParamsV220(n, m, 16, n, false));
}

/// The product on the cube core, its relu on the vector cores of the block.
void gemmRelu(GM_ADDR x, GM_ADDR y, GM_ADDR z, int m, int n, int k) {
  KERNEL_TASK_TYPE_DEFAULT(KERNEL_TYPE_MIX_AIC_1_2);
  if (ASCEND_IS_AIC) {
    Gemm(x, y, z, m, n, k).run();
    CrossCoreSetFlag<0, PIPE_FIX>(4);
    CrossCoreWaitFlag<0, PIPE_FIX>(4);
    CrossCoreSetFlag<2, PIPE_FIX>(5);
    return;
  }
  CrossCoreWaitFlag<2, PIPE_MTE2>(5);
  GlobalTensor<float> all;
  all.SetGlobalBuffer((__gm__ float *)z, m * n);
  LocalTensor<float> row(TPosition::VECCALC, 0, wholeBlocks(n, 4) / 4);
  DataCopyExtParams part(1, n * 4, 0, 0, 0);
  for (int i = GetBlockIdx(); i < m; i += 2 * GetBlockNum()) {
    DataCopyPad(row, all[i * n], part,
                DataCopyPadExtParams<float>(false, 0, 0, 0));
    SetFlag<HardEvent::MTE2_V>(0);
    WaitFlag<HardEvent::MTE2_V>(0);
    Relu(row, row, n);
    SetFlag<HardEvent::V_MTE3>(0);
    WaitFlag<HardEvent::V_MTE3>(0);
    DataCopyPad(all[i * n], row, part);
    SetFlag<HardEvent::MTE3_MTE2>(0);
    WaitFlag<HardEvent::MTE3_MTE2>(0);
  }
}

} // namespace

static const struct {
  const char *name;
  void (*kernel)(GM_ADDR, GM_ADDR, GM_ADDR, int, int, int);
} kKernels[] = {
    {"add", add},
    {"chain", chain},
    {"row-sum", rowSum},
    {"softmax", softmax},
    {"greater", greater},
    {"cast", cast},
    {"transpose", transpose},
    {"gemm", gemm},
    {"gemm-relu", gemmRelu},
    {"gemm-float", gemmFloat},
};

/// NAME BLOCKS M N K X_BYTES Y_BYTES Z_BYTES X Y Z: x and y are read, y and z
/// written.
int main(int count, char **arguments) {
  if (count != 12)
    return 3;
  auto number = [&](int i) { return std::atoi(arguments[i]); };
  Buffer x(number(6)), y(number(7)), z(number(8));
  x.fromFile(arguments[9]);
  y.fromFile(arguments[10]);
  for (const auto &one : kKernels)
    if (!std::strcmp(one.name, arguments[1])) {
      auto kernel = one.kernel;
      OPC_LAUNCH(kernel, number(2), nullptr, nullptr)(
          x.device, y.device, z.device, number(3), number(4), number(5));
      y.toFile(arguments[10]);
      z.toFile(arguments[11]);
      return 0;
    }
  return 3;
}
