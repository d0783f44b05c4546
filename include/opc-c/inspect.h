/*===- opc-c/inspect.h - what a compiled program says of itself -----------===*\
|*
|* A function of libopc_runtime that looks at a file without running it.
|*
\*===----------------------------------------------------------------------===*/
#ifndef OPC_C_INSPECT_H
#define OPC_C_INSPECT_H

#include "opc-c/opc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* JSON of a compiled .so, which is checked and not executed, so that it may be
 * for any machine: its manifest (docs/Manifest.md), and "file_bytes",
 * "machine", "sealed", "runs_here", and "missing", the reason where it does not
 * run here. Free with opc_free_data. */
OPC_EXPORT opc_status opc_inspect_program(const char *path, char **json);

#ifdef __cplusplus
}
#endif
#endif /* OPC_C_INSPECT_H */
