// Faults of queues, of the cube unit, and between cores of a mixed kernel. The
// program's arguments are a case's name and 0 (right) or 1 (wrong).

#include "host.h"
#include "kernel_operator.h"

#include <cstring>

using namespace AscendC;

namespace {

constexpr int kCount = 64;
constexpr int kBytes = kCount * 4;

/// A queue in and a queue out, of two buffers each.
struct Queues {
  Queues(GM_ADDR x, GM_ADDR z) {
    source.SetGlobalBuffer((__gm__ float *)x, kCount);
    target.SetGlobalBuffer((__gm__ float *)z, kCount);
    pipe.InitBuffer(in, 2, kBytes);
    pipe.InitBuffer(out, 2, kBytes);
  }
  void load() {
    LocalTensor<float> tensor = in.AllocTensor<float>();
    DataCopy(tensor, source, kCount);
    in.EnQue(tensor);
  }
  void compute() {
    LocalTensor<float> from = in.DeQue<float>();
    LocalTensor<float> to = out.AllocTensor<float>();
    Exp(to, from, kCount);
    out.EnQue(to);
    in.FreeTensor(from);
  }
  void store() {
    LocalTensor<float> tensor = out.DeQue<float>();
    DataCopy(target, tensor, kCount);
    out.FreeTensor(tensor);
  }
  TPipe pipe;
  TQue<TPosition::VECIN, 2> in;
  TQue<TPosition::VECOUT, 2> out;
  GlobalTensor<float> source, target;
};

void emptyQueue(GM_ADDR x, GM_ADDR z, bool bad) {
  Queues q(x, z);
  if (!bad)
    q.load();
  q.compute();
  q.store();
}

void neverFreed(GM_ADDR x, GM_ADDR z, bool bad) {
  Queues q(x, z);
  for (int i = 0; i < 3; ++i) {
    q.load();
    LocalTensor<float> tensor = q.in.DeQue<float>();
    if (!bad)
      q.in.FreeTensor(tensor);
  }
}

void freedTwice(GM_ADDR x, GM_ADDR z, bool bad) {
  Queues q(x, z);
  q.load();
  LocalTensor<float> tensor = q.in.DeQue<float>();
  q.in.FreeTensor(tensor);
  if (bad)
    q.in.FreeTensor(tensor);
}

void usedAfterFree(GM_ADDR x, GM_ADDR z, bool bad) {
  Queues q(x, z);
  q.load();
  LocalTensor<float> from = q.in.DeQue<float>();
  LocalTensor<float> to = q.out.AllocTensor<float>();
  if (bad)
    q.in.FreeTensor(from);
  Exp(to, from, kCount);
  if (!bad)
    q.in.FreeTensor(from);
  q.out.EnQue(to);
  q.store();
}

void leftInQueue(GM_ADDR x, GM_ADDR z, bool bad) {
  Queues q(x, z);
  q.load();
  if (!bad)
    q.compute(), q.store();
}

void notQueued(GM_ADDR x, GM_ADDR z, bool bad) {
  // The tensor goes to the vector unit without passing the queue.
  Queues q(x, z);
  LocalTensor<float> tensor = q.in.AllocTensor<float>();
  DataCopy(tensor, q.source, kCount);
  if (!bad) {
    q.in.EnQue(tensor);
    tensor = q.in.DeQue<float>();
  }
  LocalTensor<float> to = q.out.AllocTensor<float>();
  Exp(to, tensor, kCount);
  q.out.EnQue(to);
  q.in.FreeTensor(tensor);
  q.store();
}

void wrongQueue(GM_ADDR x, GM_ADDR z, bool bad) {
  Queues q(x, z);
  q.load();
  LocalTensor<float> tensor = q.in.DeQue<float>();
  if (bad)
    q.out.FreeTensor(tensor);
  q.in.FreeTensor(tensor);
}

/// One product of 16 x 16 halves, each step with its own wait.
struct Matrix {
  Matrix(GM_ADDR x, GM_ADDR z) {
    source.SetGlobalBuffer((__gm__ half *)x);
    target.SetGlobalBuffer((__gm__ float *)z);
    pipe.InitBuffer(l1, 4096);
    pipe.InitBuffer(l0a, 4096);
    pipe.InitBuffer(l0b, 4096);
    pipe.InitBuffer(l0c, 4096);
    near = l1.Get<half>();
    a = l0a.Get<half>();
    b = l0b.Get<half>();
    c = l0c.Get<float>();
  }
  void load() {
    DataCopy(near, source, Nd2NzParams(1, 16, 16, 0, 16, 16, 1, 0));
    SetFlag<HardEvent::MTE2_MTE1>(0);
    WaitFlag<HardEvent::MTE2_MTE1>(0);
    LoadData(a, near, LoadData2DParams(0, 1, 1, 0, 0, false, 0));
    LoadData(b, near, LoadData2DParams(0, 1, 1, 0, 0, true, 0));
    SetFlag<HardEvent::MTE1_M>(0);
    WaitFlag<HardEvent::MTE1_M>(0);
  }
  void multiply(LocalTensor<float> to, int k = 16) {
    Mmad(to, a, b, MmadParams(16, 16, uint16_t(k), 0, false, true));
  }
  void store(LocalTensor<float> from, int srcStride = 16) {
    SetFlag<HardEvent::M_FIX>(0);
    WaitFlag<HardEvent::M_FIX>(0);
    Fixpipe(target, from,
            FixpipeParamsV220(16, 16, uint16_t(srcStride), 16, false));
  }
  TPipe pipe;
  TBuf<TPosition::A1> l1;
  TBuf<TPosition::A2> l0a;
  TBuf<TPosition::B2> l0b;
  TBuf<TPosition::CO1> l0c;
  LocalTensor<half> near, a, b;
  LocalTensor<float> c;
  GlobalTensor<half> source;
  GlobalTensor<float> target;
};

void misalignedResult(GM_ADDR x, GM_ADDR z, bool bad) {
  Matrix m(x, z);
  m.load();
  LocalTensor<float> to = m.c[bad ? 16 : 256];
  m.multiply(to);
  m.store(to);
}

void deeperThanLoaded(GM_ADDR x, GM_ADDR z, bool bad) {
  Matrix m(x, z);
  m.load();
  m.multiply(m.c, bad ? 32 : 16);
  m.store(m.c);
}

void wrongStrideOfResult(GM_ADDR x, GM_ADDR z, bool bad) {
  Matrix m(x, z);
  m.load();
  m.multiply(m.c);
  m.store(m.c, bad ? 1 : 16);
}

void wrongOperandMemory(GM_ADDR x, GM_ADDR z, bool bad) {
  Matrix m(x, z);
  m.load();
  if (bad)
    Mmad(m.c, m.b, m.a, MmadParams(16, 16, 16, 0, false, true));
  else
    m.multiply(m.c);
  m.store(m.c);
}

void vectorOnCube(GM_ADDR x, GM_ADDR z, bool bad) {
  Matrix m(x, z);
  m.load();
  m.multiply(m.c);
  m.store(m.c);
  if (bad)
    Duplicate(LocalTensor<float>(TPosition::VECCALC, 0, 64), 1.0f, 64);
}

void smallSourceRows(GM_ADDR x, GM_ADDR z, bool bad) {
  Matrix m(x, z);
  DataCopy(m.near, m.source, Nd2NzParams(1, 16, 16, 0, bad ? 8 : 16, 16, 1, 0));
}

void quantisation(GM_ADDR x, GM_ADDR z, bool bad) {
  Matrix m(x, z);
  GlobalTensor<half> narrow;
  narrow.SetGlobalBuffer((__gm__ half *)z);
  m.load();
  m.multiply(m.c);
  SetFlag<HardEvent::M_FIX>(0);
  WaitFlag<HardEvent::M_FIX>(0);
  FixpipeParamsV220 params(16, 16, 16, 16, false);
  params.quantPre = bad ? NoQuant : F322F16;
  Fixpipe(narrow, m.c, params);
}

void memoryOfMatrices(GM_ADDR x, GM_ADDR z, bool bad) {
  Matrix m(x, z);
  TBuf<TPosition::A2> large;
  m.pipe.InitBuffer(large, bad ? 64 * 1024 : 60 * 1024);
}

void crossFlagId(GM_ADDR, GM_ADDR, bool bad) {
  if (ASCEND_IS_AIC)
    CrossCoreSetFlag<2, PIPE_FIX>(bad ? 11 : 10);
  else if (!bad)
    CrossCoreWaitFlag<2, PIPE_MTE2>(10);
}

void crossFlagNotAwaited(GM_ADDR, GM_ADDR, bool bad) {
  if (ASCEND_IS_AIC)
    CrossCoreSetFlag<2, PIPE_FIX>(1);
  else if (!bad || GetSubBlockIdx() == 0)
    CrossCoreWaitFlag<2, PIPE_MTE2>(1);
}

void crossFlagNeverSet(GM_ADDR, GM_ADDR, bool bad) {
  // The cube core waits until both vector cores have set the flag.
  if (ASCEND_IS_AIC)
    CrossCoreWaitFlag<2, PIPE_MTE2>(2);
  else if (!bad || GetSubBlockIdx() == 0)
    CrossCoreSetFlag<2, PIPE_MTE3>(2);
}

void resultTooEarly(GM_ADDR x, GM_ADDR z, bool bad) {
  // The vector cores use what the cube core wrote.
  if (ASCEND_IS_AIC) {
    Matrix m(x, z);
    m.load();
    m.multiply(m.c);
    m.store(m.c);
    CrossCoreSetFlag<2, PIPE_FIX>(3);
    return;
  }
  TPipe pipe;
  TBuf<TPosition::VECCALC> buffer;
  pipe.InitBuffer(buffer, 1024);
  GlobalTensor<float> target;
  target.SetGlobalBuffer((__gm__ float *)z);
  if (!bad)
    CrossCoreWaitFlag<2, PIPE_MTE2>(3);
  DataCopy(buffer.Get<float>(), target, 256);
  if (bad)
    CrossCoreWaitFlag<2, PIPE_MTE2>(3);
}

} // namespace

