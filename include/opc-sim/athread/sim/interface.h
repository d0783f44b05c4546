/*===- interface.h - The thread library of Sunway's cores ----------- C -*-===*\
|*
|* Written from the documented interface, for C and C++. Calls are macros that
|* add their place in the source.
|*
\*===----------------------------------------------------------------------===*/

#ifndef OPC_SIM_ATHREAD_SIM_INTERFACE_H
#define OPC_SIM_ATHREAD_SIM_INTERFACE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tells sources that they are not on the machine. */
#define OPC_SIMULATED 1

#ifdef __cplusplus
extern "C" {
#endif

/* Where a call stands in the source. */
struct opcsim_sw_place {
  const char *file;
  int line;
};
#define OPCSIM_SW_HERE opcsim_sw_here(__FILE__, __LINE__)

static inline struct opcsim_sw_place opcsim_sw_here(const char *file,
                                                    int line) {
  struct opcsim_sw_place place;
  place.file = file;
  place.line = line;
  return place;
}

enum opcsim_sw_direction { OPCSIM_SW_GET, OPCSIM_SW_PUT };
enum opcsim_sw_scope { OPCSIM_SW_ARRAY, OPCSIM_SW_ROW, OPCSIM_SW_COL };

/* A copy between main memory and LDM: `length` bytes in all; where `stride` and
   `block` are not 0, in blocks of `block` bytes that lie `stride` bytes apart,
   from the end of one to the start of the next, in main memory. Raises `reply`;
   without one the call returns when the copy is done. */
void opcsim_sw_dma(struct opcsim_sw_place place, const char *name,
                   enum opcsim_sw_direction direction, const void *memory,
                   const void *ldm, long length, volatile void *reply,
                   long block, long stride);
/* A copy between the LDM of this core and that of core `other`, whose addresses
   are those of this core; both cores' words are raised. */
void opcsim_sw_rma(struct opcsim_sw_place place, const char *name,
                   enum opcsim_sw_direction direction, const void *ldm,
                   volatile void *reply, long length, int other,
                   const void *there, volatile void *other_reply);
/* Waits until the reply is `value` or more. */
void opcsim_sw_wait(struct opcsim_sw_place place, const char *name,
                    volatile void *reply, long value);
/* Copies of this core that follow come after those before. */
void opcsim_sw_dma_barrier(struct opcsim_sw_place place);
void opcsim_sw_sync(struct opcsim_sw_place place, enum opcsim_sw_scope scope);
void opcsim_sw_unsupported(struct opcsim_sw_place place, const char *what);
void *opcsim_sw_ldm_malloc(struct opcsim_sw_place place, size_t size);
void opcsim_sw_ldm_free(struct opcsim_sw_place place, void *address);
long opcsim_sw_ldm_left(void);
int opcsim_sw_core(struct opcsim_sw_place place);

int opcsim_sw_spawn(struct opcsim_sw_place place, const char *name,
                    void (*kernel)(void *), void *argument);
int opcsim_sw_join(struct opcsim_sw_place place);

/* The address of a vector, which must be a multiple of its size. */
/* A load or a store of a vector, which is too long to be instrumented. */
enum opcsim_sw_use { OPCSIM_SW_READS, OPCSIM_SW_WRITES };
enum opcsim_sw_alignment { OPCSIM_SW_ANYWHERE, OPCSIM_SW_ALIGNED };
void opcsim_sw_vector(struct opcsim_sw_place place, const char *name,
                      const volatile void *address, size_t size,
                      enum opcsim_sw_use use,
                      enum opcsim_sw_alignment alignment);

#ifdef __cplusplus
}
#endif

/* Variables in LDM, one for each core. */
#define __thread_local _Thread_local
#define __thread_local_fix _Thread_local
#define __thread_kernel(name)
#define __uncached
#define __cross

/* The vendor's compiler gives what is compiled for the cores this prefix. */
#define SLAVE_FUN(name) slave_##name
#define slave_SLAVE_FUN(name) slave_##name

typedef volatile int crts_rply_t;
typedef volatile int athread_rply_t;

/* The host's calls. */
#define athread_init() 0
#define athread_halt() 0
#define athread_enter64() 0
#define athread_leave64() 0
#define athread_get_max_threads() 64
#define athread_get_num_threads() 64
#define athread_spawn(kernel, argument)                                        \
  opcsim_sw_spawn(OPCSIM_SW_HERE, #kernel, (void (*)(void *))slave_##kernel,   \
                  (void *)(argument))
