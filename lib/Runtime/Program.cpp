//===- Program.cpp - Loading and asking programs --------------------------===//
//
// Everything that can be wrong with a program is found here, before its first
// instruction runs.
//
//===----------------------------------------------------------------------===//
#include "Boundary.h"
#include "CpuFeatures.h"
#include "Inspect.h"
#include "Memory.h"
#include "ProgramState.h"
#include "Text.h"
#include "opc/Runtime/Artifact.h"

#include <cstring>
#include <fmt/format.h>

using namespace opc::runtime;

#ifndef OPC_VERSION
#error "the build defines OPC_VERSION"
#endif

static Status checkDescriptor(const opc_program_descriptor *descriptor) {
  if (!descriptor)
    return Status::usage("the program descriptor is NULL");
  if (descriptor->abi_version != OPC_ABI_VERSION)
    return Status::input(fmt::format(
        "compiled for ABI version {}, this runtime has version {}: compile it "
        "again with the opc of this runtime",
        descriptor->abi_version, OPC_ABI_VERSION));
  if (!descriptor->entry || !descriptor->manifest)
    return Status::input("the program has no entry or no manifest");
  if (!descriptor->constants && descriptor->constants_size > 0)
    return Status::input("the program has no constants");
  if (reinterpret_cast<uintptr_t>(descriptor->constants) % OPC_ALIGNMENT != 0)
    return Status::input(fmt::format("the constants at {} are not aligned to "
                                     "{} bytes",
                                     descriptor->constants, OPC_ALIGNMENT));
  return {};
}

/// Loads an image, and finds those of the program's kernels that are in it.
static Status loadImage(opc_program &program, size_t number) {
  const Manifest &manifest = program.manifest;
  std::vector<const char *> names;
  std::vector<size_t> places;
  for (size_t k = 0; k < manifest.kernels.size(); ++k)
    if (manifest.kernels[k].image == int64_t(number)) {
      names.push_back(manifest.kernels[k].name.c_str());
      places.push_back(k);
    }
  std::vector<opc_device_kernel *> kernels(names.size());
  const opc_program_image &bytes = program.descriptor.images[number];
  Status status = DeviceImage::load(
      program.devices[manifest.images[number].device], bytes.data, bytes.size,
      names, kernels, program.images.emplace_back());
  for (size_t i = 0; i < places.size(); ++i)
    program.deviceKernels[places[i]] = kernels[i];
  return status;
}

static Status openDevices(opc_program &program) {
  const Manifest &manifest = program.manifest;
  if (manifest.images.size() != program.descriptor.num_images)
    return Status::input(
        fmt::format("the manifest promises {} images for devices, the program "
                    "has {}",
                    manifest.images.size(), program.descriptor.num_images));
  for (const DeviceSpec &spec : manifest.devices)
    if (Status s = Device::open(spec.name, program.devices.emplace_back());
        !s.ok())
      return s;
  program.deviceKernels.resize(manifest.kernels.size());
  program.images.reserve(manifest.images.size());
  for (size_t i = 0; i < manifest.images.size(); ++i)
    if (Status s = loadImage(program, i); !s.ok())
      return s;
  return {};
}

/// Fills in a program whose code is in memory; `sealed` says that the constants
/// are known to be undamaged.
static Status adopt(const opc_program_descriptor *descriptor, bool sealed,
                    opc_program &program) {
  if (Status s = checkDescriptor(descriptor); !s.ok())
    return s;
  program.descriptor = *descriptor;
  program.manifestText.assign(descriptor->manifest, descriptor->manifest_size);
  Manifest &manifest = program.manifest;
  if (Status s = parseManifest(program.manifestText, manifest); !s.ok())
    return s;
  if (Status s = checkCpuFeatures(manifest.features); !s.ok())
    return s;
  if (manifest.constantsBytes != descriptor->constants_size)
    return Status::input(fmt::format(
        "the manifest promises {} bytes of constants, the program has {}",
        manifest.constantsBytes, descriptor->constants_size));
  if (!sealed && manifest.checksum) {
    uint64_t actual =
        checksum(descriptor->constants, descriptor->constants_size);
    if (actual != *manifest.checksum)
      return Status::input(fmt::format(
          "the constants are damaged: their checksum is {}, the manifest has "
          "{}",
          checksumText(actual), checksumText(*manifest.checksum)));
  }
  program.threads = manifest.threads;
  program.inputs = Specs(manifest.inputs, manifest.symbols);
  program.outputs = Specs(manifest.outputs, manifest.symbols);
  for (auto [input, output] : manifest.donations)
    program.inputs.setDonatedTo(input, int64_t(output));
  return openDevices(program);
}

