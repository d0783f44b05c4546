//===- Call.h - One run of a program ----------------------------*- C++ -*-===//
//
// The state of a run, from the check of its inputs to its results. Each run has
// its own, so any number of threads may run one program.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_CALL_H
#define OPC_LIB_RUNTIME_CALL_H

#include "DeviceCalls.h"
#include "Memory.h"
#include "ProgramState.h"

#include <span>

namespace opc::runtime {

/// One output: what the caller brought, then what the program wrote.
struct Output {
  opc_tensor tensor;         // data is NULL until the program asked for it
  const opc_tensor *brought; // NULL: the runtime allocates
  int64_t bytes;             // of what was brought
};

/// The arrays of a run, in one allocation that becomes the results.
struct Frame {
  std::span<Output> outputs;
  std::span<int64_t> outputDims;
  std::span<const void *> inputs;
  std::span<const int64_t *> inputDims;
  std::span<int64_t> inputBytes;
  std::span<int64_t> symbols; // value of each symbol, -1: not bound yet

  /// NULL if there is no memory. Free with destroy, which frees outputs too.
  static Frame *create(const Manifest &manifest);
  static void destroy(Frame *frame);
};

/// Checks the tensors against the manifest and binds the symbols.
Status bindInputs(const Manifest &manifest, std::span<const opc_tensor> inputs,
                  Frame &frame);
/// The same for the caller's own buffers, and those that it donates as inputs,
/// which were bound: they share no memory with other tensors of the run.
/// Extents that only the run knows are checked when it asks for the buffer.
Status bindOutputs(const Manifest &manifest, std::span<const opc_tensor> inputs,
                   std::span<const opc_tensor> outputs, Frame &frame);

/// What compiled code sees as its opc_call.
class Call : public opc_call {
public:
  Call(opc_program &program, Frame &frame);
  ~Call();

  /// `lent` says of each input whether the program may write to it, as the
  /// manifest announces; NULL: to none.
  Status run(const uint8_t *lent);

private:
  static const opc_runtime_api services;
  /// Less than this is not worth the threads of a team, which may be asleep.
  static constexpr int64_t worthATeamNs = 100000;

  static Call &of(opc_call *call) { return *static_cast<Call *>(call); }
  static void launch(opc_call *call, const opc_launch *launch);
  static void *alloc(opc_call *call, int64_t bytes);
  static void release(opc_call *call, void *memory);
  static void *output(opc_call *call, int64_t index, const int64_t *dims);
  static int32_t fail(opc_call *call, int64_t fault, int64_t op,
                      int64_t observed, int64_t expected);
  static int32_t deviceLaunch(opc_call *call, const opc_launch *launch,
                              int64_t image, int64_t count, int64_t mayFault);
  static void *deviceAlloc(opc_call *call, int64_t device, int64_t bytes);
  static void deviceRelease(opc_call *call, int64_t device, void *address);
  static int32_t deviceWrite(opc_call *call, int64_t device, void *to,
                             const void *from, int64_t bytes);
  static int32_t deviceRead(opc_call *call, int64_t device, void *to,
                            const void *from, int64_t bytes);

  int32_t runEntry();
  Status copyInputs(const uint8_t *lent);
  template <typename Work> int32_t onDevices(Work work) noexcept;
  void note(Status status);
  void timedLaunch(const opc_launch &launch);
  Status checkExtents(const TensorSpec &spec, std::span<const int64_t> dims);
  Status place(int64_t index, const int64_t *dims, void *&data);

  opc_program &program;
  Frame &frame;
  Block *allocated = nullptr;           // what the program has not released
  Status fault;                         // the first one
  int64_t faultyKernel = -1;            // the kernel that set opc_call::status
  std::unique_ptr<DeviceCalls> devices; // of a run that uses any
  Status deviceFailure;
  const int threads;
  int64_t sharedNs = 0; // what launches could have shared
  std::shared_ptr<Profile> profile;
  std::vector<LaunchEvent> events;
};

} // namespace opc::runtime

struct opc_results : opc::runtime::Frame {};

#endif // OPC_LIB_RUNTIME_CALL_H
