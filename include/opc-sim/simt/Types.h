//===- Types.h - dim3 and vector types of the SIMT family -------*- C++ -*-===//
//
// Names, members and alignments are those that all vendors of the family share.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_TYPES_H
#define OPC_SIM_SIMT_TYPES_H

#include <cstddef>
#include <cstdint>

struct uint3;

/// Extents of a grid or a block; what is not given is 1.
struct dim3 {
  unsigned x = 1, y = 1, z = 1;

  constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1)
      : x(x), y(y), z(z) {}
  constexpr dim3(const uint3 &v);
};

#define OPCSIM_ALWAYS_INLINE inline __attribute__((always_inline))

// A type of 1, 2, 3 and 4 members, and the functions that make them.
#define OPCSIM_VECTORS(type, name, align2, align4)                             \
  struct name##1 { type x; };                                                  \
  struct alignas(align2) name##2 { type x, y; };                               \
  struct name##3 { type x, y, z; };                                            \
  struct alignas(align4) name##4 { type x, y, z, w; };                         \
  OPCSIM_ALWAYS_INLINE name##1 make_##name##1(type x) { return {x}; }          \
  OPCSIM_ALWAYS_INLINE name##2 make_##name##2(type x, type y) {                \
    return {x, y};                                                             \
  }                                                                            \
  OPCSIM_ALWAYS_INLINE name##3 make_##name##3(type x, type y, type z) {        \
    return {x, y, z};                                                          \
  }                                                                            \
  OPCSIM_ALWAYS_INLINE name##4 make_##name##4(type x, type y, type z,          \
                                              type w) {                        \
    return {x, y, z, w};                                                       \
  }

OPCSIM_VECTORS(signed char, char, 2, 4)
OPCSIM_VECTORS(unsigned char, uchar, 2, 4)
OPCSIM_VECTORS(short, short, 4, 8)
OPCSIM_VECTORS(unsigned short, ushort, 4, 8)
OPCSIM_VECTORS(int, int, 8, 16)
OPCSIM_VECTORS(unsigned, uint, 8, 16)
OPCSIM_VECTORS(long, long, 16, 16)
OPCSIM_VECTORS(unsigned long, ulong, 16, 16)
OPCSIM_VECTORS(long long, longlong, 16, 16)
OPCSIM_VECTORS(unsigned long long, ulonglong, 16, 16)
OPCSIM_VECTORS(float, float, 8, 16)
OPCSIM_VECTORS(double, double, 16, 16)

#undef OPCSIM_VECTORS

constexpr dim3::dim3(const uint3 &v) : x(v.x), y(v.y), z(v.z) {}

#endif // OPC_SIM_SIMT_TYPES_H
