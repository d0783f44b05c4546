//===- Compiler.cpp - From a model to the parts of a program --------------===//
//
// Runs the table of stages from the model to machine code in one context, and
// takes along what is not code: constants and the manifest.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Compiler.h"

#include "BindConstants.h"
#include "Donations.h"
#include "ExplainSchedules.h"
#include "IRText.h"
#include "MemoryGuard.h"
#include "PlacementNotes.h"
#include "TargetSet.h"

#include "opc/Conversion/OpcToHost/HostProgram.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Frontend/ONNX/Model.h"
#include "opc/Frontend/Torch/ImportTorch.h"
#include "opc/Pipeline/BuildInfo.h"
#include "opc/Pipeline/Explain.h"
#include "opc/Pipeline/InitAll.h"
#include "opc/Pipeline/Stages.h"
#include "opc/Pipeline/Survey.h"
#include "opc/Runtime/Artifact.h"
#include "opc/Runtime/Escape.h"
#include "opc/Runtime/Suggest.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"
#include "llvm/TargetParser/Triple.h"

using namespace opc;
using namespace mlir;
namespace json = llvm::json;

namespace {

/// One compilation: the context, the module in it, and what the stages leave.
class Compilation {
public:
  /// Bodies of models may nest as deep as `deepest`.
  Compilation(const CompileOptions &options, int64_t deepest,
              llvm::ArrayRef<NodeRefusal> refused = {})
      : options(options), deepest(deepest), refused(refused) {}

  Status start(const ModelSource &source);
  Status compile(CompiledProgram &program) {
    return compileGraph(*module, options, *desc, program);
  }
  Status print(size_t last, TextForm form, std::string &text);
  Status inspect(const ModelSource &source, json::Object &description);
  Status explain(json::Array &kernels);
  Status survey(const ModelSource &source,
                std::vector<runtime::Diagnostic> &refusals);

private:
  Status prepare();
  Status import(const ModelSource &source);
  Status finishImport();

  Status importTorch(const ModelSource &source,
                     std::vector<runtime::Diagnostic> &errors);
  Status importOnnx(const ModelSource &source,
                    std::vector<runtime::Diagnostic> &errors);
  /// What the front end objects to is in `errors`.
  Status importModel(const ModelSource &source,
                     std::vector<runtime::Diagnostic> &errors);

  onnx::ImportOptions importOptions(const ModelSource &source) const;

