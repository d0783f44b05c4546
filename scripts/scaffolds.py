"""The texts of the files that scripts/new.py writes."""

PASSES_TD = """
@banner@
#ifndef @guard@
#define @guard@

include "mlir/Pass/PassBase.td"

#endif // @guard@
"""

PASSES_H = """
@banner@
#ifndef @guard@
#define @guard@

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace opc {

#define GEN_PASS_DECL
#include "opc/@folder@/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "opc/@folder@/Passes.h.inc"

} // namespace opc

#endif // @guard@
"""

PASS_DEFINITION = """
def @name@Pass : Pass<"@argument@", "::mlir::ModuleOp"> {
  let summary = "@summary@";
  let description = [{
    What it takes, what it leaves, and the IR before and after.
  }];
}

"""

PASS_CPP = """
@banner@
//
// Why the compiler has this pass.
//
// Before:
//   ...
// After:
//   ...
//
//===----------------------------------------------------------------------===//
#include "opc/@folder@/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

namespace opc {
#define GEN_PASS_DEF_@upper@PASS
#include "opc/@folder@/Passes.h.inc"
} // namespace opc

using namespace mlir;

namespace {

/// One rewrite, looking at its own op only.
struct @name@Pattern : OpRewritePattern<opc::AbsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(opc::AbsOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getX().getDefiningOp<opc::AbsOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "operand is no opc.abs");
    rewriter.replaceOp(op, inner.getResult());
    return success();
  }
};

struct @name@ : public opc::impl::@name@PassBase<@name@> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<@name@Pattern>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
"""

PASS_TEST = """
// RUN: opc-opt %s --@argument@ | FileCheck %s

// CHECK-LABEL: func.func @example
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32>)
func.func @example(%x: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: %[[Y:.*]] = opc.abs %[[X]]
  // CHECK-NEXT: return %[[Y]]
  %0 = opc.abs %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = opc.abs %0 : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
"""

# By family: the definition of an op. What is not here starts from the class that
# all ops have.
OP_DEFINITIONS = {
    "Elementwise": """
def Opc_@name@Op : Opc_UnaryFloatOp<"@mnemonic@", "::mlir::math::@name@Op"> {
  let summary = "@summary@";
}

""",
    "": """
def Opc_@name@Op : Opc_Op<"@mnemonic@"> {
  let summary = "@summary@";
  let arguments = (ins Opc_FloatTensor:$x);
  let results = (outs Opc_FloatTensor:$y);
}

""",
}

OP_TEST = """
// opc.@mnemonic@ on plain loops and on the CPU's schedules.
// RUN: %opc run %s --target=reference --output %t.reference
// RUN: %opc run %s --target=%chip --output %t.cpu
// RUN: %python %S/Inputs/compare.py %t.reference %t.cpu --ulp 4

func.func @main(%x0: tensor<3x17xf32> {opc.name = "x0"},
                %x1: tensor<5xf64> {opc.name = "x1"})
    -> (tensor<3x17xf32> {opc.name = "y0"},
        tensor<5xf64> {opc.name = "y1"}) {
  %0 = opc.@mnemonic@ %x0 : (tensor<3x17xf32>) -> tensor<3x17xf32>
  %1 = opc.@mnemonic@ %x1 : (tensor<5xf64>) -> tensor<5xf64>
  return %0, %1 : tensor<3x17xf32>, tensor<5xf64>
}
"""

TARGET_CPP = """
@banner@
//
// What this target adds to the plain loops that every kernel can fall back on.
//
//===----------------------------------------------------------------------===//
#include "opc/Targets/Core/Target.h"

#include "Chips.inc"

namespace opc {

const Target &@lower@Target();

const Target &@lower@Target() {
  static const Target target = {
      .name = "@lower@",
      .summary = "@summary@",
      .chips = kChips,
  };
  return target;
}

} // namespace opc
"""

TARGET_TEST = """
// The target and its chip are listed.
// RUN: %opc targets | FileCheck %s
// CHECK: @lower@
// CHECK: @chip@
"""

FRONTEND_H = """
@banner@
#ifndef @guard@
#define @guard@

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "opc/Runtime/Diagnostic.h"
#include "llvm/Support/MemoryBufferRef.h"
#include <vector>

namespace opc::@lower@ {

/// Translates a graph into a module with one function, `@main`, as
/// docs/Architecture.md describes. On failure `errors` has one for each cause.
llvm::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
import@name@(mlir::MLIRContext &context, llvm::MemoryBufferRef model,
             std::vector<runtime::Diagnostic> &errors);

} // namespace opc::@lower@

#endif // @guard@
"""

