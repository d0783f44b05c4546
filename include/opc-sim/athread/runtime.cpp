//===- runtime.cpp - The calls of the thread library ----------------------===//
//
// Linked to the program; see sim/interface.h for what each call is.
//
//===----------------------------------------------------------------------===//

#include "sim/Array.h"
#include "sim/Hooks.h"

using namespace opcsim;
using namespace opcsim::sw;

/// The core that calls; none outside of a kernel, with a fault that ends.
static Cpe &core(opcsim_sw_place place, const char *name) {
  if (!Cpe::current())
    fail(FaultKind::WrongCore,
         say("%s is called by the host, not by a core", name), placeOf(place));
  Cpe &cpe = *Cpe::current();
  cpe.checkLdm(static_cast<char *>(__builtin_frame_address(0)), placeOf(place));
  return cpe;
}

extern "C" {

void opcsim_sw_dma(opcsim_sw_place place, const char *name,
                   opcsim_sw_direction direction, const void *memory,
                   const void *ldm, long length, volatile void *reply,
                   long block, long stride) {
  CopyCall call;
  call.name = name;
  call.get = direction == OPCSIM_SW_GET;
  call.memory = static_cast<char *>(const_cast<void *>(memory));
  call.ldm = static_cast<char *>(const_cast<void *>(ldm));
  call.length = static_cast<size_t>(length);
  call.reply = static_cast<volatile int *>(reply);
  bool strided = block > 0 && stride > 0 && block < length;
  call.block = strided ? static_cast<size_t>(block) : 0;
  call.stride = strided ? static_cast<size_t>(stride) : 0;
  call.place = placeOf(place);
  core(place, name).start(call);
}

void opcsim_sw_rma(opcsim_sw_place place, const char *name,
                   opcsim_sw_direction direction, const void *ldm,
                   volatile void *reply, long length, int other,
                   const void *there, volatile void *other_reply) {
  Cpe &cpe = core(place, name);
  if (other < 0 || other >= kCores) {
    report(FaultKind::BadArgument, say("%s: there is no core %d", name, other),
           placeOf(place));
    return;
  }
  CopyCall call{};
  call.name = name;
  call.get = direction == OPCSIM_SW_GET;
  call.memory = static_cast<char *>(const_cast<void *>(there));
  call.ldm = static_cast<char *>(const_cast<void *>(ldm));
  call.length = length < 0 ? 0 : static_cast<size_t>(length);
  call.reply = static_cast<volatile int *>(reply);
  call.place = placeOf(place);
  call.other = &Array::running()->core(other);
  call.otherReply = static_cast<volatile int *>(other_reply);
  cpe.startBetween(call);
}

void opcsim_sw_wait(opcsim_sw_place place, const char *name,
                    volatile void *reply, long value) {
  core(place, name)
      .wait(static_cast<volatile int *>(reply), value, name, placeOf(place));
}

void opcsim_sw_dma_barrier(opcsim_sw_place place) {
  core(place, "athread_dma_barrier").waitAll(placeOf(place));
}

void opcsim_sw_sync(opcsim_sw_place place, opcsim_sw_scope scope) {
  core(place, "a barrier");
  Array::running()->sync(scope, placeOf(place));
}

void opcsim_sw_unsupported(opcsim_sw_place place, const char *what) {
  report(FaultKind::Unsupported, what, placeOf(place));
}

void *opcsim_sw_ldm_malloc(opcsim_sw_place place, size_t size) {
  Cpe &cpe = core(place, "ldm_malloc");
  size_t used = Symbols::get().localBytes + cpe.heap.used();
  if (used + size <= cpe.chip.ldm)
    return cpe.heap.allocate(size, "ldm_malloc", placeOf(place));
  report(
      FaultKind::SpaceOverflow,
      say("ldm_malloc of %zu bytes: variables of %zu and %zu from ldm_malloc "
          "are in the %zu bytes of LDM",
          size, Symbols::get().localBytes, cpe.heap.used(), cpe.chip.ldm),
      placeOf(place));
  return nullptr;
}

void opcsim_sw_ldm_free(opcsim_sw_place place, void *address) {
  core(place, "ldm_free").heap.release(address, "ldm_free", placeOf(place));
}

long opcsim_sw_ldm_left(void) {
  Cpe &cpe = *Cpe::current();
  return static_cast<long>(cpe.chip.ldm - Symbols::get().localBytes -
                           cpe.heap.used());
}

int opcsim_sw_core(opcsim_sw_place place) { return core(place, "_PEN").id; }

int opcsim_sw_spawn(opcsim_sw_place place, const char *name,
                    void (*kernel)(void *), void *argument) {
  if (Array::running()) {
    report(FaultKind::BadHandle,
           say("%s is spawned while other work runs on the cores", name),
           placeOf(place));
    return -1;
  }
  {
    std::lock_guard lock(MainMemory::get().mutex);
    MainMemory::get().accesses.clear();
  }
  static bool checked = false;
  if (!std::exchange(checked, true))
    FaultLog::get().atEnd([] {
      // A core that ends the program has said why.
      if (Array::running() && !Cpe::current())
        report(FaultKind::MissingSync,
               "the program ends before the cores are joined", {});
    });
  Array::running() = std::make_unique<Array>(name);
  Array::running()->start(kernel, argument);
  return 0;
}

int opcsim_sw_join(opcsim_sw_place place) {
  if (!Array::running()) {
    report(FaultKind::BadHandle, "a join, but nothing runs on the cores",
           placeOf(place));
    return -1;
  }
  Array::running()->join();
  Array::running() = nullptr;
  return 0;
}

void opcsim_sw_vector(opcsim_sw_place place, const char *name,
                      const volatile void *address, size_t size,
                      opcsim_sw_use use, opcsim_sw_alignment alignment) {
  if (Cpe *cpe = Cpe::current())
    cpe->access(const_cast<const void *>(address), size,
                use == OPCSIM_SW_WRITES, placeOf(place));
  if (alignment == OPCSIM_SW_ANYWHERE ||
      reinterpret_cast<uintptr_t>(address) % size == 0)
    return;
  report(FaultKind::Misaligned,
         say("%s of %zu bytes at %p, which is no multiple of that", name, size,
             const_cast<const void *>(address)),
         placeOf(place));
}

// The linker gives the program's own allocations to these.
void *__real_malloc(size_t);
void __real_free(void *);

void *__wrap_malloc(size_t size) {
  return MainMemory::get().heap().allocate(size, "malloc",
                                           Place(__builtin_return_address(0)));
}
void *__wrap_calloc(size_t count, size_t size) {
  void *memory = MainMemory::get().heap().allocate(
      count * size, "calloc", Place(__builtin_return_address(0)));
  return memory ? std::memset(memory, 0, count * size) : nullptr;
}
void *__wrap_aligned_alloc(size_t, size_t size) {
  return MainMemory::get().heap().allocate(size, "aligned_alloc",
                                           Place(__builtin_return_address(0)));
}
void __wrap_free(void *address) {
  if (!address || !MainMemory::get().heap().contains(address))
    return __real_free(address);
  MainMemory::get().heap().release(address, "free",
                                   Place(__builtin_return_address(0)));
}

} // extern "C"
