//===- AthreadPrinter.cpp - kernels as C for Sunway's cores ---------------===//
#include "Athread.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "opc/Targets/Source/Passes.h"
#include "opc/Targets/Tile/CoreFamily.h"
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
#include <simd.h>
#include <slave.h>
#include <stdbool.h>
#include <tgmath.h>
)c",
    .prelude = "",
    .function = "static inline",
    .integers = {{"signed char", "short", "int", "long long"}},
    .unsignedIntegers = {{"unsigned char", "unsigned short", "unsigned",
                          "unsigned long long"}},
    .longSuffix = "LL",
    .vectorType = "{0}v{1}",
    .bits = "opc_bits_{0}({1})",
    .splat = "",
    .lane = "{0}[{1}]",
    .vectorLoad = "",
    .vectorStore = "",
    .exchange = "__sync_lock_test_and_set({0}, {1})",
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
    out << "/* " << description() << " */\ntypedef struct {\n";
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
    declareTurns();
  }

  /// The ops of the graph that the kernel is made of.
  std::string description() {
    SmallVector<std::string> ops;
    if (auto names = function->getAttrOfType<ArrayAttr>("opc.ops"))
      for (auto name : names.getAsRange<StringAttr>())
        ops.push_back(name.getValue().split('.').second.str());
    return llvm::join(ops, ", ");
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

  StringRef stemOfCarried(Type type) override {
    return isa<BufferType>(type)  ? "tile"
           : isa<TokenType>(type) ? "copies"
                                  : KernelPrinter::stemOfCarried(type);
  }

  void printBuffer(BufferOp op) override {
    BufferType type = op.getY().getType();
    std::string name = fresh(op.getName().value_or("tile")),
                bytes = std::to_string(type.bytes());
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
    std::string token = tokenOf(op);
    line() << (in ? "opc_get(&" : "opc_put(&") << token << ", " << addressOf(to)
           << ", " << bytes(to.pitch, op.getY()) << ", " << addressOf(from)
           << ", " << bytes(from.pitch, op.getX()) << ", " << from.rows.text
           << ", " << bytes(from.columns, op.getX()) << ");\n";
    bind(op, {"&" + token});
  }

  /// Copies that a loop carries are of two rounds, which take turns.
  static bool isCarried(CopyAsyncOp op) {
    return llvm::any_of(op->getUsers(), [](Operation *user) {
      return isa<scf::YieldOp>(user);
    });
  }

  std::string tokenOf(CopyAsyncOp op) {
    auto found = turns.find(op);
    if (found == turns.end()) {
      std::string token = fresh("copies");
      line() << "opc_copies " << token << " = {0, 0};\n";
      return token;
    }
    line() << found->second << "_turn ^= 1;\n";
    return found->second + "[" + found->second + "_turn]";
  }

  void declareTurns() {
    function.walk([&](CopyAsyncOp op) {
      if (!isCarried(op))
        return;
      std::string name = turns[op] = fresh("copies");
      out << "  opc_copies " << name << "[2] = {{0, 0}, {0, 0}};\n  int "
          << name << "_turn = 0;\n";
    });
  }

  void printWait(WaitOp op) override {
    for (Value token : op.getTokens())
      line() << "opc_wait(" << use(token).text << ");\n";
  }

  void printBarrier(BarrierOp op) override {
    line() << "athread_ssync_array();\n";
  }

  /// Whole tiles became loops over lanes before.
  bool printWork(ComputeOp op) override { return false; }

  //===--------------------------------------------------------------------===//
  // Vectors
  //===--------------------------------------------------------------------===//

  bool printOwn(Operation *op) override {
    if (auto load = dyn_cast<vector::LoadOp>(op))
      printVectorLoad(load);
    else if (auto store = dyn_cast<vector::StoreOp>(op))
      printVectorStore(store);
    else if (auto broadcast = dyn_cast<vector::BroadcastOp>(op))
      printSplat(broadcast, use(broadcast.getSource()).text);
    else if (auto constant = splatOf(op))
      printSplat(op->getResult(0), constant->text);
    else
      return KernelPrinter::printOwn(op);
    return true;
  }

  /// What all lanes of a constant are.
  std::optional<Expression> splatOf(Operation *op) {
    auto constant = dyn_cast<arith::ConstantOp>(op);
    auto dense = constant ? dyn_cast<SplatElementsAttr>(constant.getValue())
                          : SplatElementsAttr();
    if (!dense)
      return std::nullopt;
    OpBuilder b(op->getContext());
    auto lane = cast<TypedAttr>(dense.getSplatValue<Attribute>());
    OwningOpRef<arith::ConstantOp> one =
        arith::ConstantOp::create(b, op->getLoc(), lane);
    return expressionOf(*one, s, [](Value) { return Expression{"?"}; });
  }

  std::string declareVector(Value value, StringRef stem) {
    std::string name = fresh(stem);
    line() << typeOf(value) << " " << name << ";\n";
    bind(value, {name});
    return name;
  }

  void printVectorLoad(vector::LoadOp op) {
    std::string at = address(op.getBase(), op.getIndices());
    std::string name = declareVector(op.getResult(), "v");
    line() << "simd_load(" << name << ", " << at << ");\n";
  }

  void printVectorStore(vector::StoreOp op) {
    std::string name = fresh("t");
    line() << typeOf(op.getValueToStore()) << " " << name << " = "
           << use(op.getValueToStore()).text << ";\n";
    line() << "simd_store(" << name << ", "
           << address(op.getBase(), op.getIndices()) << ");\n";
  }

  void printSplat(Value value, const std::string &lane) {
    std::string one = fresh("lane");
    Type element = cast<VectorType>(value.getType()).getElementType();
    line() << typeName(element, s).value_or("?") << " " << one << " = " << lane
           << ";\n";
    std::string name = declareVector(value, "all");
    line() << "simd_loade(" << name << ", &" << one << ");\n";
  }

  std::optional<Expression> expressionOfOwn(Operation *op) override {
    auto vector = op->getNumResults() == 1
                      ? dyn_cast<VectorType>(op->getResult(0).getType())
                      : VectorType();
    if (!vector)
      return KernelPrinter::expressionOfOwn(op);
    static const llvm::StringMap<StringLiteral> table = {
        {"arith.addf", "simd_vadd"}, {"arith.subf", "simd_vsub"},
        {"arith.mulf", "simd_vmul"}, {"arith.divf", "simd_vdiv"},
        {"math.fma", "simd_vma"},    {"math.sqrt", "simd_vsqrt"}};
    auto found = table.find(op->getName().getStringRef());
    if (found == table.end())
      return std::nullopt;
    std::string call =
        found->second.str() + (vector.getElementType().isF32() ? "s(" : "d(");
    for (auto [number, operand] : llvm::enumerate(op->getOperands()))
      call += (number ? ", " : "") + use(operand).text;
    return Expression{call + ")"};
  }

  Expression coreId() override { return {"_PEN"}; }
  Expression coreCount() override { return {"64"}; }
  std::string doneToken() override { return "0"; }

  SmallVector<std::pair<std::string, std::string>> buffers;
  DenseMap<Operation *, std::string> turns;
};

} // namespace

bool hasOldCalls(const TargetDesc &desc) {
  // The name of a copy is that of the call.
  llvm::StringRef name = machinesOf(desc).front().copies.front().name;
  return name.starts_with("athread_get");
}

llvm::Expected<std::string> printAthread(ModuleOp kernels,
                                         const TargetDesc &desc) {
  if (llvm::Error error = makeReady(kernels, desc))
    return error;
  llvm::Expected<std::string> text = printKernels(
      kernels, kSpelling, desc, [](func::FuncOp function, auto &out) {
        return std::make_unique<AthreadPrinter>(function, out);
      });
  if (!text)
    return text.takeError();
  size_t head = kSpelling.header.size();
  return text->substr(0, head) + prelude(hasOldCalls(desc)) +
         text->substr(head);
}

} // namespace opc::sunway
