//===- AthreadPrinter.cpp - kernels as C for Sunway's cores ---------------===//
#include "Athread.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "opc/Targets/Source/Passes.h"
#include "opc/Targets/Tile/Family.h"
#include "opc/Targets/Tile/KernelPrinter.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace opc::source;
using namespace opc::tile;
namespace opc::sunway {
namespace {

constexpr Spelling kSpelling = {
    .language = "C for athread",
    .suffix = "c",
    .header = R"c(/* Kernels for the cores (CPEs); device.c starts them. */
#include <crts.h>
#include <math.h>
#include <simd.h>
#include <slave.h>
#include <stdbool.h>
)c",
    .prelude = "",
    .function = "static inline",
    .integers = {{"signed char", "short", "int", "long long"}},
    .unsignedIntegers = {{"unsigned char", "unsigned short", "unsigned",
                          "unsigned long long"}},
    .longSuffix = "LL",
    .vectorType = "{0}v{1}",
    .bits = "opc_bits_{0}({1})",
    .splat = "opc_splat_{0}({1})",
    .lane = "{0}[{1}]",
    .vectorLoad = "opc_load_{0}({1})",
    .vectorStore = "opc_store_{0}({2}, {1})",
    .exchange = "opc_exchange({0}, {1})",
};

class AthreadPrinter : public KernelPrinter {
public:
  AthreadPrinter(func::FuncOp function, llvm::raw_ostream &out)
      : KernelPrinter(function, kSpelling, out) {}

private:
  /// A structure of the arguments, which a core copies before it begins.
  void printKernelHead() override {
    std::string name = function.getName().str();
    SmallVector<std::string> names;
    out << "typedef struct {\n";
    for (BlockArgument argument : function.getArguments()) {
      names.push_back(nameOf(argument));
      out << "  " << declared(argument, names.back()) << ";\n";
    }
    out << "} " << name << "_words;\n\nvoid SLAVE_FUN(" << name << ")(const "
        << name << "_words *words) {\n";
    out << "  " << name << "_words own;\n"
        << "  athread_dma_get(&own, (void *)words, sizeof own);\n";
    for (auto [argument, local] : llvm::zip(function.getArguments(), names)) {
      if (argument.use_empty())
        continue;
      out << "  " << declared(argument, local) << " = own." << local << ";\n";
      bind(argument, {local});
    }
  }

  std::string nameOf(BlockArgument argument) {
    unsigned number = argument.getArgNumber();
    if (!isa<MemRefType>(argument.getType()))
      return number + 1 == function.getNumArguments() ? "units"
                                                      : fresh("extent");
    return number == 0          ? "fault"
           : isTarget(argument) ? fresh("out")
                                : fresh("in");
  }

  std::string declared(BlockArgument argument, StringRef name) {
    if (!isa<MemRefType>(argument.getType()))
      return typeOf(argument) + " " + name.str();
    bool isRead = argument.getArgNumber() > 0 && !isTarget(argument);
    return (isRead ? "const " : "") + elementOf(argument) + " *" + name.str();
  }

  /// Whether something is written there, by an element or by a tile.
  static bool isTarget(Value memory) {
    if (isWritten(memory))
      return true;
    return llvm::any_of(memory.getUsers(), [](Operation *user) {
      auto global = dyn_cast<GlobalOp>(user);
      return global && llvm::any_of(global->getUsers(), [&](Operation *copy) {
               auto async = dyn_cast<CopyAsyncOp>(copy);
               return async && async.getY() == global;
             });
    });
  }

  std::optional<std::string> nameOfOwn(Type type) override {
    if (auto buffer = dyn_cast<BufferType>(type))
      return typeName(buffer.getElementType(), s).value_or("?") + " *";
    if (isa<TokenType>(type))
      return "opc_copies *";
    return std::nullopt;
  }

  void printBuffer(BufferOp op) override {
    BufferType type = op.getY().getType();
    std::string name = fresh("tile"), bytes = std::to_string(type.bytes());
    std::string element = typeName(type.getElementType(), s).value_or("?");
    line() << element << " *" << name << " = (" << element << " *)ldm_malloc("
           << bytes << "); /* " << shapeOf(type) << " */\n";
    bind(op, {name});
    buffers.push_back({name, bytes});
  }

  static std::string shapeOf(BufferType type) {
    std::string shape = llvm::join(
        llvm::map_range(type.getShape(),
                        [](int64_t extent) { return std::to_string(extent); }),
        " x ");
    int64_t pitch = type.getPadded().back();
    if (pitch != type.getShape().back())
      shape += ", rows of " + std::to_string(pitch);
    return shape;
  }

  void printTail() override {
    for (const auto &[name, bytes] : buffers)
      line() << "ldm_free(" << name << ", " << bytes << ");\n";
  }

  std::string bytes(const Expression &count, Value buffer) {
    int64_t size = cast<BufferType>(buffer.getType()).elementBytes();
    return times(count, {std::to_string(size)}).text;
  }

  void printCopy(CopyAsyncOp op) override {
    if (op.getPad() || op.getFromSteps() || op.getToSteps()) {
      unknown = op;
      return;
    }
    Window from = sourceOf(op), to = destinationOf(op);
    bool in = op.getX().getType().isGlobal();
    std::string token = fresh("copies");
    line() << "opc_copies " << token << " = {0, 0};\n";
    line() << (in ? "opc_get(&" : "opc_put(&") << token << ", " << addressOf(to)
           << ", " << bytes(to.pitch, op.getY()) << ", " << addressOf(from)
           << ", " << bytes(from.pitch, op.getX()) << ", " << from.rows.text
           << ", " << bytes(from.columns, op.getX()) << ");\n";
    bind(op, {"&" + token});
  }

  void printWait(WaitOp op) override {
    for (Value token : op.getTokens())
      line() << "opc_wait(" << use(token).text << ");\n";
  }

  void printBarrier(BarrierOp op) override {
    line() << "athread_ssync_array();\n";
  }

  bool printWork(ComputeOp op) override { return false; }

  Expression coreId() override { return {"_PEN"}; }
  Expression coreCount() override { return {"64"}; }
  std::string doneToken() override { return "0"; }

  SmallVector<std::pair<std::string, std::string>> buffers;
};

} // namespace

bool hasOldCalls(const TargetDesc &desc) {
  // The name of a copy is that of the call.
  llvm::StringRef name = machinesOf(desc).front().copies.front().name;
  return name.starts_with("athread_get");
}

llvm::Expected<std::string> printAthread(ModuleOp kernels,
                                         const TargetDesc &desc) {
  PassManager pm(kernels.getContext());
  pm.addPass(createOutlineMathPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  if (failed(pm.run(kernels)))
    return llvm::createStringError(desc.name() +
                                   ": kernels could not be made ready");
  llvm::Expected<std::string> text = printKernels(
      kernels, kSpelling, desc, [](func::FuncOp function, auto &out) {
        return std::make_unique<AthreadPrinter>(function, out);
      });
  if (!text)
    return text.takeError();
  size_t head = kSpelling.header.size();
  return text->substr(0, head) + prelude(hasOldCalls(desc)) + text->substr(head);
}

} // namespace opc::sunway