#define __real_athread_spawn(kernel, argument)                                 \
  opcsim_sw_spawn(OPCSIM_SW_HERE, #kernel, (void (*)(void *))(kernel),         \
                  (void *)(argument))
#define athread_join() opcsim_sw_join(OPCSIM_SW_HERE)
#define CRTS_init() 0
#define CRTS_athread_spawn athread_spawn
#define CRTS_athread_join athread_join
#define CRTS_athread_halt athread_halt
#define libc_aligned_malloc(size) aligned_alloc(128, ((size) + 127) / 128 * 128)
#define libc_aligned_free(address) free(address)

/* Who a core is: 8 rows of 8. */
#define _MYID opcsim_sw_core(OPCSIM_SW_HERE)
#define _PEN _MYID
#define _ROW (_MYID / 8)
#define _COL (_MYID % 8)
#define _CGN 0
#define CRTS_tid _MYID
#define CRTS_rid _ROW
#define CRTS_cid _COL
#define CRTS_cgn 0
#define CRTS_MAX_SPE_NUM 64
#define athread_get_id(core) ((core) == -1 ? _MYID : (core))
#define athread_get_core(id) (id)

/* Copies, old order: source first, stride before block. */
enum { PE_MODE, BCAST_MODE, ROW_MODE, BROW_MODE, RANK_MODE };
#define athread_get(mode, src, dst, len, reply, mask, stride, bsize)           \
  opcsim_sw_old_dma(OPCSIM_SW_HERE, "athread_get", mode, OPCSIM_SW_GET, src,   \
                    dst, len, reply, stride, bsize)
#define athread_put(mode, src, dst, len, reply, stride, bsize)                 \
  opcsim_sw_old_dma(OPCSIM_SW_HERE, "athread_put", mode, OPCSIM_SW_PUT, dst,   \
                    src, len, reply, stride, bsize)

static inline int opcsim_sw_old_dma(struct opcsim_sw_place place,
                                    const char *name, int mode,
                                    enum opcsim_sw_direction direction,
                                    const void *memory, const void *ldm,
                                    long length, volatile void *reply,
                                    long stride, long block) {
  if (mode == PE_MODE)
    opcsim_sw_dma(place, name, direction, memory, ldm, length, reply, block,
                  stride);
  else
    opcsim_sw_unsupported(place, "copies of a mode other than PE_MODE");
  return 0;
}

/* Copies, new order: destination first, block before stride. */
#define athread_dma_get(dst, src, len)                                         \
  opcsim_sw_dma(OPCSIM_SW_HERE, "athread_dma_get", OPCSIM_SW_GET, src, dst,    \
                len, NULL, 0, 0)
#define athread_dma_put(dst, src, len)                                         \
  opcsim_sw_dma(OPCSIM_SW_HERE, "athread_dma_put", OPCSIM_SW_PUT, dst, src,    \
                len, NULL, 0, 0)
#define athread_dma_get_stride(dst, src, len, bsize, stride)                   \
  opcsim_sw_dma(OPCSIM_SW_HERE, "athread_dma_get_stride", OPCSIM_SW_GET, src,  \
                dst, len, NULL, bsize, stride)
#define athread_dma_put_stride(dst, src, len, bsize, stride)                   \
  opcsim_sw_dma(OPCSIM_SW_HERE, "athread_dma_put_stride", OPCSIM_SW_PUT, dst,  \
                src, len, NULL, bsize, stride)
#define athread_dma_iget(dst, src, len, reply)                                 \
  opcsim_sw_dma(OPCSIM_SW_HERE, "athread_dma_iget", OPCSIM_SW_GET, src, dst,   \
                len, reply, 0, 0)
#define athread_dma_iput(dst, src, len, reply)                                 \
  opcsim_sw_dma(OPCSIM_SW_HERE, "athread_dma_iput", OPCSIM_SW_PUT, dst, src,   \
                len, reply, 0, 0)
#define athread_dma_iget_stride(dst, src, len, bsize, stride, reply)           \
  opcsim_sw_dma(OPCSIM_SW_HERE, "athread_dma_iget_stride", OPCSIM_SW_GET, src, \
                dst, len, reply, bsize, stride)
#define athread_dma_iput_stride(dst, src, len, bsize, stride, reply)           \
  opcsim_sw_dma(OPCSIM_SW_HERE, "athread_dma_iput_stride", OPCSIM_SW_PUT, dst, \
                src, len, reply, bsize, stride)
