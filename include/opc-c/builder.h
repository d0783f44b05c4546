/*===- opc-c/builder.h - graphs without a file format ---------------------===*\
|*
|* Builds a graph op by op and gives it as an opc_model, which is compiled like
|* any other (opc-c/compiler.h).
|*
|*   opc_builder *b;
|*   opc_builder_create(&b);
|*   opc_dim dims[] = {{0, "batch"}, {64, NULL}};
|*   opc_value x, w, y;
|*   opc_builder_input(b, "x", OPC_F32, dims, 2, &x);
|*   opc_builder_constant(b, &weights, &w);
|*   opc_value operands[] = {x, w};
|*   opc_builder_op(b, "matrix_product", operands, 2, NULL, &y, 1);
|*   opc_builder_op(b, "relu", &y, 1, NULL, &y, 1);
|*   opc_builder_output(b, "y", y);
|*   opc_model model;
|*   opc_builder_finish(b, &model);
|*   opc_compile(&model, NULL, &program);
|*   opc_builder_destroy(b);
|*
|* An op is one of the opc dialect's that computes tensors and has no body, or
|* a form that is written in such ops:
|*   matrix_product               a, b: numpy's matmul, vectors included
|*   einsum                       operands; equation
|*   scaled_dot_product_attention q, k, v [b, heads, n, d] and, if there is one,
|*                                a mask: bool where a key is seen, or numbers
|*                                that are added; causal, scale, softcap, left
|*                                and right (keys before and behind the query
|*                                that are seen), each of which may be left out
|* An op with any number of results (external_kernel) needs their dtypes.
|* Element-wise ops broadcast as numpy's do. Extents that only a run knows are
|* checked where operands must agree, then or in the run.
|*
|* Errors are those of opc-c/opc.h, one line each. A call that fails before an
|* op is made leaves the builder as it was; after an op that its operands do not
|* fit, a builder repeats that error and can only be destroyed. A builder is
|* used by one thread at a time.
|*
\*===----------------------------------------------------------------------===*/
#ifndef OPC_C_BUILDER_H
#define OPC_C_BUILDER_H

#include "opc-c/compiler.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct opc_builder opc_builder;

/* A tensor of the graph that one builder builds; 0 is none. */
typedef int64_t opc_value;

/* An extent: the size, or where `symbol` is not NULL a name for one that each
 * run may choose. Equal names have equal extents. A name has letters, digits
 * and "_", and does not start with a digit. */
typedef struct opc_dim {
  int64_t size;
  const char *symbol;
} opc_dim;

OPC_EXPORT opc_status opc_builder_create(opc_builder **builder);
/* Accepts NULL. Models that the builder gave end with it. */
OPC_EXPORT void opc_builder_destroy(opc_builder *builder);

/* Declares the next input of the program; names differ. */
OPC_EXPORT opc_status opc_builder_input(opc_builder *builder, const char *name,
                                        opc_dtype dtype, const opc_dim *dims,
                                        size_t rank, opc_value *value);
/* A tensor of the program itself. Its data (bool: a byte each) is read where it
 * is, which may be a mapped file, and must stay as it is until the last
 * compilation of the model has returned; `tensor` and its dims are copied. */
OPC_EXPORT opc_status opc_builder_constant(opc_builder *builder,
                                           const opc_tensor *tensor,
                                           opc_value *value);
/* Adds an op. `attributes` is a JSON object (NULL means {}) of the op's
 * attributes; besides:
 *   dtype  of the results, "f32", or a list with one for each; without it the
 *          first of those of the operands, bool and i64 that the op can give
 * Extents among attributes (opc.reshape's "dims") are numbers and texts: a
 * symbol, or an expression of symbols such as "2 * batch + 1" with +, -, *,
 * floordiv, ceildiv and mod; those of several tensors are a list of such lists.
 * The op must have `num_results` results. */
OPC_EXPORT opc_status opc_builder_op(opc_builder *builder, const char *op,
                                     const opc_value *operands,
                                     size_t num_operands,
                                     const char *attributes, opc_value *results,
                                     size_t num_results);
/* Makes a value the next output of the program; names differ. */
OPC_EXPORT opc_status opc_builder_output(opc_builder *builder, const char *name,
                                         opc_value value);

/* Ends the graph; it can only be destroyed then. The model refers to memory of
 * the builder. */
OPC_EXPORT opc_status opc_builder_finish(opc_builder *builder,
                                         opc_model *model);

#ifdef __cplusplus
}
#endif
#endif /* OPC_C_BUILDER_H */
