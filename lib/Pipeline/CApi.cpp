//===- CApi.cpp - The C interface of the compiler -------------------------===//
//
// opc-c/compiler.h over the parts of the pipeline. Each function is: read the
// options, look into the cache, compile, hand over.
//
//===----------------------------------------------------------------------===//
#include "opc-c/compiler.h"

#include "Reproducer.h"
#include "TargetsJson.h"
#include "opc/Pipeline/Cache.h"
#include "opc/Pipeline/Jit.h"
#include "opc/Runtime/AtomicFile.h"
#include "opc/Runtime/Data.h"
#include <cstring>

using namespace opc;

namespace {

/// Sets opc_last_error(): refusals may have a line for each node.
opc_status finish(const Status &status) {
  if (llvm::StringRef(status.message()).contains('\n')) {
    runtime::setLastErrorLines(status.message());
    return status.code();
  }
  return runtime::report(status);
}

Status missing(const char *what) {
  return Status::usage(std::string(what) + " may not be NULL");
}

/// A text that opc_free_data frees.
Status giveText(const std::string &text, char **out) {
  *out = static_cast<char *>(runtime::allocateData(text.size() + 1));
  if (!*out)
    return Status::input("no memory for the answer");
  memcpy(*out, text.c_str(), text.size() + 1);
  return {};
}

/// What opc_compile and opc_compile_file are given.
Status readArguments(const char *path, const char *options,
                     CompileOptions &parsed, ModelSource &source) {
  Status status = parseOptions(options ? options : "", parsed);
  return status.ok() ? ModelSource::open(path, source) : status;
}

Status compileFresh(const ModelSource &source, const CompileOptions &options,
                    CompiledProgram &compiled) {
  return withReproducer(compileProgram(source, options, compiled), source,
                        options);
}

/// Where this compilation is cached, if it is to be.
struct CachePlace {
  std::optional<Cache> cache;
  std::string key;

  CachePlace(const ModelSource &source, const CompileOptions &options,
             const TargetDesc &desc)
      : cache(Cache::open(options)) {
    if (cache)
      key = Cache::keyOf(source, options, desc);
    if (key.empty())
      cache.reset();
  }
  std::optional<std::string> find() const {
    return cache ? cache->find(key) : std::nullopt;
  }
  std::optional<std::string> store(const CompiledProgram &compiled) const {
    if (!cache)
      return std::nullopt;
    return cache->store(key, [&](llvm::StringRef path) {
      return linkSharedObject(compiled.parts(), *compiled.desc, path);
    });
  }
};

Status compileAndLoad(const ModelSource &source, const CompileOptions &options,
                      opc_program *&program) {
  const TargetDesc *desc = nullptr;
  if (Status status = resolveTarget(options, desc); !status.ok())
    return status;
  if (Status status = checkRunsHere(*desc); !status.ok())
    return status;
  CachePlace place(source, options, *desc);
  if (auto entry = place.find())
    if (loadFromCache(*entry, program).ok())
      return {};
  CompiledProgram compiled;
  if (Status status = compileFresh(source, options, compiled); !status.ok())
    return status;
  if (auto entry = place.store(compiled))
    if (loadFromCache(*entry, program).ok())
      return {};
  return withReproducer(loadIntoProcess(std::move(compiled), program), source,
                        options);
}

Status copyFile(llvm::StringRef from, llvm::StringRef to) {
  auto buffer = llvm::MemoryBuffer::getFile(from, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return Status::input(from.str() + ": " + buffer.getError().message());
  return runtime::writeFile(to.str(), {(*buffer)->getBuffer()});
}

/// "-" is standard output.
Status writeText(llvm::StringRef output, llvm::StringRef text) {
  if (output != "-")
    return runtime::writeFile(output.str(), {text});
  llvm::raw_fd_ostream &out = llvm::outs();
  out << text;
  out.flush();
  std::error_code error = out.error();
  out.clear_error();
  return error ? Status::input("standard output: " + error.message())
               : Status();
}

Status compileToFile(const ModelSource &source, const CompileOptions &options,
                     llvm::StringRef output) {
  const TargetDesc *desc = nullptr;
  if (Status status = resolveTarget(options, desc); !status.ok())
    return status;
  if (options.emitsText()) {
    std::string text;
    Status status =
        withReproducer(compileText(source, options, text), source, options);
    return status.ok() ? writeText(output, text) : status;
  }
  if (output == "-")
    return Status::usage("machine code is not written to standard output: name "
                         "a file");
  bool shared = options.emit == Emit::So;
  // A dump needs a compilation to look at.
  CompileOptions effective = options;
  effective.cache &= shared && options.dumpStages.empty();
  CachePlace place(source, effective, *desc);
  if (auto entry = place.find())
    return copyFile(*entry, output);
  CompiledProgram compiled;
  if (Status status = compileFresh(source, options, compiled); !status.ok())
    return status;
  if (auto entry = place.store(compiled))
    return copyFile(*entry, output);
  auto link = shared ? linkSharedObject : linkRelocatable;
  return withReproducer(link(compiled.parts(), *desc, output), source, options);
}

} // namespace

extern "C" opc_status opc_compile(const char *model_path, const char *options,
                                  opc_program **program) {
  if (!model_path || !program)
    return finish(missing("opc_compile: model_path and program"));
  *program = nullptr;
  CompileOptions parsed;
  ModelSource source;
  Status status = readArguments(model_path, options, parsed, source);
  if (status.ok())
    status = compileAndLoad(source, parsed, *program);
  return finish(status);
}

extern "C" opc_status opc_compile_buffer(const void *model, size_t size,
                                         const char *directory,
                                         const char *options,
                                         opc_program **program) {
  if (!model || !program)
    return finish(missing("opc_compile_buffer: model and program"));
  *program = nullptr;
  CompileOptions parsed;
  Status status = parseOptions(options ? options : "", parsed);
  if (!status.ok())
    return finish(status);
  ModelSource source = ModelSource::inMemory(
      {static_cast<const char *>(model), size}, directory ? directory : "");
  return finish(compileAndLoad(source, parsed, *program));
}

extern "C" opc_status opc_compile_file(const char *model_path,
                                       const char *output,
                                       const char *options) {
  if (!model_path || !output)
    return finish(missing("opc_compile_file: model_path and output"));
  CompileOptions parsed;
  ModelSource source;
  Status status = readArguments(model_path, options, parsed, source);
  if (status.ok())
    status = compileToFile(source, parsed, output);
  return finish(status);
}

extern "C" opc_status opc_save(const opc_program *program, const char *path) {
  if (!program || !path)
    return finish(missing("opc_save: program and path"));
  return finish(saveProgram(program, path));
}

extern "C" opc_status opc_inspect_model(const char *model_path, char **json) {
  if (!model_path || !json)
    return finish(missing("opc_inspect_model: model_path and json"));
  *json = nullptr;
  ModelSource source;
  std::string text;
  Status status = ModelSource::open(model_path, source);
  if (status.ok())
    status = inspectModel(source, text);
  if (status.ok())
    status = giveText(text, json);
  return finish(status);
}

extern "C" opc_status opc_targets(char **json) {
  if (!json)
    return finish(missing("opc_targets: json"));
  return finish(giveText(targetsJson(), json));
}
