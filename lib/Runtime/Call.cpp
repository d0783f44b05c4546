//===- Call.cpp - One run of a program ------------------------------------===//
//
// The services that compiled code calls (opc_runtime_api), and opc_run around
// them. The first fault of a run is the one that is reported: later ones follow
// from it.
//
//===----------------------------------------------------------------------===//
#include "Call.h"
#include "Boundary.h"
#include "Fault.h"
#include "FloatState.h"
#include "Team.h"
#include "Text.h"
#include "ThreadPool.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <new>

using namespace opc::runtime;

const opc_runtime_api Call::services = {
    launch,       alloc,       release,       output,      fail,
    deviceLaunch, deviceAlloc, deviceRelease, deviceWrite, deviceRead};

Call::Call(opc_program &program, Frame &frame)
    : opc_call{&services,
               program.descriptor.constants,
               frame.inputs.data(),
               frame.inputDims.data(),
               {}},
      program(program), frame(frame),
      threads(program.threads.load(std::memory_order_relaxed)),
      profile(program.profile.current()) {}

Call::~Call() {
  while (Block *block = allocated) {
    allocated = block->next;
    deallocate(block->data());
  }
}

/// Keeps the first fault. A kernel that faulted before keeps precedence.
void Call::note(Status next) {
  if (fault.ok() && status.fault == OPC_FAULT_NONE)
    fault = std::move(next);
}

void Call::timedLaunch(const opc_launch &launch) {
  int64_t begin = profile->now();
  ThreadPool::shared().run(launch, threads);
  events.push_back({launch.kernel, begin, profile->now() - begin, launch.flops,
                    launch.bytes, profileThread()});
}

void Call::launch(opc_call *opaque, const opc_launch *launch) {
  Call &call = of(opaque);
  call.sharedNs += ThreadPool::sharedNs(*launch);
  if (call.profile)
    call.timedLaunch(*launch);
  else
    ThreadPool::shared().run(*launch, call.threads);
  if (call.status.fault != OPC_FAULT_NONE && call.faultyKernel < 0)
    call.faultyKernel = launch->kernel;
}

void *Call::alloc(opc_call *opaque, int64_t bytes) {
  Call &call = of(opaque);
  void *data = allocate(bytes, Lifetime::Run);
  if (!data)
    return nullptr;
  Block *block = Block::of(data);
  block->previous = nullptr;
  block->next = call.allocated;
  if (call.allocated)
    call.allocated->previous = block;
  call.allocated = block;
  return data;
}

void Call::release(opc_call *opaque, void *memory) {
  if (!memory)
    return;
  Call &call = of(opaque);
  Block *block = Block::of(memory);
  (block->previous ? block->previous->next : call.allocated) = block->next;
  if (block->next)
    block->next->previous = block->previous;
  deallocate(memory);
}

/// The program computes its extents itself: where they contradict the manifest,
/// one of the two is wrong.
Status Call::checkExtents(const TensorSpec &spec,
                          std::span<const int64_t> dims) {
  for (size_t i = 0; i < dims.size(); ++i)
    if (spec.shape[i].extent >= 0 && spec.shape[i].extent != dims[i])
      return Status::internal(fmt::format(
          "output {}: the program computed {}, its manifest says {}",
          quote(spec.name), typeText(spec.dtype, dims),
          typeText(spec, program.manifest)));
  return {};
}

static Status otherDims(const TensorSpec &spec, const opc_tensor &brought,
                        std::span<const int64_t> dims) {
  return Status::input(
      fmt::format("output {}: the result is {}, the given buffer {}",
                  quote(spec.name), typeText(spec.dtype, dims),
                  typeText(spec.dtype, {brought.dims, dims.size()})));
}

static Status noMemory(const TensorSpec &spec, std::span<const int64_t> dims) {
  std::string type = typeText(spec.dtype, dims);
  if (denseBytes(spec.dtype, dims))
    return Status::input(
        fmt::format("output {}: no memory for {}", quote(spec.name), type));
  return Status::input(fmt::format("output {}: the size of {} is negative or "
                                   "too large to address",
                                   quote(spec.name), type));
}

