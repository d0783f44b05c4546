/* Small kernels that are right, and wrong in one place when `bad` is set. Each
   is a case of the tests: the program's arguments are its name and 0 or 1. */

#include <athread.h>
#include <simd.h>
#include <slave.h>
#include <stdio.h>
#include <string.h>

#define COUNT 64
#define CORES 64

typedef struct {
  float *source, *target;
  int number, bad;
} Work;

static float table[COUNT * CORES];
static volatile float result;
static volatile int reply_of_the_host;

__thread_local volatile int reply;
__thread_local float a[COUNT] __attribute__((aligned(64)));
__thread_local float b[COUNT] __attribute__((aligned(64)));

static void load(const Work *w) {
  athread_dma_get(a, w->source + _MYID * COUNT, sizeof a);
}
static void store(const Work *w, float *from) {
  athread_dma_put(w->target + _MYID * COUNT, from, sizeof a);
}

static void missing_wait(const Work *w) {
  reply = 0;
  athread_dma_iget(a, w->source + _MYID * COUNT, sizeof a, &reply);
  if (!w->bad)
    athread_dma_wait_value(&reply, 1);
  b[0] = a[0] + 1;
  if (w->bad)
    athread_dma_wait_value(&reply, 1);
}

static void early_reuse(const Work *w) {
  reply = 0;
  load(w);
  athread_dma_iput(w->target + _MYID * COUNT, a, sizeof a, &reply);
  if (!w->bad)
    athread_dma_wait_value(&reply, 1);
  a[3] = 0;
  if (w->bad)
    athread_dma_wait_value(&reply, 1);
}

static void overwritten_by_copy(const Work *w) {
  reply = 0;
  load(w);
  athread_dma_iput(w->target + _MYID * COUNT, a, sizeof a, &reply);
  if (!w->bad)
    athread_dma_wait_value(&reply, 1);
  load(w);
  if (w->bad)
    athread_dma_wait_value(&reply, 1);
}

static void unwaited(const Work *w) {
  reply = 0;
  load(w);
  athread_dma_iput(w->target + _MYID * COUNT, a, sizeof a, &reply);
  if (!w->bad)
    while (reply != 1)
      ;
}

static void wait_for_more(const Work *w) {
  reply = 0;
  athread_dma_iget(a, w->source, sizeof a, &reply);
  athread_dma_wait_value(&reply, w->bad ? 2 : 1);
}

static void spin_for_more(const Work *w) {
  reply = 0;
  athread_get(PE_MODE, w->source, a, sizeof a, (void *)&reply, 0, 0, 0);
  while (reply != (w->bad ? 2 : 1))
    ;
}

static void wait_for_fewer(const Work *w) {
  reply = 0;
  athread_dma_iget(a, w->source, sizeof a, &reply);
  athread_dma_iget(b, w->source + COUNT, sizeof b, &reply);
  athread_dma_wait_value(&reply, w->bad ? 1 : 2);
  a[0] += b[0];
  if (w->bad)
    athread_dma_wait_value(&reply, 2);
}

static void exchanged(const Work *w) {
  if (w->bad)
    athread_dma_get(w->source, a, sizeof a);
  else
    athread_dma_get(a, w->source, sizeof a);
}

static void table_end(const Work *w) {
  athread_dma_get(a, &table[COUNT * CORES - (w->bad ? 8 : COUNT)], sizeof a);
}

static void heap_end(const Work *w) {
  athread_dma_get(a, w->source + COUNT * CORES - (w->bad ? 8 : COUNT),
                  sizeof a);
}

static void variable_end(const Work *w) {
  athread_dma_get(&a[w->bad ? 8 : 0], w->source, sizeof a);
}

static void ldm_end(const Work *w) {
  float *near = ldm_malloc(sizeof a);
  athread_dma_get(near, w->source, sizeof a + (w->bad ? 32 : 0));
  ldm_free(near, sizeof a);
}

static void ldm_access(const Work *w) {
  float *near = ldm_malloc(sizeof a);
  near[w->bad ? COUNT : COUNT - 1] = 1;
  ldm_free(near, sizeof a);
}

static void array_index(const Work *w) {
  float near[4][COUNT];
  volatile int row = w->bad ? 4 : 3;
  athread_dma_get(near, w->source, sizeof near);
  near[row][0] += 1;
  athread_dma_put(w->target + _MYID * COUNT, near[2], sizeof a);
}

