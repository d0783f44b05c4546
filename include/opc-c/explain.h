/*===- opc-c/explain.h - what became of each kernel -----------------------===*\
|*
|* Part of libopc, for those who look into a program.
|*
\*===----------------------------------------------------------------------===*/
#ifndef OPC_C_EXPLAIN_H
#define OPC_C_EXPLAIN_H

#include "opc-c/compiler.h"

#ifdef __cplusplus
extern "C" {
#endif

/* JSON: an array of the kernels that opc_compile makes of a model with these
 * options. Each has its "name" and "ops" as in the manifest, the "schedule"
 * that wrote it, an array "declined" of what others that are meant for such
 * kernels said ("schedule", "why"; a schedule called "all" stands for all of
 * them), and its IR as text, "before" and "after" it was scheduled. One that
 * none took and that was broken up says which kernels it became, by name, in an
 * array "into"; its "schedule" and "after" are "", and "into" is empty for all
 * others. Where the program is for several targets, each kernel has its
 * "placement": the "chip", "why" it is there, and for each chip, in
 * microseconds, what it would take there ("times_us") and what copies would,
 * were it there and all others where they are ("copies_us"). Free with
 * opc_free_data. */
OPC_EXPORT opc_status opc_explain_model(const opc_model *model,
                                        const char *options, char **json);

#ifdef __cplusplus
}
#endif
#endif /* OPC_C_EXPLAIN_H */