  const CompileOptions &options;
  const int64_t deepest;
  llvm::ArrayRef<NodeRefusal> refused;
  MLIRContext mlir{MLIRContext::Threading::DISABLED};
  std::unique_ptr<llvm::ThreadPoolInterface> threads;
  OwningOpRef<ModuleOp> module;
  TargetSet targets;
  const TargetDesc *desc = nullptr; ///< the first of them
};

StageContext contextOf(const CompileOptions &options, const TargetDesc &desc,
                       HostProgram &host) {
  return {options, desc, host};
}

CodeGenOptions codeGenOf(const CompileOptions &options) {
  return {/*vectorize=*/true, options.observer.interrupt};
}

/// As ONNX names it, in lower case.
std::string onnxName(opc_dtype dtype) {
  static constexpr llvm::StringLiteral names[] = {
      "bool",   "int8",   "int16",   "int32",    "int64", "uint8", "uint16",
      "uint32", "uint64", "float16", "bfloat16", "float", "double"};
  return names[dtype].str();
}

onnx::ImportOptions
Compilation::importOptions(const ModelSource &source) const {
  onnx::ImportOptions result;
  result.deepest = deepest;
  result.directory = source.directory;
  result.modelName = llvm::sys::path::filename(source.name).str();
  result.dims = options.dims;
  for (const ConstantValue &constant : options.constants)
    result.constants[constant.name] = {onnxName(constant.dtype), constant.shape,
                                       constant.data};
  return result;
}

Status Compilation::import(const ModelSource &source) {
  if (source.isText) {
    if (!options.outputs.empty())
      return Status::input(source.name + ": outputs of IR are in its text");
    if (!options.dims.empty())
      return Status::input(source.name + ": extents of IR are in its text");
    Status status = readText(source, deepest, mlir, module);
    return status.ok() ? bindConstants(*module, options) : status;
  }
  std::vector<runtime::Diagnostic> errors;
  Status status = importModel(source, errors);
  return status.ok() && !errors.empty() ? Status::of(std::move(errors))
                                        : status;
}

Status Compilation::importTorch(const ModelSource &source,
                                std::vector<runtime::Diagnostic> &errors) {
  if (!options.outputs.empty())
    return Status::input(source.name + ": outputs of a PyTorch graph are "
                                       "chosen where it is exported");
  torch::ImportOptions given;
  given.modelName = llvm::sys::path::filename(source.name).str();
  given.dims = options.dims;
  auto imported =
      torch::importTorch(mlir, source.bytes->getMemBufferRef(), given, errors);
  if (failed(imported))
    return {};
  module = std::move(*imported);
  return bindConstants(*module, options);
}

Status Compilation::importOnnx(const ModelSource &source,
                               std::vector<runtime::Diagnostic> &errors) {
  auto imported =
      onnx::importOutputs(mlir, source.bytes->getMemBufferRef(),
                          importOptions(source), options.outputs, errors);
  if (failed(imported))
    return {};
  module = std::move(*imported);
  // Weights that are not in files of their own have been taken out of it.
  source.giveBackPages();
  return {};
}

Status Compilation::importModel(const ModelSource &source,
                                std::vector<runtime::Diagnostic> &errors) {
  if (Status status = source.checkFormat(); !status.ok())
    return status;
  return isTorch(source) ? importTorch(source, errors)
                         : importOnnx(source, errors);
}

Status Compilation::survey(const ModelSource &source,
                           std::vector<runtime::Diagnostic> &refusals) {
  Status status = prepare();
  return status.ok() ? importModel(source, refusals) : status;
}

Status Compilation::prepare() {
  if (Status status = TargetSet::parse(options.target, targets); !status.ok())
    return status;
  desc = &targets.whole();
  DialectRegistry registry;
  registerAllDialects(registry);
  mlir.appendDialectRegistry(registry);
  mlir.loadAllAvailableDialects();
  threads = makeThreadPool();
  mlir.setThreadPool(*threads);
  // Passes that have not begun are left out: what then fails is not looked at.
  if (options.observer.interrupt)
    mlir.registerActionHandler(
        [this](llvm::function_ref<void()> run, const tracing::Action &action) {
          if (!isa<PassExecutionAction>(action) || !options.interrupted())
            run();
        });
  return {};
}

Status Compilation::start(const ModelSource &source) {
  if (Status status = prepare(); !status.ok())
    return status;
  Status status = import(source);
  return status.ok() ? finishImport() : status;
}

Status Compilation::finishImport() {
  Builder builder(&mlir);
  targets.stamp(*module);
  setRefusals(*module, refused);
  module.get()->setAttr(kThreadsAttr,
                        builder.getI64IntegerAttr(options.threads));
  if (Status status = donateInputs(*module, options); !status.ok())
    return status;
  return dumpStage(*module, options, 0);
}

/// What the model says of itself, which IR carries along.
json::Value metadataOf(ModuleOp module) {
  auto text = module->getAttrOfType<StringAttr>(onnx::kModelAttr);
  llvm::Expected<json::Value> value =
      json::parse(text ? text.getValue() : "{}");
  if (value)
    return *value;
  llvm::consumeError(value.takeError());
  return json::Object();
}

/// What a machine must have for all that the host calls: its own chip's
/// features, and those of the chips of kernels that it runs itself.
llvm::SetVector<StringRef> featuresOf(ModuleOp module, const TargetDesc &host) {
  llvm::SetVector<StringRef> features(host.requiredFeatures.begin(),
                                      host.requiredFeatures.end());
  for (ModuleOp part : module.getOps<ModuleOp>()) {
    FailureOr<const TargetDesc *> desc = targetOf(part);
    if (part->hasAttr(kTargetAttr) && succeeded(desc) &&
        (*desc)->device.name.empty())
      features.insert_range((*desc)->requiredFeatures);
  }
  return features;
}

std::string manifestText(const HostProgram &host, ModuleOp module,
                         const CompileOptions &options, const TargetDesc &desc,
                         const CompiledProgram &program) {
  const AlignedBytes &constants = program.constants;
  json::Object object = manifestOf(host);
  object["model"] = metadataOf(module);
  object["abi"] = OPC_ABI_VERSION;
  object["opc"] = version();
  object["build"] = buildId();
  object["threads"] = options.threads;
  object["checksum"] = runtime::checksumText(
      runtime::checksum(constants.data(), constants.size()));
  object["target"] = json::Object{
      {"name", desc.target},
      {"chip", desc.chip},
      {"arch", llvm::Triple(program.desc->llvm.triple).getArchName().str()},
      {"features", json::Array(featuresOf(module, *program.desc))}};
  if (auto names = module->getAttrOfType<ArrayAttr>(kTargetsAttr)) {
    json::Array targets;
    for (auto name : names.getAsRange<StringAttr>())
      targets.push_back(name.str());
    object["targets"] = std::move(targets);
  }
  std::string text;
  llvm::raw_string_ostream(text) << json::Value(std::move(object));
  return text;
}

Status Compilation::print(size_t last, TextForm form, std::string &text) {
  HostProgram host;
  if (Status status =
          runStages(*module, contextOf(options, *desc, host), 0, last);
      !status.ok())
    return status;
  if (options.emit == Emit::LLVM && options.stopAfter.empty())
    return printLLVM(*module, *desc, codeGenOf(options), text);
  OpPrintingFlags flags;
  if (form == TextForm::Complete)
    flags.enableDebugInfo();
  else
    flags.elideLargeResourceString(1024);
  llvm::raw_string_ostream out(text);
  module->print(out, flags);
  out << "\n";
  return {};
}

/// The last stage of MLIR that the options ask for.
Status lastStage(const CompileOptions &options, size_t &stage) {
  stage = *findStage("llvm");
  if (options.stopAfter.empty())
    return {};
  std::optional<size_t> found = findStage(options.stopAfter);
  if (!found)
    return Status::usage(
        llvm::formatv("unknown stage '{0}'{1}: there are {2}",
                      options.stopAfter,
                      runtime::suggestion(options.stopAfter, stageNames()),
                      llvm::join(stageNames(), ", "))
            .str());
  stage = *found;
  return {};
}

/// Gives `work` a deep stack and says how deep bodies may nest on it; where no
/// thread can be had, the caller's stack and less.
Status compiling(llvm::function_ref<Status(int64_t deepest)> work) {
  Status status;
  if (!onDeepStack([&] { status = work(onnx::kDeepest); }))
    status = work(onnx::kDeepestOnSmallStack);
  return status;
}

} // namespace

