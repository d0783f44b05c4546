/*===- opc-c/survey.h - what a front end refuses --------------------------===*\
|*
|* Part of libopc, for callers that leave to others what opc does not do.
|*
\*===----------------------------------------------------------------------===*/
#ifndef OPC_C_SURVEY_H
#define OPC_C_SURVEY_H

#include "opc-c/compiler.h"

#ifdef __cplusplus
extern "C" {
#endif

/* JSON: an array of all that the front end refuses of a model, as
 * opc_last_diagnostics() has them; empty where it takes the whole. Nothing is
 * compiled. Of a graph of PyTorch (docs/Torch.md), nodes behind a refused one
 * are looked at, too. Of `options`, as of opc_compile, only dims are read. Free
 * with opc_free_data. */
OPC_EXPORT opc_status opc_survey_model(const opc_model *model,
                                       const char *options, char **json);

#ifdef __cplusplus
}
#endif
#endif /* OPC_C_SURVEY_H */
