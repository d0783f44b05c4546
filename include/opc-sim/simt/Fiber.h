//===- Fiber.h - Threads of a block that hand over to each other -*- C++
//-*-===//
//
// A switch costs some nanoseconds, so that a block of 1024 threads may meet at
// barriers millions of times. On processors other than x86-64 it is ucontext's.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_FIBER_H
#define OPC_SIM_SIMT_FIBER_H

#include "opc-sim/core/Faults.h"

#include <sys/mman.h>
#include <ucontext.h>

#ifdef __x86_64__
// Saves what a call must preserve, leaves its stack in *from, goes on where
// `to` was left.
extern "C" void opcsim_switch(void **from, void *to);
asm(R"(
.pushsection .text
.weak opcsim_switch
.type opcsim_switch, @function
opcsim_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  retq
.size opcsim_switch, .-opcsim_switch
.popsection
)");
#endif

namespace opcsim::simt {

/// The place at which a fiber, or who runs fibers, has stopped.
class Context {
public:
  /// Begins at `entry`, which never returns, when first switched to.
  void start(char *stack, size_t size, void (*entry)());
  /// Stops here, goes on there.
  void switchTo(Context &there);

private:
#ifdef __x86_64__
  void *stackPointer = nullptr;
#else
  ucontext_t context;
#endif
};

#ifdef __x86_64__
inline void Context::start(char *stack, size_t size, void (*entry)()) {
  constexpr int kSaved = 6; // registers that opcsim_switch takes back
  auto **top = reinterpret_cast<void **>(stack + size);
  *--top = nullptr; // as behind a call: 8 bytes from a multiple of 16
  *--top = reinterpret_cast<void *>(entry);
  for (int i = 0; i != kSaved; ++i)
    *--top = nullptr;
  stackPointer = top;
}
inline void Context::switchTo(Context &there) {
  opcsim_switch(&stackPointer, there.stackPointer);
}
#else
inline void Context::start(char *stack, size_t size, void (*entry)()) {
  getcontext(&context);
  context.uc_stack.ss_sp = stack;
  context.uc_stack.ss_size = size;
  context.uc_link = nullptr;
  makecontext(&context, entry, 0);
}
inline void Context::switchTo(Context &there) {
  swapcontext(&context, &there.context);
}
#endif

/// Stacks for all threads of a block, used again by the next one.
class Stacks {
public:
  static constexpr size_t kBytes = 256 << 10; ///< for each thread
  static constexpr size_t kMost = 4096;       ///< threads

  Stacks() {
    void *memory = mmap(nullptr, kBytes * kMost, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
      fail(FaultKind::Unsupported, "no memory for the stacks of threads", {});
    begin = static_cast<char *>(memory);
  }
  /// The lowest page is left out of use: who runs over ends there.
  char *of(size_t thread) {
    char *stack = begin + thread * kBytes;
    if (thread >= guarded) {
      mprotect(stack, kGuard, PROT_NONE);
      guarded = thread + 1;
    }
    return stack;
  }
  bool contains(const void *address) const {
    return static_cast<size_t>(static_cast<const char *>(address) - begin) <
           kBytes * kMost;
  }

private:
  static constexpr size_t kGuard = 4096;
  char *begin = nullptr;
  size_t guarded = 0;
};

} // namespace opcsim::simt

#endif // OPC_SIM_SIMT_FIBER_H
