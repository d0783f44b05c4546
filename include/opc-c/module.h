/*===- opc-c/module.h - what compiled code and the runtime owe each other -===*\
|*
|* The binary interface between a program that opc compiled (in a .so or in the
|* JIT's memory) and the runtime that runs it. Applications use opc-c/opc.h.
|*
|* A program is one entry function and one block of constant data, and for each
|* device that it uses an image with kernels. It has no undefined symbols
besides
|* libc's and libm's: whatever it needs of the runtime comes through the table
in
|* its opc_call. A kernel is a plain function over a half-open range of its work
|* units, so the runtime may split it as it likes.
|*
\*===----------------------------------------------------------------------===*/
#ifndef OPC_C_MODULE_H
#define OPC_C_MODULE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever anything in this file changes meaning. */
#define OPC_ABI_VERSION 4

/* Constant data, arenas and every tensor that the runtime allocates start at a
 * multiple of this many bytes. Inputs, and outputs that the caller brought a
 * buffer for, are aligned to their element only. */
#define OPC_ALIGNMENT 64

/* One kernel: computes the work units [begin, end).
 * `words` holds, in this order: the address of an opc_kernel_fault, the address
 * of each input, the address of each output, the value of each shape symbol. A
 * kernel that meets bad data (an index out of range) records it there and goes
 * on with a harmless value. */
typedef void (*opc_kernel_fn)(const int64_t *words, int64_t begin, int64_t end);

typedef enum opc_fault {
  OPC_FAULT_NONE = 0,
  OPC_FAULT_INDEX = 1,  /* an index lies outside of its dimension */
  OPC_FAULT_SHAPE = 2,  /* two run-time dimensions do not fit */
  OPC_FAULT_DIVIDE = 3, /* an integer was divided by zero */
  OPC_FAULT_MEMORY = 4, /* no memory for an intermediate or a result */
  OPC_FAULT_LIMIT = 5,  /* a size is negative or too large to address */
  OPC_FAULT_LENGTH = 6, /* the length of a sequence is not one of its axis */
  OPC_FAULT_DEVICE = 7  /* a device failed, and the runtime knows why */
} opc_fault;

/* The first bad data that kernels met. Tasks of a launch run at once: whoever
 * finds `claimed` to be 0, in an atomic exchange with 1, writes the rest, and
 * nobody else does. It is read when the launch has ended. */
typedef struct opc_kernel_fault {
  int64_t fault;    /* an opc_fault; OPC_FAULT_NONE while there is none */
  int64_t observed; /* the index or the length, as the data gives it */
  int64_t expected; /* the extent that it does not fit */
  int64_t claimed;
} opc_kernel_fault;

struct opc_call;

/* One kernel launch, all sizes in run-time values. */
typedef struct opc_launch {
  opc_kernel_fn fn;     /* NULL for a kernel of a device */
  const int64_t *words; /* see opc_kernel_fn */
  int64_t units;        /* work units; fn covers [0, units) */
  int64_t grain;        /* fewest units worth a task of their own, >= 1 */
  int64_t flops;        /* arithmetic of the whole launch, for profiles */
  int64_t bytes;        /* compulsory traffic of the whole launch */
  int64_t kernel;       /* index into the manifest's "kernels" */
} opc_launch;

/* The services of the runtime. */
typedef struct opc_runtime_api {
  /* Runs all units of a launch and returns when they are done. */
  void (*launch)(struct opc_call *call, const opc_launch *launch);
  /* Memory aligned to OPC_ALIGNMENT, or NULL (0 bytes gives a valid address).
   * What is not released lives until the call ends. */
  void *(*alloc)(struct opc_call *call, int64_t bytes);
  void (*release)(struct opc_call *call, void *memory);
  /* The buffer for output `index` with these dims (rank is in the manifest), or
   * NULL when there is no memory or the caller's own buffer does not fit. It is
   * apart from all inputs, but for the one that the manifest donates to this
   * output: that input's own memory it is, unless the caller brought another.
   * So the program asks for it when nothing but the kernel that writes it, in
   * place, still reads that input. */
  void *(*output)(struct opc_call *call, int64_t index, const int64_t *dims);
  /* Records a fault with the place that met it: `op` is an index into the
   * manifest's "locations". Returns the value that the entry must return. */
  int32_t (*fail)(struct opc_call *call, int64_t fault, int64_t op,
                  int64_t observed, int64_t expected);

  /* Devices. `image` and `device` are indices into the manifest's lists.
   * Addresses of a device's memory are numbers to which the program adds
   * offsets inside of an allocation. */

  /* Begins a launch of the image's kernel that the manifest names for
   * `launch->kernel`; not 0 if it failed. `count` is the number of words, of
   * which the first is the runtime's to fill in. A kernel that can fault has
   * ended when this returns, and opc_call::status says what it met. */
  int32_t (*device_launch)(struct opc_call *call, const opc_launch *launch,
                           int64_t image, int64_t count, int64_t may_fault);
  /* As alloc and release, in the memory of a device. */
  void *(*device_alloc)(struct opc_call *call, int64_t device, int64_t bytes);
  void (*device_release)(struct opc_call *call, int64_t device, void *address);
  /* Copies to a device's memory, and from there; not 0 if it failed. What was
   * launched before has written what it writes by then. */
  int32_t (*device_write)(struct opc_call *call, int64_t device, void *to,
                          const void *from, int64_t bytes);
  int32_t (*device_read)(struct opc_call *call, int64_t device, void *to,
                         const void *from, int64_t bytes);
} opc_runtime_api;

/* One run of a program. Read-only for the program, but for `status`. */
typedef struct opc_call {
  const opc_runtime_api *api;
  const void *constants;            /* the program's constant data */
  const void *const *inputs;        /* data of each input, dense row-major,
                                       written only as donated (`output`) */
  const int64_t *const *input_dims; /* extents of each input */
  opc_kernel_fault status;          /* what kernels met */
} opc_call;

/* Runs the whole program; 0 when all outputs are written. */
typedef int32_t (*opc_entry_fn)(opc_call *call);

/* What a .so exports, under this name. */
#define OPC_PROGRAM_SYMBOL "opc_program_v1"
/* The section of a .so that holds the manifest's text and nothing else, so that
 * it can be read without executing the file (docs/Manifest.md). */
#define OPC_MANIFEST_SECTION ".opc.manifest"

/* Code for a device, as its plug-in takes it (opc-c/device.h). */
typedef struct opc_program_image {
  const void *data;
  uint64_t size;
} opc_program_image;

typedef struct opc_program_descriptor {
  uint32_t abi_version; /* OPC_ABI_VERSION of the compiler */
  uint32_t reserved;
  opc_entry_fn entry;
  const char *manifest; /* JSON, not NUL-terminated */
  uint64_t manifest_size;
  const void *constants; /* aligned to OPC_ALIGNMENT */
  uint64_t constants_size;
  const opc_program_image *images; /* in the order of the manifest's "images" */
  uint64_t num_images;
} opc_program_descriptor;

#ifdef __cplusplus
}
#endif
#endif /* OPC_C_MODULE_H */
