/*===- opc-c/compiler.h - the compiler as a C library ---------------------===*\
|*
|* The interface of libopc, the compiler. It is all that the command line and
|* the Python package use, so neither loads LLVM before a compilation needs it.
|* Errors go to opc_last_error() (opc-c/opc.h); the text of a model with several
|* unsupported nodes has one line for each of them.
|*
|* `options` is a JSON object (NULL means {}); unknown keys are usage errors:
|*   target       "cpu", "reference", or "NAME:CHIP"; several with '+' between
|*                share the program (docs/Devices.md)      default "cpu"
|*   threads      threads that the program may use, 1 to 1024  default 1
|*   dims         {"batch": 1}: pins symbolic dimensions      default {}
|*   outputs      ["y"]: the tensors that are computed, in this order: outputs
|*                of the model or values between its nodes; what they do not
|*                need, inputs as well, is left out        default: all outputs
|*   donate       ["state", 1, ["cache", "next"]]: inputs, by name or number, to
|*                whose memory an output of the same type and extents is
|*                written (docs/decisions/0011-*.md): the one that is named,
|*                else the first that no other input has   default: none
|*   lend         ["kept"]: names of inputs in whose memory a run may compute
|*                once they are read (opc_run_lending)     default: none
|*   emit         "so" | "obj" | "llvm" | "mlir" | "source"   default "so"
|*   stop_after   name of a stage; emits the IR after it
|*   dump_stages  directory that receives the IR of every stage
|*   cache        true | false | directory that nobody else may write
|*                                                            default true
|*   verify_each  verify the IR after every pass              default false
|*   progress     true: report stages on stderr               default false
|*   explain      true: say of each kernel which schedule wrote it, and why
|*                others that are meant for such kernels did not, and of several
|*                targets where it is and why; the cache is not read
|*                                                            default false
|*
\*===----------------------------------------------------------------------===*/
#ifndef OPC_C_COMPILER_H
#define OPC_C_COMPILER_H

#include "opc-c/opc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Id of this build of the compiler, as its programs' manifests have it. */
OPC_EXPORT const char *opc_build_id(void);

/* Who looks on while the calling thread compiles. */
typedef struct opc_observer {
  /* Not NULL: as soon as it is not 0 (a signal handler may set it), the
   * compilation stops and fails with OPC_ERROR_INPUT and "interrupted". */
  const volatile int *interrupt;
  /* Not NULL: is given a line for each step: a stage with its time, an entry of
   * the cache. Not called by several threads at once. */
  void (*line)(void *data, const char *text);
  void *data;
} opc_observer;

/* Sets the observer (which is copied; NULL: none) of the compilations that this
 * thread starts from now on. */
OPC_EXPORT void opc_observe(const opc_observer *observer);

/* The value of an input that is compiled in; the program has no such input. In
 * IR it is an input whose extents are numbers. Names, dims and data are read
 * where they are, which may be a mapped file, until the function that is given
 * them returns. */
typedef struct opc_constant {
  const char *name;
  opc_tensor value; /* bool: a byte each; i2, i4, ui2, ui4: as i8 and u8 */
} opc_constant;

/* A model, with what belongs to it. What is not given is 0; all of it must stay
 * as it is until the function that is given it returns. */
typedef struct opc_model {
  /* A file: ONNX, or opc's own IR as text if its name ends in ".mlir". */
  const char *path;
  /* Or a model in memory: ONNX, or IR as text, which is told by its beginning.
   * External data is looked up in `directory` (NULL: the working directory). */
  const void *data;
  size_t size;
  const char *directory;
  const opc_constant *constants;
  size_t num_constants;
} opc_model;

/* Compiles a model and loads the result into this process (the JIT). */
OPC_EXPORT opc_status opc_compile(const opc_model *model, const char *options,
                                  opc_program **program);
/* Compiles to a file: the artifact that options.emit names. The file appears
 * whole or not at all. `output` "-" is standard output, for text. */
OPC_EXPORT opc_status opc_compile_file(const opc_model *model,
                                       const char *output, const char *options);
/* Writes a program that this process compiled as a .so. */
OPC_EXPORT opc_status opc_save(const opc_program *program, const char *path);

/* JSON: the model's "inputs", "outputs", "opsets", "ir_version", what it says
 * of itself ("model", docs/Manifest.md), each node's op, domain, dtype and
 * whether opc supports it ("nodes"), and whether it compiles with these options
 * ("supported", else the lines of the refusal in "errors"): all that may refuse
 * it is run, no code is generated. Free with opc_free_data. */
OPC_EXPORT opc_status opc_inspect_model(const opc_model *model,
                                        const char *options, char **json);
/* JSON: all targets with their chips and what they declare, and the stages of a
 * compilation, which options.stop_after may name. */
OPC_EXPORT opc_status opc_targets(char **json);

#ifdef __cplusplus
}
#endif
#endif /* OPC_C_COMPILER_H */
