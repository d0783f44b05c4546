/*===- opc-c/compiler.h - the compiler as a C library ---------------------===*\
|*
|* The interface of libopc, the compiler. It is all that the command line and
|* the Python package use, so neither loads LLVM before a compilation needs it.
|* Errors go to opc_last_error() (opc-c/opc.h); the text of a model with several
|* unsupported nodes has one line for each of them.
|*
|* `options` is a JSON object (NULL means {}); unknown keys are usage errors:
|*   target       "cpu", "reference", or "NAME:CHIP"          default "cpu"
|*   threads      threads that the program may use, 1 to 1024  default 1
|*   dims         {"batch": 1}: pins symbolic dimensions      default {}
|*   constants    {"axes": {"dtype": "int64", "shape": [2], "data": BASE64}}:
|*                inputs whose values are compiled in, little-endian, dtype as
|*                ONNX names it; the program has no such inputs  default {}
|*   outputs      ["y"]: the tensors that are computed, in this order: outputs
|*                of the model or values between its nodes; what they do not
|*                need, inputs as well, is left out        default: all outputs
|*   emit         "so" | "obj" | "llvm" | "mlir" | "source"   default "so"
|*   stop_after   name of a stage; emits the IR after it
|*   dump_stages  directory that receives the IR of every stage
|*   cache        true | false | directory that nobody else may write
|*                                                            default true
|*   verify_each  verify the IR after every pass              default false
|*   progress     true: report stages on stderr               default false
|*   explain      true: say of each kernel which schedule wrote it, and why
|*                those that were asked before did not; the cache is not read
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

/* Compiles an ONNX model and loads the result into this process (the JIT). */
OPC_EXPORT opc_status opc_compile(const char *model_path, const char *options,
                                  opc_program **program);
/* The same for a model in memory; external data is looked up in `directory`. */
OPC_EXPORT opc_status opc_compile_buffer(const void *model, size_t size,
                                         const char *directory,
                                         const char *options,
                                         opc_program **program);
/* Compiles to a file: the artifact that options.emit names. The file appears
 * whole or not at all. `output` "-" is standard output, for text. */
OPC_EXPORT opc_status opc_compile_file(const char *model_path,
                                       const char *output, const char *options);
/* Writes a program that this process compiled as a .so. */
OPC_EXPORT opc_status opc_save(const opc_program *program, const char *path);

/* JSON: the model's "inputs", "outputs", "opsets", "ir_version", what it says
 * of itself ("model", docs/Manifest.md), each node's op, domain, dtype and
 * whether opc supports it ("nodes"), and whether it compiles with these options
 * ("supported", else the lines of the refusal in "errors"): all that may refuse
 * it is run, no code is generated. Free with opc_free_data. */
OPC_EXPORT opc_status opc_inspect_model(const char *model_path,
                                        const char *options, char **json);
/* The same for a model in memory. */
OPC_EXPORT opc_status opc_inspect_buffer(const void *model, size_t size,
                                         const char *directory,
                                         const char *options, char **json);
/* JSON: all targets with their chips and what they declare, and the stages of a
 * compilation, which options.stop_after may name. */
OPC_EXPORT opc_status opc_targets(char **json);

#ifdef __cplusplus
}
#endif
#endif /* OPC_C_COMPILER_H */
