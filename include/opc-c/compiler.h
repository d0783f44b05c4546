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
|*   emit         "so" | "obj" | "llvm" | "mlir" | "source"   default "so"
|*   stop_after   name of a stage; emits the IR after it
|*   dump_stages  directory that receives the IR of every stage
|*   cache        true | false | directory                    default true
|*   verify_each  verify the IR after every pass              default false
|*   progress     true: report stages on stderr               default false
|*
\*===----------------------------------------------------------------------===*/
#ifndef OPC_C_COMPILER_H
#define OPC_C_COMPILER_H

#include "opc-c/opc.h"

#ifdef __cplusplus
extern "C" {
#endif

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

/* JSON: the model's inputs, outputs, opsets, and each node's op, domain, dtype
 * and whether opc supports it. Free with opc_free_data. */
OPC_EXPORT opc_status opc_inspect_model(const char *model_path, char **json);
/* JSON: all targets with their chips and what they declare. */
OPC_EXPORT opc_status opc_targets(char **json);

#ifdef __cplusplus
}
#endif
#endif /* OPC_C_COMPILER_H */