Status opc::resolveTarget(const CompileOptions &options,
                          const TargetDesc *&desc) {
  TargetSet set;
  Status status = TargetSet::parse(options.target, set);
  if (status.ok())
    desc = &set.whole();
  return status;
}

Status opc::checkRunsHere(const TargetDesc &desc) {
  std::string missing;
  if (runsHere(desc, missing))
    return {};
  return Status::input("compiled for " + desc.name() +
                       ", but this machine lacks " + missing);
}

/// The code of each of the program's images.
static Status linkImages(const HostProgram &host, const DeviceObjects &devices,
                         std::vector<ObjectBytes> &images) {
  for (const HostProgram::Image &image : host.images) {
    auto objects = devices.byChip.find(image.target);
    if (objects == devices.byChip.end())
      return Status::internal("no kernel was compiled for " + image.target);
    llvm::Expected<const TargetDesc *> desc = findChip(image.target);
    if (!desc)
      return Status::internal(llvm::toString(desc.takeError()));
    const Target &target = *findTarget((*desc)->target);
    if (target.emit && !target.linksImage) {
      images.push_back(objects->second.front());
      continue;
    }
    if (Status status =
            linkImage(objects->second, **desc, images.emplace_back());
        !status.ok())
      return status;
  }
  return {};
}

/// The nodes that a chip does not take with its kernels.
static std::vector<NodeRefusal>
refusedNodes(llvm::ArrayRef<RefusedKernel> refused, const HostProgram &host) {
  std::vector<NodeRefusal> nodes;
  for (const RefusedKernel &each : refused) {
    auto kernel = llvm::find_if(host.kernels, [&](const auto &kernel) {
      return kernel.name == each.kernel;
    });
    if (kernel == host.kernels.end())
      continue;
    for (int64_t location : kernel->locations)
      nodes.push_back({each.chip, host.locations[location], each.why});
  }
  return nodes;
}

