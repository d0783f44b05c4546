/* Kernels whose results the tests compare with numpy's. The program's arguments
   are a kernel's name, three sizes, and files of floats: x and y are read, z is
   written. */

#include <athread.h>
#include <crts.h>
#include <math.h>
#include <simd.h>
#include <slave.h>
#include <stdio.h>
#include <string.h>

#define TILE 256
#define MOST 1024

typedef struct {
  const float *x, *y;
  float *z;
  int m, n, k;
} Work;

__thread_local crts_rply_t get_reply, put_reply;
__thread_local float left[2][MOST] __attribute__((aligned(64)));
__thread_local float right[2][MOST] __attribute__((aligned(64)));

static int smaller(int a, int b) { return a < b ? a : b; }

static void fetch(Work *mine, Work *work) {
  athread_dma_get(mine, work, sizeof *mine);
}

/* z = 2.5 * x + y, with the older calls and a loop that reads the reply. */
void SLAVE_FUN(axpy)(Work *work) {
  Work w;
  floatv4 factor = {2.5f, 2.5f, 2.5f, 2.5f};
  fetch(&w, work);
  for (int at = athread_get_id(-1) * TILE; at < w.m; at += 64 * TILE) {
    int n = smaller(TILE, w.m - at), i = 0;
    get_reply = 0;
    athread_get(PE_MODE, (void *)(w.x + at), left[0], n * 4, (void *)&get_reply,
                0, 0, 0);
    athread_get(PE_MODE, (void *)(w.y + at), right[0], n * 4,
                (void *)&get_reply, 0, 0, 0);
    while (get_reply != 2)
      ;
    for (; i + 4 <= n; i += 4) {
      floatv4 a, b;
      simd_load(a, &left[0][i]);
      simd_load(b, &right[0][i]);
      b = simd_vmas(factor, a, b);
      simd_store(b, &right[0][i]);
    }
    for (; i < n; ++i)
      right[0][i] = fmaf(2.5f, left[0][i], right[0][i]);
    put_reply = 0;
    athread_put(PE_MODE, right[0], w.z + at, n * 4, (void *)&put_reply, 0, 0);
    while (put_reply != 1)
      ;
  }
}

/* Rows of x plus y, then gelu: the next row comes while this one is computed.
 */
void SLAVE_FUN(bias_gelu)(Work *work) {
  Work w;
  fetch(&w, work);
  float bias[MOST];
  athread_dma_get(bias, w.y, w.n * 4);
  int row = CRTS_tid, got = 0, put = 0, waited = 0;
  get_reply = put_reply = 0;
  if (row < w.m) {
    CRTS_dma_iget(left[0], w.x + row * w.n, w.n * 4, &get_reply);
    ++got;
  }
  for (int turn = 0; row < w.m; row += 64, turn ^= 1) {
    CRTS_dma_wait_value(&get_reply, got);
    if (row + 64 < w.m) {
      CRTS_dma_iget(left[turn ^ 1], w.x + (row + 64) * w.n, w.n * 4,
                    &get_reply);
      ++got;
    }
    /* What was written from this half two rows ago. */
    CRTS_dma_wait_value(&put_reply, put);
    waited = put;
    for (int i = 0; i < w.n; ++i) {
      float a = left[turn][i] + bias[i];
      right[turn][i] = 0.5f * a * (1 + erff(a * 0.70710678f));
    }
    CRTS_dma_iput(w.z + row * w.n, right[turn], w.n * 4, &put_reply);
    ++put;
  }
  if (waited < put)
    CRTS_dma_wait_value(&put_reply, put);
}

/* The mean of five neighbours, in blocks of columns: strided copies. */
void SLAVE_FUN(stencil)(Work *work) {
  enum { ROWS = 6, COLUMNS = 16 };
  Work w;
  float near[ROWS][COLUMNS], out[ROWS - 2][COLUMNS - 2];
  fetch(&w, work);
  int wide = (w.n - 2) / (COLUMNS - 2), high = (w.m - 2) / (ROWS - 2);
  for (int block = _MYID; block < wide * high; block += 64) {
    int row = block / wide * (ROWS - 2), column = block % wide * (COLUMNS - 2);
    athread_dma_get_stride(near, w.x + row * w.n + column, sizeof near,
                           sizeof near[0], (w.n - COLUMNS) * 4);
    for (int i = 0; i < ROWS - 2; ++i)
      for (int j = 0; j < COLUMNS - 2; ++j)
        out[i][j] = (near[i + 1][j + 1] + near[i][j + 1] + near[i + 2][j + 1] +
                     near[i + 1][j] + near[i + 1][j + 2]) *
                    0.2f;
    athread_dma_put_stride(w.z + (row + 1) * w.n + column + 1, out, sizeof out,
                           sizeof out[0], (w.n - COLUMNS + 2) * 4);
  }
}

