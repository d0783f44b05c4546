/*===- opc-c/opc.h - load and run compiled programs -----------------------===*\
|*
|* The C interface of libopc_runtime, which needs neither LLVM nor MLIR.
|* Every function that can fail returns an opc_status; the one-line reason is in
|* opc_last_error(), per thread, until the next failing call of that thread;
what
|* it is about, for programs, in opc_last_diagnostics().
|* A NULL where a function needs a program, results or a place for them is a
|* usage error; functions without a status then give NULL or 0. What closes or
|* frees accepts NULL.
|*
\*===----------------------------------------------------------------------===*/
#ifndef OPC_C_OPC_H
#define OPC_C_OPC_H

#include "opc-c/module.h"
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OPC_EXPORT __attribute__((visibility("default")))

/* The same numbers as the exit codes of the command line. */
typedef enum opc_status {
  OPC_OK = 0,
  OPC_ERROR_INPUT = 1,   /* what the caller gave is at fault */
  OPC_ERROR_USAGE = 2,   /* the interface was used wrongly */
  OPC_ERROR_INTERNAL = 3 /* opc is at fault */
} opc_status;

/* A fixed type where the language has it: a caller may hand in any number. */
#ifdef __cplusplus
enum opc_dtype : int32_t
#else
typedef enum opc_dtype
#endif
{
  OPC_BOOL, OPC_I8, OPC_I16, OPC_I32, OPC_I64,
  OPC_U8, OPC_U16, OPC_U32, OPC_U64,
  OPC_F16, OPC_BF16, OPC_F32, OPC_F64
}
#ifndef __cplusplus
opc_dtype
#endif
;

/* A dense row-major tensor in host memory. `dims` has `rank` extents. */
typedef struct opc_tensor {
  void *data;
  opc_dtype dtype;
  int32_t rank;
  const int64_t *dims;
} opc_tensor;

/* What a program expects of an input, or promises of an output. */
typedef struct opc_spec {
  const char *name;
  opc_dtype dtype;
  int32_t rank;
  const int64_t *dims;        /* -1 where a run decides the extent */
  const char *const *symbols; /* name of such an extent ("batch"), or NULL;
                                 equal names have equal extents in a run */
  int64_t donated_to;         /* of an input: the output that is written to its
                                 memory, or -1 */
} opc_spec;

typedef struct opc_program opc_program;
typedef struct opc_results opc_results;

/* Version of the library, e.g. "0.1.0". */
OPC_EXPORT const char *opc_version(void);
OPC_EXPORT const char *opc_last_error(void);
/* The same as a JSON array, an object for each line: "code" ("invalid",
 * "unsupported", "needs_value", "usage", "internal"), "message" (the line),
 * "reason", and what applies of "subject" ("node", "input", "initializer"),
 * "name", "op", "domain", "opset", "dtype", "place", "target", "input" (whose
 * value is needed) and "nearest" (the nearest supported form). */
OPC_EXPORT const char *opc_last_diagnostics(void);
OPC_EXPORT const char *opc_dtype_name(opc_dtype dtype); /* "f32", "i64", ... */
OPC_EXPORT size_t opc_dtype_bytes(opc_dtype dtype);

/* Opens a compiled .so after checking that it is whole
 * (opc/Runtime/Artifact.h), made for this machine and its CPU features, and of
 * this ABI version. That finds accidents, not intentions: a program is code,
 * which runs in this process with all its rights, so load only files that you
 * would execute. The file is mapped, not read, as every shared library: while a
 * program is loaded, replace its file by a new one of the same name (as opc
 * compile and mv do), never write into it (as cp does), which changes or kills
 * the running program. */
OPC_EXPORT opc_status opc_load(const char *path, opc_program **program);
/* Adopts a program that is already in memory (the JIT). `owner` is handed to
 * `release` (may be NULL) when the program is closed; not if adopting fails. */
OPC_EXPORT opc_status opc_adopt(const opc_program_descriptor *descriptor,
                                void *owner, void (*release)(void *owner),
                                opc_program **program);
OPC_EXPORT void opc_close(opc_program *program);

/* The whole manifest as JSON; valid until opc_close. */
OPC_EXPORT const char *opc_manifest(const opc_program *program);
OPC_EXPORT size_t opc_num_inputs(const opc_program *program);
OPC_EXPORT size_t opc_num_outputs(const opc_program *program);
/* NULL for an index out of range. */
OPC_EXPORT const char *opc_input_name(const opc_program *program, size_t index);
OPC_EXPORT const char *opc_output_name(const opc_program *program,
                                       size_t index);
OPC_EXPORT const opc_spec *opc_input_spec(const opc_program *program,
                                          size_t index);
OPC_EXPORT const opc_spec *opc_output_spec(const opc_program *program,
                                           size_t index);

/* Threads that a run of this program may use, >= 1. The pool is shared by all
 * programs of the process. */
OPC_EXPORT opc_status opc_set_threads(opc_program *program, int threads);

/* Runs the program. `inputs` has one tensor for each input, in order; data is
 * read in place. Where `outputs` is not NULL it has one tensor for each output,
 * and outputs[i].data (if not NULL) is a buffer of the caller for output i: its
 * dims must be those of the result, it overlaps no other tensor of the run, and
 * its contents are unspecified if the run fails. What is wrong with it is found
 * before the run starts, but for extents that only the run knows.
 * An output that an input is donated to (opc_spec.donated_to) and that has no
 * such buffer is written to the input's, which may be given as its buffer, too.
 * That input overlaps no other, and a run that fails may have destroyed it.
 * `results` may be NULL if each output has a buffer. Several threads may run
 * one program at once. */
OPC_EXPORT opc_status opc_run(opc_program *program, const opc_tensor *inputs,
                              size_t num_inputs, const opc_tensor *outputs,
                              size_t num_outputs, opc_results **results);
/* The same, with a number for each input, or NULL: where it is not 0 and the
 * manifest says that the input is lent, the run writes to its memory once it
 * was read, and what is in it then is unspecified. It starts at a multiple of
 * OPC_ALIGNMENT and overlaps no other tensor of the run, and nobody else reads
 * it. Of a lent input with a 0 the run makes a copy. */
OPC_EXPORT opc_status opc_run_lending(opc_program *program,
                                      const opc_tensor *inputs,
                                      size_t num_inputs, const uint8_t *lent,
                                      const opc_tensor *outputs,
                                      size_t num_outputs,
                                      opc_results **results);
/* Output i; the data lives until opc_free_results. */
OPC_EXPORT const opc_tensor *opc_result(const opc_results *results,
                                        size_t index);
/* Takes output i out of the results: the caller frees it with opc_free_data, on
 * any thread. NULL if it was taken before or is in a buffer of the caller. */
OPC_EXPORT void *opc_take_result(opc_results *results, size_t index);
OPC_EXPORT void opc_free_data(void *data);
OPC_EXPORT void opc_free_results(opc_results *results);

/* Profile: between start and stop every launch of this program is timed. stop
 * gives JSON {"kernels":[{"kernel","index","nodes","calls","ns","flops",
 * "bytes"}...],"events":[{"kernel","ts_ns","dur_ns","thread"}...],"dropped":N},
 * where "nodes" are the places in the model that a kernel computes, and N
 * events were too many to keep; free with opc_free_data. */
OPC_EXPORT opc_status opc_profile_start(opc_program *program);
OPC_EXPORT char *opc_profile_stop(opc_program *program);

#ifdef __cplusplus
}
#endif
#endif /* OPC_C_OPC_H */