/// The kernels of each device as source; fails where none has such a form.
static Status writeSources(ModuleOp module, const CompileOptions &options,
                           std::vector<SourceFile> &files) {
  bool any = false;
  for (ModuleOp part : llvm::to_vector(module.getOps<ModuleOp>())) {
    FailureOr<const TargetDesc *> own = targetOf(part);
    bool isOfDevice = part->hasAttr(kTargetAttr) && succeeded(own);
    auto *write = isOfDevice ? findTarget((*own)->target)->source : nullptr;
    if (!write)
      continue;
    any = true;
    // Writing changes what is written.
    OpBuilder b(part);
    auto copy = cast<ModuleOp>(b.clone(*part));
    llvm::Error error = write(copy, **own, files);
    copy.erase();
    if (error)
      return Status::input(llvm::toString(std::move(error)));
  }
  if (any)
    return {};
  llvm::StringRef simulated = options.target;
  if (simulated.consume_front(kSimulated))
    return Status::input("target '" + options.target +
                         "' has no source form of its own: that is of '" +
                         simulated.str() + "'");
  return Status::input("target '" + options.target +
                       "' has no source form: it emits machine code");
}

Status opc::compileGraph(ModuleOp module, const CompileOptions &options,
                         const TargetDesc &desc, CompiledProgram &program) {
  HostProgram host;
  if (Status status = runStages(module, contextOf(options, desc, host), 0,
                                *findStage("llvm"));
      !status.ok())
    return status;
  return assembleProgram(module, host, options, desc, program);
}

Status opc::assembleProgram(ModuleOp module, const HostProgram &host,
                            const CompileOptions &options,
                            const TargetDesc &desc, CompiledProgram &program) {
  llvm::Expected<const TargetDesc *> chip = hostChip(desc);
  if (!chip)
    return Status::input(llvm::toString(chip.takeError()));
  program.desc = *chip;
  if (Status status =
          AlignedBytes::allocate(host.constants.size(), program.constants);
      !status.ok())
    return status;
  host.constants.copyTo(program.constants.data());
  program.manifest = manifestText(host, module, options, desc, program);
  if (options.emit == Emit::Source)
    if (Status status = writeSources(module, options, program.sources);
        !status.ok())
      return status;
  DeviceObjects devices;
  Status status = generateObjects(module, *program.desc, codeGenOf(options),
                                  program.objects, &devices);
  program.refused = refusedNodes(devices.refused, host);
  return status.ok() ? linkImages(host, devices, program.images) : status;
}

/// What devices do not take of the program, or of the model if that was the
/// reason why there is none. The node of a message may be of any chip: a
/// mistake costs a compilation, which fails again.
static std::vector<NodeRefusal> refusalsOf(const Status &status,
                                           const CompiledProgram &program,
                                           const TargetSet &targets) {
  if (!program.refused.empty())
    return program.refused;
  std::vector<NodeRefusal> refused;
  for (const runtime::Diagnostic &each : status.diagnostics())
    for (const TargetDesc *desc : llvm::drop_begin(targets.chips)) {
      std::string node =
          each.name.empty()
              ? llvm::StringRef(each.place).rsplit(':').first.str()
              : each.name;
      if (!node.empty())
        refused.push_back({desc->name(), node, each.reason});
    }
  return refused;
}

/// Compiles, and once more without each thing that a device turns out not to
/// take; `refused` has these.
static Status compilePlaced(const ModelSource &source,
                            const CompileOptions &options,
                            std::vector<NodeRefusal> &refused,
                            CompiledProgram &program) {
  TargetSet targets;
  if (Status status = TargetSet::parse(options.target, targets); !status.ok())
    return status;
  while (true) {
    std::vector<std::string> decisions;
    CompileOptions attempt = options;
    if (targets.isMixed() && !options.explained)
      attempt.explained = &decisions;
    program = CompiledProgram();
    Status status = compiling([&](int64_t deepest) {
      Compilation compilation(attempt, deepest, refused);
      Status status = compilation.start(source);
      return status.ok() ? compilation.compile(program) : status;
    });
    if (status.ok())
      for (const std::string &line : decisions)
        options.tell(line);
    if (status.ok() || !targets.isMixed() || options.interrupted() ||
        !learn(refusalsOf(status, program, targets), refused))
      return status;
    options.report("placed anew, since " + refused.back().chip +
                   " refuses: " + refused.back().why);
  }
}