/* z = x * y by rows; the next row of y comes while one is used. */
void SLAVE_FUN(gemm)(Work *work) {
  Work w;
  fetch(&w, work);
  float *line = ldm_malloc(w.k * 4), *sums = ldm_malloc(w.n * 4);
  for (int row = _MYID; row < w.m; row += 64) {
    athread_dma_get(line, w.x + row * w.k, w.k * 4);
    memset(sums, 0, w.n * 4);
    get_reply = 0;
    athread_dma_iget(left[0], w.y, w.n * 4, &get_reply);
    for (int p = 0; p < w.k; ++p) {
      athread_dma_wait_value(&get_reply, p + 1);
      if (p + 1 < w.k)
        athread_dma_iget(left[(p + 1) & 1], w.y + (p + 1) * w.n, w.n * 4,
                         &get_reply);
      for (int j = 0; j < w.n; ++j)
        sums[j] = fmaf(line[p], left[p & 1][j], sums[j]);
    }
    athread_dma_put(w.z + row * w.n, sums, w.n * 4);
  }
  ldm_free(line, w.k * 4);
  ldm_free(sums, w.n * 4);
}

/* z[i] = x[i + 1] * 2: each core reads what the next one wrote. */
void SLAVE_FUN(shift)(Work *work) {
  Work w;
  fetch(&w, work);
  int at = _MYID * 16, next = (at + 16) % w.m;
  athread_dma_get(left[0], w.x + at, 64);
  for (int i = 0; i < 16; ++i)
    left[0][i] *= 2;
  athread_dma_put(w.z + at, left[0], 64);
  athread_ssync_array();
  athread_dma_get(right[0], w.z + next, 64);
  athread_ssync_array();
  athread_dma_put(w.z + at, right[0], 64);
}

/* The same through the cores' LDM: each gives its part to the one before it. */
void SLAVE_FUN(pass)(Work *work) {
  Work w;
  fetch(&w, work);
  int at = _MYID * 16, before = (_MYID + 63) % 64;
  get_reply = put_reply = 0;
  athread_dma_get(left[0], w.x + at, 64);
  for (int i = 0; i < 16; ++i)
    left[0][i] *= 2;
  athread_ssync_array();
  CRTS_rma_iput(left[0], &put_reply, 64, before, right[0], &get_reply);
  CRTS_rma_wait_value(&put_reply, 1);
  CRTS_rma_wait_value(&get_reply, 1);
  athread_dma_put(w.z + at, right[0], 64);
}

static float *numbers(const char *path, long *count) {
  FILE *file = fopen(path, "rb");
  if (!file)
    exit(3);
  fseek(file, 0, SEEK_END);
  *count = ftell(file) / 4;
  rewind(file);
  float *values = malloc(*count * 4);
  if (fread(values, 4, *count, file) != (size_t)*count)
    exit(3);
  fclose(file);
  return values;
}

int main(int count, char **arguments) {
  if (count != 8)
    return 3;
  const char *name = arguments[1];
  long size;
  Work w = {0};
  w.m = atoi(arguments[2]);
  w.n = atoi(arguments[3]);
  w.k = atoi(arguments[4]);
  w.x = numbers(arguments[5], &size);
  w.y = numbers(arguments[6], &size);
  w.z = numbers(arguments[7], &size);
  athread_init();
  if (!strcmp(name, "axpy"))
    athread_spawn(axpy, &w);
  else if (!strcmp(name, "bias-gelu"))
    athread_spawn(bias_gelu, &w);
  else if (!strcmp(name, "stencil"))
    athread_spawn(stencil, &w);
  else if (!strcmp(name, "gemm"))
    athread_spawn(gemm, &w);
  else if (!strcmp(name, "pass"))
    athread_spawn(pass, &w);
  else
    athread_spawn(shift, &w);
  athread_join();
  athread_halt();
  FILE *file = fopen(arguments[7], "wb");
  if (!file || fwrite(w.z, 4, size, file) != (size_t)size)
    return 3;
  fclose(file);
  return 0;
}