/// What can be refused before the dynamic linker sees the file.
static Status checkFile(const std::string &path, ArtifactInfo &info) {
  if (Status s = inspectArtifact(path, info); !s.ok())
    return s;
  return checkRunsHere(info).in(path);
}

static Status load(const std::string &path, opc_program &program) {
  ArtifactInfo info;
  if (Status s = checkFile(path, info); !s.ok())
    return s;
  if (Status s = SharedObject::open(path, program.file); !s.ok())
    return s;
  const void *symbol = program.file->symbol(OPC_PROGRAM_SYMBOL);
  return adopt(static_cast<const opc_program_descriptor *>(symbol), info.sealed,
               program)
      .in(path);
}

extern "C" opc_status opc_load(const char *path, opc_program **program) {
  return guarded([&] {
    if (!path || !program)
      return Status::usage("opc_load: path and program may not be NULL");
    *program = nullptr;
    auto fresh = std::make_unique<opc_program>();
    Status status = load(path, *fresh);
    if (status.ok())
      *program = fresh.release();
    return status;
  });
}

extern "C" opc_status opc_adopt(const opc_program_descriptor *descriptor,
                                void *owner, void (*release)(void *owner),
                                opc_program **program) {
  return guarded([&] {
    if (!program)
      return Status::usage("opc_adopt: program may not be NULL");
    *program = nullptr;
    auto fresh = std::make_unique<opc_program>();
    Status status = adopt(descriptor, /*sealed=*/true, *fresh);
    if (!status.ok())
      return status;
    fresh->owner = owner;
    fresh->release = release;
    *program = fresh.release();
    return status;
  });
}

extern "C" void opc_close(opc_program *program) { delete program; }

extern "C" const char *opc_version(void) { return OPC_VERSION; }

extern "C" const char *opc_manifest(const opc_program *program) {
  return isGiven(program, "opc_manifest: program")
             ? program->manifestText.c_str()
             : nullptr;
}

extern "C" size_t opc_num_inputs(const opc_program *program) {
  return isGiven(program, "opc_num_inputs: program")
             ? program->manifest.inputs.size()
             : 0;
}

extern "C" size_t opc_num_outputs(const opc_program *program) {
  return isGiven(program, "opc_num_outputs: program")
             ? program->manifest.outputs.size()
             : 0;
}

extern "C" const opc_spec *opc_input_spec(const opc_program *program,
                                          size_t index) {
  return isGiven(program, "opc_input_spec: program") ? program->inputs[index]
                                                     : nullptr;
}

extern "C" const opc_spec *opc_output_spec(const opc_program *program,
                                           size_t index) {
  return isGiven(program, "opc_output_spec: program") ? program->outputs[index]
                                                      : nullptr;
}

static const char *nameOf(const opc_spec *spec) {
  return spec ? spec->name : nullptr;
}

extern "C" const char *opc_input_name(const opc_program *program,
                                      size_t index) {
  return isGiven(program, "opc_input_name: program")
             ? nameOf(program->inputs[index])
             : nullptr;
}

extern "C" const char *opc_output_name(const opc_program *program,
                                       size_t index) {
  return isGiven(program, "opc_output_name: program")
             ? nameOf(program->outputs[index])
             : nullptr;
}

extern "C" opc_status opc_set_threads(opc_program *program, int threads) {
  return guarded([&] {
    if (!program)
      return Status::usage("opc_set_threads: program is NULL");
    if (threads < 1 || threads > maxThreads)
      return Status::usage(fmt::format("{} threads are outside of 1 to {}",
                                       threads, maxThreads));
    program->threads.store(threads, std::memory_order_relaxed);
    return Status();
  });
}

extern "C" opc_status opc_profile_start(opc_program *program) {
  return guarded([&] {
    if (!program)
      return Status::usage("opc_profile_start: program is NULL");
    program->profile.start();
    return Status();
  });
}

extern "C" char *opc_profile_stop(opc_program *program) {
  char *copy = nullptr;
  guarded([&] {
    if (!program)
      return Status::usage("opc_profile_stop: program is NULL");
    auto profile = program->profile.stop();
    if (!profile)
      return Status::usage("opc_profile_stop: no profile was started");
    std::string json = profile->json(program->manifest);
    copy = static_cast<char *>(allocate(int64_t(json.size()) + 1));
    if (!copy)
      return Status::input("no memory for the profile");
    std::memcpy(copy, json.c_str(), json.size() + 1);
    return Status();
  });
  return copy;
}
