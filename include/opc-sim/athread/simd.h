/*===- simd.h - Vectors of Sunway's cores --------------------------- C -*-===*\
|*
|* 256 bits on the SW26010, 512 on the Pro. Written from the documented
|* interface; the vectors are clang's, operators on them are allowed.
|*
\*===----------------------------------------------------------------------===*/

#ifndef OPC_SIM_ATHREAD_SIMD_H
#define OPC_SIM_ATHREAD_SIMD_H

#include "sim/interface.h"

typedef double doublev4 __attribute__((vector_size(32)));
typedef float floatv4 __attribute__((vector_size(16)));
typedef int intv8 __attribute__((vector_size(32)));
typedef unsigned uintv8 __attribute__((vector_size(32)));
typedef long longv4 __attribute__((vector_size(32)));
typedef double doublev8 __attribute__((vector_size(64)));
typedef float floatv8 __attribute__((vector_size(32)));
typedef int intv16 __attribute__((vector_size(64)));
typedef unsigned uintv16 __attribute__((vector_size(64)));
typedef long longv8 __attribute__((vector_size(64)));

/* Loads and stores. Those without a u want an address that is a multiple of
   the vector's size. */
#define simd_load(vector, address)                                             \
  (opcsim_sw_vector(OPCSIM_SW_HERE, "simd_load", (address), sizeof(vector),    \
                    OPCSIM_SW_READS, OPCSIM_SW_ALIGNED),                       \
   (void)memcpy(&(vector), (const void *)(address), sizeof(vector)))
#define simd_store(vector, address)                                            \
  (opcsim_sw_vector(OPCSIM_SW_HERE, "simd_store", (address), sizeof(vector),   \
                    OPCSIM_SW_WRITES, OPCSIM_SW_ALIGNED),                      \
   (void)memcpy((void *)(address), &(vector), sizeof(vector)))
#define simd_loadu(vector, address)                                            \
  (opcsim_sw_vector(OPCSIM_SW_HERE, "simd_loadu", (address), sizeof(vector),   \
                    OPCSIM_SW_READS, OPCSIM_SW_ANYWHERE),                      \
   (void)memcpy(&(vector), (const void *)(address), sizeof(vector)))
#define simd_storeu(vector, address)                                           \
  (opcsim_sw_vector(OPCSIM_SW_HERE, "simd_storeu", (address), sizeof(vector),  \
                    OPCSIM_SW_WRITES, OPCSIM_SW_ANYWHERE),                     \
   (void)memcpy((void *)(address), &(vector), sizeof(vector)))
/* Every lane is the value at the address. */
#define simd_loade(vector, address)                                            \
  do {                                                                         \
    for (size_t opcsim_i = 0; opcsim_i < sizeof(vector) / sizeof((vector)[0]); \
         ++opcsim_i)                                                           \
      (vector)[opcsim_i] = *(address);                                         \
  } while (0)

#define simd_set_doublev4(a, b, c, d) ((doublev4){(a), (b), (c), (d)})
#define simd_set_floatv4(a, b, c, d) ((floatv4){(a), (b), (c), (d)})
#define simd_set_doublev8(a, b, c, d, e, f, g, h)                              \
  ((doublev8){(a), (b), (c), (d), (e), (f), (g), (h)})
#define simd_set_floatv8(a, b, c, d, e, f, g, h)                               \
  ((floatv8){(a), (b), (c), (d), (e), (f), (g), (h)})

#define simd_vaddd(a, b) ((a) + (b))
#define simd_vadds(a, b) ((a) + (b))
#define simd_vsubd(a, b) ((a) - (b))
#define simd_vsubs(a, b) ((a) - (b))
#define simd_vmuld(a, b) ((a) * (b))
#define simd_vmuls(a, b) ((a) * (b))
#define simd_vdivd(a, b) ((a) / (b))
#define simd_vdivs(a, b) ((a) / (b))

/* a * b + c and its like, rounded once. */
#define simd_vmad(a, b, c) __builtin_elementwise_fma(a, b, c)
#define simd_vmas(a, b, c) __builtin_elementwise_fma(a, b, c)
#define simd_vmsd(a, b, c) __builtin_elementwise_fma(a, b, -(c))
#define simd_vmss(a, b, c) __builtin_elementwise_fma(a, b, -(c))
#define simd_vnmad(a, b, c) __builtin_elementwise_fma(-(a), b, c)
#define simd_vnmas(a, b, c) __builtin_elementwise_fma(-(a), b, c)
#define simd_vnmsd(a, b, c) (-__builtin_elementwise_fma(a, b, c))
#define simd_vnmss(a, b, c) (-__builtin_elementwise_fma(a, b, c))

#define simd_vsqrtd(a) __builtin_elementwise_sqrt(a)
#define simd_vsqrts(a) __builtin_elementwise_sqrt(a)
#define simd_smaxd(a, b) __builtin_elementwise_max(a, b)
#define simd_smaxs(a, b) __builtin_elementwise_max(a, b)
#define simd_smind(a, b) __builtin_elementwise_min(a, b)
#define simd_smins(a, b) __builtin_elementwise_min(a, b)

/* Of four lanes, the lower two are lanes of `b`, the upper two of `a`: two bits
   of `control` for each say which. */
#define simd_vshff(a, b, control)                                              \
  __extension__({                                                              \
    __typeof__(a) opcsim_a = (a), opcsim_b = (b), opcsim_c = opcsim_a;         \
    for (int opcsim_i = 0; opcsim_i < 4; ++opcsim_i) {                         \
      int opcsim_lane = ((control) >> (2 * opcsim_i)) & 3;                     \
      opcsim_c[opcsim_i] =                                                     \
          opcsim_i < 2 ? opcsim_b[opcsim_lane] : opcsim_a[opcsim_lane];        \
    }                                                                          \
    opcsim_c;                                                                  \
  })

/* The sum of the lanes, the first one first. */
#define simd_reduc_plusd(a) OPCSIM_SW_SUM(double, a)
#define simd_reduc_pluss(a) OPCSIM_SW_SUM(float, a)
#define OPCSIM_SW_SUM(type, vector)                                            \
  __extension__({                                                              \
    __typeof__(vector) opcsim_v = (vector);                                    \
    type opcsim_sum = opcsim_v[0];                                             \
    for (size_t opcsim_i = 1; opcsim_i < sizeof(opcsim_v) / sizeof(type);      \
         ++opcsim_i)                                                           \
      opcsim_sum += opcsim_v[opcsim_i];                                        \
    opcsim_sum;                                                                \
  })

#endif /* OPC_SIM_ATHREAD_SIMD_H */