/// Finds the memory for an output.
Status Call::place(int64_t index, const int64_t *given, void *&data) {
  if (index < 0 || index >= int64_t(frame.outputs.size()))
    return Status::internal(fmt::format("the program asked for output {} of {}",
                                        index, frame.outputs.size()));
  const TensorSpec &spec = program.manifest.outputs[index];
  Output &output = frame.outputs[index];
  std::span<const int64_t> dims(given, spec.shape.size());
  if (output.tensor.data)
    return Status::internal(
        fmt::format("the program asked for output {} twice", quote(spec.name)));
  if (Status s = checkExtents(spec, dims); !s.ok())
    return s;
  if (output.brought) {
    if (!std::equal(dims.begin(), dims.end(), output.brought->dims))
      return otherDims(spec, *output.brought, dims);
    output.tensor.data = output.brought->data;
  } else {
    auto bytes = bytesOf(spec, dims.data());
    output.tensor.data = bytes ? allocate(*bytes) : nullptr;
    if (!output.tensor.data)
      return noMemory(spec, dims);
  }
  std::copy(dims.begin(), dims.end(),
            const_cast<int64_t *>(output.tensor.dims));
  data = output.tensor.data;
  return {};
}

void *Call::output(opc_call *opaque, int64_t index, const int64_t *dims) {
  Call &call = of(opaque);
  void *data = nullptr;
  if (Status s = call.place(index, dims, data); !s.ok())
    call.note(std::move(s));
  return data;
}

int32_t Call::fail(opc_call *opaque, int64_t fault, int64_t op,
                   int64_t observed, int64_t expected) {
  Call &call = of(opaque);
  const Manifest &manifest = call.program.manifest;
  if (fault == OPC_FAULT_DEVICE && !call.deviceFailure.ok())
    call.note(deviceFault(manifest, op, call.deviceFailure));
  else
    call.note(hostFault(manifest, fault, op, observed, expected));
  return 1;
}

/// Runs `work` on the run's DeviceCalls; not 0 if it failed. Why is remembered
/// until the program says where. Nothing is thrown through compiled code.
template <typename Work> int32_t Call::onDevices(Work work) noexcept {
  try {
    if (!devices)
      devices = std::make_unique<DeviceCalls>(program, status);
    Status next = work(*devices);
    if (next.ok())
      return 0;
    deviceFailure = std::move(next);
  } catch (const std::bad_alloc &) {
    // No memory for a reason either: the fault has a text of its own.
  }
  return 1;
}

int32_t Call::deviceLaunch(opc_call *opaque, const opc_launch *launch,
                           int64_t image, int64_t count, int64_t mayFault) {
  Call &call = of(opaque);
  int32_t code = call.onDevices([&](DeviceCalls &devices) {
    int64_t begin = call.profile ? call.profile->now() : 0;
    Status s = devices.launch(*launch, image, count, mayFault);
    if (!s.ok() || !call.profile)
      return s;
    s = devices.sync();
    call.events.push_back({launch->kernel, begin, call.profile->now() - begin,
                           launch->flops, launch->bytes, profileThread()});
    return s;
  });
  if (call.status.fault != OPC_FAULT_NONE && call.faultyKernel < 0)
    call.faultyKernel = launch->kernel;
  return code;
}

void *Call::deviceAlloc(opc_call *opaque, int64_t device, int64_t bytes) {
  void *address = nullptr;
  of(opaque).onDevices([&](DeviceCalls &devices) {
    return devices.alloc(device, bytes, address);
  });
  return address;
}

void Call::deviceRelease(opc_call *opaque, int64_t device, void *address) {
  of(opaque).onDevices([&](DeviceCalls &devices) {
    devices.release(device, address);
    return Status();
  });
}

int32_t Call::deviceWrite(opc_call *opaque, int64_t device, void *to,
                          const void *from, int64_t bytes) {
  return of(opaque).onDevices([&](DeviceCalls &devices) {
    return devices.write(device, to, from, bytes);
  });
}

int32_t Call::deviceRead(opc_call *opaque, int64_t device, void *to,
                         const void *from, int64_t bytes) {
  return of(opaque).onDevices([&](DeviceCalls &devices) {
    return devices.read(device, to, from, bytes);
  });
}