static void misaligned_copy(const Work *w) {
  athread_dma_get((char *)a, (char *)w->source + (w->bad ? 2 : 4), 32);
}

static void odd_length(const Work *w) {
  athread_dma_get(a, w->source, w->bad ? 30 : 32);
}

static void no_length(const Work *w) {
  athread_dma_get(a, w->source, w->bad ? 0 : 32);
}

static void length_of_a_block(const Work *w) {
  /* The length is that of all blocks. */
  athread_dma_get_stride(a, w->source, w->bad ? 20 : 64, 16, 48);
}

static void stride_between_starts(const Work *w) {
  /* The last columns of the last rows of a matrix: the stride is the gap. */
  athread_dma_get_stride(a, w->source + COUNT * (CORES - 4) + COUNT - 4, 64, 16,
                         w->bad ? 256 : 256 - 16);
}

static void large_allocation(const Work *w) {
  size_t size = w->bad ? 300 * 1024 : 100 * 1024;
  void *near = ldm_malloc(size);
  if (near)
    ldm_free(near, size);
}

static void large_stack(const Work *w) {
  float near[w->bad ? 70000 : 1000];
  athread_dma_get(near, w->source, 64);
  store(w, a);
}

static void uninitialised(const Work *w) {
  float *near = ldm_malloc(sizeof a);
  if (!w->bad)
    near[5] = 2;
  b[0] = near[5];
  ldm_free(near, sizeof a);
}

static void uninitialised_copy(const Work *w) {
  float *near = ldm_malloc(sizeof a);
  if (!w->bad)
    memset(near, 0, sizeof a);
  store(w, near);
  ldm_free(near, sizeof a);
}

static void after_free(const Work *w) {
  float *near = ldm_malloc(sizeof a);
  near[0] = 1;
  if (w->bad)
    ldm_free(near, sizeof a);
  near[0] = 2;
  if (!w->bad)
    ldm_free(near, sizeof a);
}

static void freed_twice(const Work *w) {
  float *near = ldm_malloc(sizeof a);
  ldm_free(near, sizeof a);
  if (w->bad)
    ldm_free(near, sizeof a);
}

static void misaligned_vector(const Work *w) {
  floatv8 v;
  load(w);
  simd_load(v, &a[w->bad ? 2 : 8]);
  simd_store(v, &b[0]);
}

static void missing_sync(const Work *w) {
  load(w);
  store(w, a);
  if (!w->bad)
    athread_ssync_array();
  athread_dma_get(b, w->target + (_MYID + 1) % CORES * COUNT, sizeof b);
}

static void missing_row_sync(const Work *w) {
  load(w);
  store(w, a);
  if (w->bad)
    athread_ssync_col();
  else
    athread_ssync_row();
  athread_dma_get(b, w->target + (_ROW * 8 + (_COL + 1) % 8) * COUNT, sizeof b);
}

static void lonely_sync(const Work *w) {
  if (!w->bad || _MYID != 5)
    athread_ssync_array();
}

static void two_writers(const Work *w) {
  load(w);
  athread_dma_put(w->target + (w->bad ? 0 : _MYID) * COUNT, a, sizeof a);
}

static void direct_writers(const Work *w) { w->target[w->bad ? 0 : _MYID] = 1; }

static void reply_in_memory(const Work *w) {
  volatile int *word = w->bad ? &reply_of_the_host : &reply;
  *word = 0;
  athread_dma_iget(a, w->source, sizeof a, word);
  if (!w->bad)
    athread_dma_wait_value(word, 1);
}

static void broadcast(const Work *w) {
  reply = 0;
  athread_get(w->bad ? BCAST_MODE : PE_MODE, w->source, a, sizeof a,
              (void *)&reply, 0xff, 0, 0);
  if (!w->bad)
    athread_dma_wait_value(&reply, 1);
}

static void given_too_early(const Work *w) {
  /* The next core's numbers are used before they have surely come. */
  reply = 0;
  load(w);
  athread_ssync_array();
  CRTS_rma_put(a, 32, (_MYID + 1) % CORES, b, &reply);
  if (!w->bad)
    CRTS_rma_wait_value(&reply, 1);
  else
    athread_ssync_array();
  b[0] += 1;
  if (w->bad)
    CRTS_rma_wait_value(&reply, 1);
}

