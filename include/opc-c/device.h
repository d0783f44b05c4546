/*===- opc-c/device.h - what a device owes to programs --------------------===*\
|*
|* A device runs kernels beside the host's processor, most often in memory of
|* its own. It is a plug-in: a shared library that exports OPC_DEVICE_SYMBOL. A
|* program names the devices that it needs (docs/Manifest.md, "devices"); when
|* it is loaded, the runtime looks for libopc_device_NAME.so in the folders of
|* the environment variable OPC_DEVICE_PATH (separated by ':'), then in its own
|* folder, then where the dynamic linker looks.
|*
|* Addresses are numbers: those of a device may mean nothing to the host, which
|* only adds offsets inside of an allocation to them. Functions that can fail
|* return 0 for success; otherwise they have written one line of at most
|* OPC_DEVICE_REASON bytes with its NUL to `reason`, lower case and without a
|* full stop, and have changed nothing: the caller still owns what it owned.
|*
|* Order: copies and launches of one opc_device happen one after the other, in
|* the order of the calls. A launch may return before it has begun; what it
|* fails with then is what the next copy to the host, or sync, returns. Programs
|* that run at once share one opc_device: every function may be called by
|* several threads at a time, and only the order of each thread's calls counts.
|*
\*===----------------------------------------------------------------------===*/
#ifndef OPC_C_DEVICE_H
#define OPC_C_DEVICE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever anything in this file changes meaning. */
#define OPC_DEVICE_VERSION 1
/* What a plug-in exports, under this name. */
#define OPC_DEVICE_SYMBOL "opc_device_v1"
#define OPC_DEVICE_REASON 256

/* The plug-in's own. */
typedef struct opc_device opc_device;
typedef struct opc_device_module opc_device_module;
typedef struct opc_device_kernel opc_device_kernel;

/* An address in the memory of a device; 0 is none. */
typedef uint64_t opc_device_address;

/* One launch: the kernel computes the work units [0, units), which the device
 * may split into ranges as it likes, in tasks of at least `grain`. `words` are
 * as in opc_kernel_fn (opc-c/module.h), with addresses that kernels of the
 * device see; the first is 0 for a kernel that cannot fault. The call copies
 * them. */
typedef struct opc_device_launch {
  opc_device_kernel *kernel;
  const int64_t *words;
  int64_t num_words;
  int64_t units; /* >= 0 */
  int64_t grain; /* >= 1 */
} opc_device_launch;

typedef struct opc_device_api {
  uint32_t version; /* OPC_DEVICE_VERSION that the plug-in was written for */
  uint32_t reserved;

  /* Opens the device. The runtime does so once in a process, when the first
   * program is loaded that needs it, and closes it with the last of these. All
   * that was allocated and loaded has been given back by then. */
  int32_t (*open)(opc_device **device, char *reason);
  void (*close)(opc_device *device);

  /* Memory of at least `bytes` (0 is allowed), aligned to OPC_ALIGNMENT, with
   * any contents. It is the caller's until it is freed. */
  int32_t (*alloc)(opc_device *device, int64_t bytes,
                   opc_device_address *address, char *reason);
  /* Accepts 0. Launches that were begun before and use it may still do so. */
  void (*free)(opc_device *device, opc_device_address address);

  /* Copies between the host and the device; `address` may lie inside of an
   * allocation. When a copy from the host returns, the host's memory was read,
   * while the device's need not be written: it had better not wait for launches
   * before. When one to the host returns, it was written. */
  int32_t (*copy_from_host)(opc_device *device, opc_device_address to,
                            const void *from, int64_t bytes, char *reason);
  int32_t (*copy_to_host)(opc_device *device, void *to, opc_device_address from,
                          int64_t bytes, char *reason);

  /* Takes over an image, which is a program's code for this device, and gives
   * for each of `count` names the kernel of that name. The image is the
   * caller's and may go when the call returns. */
  int32_t (*load)(opc_device *device, const void *image, uint64_t size,
                  const char *const *names, uint64_t count,
                  opc_device_kernel **kernels, opc_device_module **module,
                  char *reason);
  /* No kernel of the module runs any more. */
  void (*unload)(opc_device *device, opc_device_module *module);

  int32_t (*launch)(opc_device *device, const opc_device_launch *launch,
                    char *reason);
  /* Returns when everything that this thread began has ended. */
  int32_t (*sync)(opc_device *device, char *reason);
} opc_device_api;

#ifdef __cplusplus
}
#endif
#endif /* OPC_C_DEVICE_H */
