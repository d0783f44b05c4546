//===- Passes.td - from kernels on buffers to the LLVM dialect -*- tablegen -*-===//
#ifndef OPC_PIPELINE_PASSES_TD
#define OPC_PIPELINE_PASSES_TD

include "mlir/Pass/PassBase.td"

def ResolveTargetsPass : Pass<"opc-resolve-targets", "::mlir::ModuleOp"> {
  let summary = "ops name their chip where it is not the program's";
  let description = [{
    An op, or what it is in, may say with `opc.target` what it is compiled for.
    Afterwards each computing op of another chip than the module's has that
    attribute, with the name of the chip in full, and nothing else has it. Refuses
    what is no target, and processors that the host program cannot call.

    ```mlir
    module attributes {opc.target = "reference:plain"} {
      %0 = opc.exp %x {opc.target = "reference"} : ...
      %1 = opc.if %c {opc.target = "cpu:CHIP"} { opc.tanh %0 ... }
    // becomes
      %0 = opc.exp %x : ...
      %1 = opc.if %c { opc.tanh %0 {opc.target = "cpu:CHIP"} ... }
    ```
  }];
}

def PlacePass : Pass<"opc-place", "::mlir::ModuleOp"> {
  let summary = "each op goes to the chip where all costs least";
  let description = [{
    In a module whose `opc.targets` names several chips, the host's first, each
    computing op gets the one (`opc.target`; none: the host's) with which the
    whole of @main is expected to take the least time: arithmetic or traffic,
    whichever is more, and the start of a kernel on the op's own chip, less what
    neighbours save that become one kernel there; and copies, one for each value
    and chip that reads it. Figures are the chips' (`speed`); an extent that only
    a run knows is taken for 64. For two chips no choice is better; among more
    none is that deals the ops of two of them out anew. Ops that name a chip stay
    there; what `opc.refused` says that a chip does not take is not there; shape
    arithmetic and foreign code are the host's. `opc.why` says which of these
    decided. What devices do then comes early in its block, and what waits for it
    late.

    ```mlir
    module attributes {opc.targets = ["cpu:CHIP", "board:b1"]} {
      %0 = opc.matmul %x, %w ...
    // becomes
      %0 = opc.matmul %x, %w {opc.target = "board:b1"} ...
    ```
  }];
}

def EstimateKernelsPass : Pass<"opc-estimate-kernels", "::mlir::ModuleOp"> {
  let summary = "kernels say what they would take on each chip";
  let description = [{
    In a module with `opc.targets`, notes on each kernel where it is and why, the
    microseconds that it is expected to take on each of the chips, and those of
    the copies that its being there costs while all others are where they are
    (`opc.placement`).
  }];
}

def SchedulePass : Pass<"opc-schedule", "::mlir::func::FuncOp"> {
  let summary = "kernels on tensors become kernels on flat buffers";
  let description = [{
    Gives each function with the attribute `opc.kernel` to the schedules of its
    target (its attribute opc.target, or the module's), in order, until one takes
    it; the plain loops are the last.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::vector::VectorDialect", "::mlir::LLVM::LLVMDialect"];
}

def FinishKernelsPass : Pass<"opc-finish-kernels", "::mlir::func::FuncOp"> {
  let summary = "each kernel goes through the last passes of its target";
  let description = [{
    Runs on each function with the attribute `opc.kernel`, which is on buffers, what
    its target adds to the end of the stage "schedule" (Target::finishKernel).
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::vector::VectorDialect", "::mlir::LLVM::LLVMDialect"];
}

def LowerExternalKernelsPass
    : Pass<"opc-lower-external-kernels", "::mlir::ModuleOp"> {
  let summary = "functions that came as LLVM IR join the program";
  let description = [{
    Reads the IR of each `opc.external_kernel`, which is all of its kernel, for the
    chip of the kernel; refuses by name what a kernel may not do or what is not for
    that chip; and makes its functions internal ones of the module, in the LLVM
    dialect. The kernel, on flat buffers, has one unit of work: one call.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
    "::mlir::DLTIDialect", "::mlir::LLVM::LLVMDialect"];
}

def InsertCopiesPass : Pass<"opc-insert-copies", "::mlir::ModuleOp"> {
  let summary = "values go to the memory space of those that use them";
  let description = [{
    Kernels work in the memory space of their target; inputs, outputs, constants,
    what bodies yield and whatever the host program looks into are on the host.
    Where a value is used in another space than it is made in, `opc.copy` comes
    before the first such use: one for each value and space, however many use it.
    From one device to another it goes by way of the host.
  }];
}

def FoldConstantsPass : Pass<"opc-fold-constants", "::mlir::ModuleOp"> {
  let summary = "what is computed from constants is computed now";
  let description = [{
    Finds the pure ops of @main and of its regions that have constant operands,
    directly or through others of their kind, and static extents. All of them
    together are compiled for this machine as one program, which runs at once; the
    values that the rest of @main uses become constants. Results are those of a
    run: the same code computes them.

    Values that would make the program larger without saving work stay (a mask of
    a megabyte made of two indices), so do random numbers, and movement that the
    target does itself. What cannot be compiled or run stays, with a remark that
    says why.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::func::FuncDialect", "::mlir::index::IndexDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::ub::UBDialect", "::mlir::vector::VectorDialect"];
  let options = [Option<"growth", "growth", "int64_t", /*default=*/"201326592",
                        "bytes that new constants may add to the program">];
}

def SplitKernelsPass : Pass<"opc-split-kernels", "::mlir::ModuleOp"> {
  let summary = "kernels move into modules that are compiled apart";
  let description = [{
    Each function that others may call, with the internal ones that only it uses,
    goes into a nested module, several to a module until it has `size` ops; users
    elsewhere get a declaration. An entry of more than `large-entry` ops, which
    code generation may leave unoptimised with all of its module, goes alone. The
    cut depends on the program alone, never on the machine, so that the code is
    the same everywhere.
  }];
  let options = [Option<"size", "size", "unsigned", /*default=*/"1500",
                        "ops after which a module is full">,
                 Option<"largeEntry", "large-entry", "unsigned",
                        /*default=*/"::opc::kLargeEntry",
                        "ops of an entry that goes alone">];
}

def LowerFunctionsPass
    : Pass<"opc-lower-functions", "::mlir::LLVM::LLVMFuncOp"> {
  let summary = "kernels to what opc-lower-to-llvm takes";
  let description = [{
    Cleans up each function, computes bf16 in f32, expands conversions of floats
    (opc-expand-conversions) and turns loops into branches. Functions of LLVM ops
    alone, as the entry of a program is, stay as they are.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::math::MathDialect", "::mlir::LLVM::LLVMDialect"];
}

def PrepareImagesPass : Pass<"opc-prepare-images", "::mlir::func::FuncOp"> {
  let summary = "kernels that go into images as they are, ready to be written";
  let description = [{
    Cleans up each kernel, computes f16 and bf16 in f32 where the chip does not,
    and expands conversions of floats (opc-expand-conversions).
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

def ExpandConversionsPass : Pass<"opc-expand-conversions"> {
  let summary = "float conversions without hardware or libc, by integer steps";
  let description = [{
    LLVM turns a truncation to bf16, and one from f64 to f16, into calls of a
    compiler's support library, which a program of opc does not have. Here f64 is
    first rounded to f32 *to odd* (the lowest bit of the result is set when the
    rounding was inexact), after which rounding to the small type gives the
    correctly rounded result; f32 to bf16 is rounded to nearest even on the bits.
    The result is the same bits as one correct rounding, NaN stays NaN.
    With `halves`, conversions between f16 and f32 are expanded, too, and with
    `longs` those of vectors between f32 and 64-bit integers.
  }];
  let options = [
    Option<"halves", "halves", "bool", "false",
           "no instructions convert f16">,
    Option<"longs", "longs", "bool", "false",
           "none convert vectors of f32 to 64-bit integers and back">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

def LowerToLLVMPass : Pass<"opc-lower-to-llvm", "::mlir::ModuleOp"> {
  let summary = "kernels on buffers to the LLVM dialect, in one conversion";
  let description = [{
    Takes arith, cf, func, index, math, memref, ub and vector; functions of math
    for which LLVM has neither an instruction nor an intrinsic become calls of
    libm.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::func::FuncDialect"];
}

#endif // OPC_PIPELINE_PASSES_TD
