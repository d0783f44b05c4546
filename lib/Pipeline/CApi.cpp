//===- CApi.cpp - The C interface of the compiler -------------------------===//
//
// opc-c/compiler.h over the parts of the pipeline. Each function is: read the
// options, look into the cache, compile, hand over.
//
//===----------------------------------------------------------------------===//
#include "opc-c/explain.h"
#include "opc-c/survey.h"

#include "LoadedProgram.h"
#include "MemoryGuard.h"
#include "ModelFiles.h"
#include "TargetsJson.h"
#include "opc/Pipeline/BuildInfo.h"
#include "opc/Pipeline/Explain.h"
#include "opc/Pipeline/Jit.h"
#include "opc/Pipeline/Reproducer.h"
#include "opc/Pipeline/Stages.h"
#include "opc/Pipeline/Survey.h"
#include "opc/Runtime/AtomicFile.h"
#include "opc/Runtime/Data.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <cstring>

using namespace opc;

namespace {

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

thread_local opc_observer currentObserver = {};

Status openModel(const opc_model &model, ModelSource &source) {
  if (model.path && model.data)
    return Status::usage("the model is given by path and in memory");
  if (model.path)
    return ModelSource::open(model.path, source);
  if (!model.data)
    return Status::usage("the model has neither path nor data");
  source =
      ModelSource::inMemory({static_cast<const char *>(model.data), model.size},
                            model.directory ? model.directory : "");
  return {};
}

/// What all functions that look at a model are given.
Status readArguments(const opc_model &model, const char *options,
                     CompileOptions &parsed, ModelSource &source) {
  parsed.observer = currentObserver;
  Status status = parseOptions(options ? options : "", parsed);
  if (status.ok() && model.num_constants > 0 && !model.constants)
    status = missing("constants");
  if (status.ok())
    status = readConstants({model.constants, model.num_constants}, parsed);
  return status.ok() ? openModel(model, source) : status;
}

Status interruption() { return Status::input("interrupted"); }

/// What an interrupted stage leaves may fail in any way: that is no defect.
Status compileFresh(const ModelSource &source, const CompileOptions &options,
                    CompiledProgram &compiled) {
  Status status = compileProgram(source, options, compiled);
  return options.interrupted() ? interruption()
                               : withReproducer(status, source, options);
}

/// Where this compilation is cached, if it is to be.
struct CachePlace {
  const CompileOptions &options;
  std::optional<Cache> cache;
  std::string key;