FRONTEND_CPP = """
@banner@
//
// A reader and a table; the format is an example, replace it:
//
//   in x n 3
//   add y x x
//   out y
//
//===----------------------------------------------------------------------===//
#include "opc/Frontend/@name@/Import@name@.h"

#include "opc/Frontend/Graph/MainFunction.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using opc::graph::Emitter;

namespace opc::@lower@ {
namespace {

/// What the format calls an op, and what it stands for.
struct Row {
  StringRef op;
  size_t operands;
  Value (*build)(Emitter &n, ArrayRef<Value> x);
};

constexpr Row kRows[] = {
    {"add", 2, [](Emitter &n, ArrayRef<Value> x) { return n.add(x[0], x[1]); }},
    {"mul", 2, [](Emitter &n, ArrayRef<Value> x) { return n.mul(x[0], x[1]); }},
    {"relu", 1,
     [](Emitter &n, ArrayRef<Value> x) { return n.unary<ReluOp>(x[0]); }},
};

class Reader {
public:
  Reader(MLIRContext &context, llvm::MemoryBufferRef model)
      : main(&context, FileLineColLoc::get(
                           &context, model.getBufferIdentifier(), 0, 0)),
        text(model.getBuffer()) {}

  void run(std::vector<runtime::Diagnostic> &errors) {
    for (StringRef line : llvm::split(text.trim(), '\\n'))
      if (auto error = readLine(line))
        errors.push_back(std::move(*error));
    if (errors.empty())
      main.returnOutputs(outputs);
  }

  graph::MainFunction main;

private:
  std::optional<runtime::Diagnostic> readLine(StringRef line) {
    SmallVector<StringRef> words;
    llvm::SplitString(line, words);
    if (words.size() < 2)
      return graph::Objection("a line of fewer than two words").of();
    StringRef op = words[0], name = words[1];
    ArrayRef<StringRef> rest = ArrayRef(words).drop_front(2);
    MLIRContext *context = main.function.getContext();
    Emitter n(main.state, NameLoc::get(StringAttr::get(context, name)));
    if (op == "in")
      addInput(name, rest);
    else if (op == "out")
      outputs.push_back({name.str(), valueOf(n, name)});
    else
      values[name] = build(n, op, rest);
    if (!n.failed())
      return std::nullopt;
    runtime::Diagnostic error = n.objection().of("node", name);
    error.op = op.str();
    return error;
  }

  Value valueOf(Emitter &n, StringRef name) {
    Value value = values.lookup(name);
    if (!value)
      n.fail("there is no value '" + name + "'");
    return value;
  }

  Value build(Emitter &n, StringRef op, ArrayRef<StringRef> names) {
    auto is = [&](const Row &row) { return row.op == op; };
    const Row *row = llvm::find_if(kRows, is);
    if (row == std::end(kRows)) {
      n.refuse("is not supported", "add, mul or relu");
      return {};
    }
    SmallVector<Value> operands;
    for (StringRef name : names)
      operands.push_back(valueOf(n, name));
    if (operands.size() != row->operands)
      n.fail("has " + llvm::Twine(operands.size()) + " operands, not " +
             llvm::Twine(row->operands));
    return n.failed() ? Value() : row->build(n, operands);
  }

  /// Extents are numbers, or names of what the run chooses.
  void addInput(StringRef name, ArrayRef<StringRef> extents) {
    Dims dims;
    for (StringRef extent : extents) {
      int64_t number;
      dims.push_back(extent.getAsInteger(10, number)
                         ? main.extent(extent)
                         : main.state.env.constant(number));
    }
    Type f32 = main.state.builder.getF32Type();
    values[name] = main.addInput(name, tensorType(dims, f32), dims);
  }

  StringRef text;
  llvm::StringMap<Value> values;
  SmallVector<std::pair<std::string, Value>> outputs;
};

} // namespace

FailureOr<OwningOpRef<ModuleOp>> import@name@(MLIRContext &context,
                                              llvm::MemoryBufferRef model,
                                              std::vector<runtime::Diagnostic> &errors) {
  Reader reader(context, model);
  reader.run(errors);
  if (!errors.empty())
    return failure();
  return std::move(reader.main.module);
}

} // namespace opc::@lower@
"""
