// Small kernels that are right, and wrong in one place when `bad` is set. Each
// is a case of the tests: the program's arguments are its name and 0 or 1.

#include "host.h"
#include "kernel_operator.h"

#include <cstring>

using namespace AscendC;

namespace {

constexpr int kCount = 256;
constexpr int kBytes = kCount * 4;

/// Three buffers that are no queues, and global tensors of kCount floats.
struct Vectors {
  Vectors(GM_ADDR x, GM_ADDR z) {
    source.SetGlobalBuffer((__gm__ float *)x);
    target.SetGlobalBuffer((__gm__ float *)z);
    pipe.InitBuffer(first, kBytes);
    pipe.InitBuffer(second, kBytes);
    a = first.Get<float>();
    b = second.Get<float>();
  }
  TPipe pipe;
  TBuf<TPosition::VECCALC> first, second;
  LocalTensor<float> a, b;
  GlobalTensor<float> source, target;
};

template <HardEvent event> void order(int id = 0) {
  SetFlag<event>(id);
  WaitFlag<event>(id);
}

void copyOut(Vectors &v, LocalTensor<float> from) {
  order<HardEvent::V_MTE3>();
  DataCopy(v.target, from, kCount);
}

void missingFlag(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  DataCopy(v.a, v.source, kCount);
  if (!bad)
    order<HardEvent::MTE2_V>();
  Exp(v.b, v.a, kCount);
  copyOut(v, v.b);
}

void missingFlagOut(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, kCount);
  if (!bad)
    order<HardEvent::V_MTE3>();
  DataCopy(v.target, v.a, kCount);
}

void earlyReuse(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  DataCopy(v.a, v.source, kCount);
  order<HardEvent::MTE2_V>();
  Exp(v.b, v.a, kCount);
  if (!bad)
    order<HardEvent::V_MTE2>();
  DataCopy(v.a, v.source, kCount);
  copyOut(v, v.b);
}

void reuseWhileStoring(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, kCount);
  copyOut(v, v.a);
  if (!bad)
    order<HardEvent::MTE3_V>();
  Duplicate(v.a, 2.0f, kCount);
}

void scalarTooEarly(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, kCount);
  if (!bad)
    order<HardEvent::V_S>();
  float value = v.a.GetValue(3);
  Adds(v.b, v.a, value, kCount);
  copyOut(v, v.b);
}

void scalarUnseen(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, kCount);
  order<HardEvent::V_S>();
  v.a.SetValue(0, 2.0f);
  if (!bad)
    order<HardEvent::S_V>();
  Exp(v.b, v.a, kCount);
  copyOut(v, v.b);
}

void unmatchedSet(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, kCount);
  copyOut(v, v.a);
  SetFlag<HardEvent::MTE3_V>(1);
  if (!bad)
    WaitFlag<HardEvent::MTE3_V>(1);
}

void setTwice(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, kCount);
  if (bad)
    SetFlag<HardEvent::V_MTE3>(0);
  copyOut(v, v.a);
}

void unmatchedWait(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, kCount);
  SetFlag<HardEvent::V_MTE3>(0);
  WaitFlag<HardEvent::V_MTE3>(0);
  if (bad)
    WaitFlag<HardEvent::V_MTE3>(1);
  DataCopy(v.target, v.a, kCount);
}

void reservedEvent(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, kCount);
  order<HardEvent::V_MTE3>(bad ? 6 : 5);
  if (!bad)
    DataCopy(v.target, v.a, kCount);
}

void eventOutOfRange(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, kCount);
  order<HardEvent::V_MTE3>(bad ? 8 : 5);
  if (!bad)
    DataCopy(v.target, v.a, kCount);
}

void bufferOverflow(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  TBuf<TPosition::VECCALC> large;
  v.pipe.InitBuffer(large, bad ? 190 * 1024 : 150 * 1024);
  Duplicate(v.a, 1.0f, kCount);
  copyOut(v, v.a);
}

void partOfABlock(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  DataCopy(v.a, v.source, bad ? 13 : 16);
}

void misalignedCopy(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  DataCopy(v.a[bad ? 4 : 8], v.source, 16);
}

void misalignedVector(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a[bad ? 1 : 8], 1.0f, 16);
}

void strideInBytes(GM_ADDR x, GM_ADDR z, bool bad) {
  // Four rows of 32 bytes of a matrix of 128 bytes a row.
  Vectors v(x, z);
  DataCopy(v.a, v.source, DataCopyParams(4, 1, bad ? 96 * 32 : 3, 0));
}

void padStrideInBlocks(GM_ADDR x, GM_ADDR z, bool bad) {
  // Rows of 20 bytes, each into its own block: global strides are bytes and
  // local ones blocks.
  Vectors v(x, z);
  DataCopyPadExtParams<float> none;
  DataCopyPad(v.a, v.source, DataCopyExtParams(4, 20, 44, bad ? 32 * 8 : 1, 0),
              none);
}

void globalReadOut(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  DataCopy(v.a, v.source[bad ? 64 : 0], kCount);
}

void globalWriteOut(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, kCount);
  order<HardEvent::V_MTE3>();
  DataCopy(v.target[bad ? 8 : 0], v.a, kCount);
}