int32_t Call::runEntry() {
  DefaultFloatState state;
  int32_t code = 1;
  auto work = [&] { code = program.descriptor.entry(this); };
  bool isLong = threads > 1 && program.sharedNs >= worthATeamNs;
  if (opc_team_fn lent = isLong ? team() : nullptr)
    runInTeam(lent, threads, work);
  else
    work();
  program.sharedNs = sharedNs;
  return code;
}

/// Gives the program memory of its own for what it writes to.
Status Call::copyInputs(const uint8_t *lent) {
  for (size_t input : program.manifest.lent) {
    if (lent && lent[input])
      continue;
    int64_t bytes = frame.inputBytes[input];
    void *copy = alloc(this, bytes);
    if (!copy)
      return Status::input(
          fmt::format("input {}: no memory for a copy of {} bytes",
                      quote(program.manifest.inputs[input].name), bytes));
    std::memcpy(copy, frame.inputs[input], size_t(bytes));
    frame.inputs[input] = copy;
  }
  return {};
}

Status Call::run(const uint8_t *lent) {
  if (Status s = copyInputs(lent); !s.ok())
    return s;
  int32_t code = runEntry();
  if (devices)
    note(devices->sync());
  if (profile)
    profile->add(events);
  if (!fault.ok())
    return fault;
  if (status.fault != OPC_FAULT_NONE)
    return kernelFault(program.manifest, status, faultyKernel);
  if (code != 0)
    return Status::internal(
        fmt::format("the program failed with code {} and no reason", code));
  for (size_t i = 0; i < frame.outputs.size(); ++i)
    if (!frame.outputs[i].tensor.data)
      return Status::internal(
          fmt::format("the program did not write output {}",
                      quote(program.manifest.outputs[i].name)));
  return {};
}

/// Whether all outputs are brought or donated to.
static bool haveBuffers(const Manifest &manifest,
                        std::span<const opc_tensor> outputs) {
  if (!outputs.empty() && outputs.size() != manifest.outputs.size())
    return false;
  for (size_t i = 0; i < manifest.outputs.size(); ++i) {
    bool isDonated = std::ranges::any_of(
        manifest.donations, [&](Donation each) { return each.output == i; });
    if (!isDonated && (outputs.empty() || !outputs[i].data))
      return false;
  }
  return true;
}

static Status checkArguments(const opc_program *program,
                             const opc_tensor *inputs, size_t numInputs,
                             std::span<const opc_tensor> outputs,
                             opc_results **results) {
  if (!program)
    return Status::usage("opc_run: program is NULL");
  if (numInputs > 0 && !inputs)
    return Status::usage("opc_run: inputs is NULL");
  if (!results && !haveBuffers(program->manifest, outputs))
    return Status::usage("opc_run: results is NULL, so every output needs a "
                         "buffer of the caller");
  return {};
}

static Status runProgram(opc_program &program,
                         std::span<const opc_tensor> inputs,
                         const uint8_t *lent,
                         std::span<const opc_tensor> outputs, Frame &frame) {
  if (Status s = bindInputs(program.manifest, inputs, frame); !s.ok())
    return s;
  if (Status s = bindOutputs(program.manifest, inputs, outputs, frame); !s.ok())
    return s;
  return Call(program, frame).run(lent);
}

extern "C" opc_status opc_run_lending(opc_program *program,
                                      const opc_tensor *inputs,
                                      size_t num_inputs, const uint8_t *lent,
                                      const opc_tensor *outputs,
                                      size_t num_outputs,
                                      opc_results **results) {
  if (results)
    *results = nullptr;
  return guarded([&] {
    std::span<const opc_tensor> brought(outputs, outputs ? num_outputs : 0);
    if (Status s =
            checkArguments(program, inputs, num_inputs, brought, results);
        !s.ok())
      return s;
    Frame *frame = Frame::create(program->manifest);
    if (!frame)
      return Status::input("no memory for a run");
    Status status =
        runProgram(*program, {inputs, num_inputs}, lent, brought, *frame);
    if (status.ok() && results)
      *results = static_cast<opc_results *>(frame);
    else
      Frame::destroy(frame);
    return status;
  });
}

extern "C" opc_status opc_run(opc_program *program, const opc_tensor *inputs,
                              size_t num_inputs, const opc_tensor *outputs,
                              size_t num_outputs, opc_results **results) {
  return opc_run_lending(program, inputs, num_inputs, /*lent=*/nullptr, outputs,
                         num_outputs, results);
}
