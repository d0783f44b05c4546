//===- Copy.h - Copies between global and local memory --------*- C++ -*-===//
//
// Strides say the gap from the end of a block of a copy to the start of the
// next. DataCopy counts lengths and strides in blocks of 32 bytes; DataCopyPad
// counts lengths and global strides in bytes and local ones in blocks.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_SIM_COPY_H
#define OPC_SIM_ASCENDC_SIM_COPY_H

#include "CopyParams.h"
#include "Elementwise.h"

namespace opcsim::ascend {

/// Adds to what is there while SetAtomicAdd is on, else copies.
template <typename T>
void store(T *to, const T *from, size_t count, bool adds) {
  if (!adds) {
    std::memcpy(to, from, count * sizeof(T));
    return;
  }
  std::lock_guard lock(GlobalMemory::get().mutex);
  for (size_t i = 0; i < count; ++i)
    to[i] = T(Value<T>(to[i]) + Value<T>(from[i]));
}

/// Blocks of a strided copy, all in bytes.
struct Blocks {
  uint64_t count, size, srcPitch, dstPitch;
};

inline void checkBlocks(Call &call, const AscendC::DataCopyParams &p) {
  call.count(p.blockCount, 4095, "blockCount");
  call.count(p.blockLen, 65535, "blockLen");
}

inline Blocks blocksOf(const AscendC::DataCopyParams &p) {
  uint64_t length = p.blockLen;
  return {p.blockCount, length * kBlock, (length + p.srcStride) * kBlock,
          (length + p.dstStride) * kBlock};
}

template <typename T>
void copyIn(const Local<T> &dst, const AscendC::GlobalTensor<T> &src,
            const Blocks &b, Call &call) {
  call.expect(dst.space() == Space::UB || dst.space() == Space::L1,
              FaultKind::BadLayout, "global memory is copied to UB or L1");
  call.inRuns(src, b.size, b.count, b.srcPitch);
  call.outRuns(dst, b.size, b.count, b.dstPitch);
  if (!call)
    return;
  auto *to = reinterpret_cast<std::byte *>(dst.data());
  auto *from = reinterpret_cast<const std::byte *>(src.address);
  call.run([=] {
    for (uint64_t i = 0; i < b.count; ++i)
      std::memcpy(to + i * b.dstPitch, from + i * b.srcPitch, b.size);
  });
}

template <typename T>
void copyOut(const AscendC::GlobalTensor<T> &dst, const Local<T> &src,
             const Blocks &b, Call &call) {
  call.inRuns(src, b.size, b.count, b.srcPitch);
  call.outRuns(dst, b.size, b.count, b.dstPitch);
  if (!call)
    return;
  auto *to = reinterpret_cast<std::byte *>(dst.address);
  auto *from = reinterpret_cast<const std::byte *>(src.data());
  bool adds = call.core.atomicAdd;
  call.run([=] {
    for (uint64_t i = 0; i < b.count; ++i)
      store(reinterpret_cast<T *>(to + i * b.dstPitch),
            reinterpret_cast<const T *>(from + i * b.srcPitch),
            b.size / sizeof(T), adds);
  });
}

/// Elements before and after each block, and their value.
template <typename T> struct Padding {
  bool on;
  uint64_t left, right;
  T value;
};

/// Each block becomes whole blocks of 32 bytes: paddings as asked for, then,
/// unless paddings are on, copies of the block's first element (documented as
/// anything).
template <typename T>
void padIn(const Local<T> &dst, const AscendC::GlobalTensor<T> &src,
           uint64_t count, uint64_t length, uint64_t srcGap, uint64_t dstGap,
           Padding<T> padding, Call &call) {
  if (!padding.on)
    padding.left = padding.right = 0;
  uint64_t left = padding.left * sizeof(T), right = padding.right * sizeof(T);
  call.expect(left <= kBlock && right <= kBlock, FaultKind::BadCopyShape,
              say("paddings of %llu and %llu bytes, at most 32 each",
                  (unsigned long long)left, (unsigned long long)right));
  call.expect(length % sizeof(T) == 0, FaultKind::BadCopyShape,
              say("blockLen of %llu bytes is no whole number of elements",
                  (unsigned long long)length));
  call.lies(dst, Space::UB);
  uint64_t row = roundUp(left + length + right, kBlock);
  uint64_t pitch = row + dstGap * kBlock;
  call.inRuns(src, length, count, length + srcGap);
  call.outRuns(dst, row, count, pitch);
  if (!call)
    return;
  auto *to = reinterpret_cast<std::byte *>(dst.data());
  auto *from = reinterpret_cast<const std::byte *>(src.address);
  call.run([=] {
    for (uint64_t i = 0; i < count; ++i) {
      T *line = reinterpret_cast<T *>(to + i * pitch);
      auto *block = reinterpret_cast<const T *>(from + i * (length + srcGap));
      std::fill_n(line, row / sizeof(T), padding.on ? padding.value : *block);
      std::memcpy(line + padding.left, block, length);
    }
  });
}

template <typename T>
void padOut(const AscendC::GlobalTensor<T> &dst, const Local<T> &src,
            uint64_t count, uint64_t length, uint64_t srcGap, uint64_t dstGap,
            Call &call) {
  call.lies(src, Space::UB);
  call.expect(length % sizeof(T) == 0, FaultKind::BadCopyShape,
              say("blockLen of %llu bytes is no whole number of elements",
                  (unsigned long long)length));
  Blocks blocks{count, length, roundUp(length, kBlock) + srcGap * kBlock,
                length + dstGap};
  copyOut(dst, src, blocks, call);
}

inline Call &checkPad(Call &call, uint64_t count, uint64_t length,
                      uint64_t most) {
  return call.count(static_cast<int64_t>(count), 4095, "blockCount")
      .count(static_cast<int64_t>(length), static_cast<int64_t>(most),
             "blockLen");
}

/// Both parameters' greatest lengths in bytes.
inline constexpr uint64_t kMostPadBytes = 65535, kMostPadExtBytes = 2097151;

inline Call countedCopy(const char *name, pipe_t pipe, int64_t count,
                        size_t elementSize, std::source_location where) {
  Call call(name, pipe, where);
  call.count(count);
  call.expect(count * elementSize % kBlock == 0, FaultKind::BadCopyShape,
              say("%lld elements of %zu bytes are no whole number of blocks of "
                  "32 bytes",
                  (long long)count, elementSize));
  return call;
}

} // namespace opcsim::ascend