void localOut(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, bad ? kCount + 8 : kCount);
}

void scalarOut(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  v.a.SetValue(bad ? kCount : kCount - 1, 1.0f);
}

void uninitialised(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, bad ? kCount / 2 : kCount);
  Exp(v.b, v.a, kCount);
  copyOut(v, v.b);
}

void countZero(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  DataCopy(v.a, v.source, bad ? 0 : 8);
}

void blockCount(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  DataCopyPadExtParams<float> none;
  DataCopyPad(v.a, v.source, DataCopyExtParams(bad ? 4096 : 4, 4, 0, 0, 0),
              none);
}

void maskTooWide(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, kCount);
  uint64_t lanes = bad ? 128 : 64;
  Exp(v.b, v.a, lanes, 2, UnaryRepeatParams(1, 1, 8, 8));
}

void repeatsOut(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, kCount);
  Exp(v.b, v.a, uint64_t(64), bad ? 5 : 4, UnaryRepeatParams(1, 1, 8, 8));
}

void compareCount(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, kCount);
  CompareScalar(v.b.ReinterpretCast<uint8_t>(), v.a, 1.0f, CMPMODE::GE,
                bad ? 70 : 64);
}

void unsupportedType(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, kCount);
  if (!bad) {
    Add(v.b, v.a, v.a, kCount);
    return;
  }
  auto narrow = v.a.ReinterpretCast<bfloat16_t>();
  Add(narrow, narrow, narrow, kCount);
}

void hostPointer(GM_ADDR x, GM_ADDR z, bool bad) {
  static float ofTheHost[kCount];
  Vectors v(bad ? (GM_ADDR)ofTheHost : x, z);
  DataCopy(v.a, v.source, kCount);
}

void atomicWriters(GM_ADDR x, GM_ADDR z, bool bad) {
  // Two cores add to one place.
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, kCount);
  if (!bad)
    SetAtomicAdd<float>();
  copyOut(v, v.a);
  SetAtomicNone();
}

void twoWriters(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, kCount);
  order<HardEvent::V_MTE3>();
  int mine = bad ? 0 : GetBlockIdx();
  DataCopy(v.target[mine * 64], v.a, 64);
}

void missingSyncAll(GM_ADDR x, GM_ADDR z, bool bad) {
  // Each core reads what the other one wrote.
  Vectors v(x, z);
  Duplicate(v.a, 1.0f, 64);
  order<HardEvent::V_MTE3>();
  DataCopy(v.target[GetBlockIdx() * 64], v.a, 64);
  if (!bad)
    SyncAll();
  DataCopy(v.b, v.target[(1 - GetBlockIdx()) * 64], 64);
}

void lonelySyncAll(GM_ADDR x, GM_ADDR z, bool bad) {
  Vectors v(x, z);
  if (!bad || GetBlockIdx() == 0)
    SyncAll();
}

} // namespace

using Kernel = void (*)(GM_ADDR, GM_ADDR, bool);

static const struct {
  const char *name;
  Kernel kernel;
  unsigned blocks;
} kCases[] = {
    {"missing-flag", missingFlag, 1},
    {"missing-flag-out", missingFlagOut, 1},
    {"early-reuse", earlyReuse, 1},
    {"reuse-while-storing", reuseWhileStoring, 1},
    {"scalar-too-early", scalarTooEarly, 1},
    {"scalar-unseen", scalarUnseen, 1},
    {"unmatched-set", unmatchedSet, 1},
    {"set-twice", setTwice, 1},
    {"unmatched-wait", unmatchedWait, 1},
    {"reserved-event", reservedEvent, 1},
    {"event-out-of-range", eventOutOfRange, 1},
    {"buffer-overflow", bufferOverflow, 1},
    {"part-of-a-block", partOfABlock, 1},
    {"misaligned-copy", misalignedCopy, 1},
    {"misaligned-vector", misalignedVector, 1},
    {"stride-in-bytes", strideInBytes, 1},
    {"pad-stride-in-bytes", padStrideInBlocks, 1},
    {"global-read-out", globalReadOut, 1},
    {"global-write-out", globalWriteOut, 1},
    {"local-out", localOut, 1},
    {"scalar-out", scalarOut, 1},
    {"uninitialised", uninitialised, 1},
    {"count-zero", countZero, 1},
    {"block-count", blockCount, 1},
    {"mask-too-wide", maskTooWide, 1},
    {"repeats-out", repeatsOut, 1},
    {"compare-count", compareCount, 1},
    {"unsupported-type", unsupportedType, 1},
    {"host-pointer", hostPointer, 1},
    {"atomic-writers", atomicWriters, 2},
    {"two-writers", twoWriters, 2},
    {"missing-sync-all", missingSyncAll, 2},
    {"lonely-sync-all", lonelySyncAll, 2},
};

int main(int, char **arguments) {
  bool bad = arguments[2][0] == '1';
  Buffer x(kBytes), z(kBytes);
  for (const auto &one : kCases)
    if (!std::strcmp(one.name, arguments[1])) {
      Kernel kernel = one.kernel;
      OPC_LAUNCH(kernel, one.blocks, nullptr, nullptr)(x.device, z.device, bad);
      return 0;
    }
  return 3;
}