#define athread_dma_wait_value(reply, value)                                   \
  opcsim_sw_wait(OPCSIM_SW_HERE, "athread_dma_wait_value", reply, value)
#define athread_dma_barrier() opcsim_sw_dma_barrier(OPCSIM_SW_HERE)
#define athread_dma_all_barrier() opcsim_sw_dma_barrier(OPCSIM_SW_HERE)
/* All cores take part; each gets the bytes. */
#define athread_dma_bcast_coll(dst, src, len, root)                            \
  (opcsim_sw_sync(OPCSIM_SW_HERE, OPCSIM_SW_ARRAY),                            \
   athread_dma_get(dst, src, len),                                             \
   opcsim_sw_sync(OPCSIM_SW_HERE, OPCSIM_SW_ARRAY))

#define CRTS_dma_get athread_dma_get
#define CRTS_dma_put athread_dma_put
#define CRTS_dma_get_stride athread_dma_get_stride
#define CRTS_dma_put_stride athread_dma_put_stride
#define CRTS_dma_iget athread_dma_iget
#define CRTS_dma_iput athread_dma_iput
#define CRTS_dma_iget_stride athread_dma_iget_stride
#define CRTS_dma_iput_stride athread_dma_iput_stride
#define CRTS_dma_wait_value athread_dma_wait_value
#define CRTS_dma_barrier athread_dma_barrier
#define CRTS_dma_bcast_coll athread_dma_bcast_coll

/* Between cores: own address, own reply, length, the other core, its address
   and its reply. */
#define CRTS_rma_iput(local, reply, len, core, remote, remote_reply)           \
  opcsim_sw_rma(OPCSIM_SW_HERE, "CRTS_rma_iput", OPCSIM_SW_PUT, local, reply,  \
                len, core, remote, remote_reply)
#define CRTS_rma_iget(local, reply, len, core, remote, remote_reply)           \
  opcsim_sw_rma(OPCSIM_SW_HERE, "CRTS_rma_iget", OPCSIM_SW_GET, local, reply,  \
                len, core, remote, remote_reply)
#define CRTS_rma_put(local, len, core, remote, remote_reply)                   \
  opcsim_sw_rma(OPCSIM_SW_HERE, "CRTS_rma_put", OPCSIM_SW_PUT, local, NULL,    \
                len, core, remote, remote_reply)
#define CRTS_rma_get(local, len, core, remote, remote_reply)                   \
  opcsim_sw_rma(OPCSIM_SW_HERE, "CRTS_rma_get", OPCSIM_SW_GET, local, NULL,    \
                len, core, remote, remote_reply)
#define CRTS_rma_wait_value(reply, value)                                      \
  opcsim_sw_wait(OPCSIM_SW_HERE, "CRTS_rma_wait_value", reply, value)

/* Barriers. */
enum { ROW_SCOPE, COL_SCOPE, ARRAY_SCOPE };
#define athread_ssync_array() opcsim_sw_sync(OPCSIM_SW_HERE, OPCSIM_SW_ARRAY)
#define athread_ssync_row() opcsim_sw_sync(OPCSIM_SW_HERE, OPCSIM_SW_ROW)
#define athread_ssync_col() opcsim_sw_sync(OPCSIM_SW_HERE, OPCSIM_SW_COL)
#define athread_syn(scope, mask)                                               \
  opcsim_sw_sync(OPCSIM_SW_HERE, (scope) == ARRAY_SCOPE ? OPCSIM_SW_ARRAY      \
                                 : (scope) == ROW_SCOPE ? OPCSIM_SW_ROW        \
                                                        : OPCSIM_SW_COL)
#define CRTS_ssync_array athread_ssync_array
#define CRTS_ssync_row athread_ssync_row
#define CRTS_ssync_col athread_ssync_col

/* LDM. */
#define ldm_malloc(size) opcsim_sw_ldm_malloc(OPCSIM_SW_HERE, size)
#define ldm_free(address, size) opcsim_sw_ldm_free(OPCSIM_SW_HERE, address)
#define get_allocatable_size() opcsim_sw_ldm_left()
#define CRTS_pldm_malloc ldm_malloc
#define CRTS_pldm_free ldm_free
#define CRTS_pldm_get_free_size get_allocatable_size

#endif /* OPC_SIM_ATHREAD_SIM_INTERFACE_H */