Status opc::compileProgram(const ModelSource &source,
                           const CompileOptions &options,
                           CompiledProgram &program) {
  std::vector<NodeRefusal> refused;
  return compilePlaced(source, options, refused, program);
}

Status opc::compileText(const ModelSource &source,
                        const CompileOptions &options, TextForm form,
                        std::string &text) {
  size_t last = 0;
  if (Status status = lastStage(options, last); !status.ok())
    return status;
  return compiling([&](int64_t deepest) {
    Compilation compilation(options, deepest);
    Status status = compilation.start(source);
    return status.ok() ? compilation.print(last, form, text) : status;
  });
}

Status Compilation::inspect(const ModelSource &source,
                            json::Object &description) {
  if (Status status = prepare(); !status.ok())
    return status;
  std::vector<runtime::Diagnostic> errors;
  auto found = onnx::describeOnnx(mlir, source.bytes->getMemBufferRef(),
                                  importOptions(source), options.outputs,
                                  errors, module);
  if (failed(found))
    return Status::of(std::move(errors));
  description = std::move(*found);
  Status verdict = module ? finishImport() : Status::of(std::move(errors));
  HostProgram host;
  if (verdict.ok())
    verdict = runStages(*module, contextOf(options, *desc, host), 0,
                        allStages().size() - 1);
  description["supported"] = verdict.ok();
  json::Array lines;
  for (const runtime::Diagnostic &each : verdict.diagnostics())
    lines.push_back(runtime::printable(each.line()));
  description["errors"] = std::move(lines);
  description["diagnostics"] =
      cantFail(json::parse(runtime::toJson(verdict.diagnostics())));
  return {};
}

Status Compilation::explain(json::Array &kernels) {
  HostProgram host;
  KernelTexts unscheduled;
  StageContext context = contextOf(options, *desc, host);
  context.unscheduled = &unscheduled;
  Status status = runStages(*module, context, 0, *findStage("schedule"));
  if (status.ok())
    kernels = describeSchedules(*module, unscheduled);
  return status;
}

Status opc::explainModel(const ModelSource &source,
                         const CompileOptions &options, std::string &text) {
  json::Array kernels;
  std::vector<NodeRefusal> refused;
  if (llvm::StringRef(options.target).contains('+')) {
    CompiledProgram program;
    if (Status status = compilePlaced(source, options, refused, program);
        !status.ok())
      return status;
  }
  Status status = compiling([&](int64_t deepest) {
    Compilation compilation(options, deepest, refused);
    Status started = compilation.start(source);
    return started.ok() ? compilation.explain(kernels) : started;
  });
  if (status.ok())
    llvm::raw_string_ostream(text) << json::Value(std::move(kernels));
  return status;
}

Status opc::surveyModel(const ModelSource &source,
                        const CompileOptions &options, std::string &text) {
  if (source.isText)
    return Status::input(source.name + ": IR has no nodes to survey");
  std::vector<runtime::Diagnostic> refusals;
  Status status = compiling([&](int64_t deepest) {
    return Compilation(options, deepest).survey(source, refusals);
  });
  if (status.ok())
    text = runtime::toJson(refusals);
  return status;
}

Status opc::inspectModel(const ModelSource &source,
                         const CompileOptions &options, std::string &text) {
  if (source.isText)
    return Status::input(source.name + ": IR has no nodes to inspect");
  if (Status status = source.checkFormat(); !status.ok())
    return status;
  if (isTorch(source))
    return Status::input(source.name + ": is a PyTorch graph, and what is "
                                       "inspected are ONNX models");
  json::Object description;
  Status status = compiling([&](int64_t deepest) {
    return Compilation(options, deepest).inspect(source, description);
  });
  if (status.ok())
    llvm::raw_string_ostream(text) << json::Value(std::move(description));
  return status;
}