namespace AscendC {

template <typename T>
void DataCopy(const LocalTensor<T> &dst, const GlobalTensor<T> &src,
              uint32_t count, OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call call = countedCopy("DataCopy", PIPE_MTE2, count, sizeof(T), where);
  copyIn(dst, src, {1, count * sizeof(T), 0, 0}, call);
}

template <typename T>
void DataCopy(const GlobalTensor<T> &dst, const LocalTensor<T> &src,
              uint32_t count, OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call call = countedCopy("DataCopy", PIPE_MTE3, count, sizeof(T), where);
  copyOut(dst, src, {1, count * sizeof(T), 0, 0}, call);
}

template <typename T>
void DataCopy(const LocalTensor<T> &dst, const GlobalTensor<T> &src,
              const DataCopyParams &params, OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call call("DataCopy", PIPE_MTE2, where);
  checkBlocks(call, params);
  copyIn(dst, src, blocksOf(params), call);
}

template <typename T>
void DataCopy(const GlobalTensor<T> &dst, const LocalTensor<T> &src,
              const DataCopyParams &params, OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call call("DataCopy", PIPE_MTE3, where);
  checkBlocks(call, params);
  copyOut(dst, src, blocksOf(params), call);
}

/// Inside of the unified buffer: the vector unit's work.
template <typename T>
void DataCopy(const LocalTensor<T> &dst, const LocalTensor<T> &src,
              const DataCopyParams &params, OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call call("DataCopy", PIPE_V, where);
  checkBlocks(call, params);
  Blocks b = blocksOf(params);
  call.lies(dst, Space::UB).lies(src, Space::UB);
  call.inRuns(src, b.size, b.count, b.srcPitch);
  call.outRuns(dst, b.size, b.count, b.dstPitch);
  if (!call)
    return;
  auto *to = reinterpret_cast<std::byte *>(dst.data());
  auto *from = reinterpret_cast<std::byte *>(src.data());
  call.run([=] {
    for (uint64_t i = 0; i < b.count; ++i)
      std::memmove(to + i * b.dstPitch, from + i * b.srcPitch, b.size);
  });
}

template <typename T>
void DataCopy(const LocalTensor<T> &dst, const LocalTensor<T> &src,
              uint32_t count, OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call check = countedCopy("DataCopy", PIPE_V, count, sizeof(T), where);
  if (check)
    DataCopy(dst, src,
             DataCopyParams(1, uint16_t(count * sizeof(T) / kBlock), 0, 0),
             where);
}

template <typename T>
void DataCopyPad(const LocalTensor<T> &dst, const GlobalTensor<T> &src,
                 const DataCopyExtParams &p, const DataCopyPadExtParams<T> &pad,
                 OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call call("DataCopyPad", PIPE_MTE2, where);
  checkPad(call, p.blockCount, p.blockLen, kMostPadExtBytes);
  padIn(dst, src, p.blockCount, p.blockLen, p.srcStride, p.dstStride,
        Padding<T>{pad.isPad, pad.leftPadding, pad.rightPadding,
                   pad.paddingValue},
        call);
}

template <typename T>
void DataCopyPad(const LocalTensor<T> &dst, const GlobalTensor<T> &src,
                 const DataCopyParams &p, const DataCopyPadParams &pad,
                 OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call call("DataCopyPad", PIPE_MTE2, where);
  checkPad(call, p.blockCount, p.blockLen, kMostPadBytes);
  T value;
  std::memcpy(&value, &pad.paddingValue, sizeof value);
  padIn(dst, src, p.blockCount, p.blockLen, p.srcStride, p.dstStride,
        Padding<T>{pad.isPad, pad.leftPadding, pad.rightPadding, value}, call);
}

template <typename T>
void DataCopyPad(const GlobalTensor<T> &dst, const LocalTensor<T> &src,
                 const DataCopyExtParams &p, OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call call("DataCopyPad", PIPE_MTE3, where);
  checkPad(call, p.blockCount, p.blockLen, kMostPadExtBytes);
  padOut(dst, src, p.blockCount, p.blockLen, p.srcStride, p.dstStride, call);
}

template <typename T>
void DataCopyPad(const GlobalTensor<T> &dst, const LocalTensor<T> &src,
                 const DataCopyParams &p, OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call call("DataCopyPad", PIPE_MTE3, where);
  checkPad(call, p.blockCount, p.blockLen, kMostPadBytes);
  padOut(dst, src, p.blockCount, p.blockLen, p.srcStride, p.dstStride, call);
}

/// Copies to global memory add to what is there.
template <typename T> void SetAtomicAdd(OPCSIM_HERE) {
  opcsim::ascend::currentCore("SetAtomicAdd", where).atomicAdd = true;
}
inline void SetAtomicNone(OPCSIM_HERE) {
  opcsim::ascend::currentCore("SetAtomicNone", where).atomicAdd = false;
}

} // namespace AscendC

#endif // OPC_SIM_ASCENDC_SIM_COPY_H
