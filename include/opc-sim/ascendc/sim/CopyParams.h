//===- CopyParams.h - Shapes of copies --------------------------*- C++ -*-===//
//
// Named and ordered as the interface documents them.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_SIM_COPYPARAMS_H
#define OPC_SIM_ASCENDC_SIM_COPYPARAMS_H

#include <cstdint>

namespace AscendC {

struct DataCopyParams {
  DataCopyParams() = default;
  DataCopyParams(uint16_t count, uint16_t length, uint16_t srcGap,
                 uint16_t dstGap)
      : blockCount(count), blockLen(length), srcStride(srcGap),
        dstStride(dstGap) {}
  uint16_t blockCount = 1, blockLen = 0;
  union {
    uint16_t srcStride = 0;
    uint16_t srcGap;
  };
  union {
    uint16_t dstStride = 0;
    uint16_t dstGap;
  };
};

struct DataCopyExtParams {
  DataCopyExtParams() = default;
  DataCopyExtParams(uint16_t count, uint32_t length, uint32_t srcGap,
                    uint32_t dstGap, uint32_t reserved)
      : blockCount(count), blockLen(length), srcStride(srcGap),
        dstStride(dstGap), rsv(reserved) {}
  uint16_t blockCount = 1;
  uint32_t blockLen = 0, srcStride = 0, dstStride = 0, rsv = 0;
};

template <typename T> struct DataCopyPadExtParams {
  DataCopyPadExtParams() = default;
  DataCopyPadExtParams(bool pads, uint8_t left, uint8_t right, T value)
      : isPad(pads), leftPadding(left), rightPadding(right),
        paddingValue(value) {}
  bool isPad = false;
  uint8_t leftPadding = 0, rightPadding = 0;
  T paddingValue{};
};

struct DataCopyPadParams {
  DataCopyPadParams() = default;
  DataCopyPadParams(bool pads, uint8_t left, uint8_t right, uint64_t value)
      : isPad(pads), leftPadding(left), rightPadding(right),
        paddingValue(value) {}
  bool isPad = false;
  uint8_t leftPadding = 0, rightPadding = 0;
  uint64_t paddingValue = 0;
};

} // namespace AscendC

#endif // OPC_SIM_ASCENDC_SIM_COPYPARAMS_H