static void given_behind_the_end(const Work *w) {
  reply = 0;
  load(w);
  athread_ssync_array();
  CRTS_rma_put(a, sizeof a, (_MYID + 1) % CORES, &b[w->bad ? 4 : 0], &reply);
  if (!w->bad)
    CRTS_rma_wait_value(&reply, 1);
}

static void given_to_nobody(const Work *w) {
  reply = 0;
  load(w);
  athread_ssync_array();
  CRTS_rma_put(a, 32, w->bad && _MYID == 63 ? 64 : (_MYID + 1) % CORES, b,
               &reply);
  if (!w->bad || _MYID != 0)
    CRTS_rma_wait_value(&reply, 1);
}

static void never_taken(const Work *w) {
  reply = 0;
  load(w);
  athread_ssync_array();
  CRTS_rma_put(a, 32, (_MYID + 1) % CORES, b, &reply);
  if (!w->bad)
    while (reply != 1)
      ;
  else
    athread_ssync_array();
}

static void store_all(const Work *w) {
  load(w);
  store(w, a);
}

static const struct {
  const char *name;
  void (*kernel)(const Work *);
} cases[] = {
    {"missing-wait", missing_wait},
    {"early-reuse", early_reuse},
    {"overwritten-by-copy", overwritten_by_copy},
    {"unwaited", unwaited},
    {"wait-for-more", wait_for_more},
    {"spin-for-more", spin_for_more},
    {"wait-for-fewer", wait_for_fewer},
    {"exchanged", exchanged},
    {"table-end", table_end},
    {"heap-end", heap_end},
    {"variable-end", variable_end},
    {"ldm-end", ldm_end},
    {"ldm-access", ldm_access},
    {"array-index", array_index},
    {"misaligned-copy", misaligned_copy},
    {"odd-length", odd_length},
    {"no-length", no_length},
    {"length-of-a-block", length_of_a_block},
    {"stride-between-starts", stride_between_starts},
    {"large-allocation", large_allocation},
    {"large-stack", large_stack},
    {"uninitialised", uninitialised},
    {"uninitialised-copy", uninitialised_copy},
    {"after-free", after_free},
    {"freed-twice", freed_twice},
    {"misaligned-vector", misaligned_vector},
    {"missing-sync", missing_sync},
    {"missing-row-sync", missing_row_sync},
    {"lonely-sync", lonely_sync},
    {"two-writers", two_writers},
    {"direct-writers", direct_writers},
    {"reply-in-memory", reply_in_memory},
    {"broadcast", broadcast},
    {"given-too-early", given_too_early},
    {"given-behind-the-end", given_behind_the_end},
    {"given-to-nobody", given_to_nobody},
    {"never-taken", never_taken},
    {"read-before-join", store_all},
    {"never-joined", store_all},
    {"spawned-twice", store_all},
    {"copy-by-host", store_all},
};

void SLAVE_FUN(run)(Work *work) {
  Work mine;
  athread_dma_get(&mine, work, sizeof mine);
  cases[mine.number].kernel(&mine);
}

static float host_case(const char *name, Work *work) {
  float seen = 0;
  if (!strcmp(name, "copy-by-host") && work->bad)
    athread_dma_get(a, table, sizeof a);
  athread_spawn(run, work);
  if (!strcmp(name, "spawned-twice") && work->bad)
    athread_spawn(run, work);
  if (!strcmp(name, "read-before-join") && work->bad)
    for (int i = 0; i < 1000; ++i)
      seen += work->target[i % 64 * COUNT];
  if (strcmp(name, "never-joined") || !work->bad)
    athread_join();
  return seen;
}

int main(int count, char **arguments) {
  Work work = {malloc(sizeof table), malloc(sizeof table), 0, 0};
  if (count != 3)
    return 3;
  memset(work.source, 0, sizeof table);
  memset(work.target, 0, sizeof table);
  work.bad = arguments[2][0] == '1';
  athread_init();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i)
    if (!strcmp(cases[i].name, arguments[1])) {
      work.number = (int)i;
      result = host_case(arguments[1], &work);
      athread_halt();
      return 0;
    }
  return 3;
}
