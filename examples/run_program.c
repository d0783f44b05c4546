/*===- run_program.c - Run a compiled model from C ------------------------===*\
|*
|* usage: opc_example_c MODEL.so
|*
|* Fills every input with zeros (an extent that the model leaves open becomes
|* 1), runs the program once and prints the shapes of its outputs.
|*
|*   cc run_program.c -lopc_runtime -o run_program
|*
\*===----------------------------------------------------------------------===*/
#include "opc-c/opc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static int fail(void) {
  fprintf(stderr, "error: %s\n", opc_last_error());
  return 1;
}

static void *zeros(const opc_spec *spec, int64_t *dims) {
  size_t count = 1;
  for (int32_t i = 0; i < spec->rank; ++i) {
    dims[i] = spec->dims[i] < 0 ? 1 : spec->dims[i];
    count *= (size_t)dims[i];
  }
  return calloc(count ? count : 1, opc_dtype_bytes(spec->dtype));
}

static void print_output(const opc_spec *spec, const opc_tensor *tensor) {
  printf("%s: %s[", spec->name, opc_dtype_name(tensor->dtype));
  for (int32_t i = 0; i < tensor->rank; ++i)
    printf("%s%" PRId64, i ? ", " : "", tensor->dims[i]);
  printf("]\n");
}

static int run(opc_program *program) {
  size_t count = opc_num_inputs(program);
  opc_tensor *inputs = calloc(count + 1, sizeof(opc_tensor));
  int64_t (*dims)[64] = calloc(count + 1, sizeof(*dims)); /* ranks are <= 64 */
  opc_results *results = NULL;
  if (!inputs || !dims)
    abort();
  for (size_t i = 0; i < count; ++i) {
    const opc_spec *spec = opc_input_spec(program, i);
    void *data = zeros(spec, dims[i]);
    inputs[i] = (opc_tensor){data, spec->dtype, spec->rank, dims[i]};
  }

  opc_status status = opc_run(program, inputs, count, NULL, 0, &results);
  for (size_t i = 0; status == OPC_OK && i < opc_num_outputs(program); ++i)
    print_output(opc_output_spec(program, i), opc_result(results, i));

  opc_free_results(results);
  for (size_t i = 0; i < count; ++i)
    free(inputs[i].data);
  free(inputs);
  free(dims);
  return status == OPC_OK ? 0 : fail();
}

int main(int argc, char **argv) {
  opc_program *program;
  if (argc != 2) {
    fprintf(stderr, "usage: %s MODEL.so\n", argv[0]);
    return 2;
  }
  if (opc_load(argv[1], &program) != OPC_OK)
    return fail();
  int code = run(program);
  opc_close(program);
  return code;
}
