/*===- opc-c/team.h - threads that the process lends to programs ----------===*\
|*
|* For processes with threads of their own that stay awake between their jobs,
|* as OpenMP's do for milliseconds: the pool's workers would share their cores.
|*
\*===----------------------------------------------------------------------===*/
#ifndef OPC_C_TEAM_H
#define OPC_C_TEAM_H

#include "opc-c/opc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Runs `body(context)` in up to `threads` threads at once, one of them the
 * caller's, and returns when all are done. `flags` is 0. */
typedef void (*opc_team_fn)(void (*body)(void *context), void *context,
                            unsigned threads, unsigned flags);

/* Lends these threads to runs that are long enough to gain by it, instead of
 * the pool's workers; where they were late to come together, the next runs do
 * without. GOMP_parallel is such a function. NULL: the pool's alone, as at
 * first and in the child of a fork. */
OPC_EXPORT void opc_set_team(opc_team_fn team);

#ifdef __cplusplus
}
#endif

#endif /* OPC_C_TEAM_H */
