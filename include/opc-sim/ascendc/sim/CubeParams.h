//===- CubeParams.h - Shapes of the cube unit's work ------------*- C++ -*-===//
//
// Named and ordered as the interface documents them.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_SIM_CUBEPARAMS_H
#define OPC_SIM_ASCENDC_SIM_CUBEPARAMS_H

#include <cstdint>

namespace AscendC {

struct Nd2NzParams {
  Nd2NzParams() = default;
  Nd2NzParams(uint16_t nd, uint16_t n, uint16_t d, uint16_t srcNd,
              uint16_t srcD, uint16_t dstC0, uint16_t dstN, uint16_t dstNd)
      : ndNum(nd), nValue(n), dValue(d), srcNdMatrixStride(srcNd),
        srcDValue(srcD), dstNzC0Stride(dstC0), dstNzNStride(dstN),
        dstNzMatrixStride(dstNd) {}
  uint16_t ndNum = 1, nValue = 0, dValue = 0, srcNdMatrixStride = 0,
           srcDValue = 0, dstNzC0Stride = 0, dstNzNStride = 1,
           dstNzMatrixStride = 0;
};

struct LoadData2DParams {
  LoadData2DParams() = default;
  LoadData2DParams(uint16_t start, uint8_t repeats, uint16_t stride, uint8_t id,
                   uint16_t gap, bool transposes, uint8_t mode)
      : startIndex(start), repeatTimes(repeats), srcStride(stride), sid(id),
        dstGap(gap), ifTranspose(transposes), addrMode(mode) {}
  uint16_t startIndex = 0;
  uint8_t repeatTimes = 0;
  uint16_t srcStride = 0;
  uint8_t sid = 0;
  uint16_t dstGap = 0;
  bool ifTranspose = false;
  uint8_t addrMode = 0;
};
using LoadData2dParams = LoadData2DParams;

struct LoadData2dTransposeParams {
  LoadData2dTransposeParams() = default;
  LoadData2dTransposeParams(uint16_t start, uint8_t repeats, uint16_t stride,
                            uint16_t gap, uint16_t fractalGap, uint8_t mode)
      : startIndex(start), repeatTimes(repeats), srcStride(stride), dstGap(gap),
        dstFracGap(fractalGap), addrMode(mode) {}
  uint16_t startIndex = 0;
  uint8_t repeatTimes = 0;
  uint16_t srcStride = 0, dstGap = 0, dstFracGap = 0;
  uint8_t addrMode = 0;
};

struct MmadParams {
  MmadParams() = default;
  MmadParams(uint16_t m, uint16_t n, uint16_t k, uint8_t unitFlag,
             bool cmatrixSource, bool cmatrixInitVal)
      : m(m), n(n), k(k), unitFlag(unitFlag), cmatrixSource(cmatrixSource),
        cmatrixInitVal(cmatrixInitVal) {}
  uint16_t m = 0, n = 0, k = 0;
  bool isBias = false;
  int32_t fmOffset = 0;
  bool enSsparse = false, enWinogradA = false, enWinogradB = false;
  uint8_t unitFlag = 0;
  bool kDirectionAlign = false, cmatrixSource = false, cmatrixInitVal = true,
       disableGemv = false;
};

enum class CO2Layout : uint8_t { NZ, ROW_MAJOR, COLUMN_MAJOR };
struct FixpipeConfig {
  CO2Layout format;
};
inline constexpr FixpipeConfig CFG_NZ = {CO2Layout::NZ};
inline constexpr FixpipeConfig CFG_ROW_MAJOR = {CO2Layout::ROW_MAJOR};

} // namespace AscendC

enum QuantMode_t { NoQuant, F322F16, F322BF16, DEQF16, QF322B8_PRE, REQ8 };

namespace AscendC {
struct FixpipeParamsV220 {
  FixpipeParamsV220() = default;
  FixpipeParamsV220(uint16_t n, uint16_t m, uint16_t srcStride,
                    uint32_t dstStride, bool relu)
      : nSize(n), mSize(m), srcStride(srcStride), dstStride(dstStride),
        reluEn(relu) {}
  uint16_t nSize = 0, mSize = 0, srcStride = 0;
  uint32_t dstStride = 0;
  QuantMode_t quantPre = QuantMode_t::NoQuant;
  uint64_t deqScalar = 0;
  uint16_t ndNum = 1, srcNdStride = 0, dstNdStride = 0;
  bool reluEn = false;
  uint8_t unitFlag = 0;
  bool isChannelSplit = false;
};
} // namespace AscendC

#endif // OPC_SIM_ASCENDC_SIM_CUBEPARAMS_H