  CachePlace(const ModelSource &source, const CompileOptions &options,
             const TargetDesc &desc)
      : options(options), cache(Cache::open(options)) {
    if (cache)
      key = Cache::keyOf(source, options, desc);
    if (key.empty())
      cache.reset();
  }
  std::optional<CacheEntry> find() const {
    std::optional<CacheEntry> entry;
    if (cache && !options.explain)
      entry = cache->find(key);
    if (entry)
      options.report("from the cache: " + cache->nameOf(key));
    return entry;
  }
  std::optional<CacheEntry> store(const CompiledProgram &compiled) const {
    LinkedProgram linked;
    if (!cache || !linkProgram(compiled.parts(), *compiled.desc, linked).ok())
      return std::nullopt;
    return cache->store(key, linked);
  }
};

/// Refuses to write over what the program is made from. The model is searched
/// for its files only where something would be replaced.
Status checkOutputs(const ModelSource &source, const CompileOptions &options,
                    llvm::StringRef output) {
  std::vector<std::string> outputs;
  if (output != "-")
    outputs.push_back(output.str());
  if (!options.dumpStages.empty())
    for (size_t stage = 0; stage < allStages().size(); ++stage)
      outputs.push_back(dumpPath(options, stage));
  llvm::erase_if(outputs, [](const std::string &path) {
    return !llvm::sys::fs::exists(path);
  });
  if (outputs.empty())
    return {};
  std::vector<std::string> files = filesOf(source);
  for (const std::string &path : outputs)
    if (Status status = checkOutput(path, files); !status.ok())
      return status;
  return {};
}

/// A dump needs a compilation to look at.
CompileOptions withCache(const CompileOptions &options) {
  CompileOptions effective = options;
  effective.cache &= options.dumpStages.empty();
  return effective;
}

Status load(const ModelSource &source, const CompileOptions &options,
            const TargetDesc &desc, opc_program *&program) {
  CachePlace place(source, withCache(options), desc);
  if (auto entry = place.find())
    if (loadFromCache(std::move(*entry), program).ok())
      return {};
  CompiledProgram compiled;
  if (Status status = compileFresh(source, options, compiled); !status.ok())
    return status;
  if (auto entry = place.store(compiled))
    if (loadFromCache(std::move(*entry), program).ok())
      return {};
  return withReproducer(loadIntoProcess(std::move(compiled), program), source,
                        options);
}

Status compileAndLoad(const ModelSource &source, const CompileOptions &options,
                      opc_program *&program) {
  if (options.emitsText() || options.emit != Emit::So)
    return Status::usage("what is loaded is a whole program: stop_after and "
                         "emit are of opc_compile_file");
  const TargetDesc *desc = nullptr;
  if (Status status = resolveTarget(options, desc); !status.ok())
    return status;
  if (Status status = checkRunsHere(*desc); !status.ok())
    return status;
  if (Status status = checkOutputs(source, options, "-"); !status.ok())
    return status;
  std::vector<std::string> files = filesOf(source);
  Status status = load(source, options, *desc, program);
  if (status.ok())
    setModelFiles(program, std::move(files));
  return status;
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

/// What a vendor's user builds, and the program that it is for.
Status writeSourceFolder(const ModelSource &source,
                         const CompileOptions &options,
                         llvm::StringRef output) {
  CompiledProgram compiled;
  if (Status status = compileFresh(source, options, compiled); !status.ok())
    return status;
  if (output == "-")
    return Status::usage("source is a folder: name one with --output");
  if (std::error_code error = llvm::sys::fs::create_directories(output))
    return Status::input(output.str() + ": " + error.message());
  auto placed = [&](llvm::StringRef name) {
    llvm::SmallString<128> path(output);
    llvm::sys::path::append(path, name);
    return path.str().str();
  };
  compiled.sources.push_back({"manifest.json", compiled.manifest});
  for (const SourceFile &file : compiled.sources)
    if (Status status = runtime::writeFile(placed(file.name), {file.text});
        !status.ok())
      return status;
  return linkSharedObject(compiled.parts(), *compiled.desc,
                          placed("program.so"));
}

Status compileToFile(const ModelSource &source, const CompileOptions &options,
                     llvm::StringRef output) {
  const TargetDesc *desc = nullptr;
  if (Status status = resolveTarget(options, desc); !status.ok())
    return status;
  if (Status status = checkOutputs(source, options, output); !status.ok())
    return status;
  if (options.emitsText()) {
    // What is shown is to be read, a file to be compiled again.
    TextForm form = output == "-" ? TextForm::Short : TextForm::Complete;
    std::string text;
    Status status = withReproducer(compileText(source, options, form, text),
                                   source, options);
    return status.ok() ? writeText(output, text) : status;
  }
  if (options.emit == Emit::Source)
    return writeSourceFolder(source, options, output);
  if (output == "-")
    return Status::usage("machine code is not written to standard output: name "
                         "a file");
  bool shared = options.emit == Emit::So;
  CompileOptions effective = withCache(options);
  effective.cache &= shared;
  CachePlace place(source, effective, *desc);
  if (auto entry = place.find())
    return entry->copyTo(output);
  CompiledProgram compiled;
  if (Status status = compileFresh(source, options, compiled); !status.ok())
    return status;
  if (auto entry = place.store(compiled))
    return entry->copyTo(output);
  auto link = shared                      ? linkSharedObject
              : options.emit == Emit::Exe ? linkExecutable
                                          : linkRelocatable;
  return withReproducer(link(compiled.parts(), *compiled.desc, output), source,
                        options);
}

} // namespace

extern "C" const char *opc_build_id(void) {
  static const std::string id = buildId();
  return id.c_str();
}

extern "C" opc_status opc_compile(const opc_model *model, const char *options,
                                  opc_program **program) {
  return guarded([&] {
    if (!model || !program)
      return missing("opc_compile: model and program");
    *program = nullptr;
    CompileOptions parsed;
    ModelSource source;
    Status status = readArguments(*model, options, parsed, source);
    return status.ok() ? compileAndLoad(source, parsed, *program) : status;
  });
}

extern "C" opc_status opc_compile_file(const opc_model *model,
                                       const char *output,
                                       const char *options) {
  return guarded([&] {
    if (!model || !output)
      return missing("opc_compile_file: model and output");
    CompileOptions parsed;
    ModelSource source;
    Status status = readArguments(*model, options, parsed, source);
    return status.ok() ? compileToFile(source, parsed, output) : status;
  });
}

extern "C" opc_status opc_save(const opc_program *program, const char *path) {
  return guarded([&] {
    return program && path ? saveProgram(program, path)
                           : missing("opc_save: program and path");
  });
}

/// Gives as JSON what `look` finds in a model; `missingWhat` is told where an
/// argument is NULL.
static opc_status describe(const opc_model *model, const char *options,
                           char **json, const char *missingWhat,
                           Status (*look)(const ModelSource &,
                                          const CompileOptions &,
                                          std::string &)) {
  return guarded([&] {
    if (!model || !json)
      return missing(missingWhat);
    *json = nullptr;
    CompileOptions parsed;
    ModelSource source;
    Status status = readArguments(*model, options, parsed, source);
    if (!status.ok())
      return status;
    std::string text;
    status = look(source, parsed, text);
    if (parsed.interrupted())
      status = interruption();
    return status.ok() ? giveText(text, json) : status;
  });
}

extern "C" opc_status opc_survey_model(const opc_model *model,
                                       const char *options, char **json) {
  return describe(model, options, json, "opc_survey_model: model and json",
                  surveyModel);
}

extern "C" opc_status opc_inspect_model(const opc_model *model,
                                        const char *options, char **json) {
  return describe(model, options, json, "opc_inspect_model: model and json",
                  inspectModel);
}

extern "C" opc_status opc_explain_model(const opc_model *model,
                                        const char *options, char **json) {
  return describe(model, options, json, "opc_explain_model: model and json",
                  explainModel);
}

extern "C" void opc_observe(const opc_observer *observer) {
  currentObserver = observer ? *observer : opc_observer();
}

extern "C" opc_status opc_targets(char **json) {
  return guarded([&] {
    return json ? giveText(targetsJson(), json) : missing("opc_targets: json");
  });
}