using Kernel = void (*)(GM_ADDR, GM_ADDR, bool);

static const struct {
  const char *name;
  Kernel kernel;
} kCases[] = {
    {"empty-queue", emptyQueue},
    {"never-freed", neverFreed},
    {"freed-twice", freedTwice},
    {"used-after-free", usedAfterFree},
    {"left-in-queue", leftInQueue},
    {"not-queued", notQueued},
    {"wrong-queue", wrongQueue},
    {"misaligned-result", misalignedResult},
    {"deeper-than-loaded", deeperThanLoaded},
    {"wrong-stride-of-result", wrongStrideOfResult},
    {"wrong-operand-memory", wrongOperandMemory},
    {"vector-on-cube", vectorOnCube},
    {"small-source-rows", smallSourceRows},
    {"quantisation", quantisation},
    {"memory-of-matrices", memoryOfMatrices},
    {"cross-flag-id", crossFlagId},
    {"cross-flag-not-awaited", crossFlagNotAwaited},
    {"cross-flag-never-set", crossFlagNeverSet},
    {"result-too-early", resultTooEarly},
};

void hostCase(const std::string &name, bool bad) {
  Buffer x(1024);
  char bytes[64] = {};
  if (name == "device-use-after-free") {
    void *gone;
    aclrtMalloc(&gone, 1024, ACL_MEM_MALLOC_HUGE_FIRST);
    if (bad)
      aclrtFree(gone);
    aclrtMemcpy(gone, 64, bytes, 64, ACL_MEMCPY_HOST_TO_DEVICE);
    if (!bad)
      aclrtFree(gone);
  }
  if (name == "double-free" && bad)
    aclrtFree(x.device);
  if (name == "copy-out-of-bounds")
    aclrtMemcpy(static_cast<char *>(x.device) + (bad ? 1000 : 0), 64, bytes, 64,
                ACL_MEMCPY_HOST_TO_DEVICE);
  if (name == "no-blocks")
    OPC_LAUNCH(emptyQueue, bad ? 0 : 1, nullptr, nullptr)(x.device, x.device,
                                                          false);
}

int main(int, char **arguments) {
  bool bad = arguments[2][0] == '1';
  Buffer x(1024), z(1024);
  for (const auto &one : kCases)
    if (!std::strcmp(one.name, arguments[1])) {
      Kernel kernel = one.kernel;
      OPC_LAUNCH(kernel, 1, nullptr, nullptr)(x.device, z.device, bad);
      return 0;
    }
  hostCase(arguments[1], bad);
}
