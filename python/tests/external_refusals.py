"""LLVM IR that no kernel may be, each with what is said of it."""

SIGNATURE = "define void @f(ptr %x, ptr %y) {{\n{}\n  ret void\n}}\n"

REFUSALS = {
    "no IR": ("nonsense", r"ir is no LLVM IR: line 1, column 1: expected"),
    "unsound": (
        "define void @f(ptr %x, ptr %y) {\n  %a = add i32 %b, 1\n"
        "  %b = add i32 1, 1\n  ret void\n}",
        "ir does not verify: Instruction does not dominate all uses",
    ),
    "another name": (
        "define void @g(ptr %x, ptr %y) {\n  ret void\n}",
        "ir has no function 'f'",
    ),
    "a declaration": (
        "declare void @f(ptr, ptr)",
        "ir declares function 'f' and does not define it",
    ),
    "too few arguments": (
        "define void @f(ptr %x) {\n  ret void\n}",
        r"function 'f' is void \(ptr\), and 1 inputs, 1 outputs and 0 extents "
        r"are passed to void \(ptr, ptr\)",
    ),
    "varargs": (
        "define void @f(ptr %x, ptr %y, ...) {\n  ret void\n}",
        r"function 'f' is void \(ptr, ptr, \.\.\.\)",
    ),
    "a result": (
        "define i32 @f(ptr %x, ptr %y) {\n  ret i32 0\n}",
        r"function 'f' is i32 \(ptr, ptr\)",
    ),
    "a calling convention": (
        "define fastcc void @f(ptr %x, ptr %y) {\n  ret void\n}",
        "function 'f' has a calling convention of its own.*that of C",
    ),
    "by value": (
        "define void @f(ptr byval(i32) %x, ptr %y) {\n  ret void\n}",
        "argument 0 of function 'f' is 'byval'.*plain pointers and numbers",
    ),
    "another processor": (
        'target triple = "aarch64-unknown-linux-gnu"\n' + SIGNATURE.format(""),
        "ir is for aarch64-unknown-linux-gnu, and cpu:.* is x86_64.*"
        "ir without a triple",
    ),
    "another data layout": (
        'target datalayout = "e-p:32:32"\n' + SIGNATURE.format(""),
        "ir has the data layout 'e-p:32:32', and cpu:.* has 'e-m:e.*"
        "ir without a data layout",
    ),
    "inline assembly": (
        SIGNATURE.format('  call void asm sideeffect "nop", ""()'),
        "function 'f' holds inline assembly",
    ),
    "assembly of a module": (
        'module asm ".globl g"\n' + SIGNATURE.format(""),
        "ir holds assembly beside its functions",
    ),
    "a stranger": (
        "declare i32 @getpid()\n"
        + SIGNATURE.format("  %a = call i32 @getpid()"),
        "function 'f' calls 'getpid', which neither ir nor libm defines",
    ),
    "a wrong libm": (
        "declare i32 @expf(ptr)\n"
        + SIGNATURE.format("  %a = call i32 @expf(ptr %x)"),
        r"function 'f' calls expf as i32 \(ptr\), which it is not in C",
    ),
    "a pointer": (
        SIGNATURE.format("  %p = load ptr, ptr %x\n  call void %p()"),
        "function 'f' calls through a pointer",
    ),
    "one processor's intrinsic": (
        "declare void @llvm.x86.sse2.pause()\n"
        + SIGNATURE.format("  call void @llvm.x86.sse2.pause()"),
        "function 'f' calls llvm.x86.sse2.pause, which one kind of processor",
    ),
    "no computation": (
        "declare void @llvm.trap()\n"
        + SIGNATURE.format("  call void @llvm.trap()"),
        "function 'f' calls llvm.trap, which is no computation of a kernel",
    ),
    "state": (
        "@count = internal global i32 0\n"
        + SIGNATURE.format("  store i32 1, ptr @count"),
        "function 'f' uses the variable 'count', which may change between",
    ),
    "a variable of others": (
        "@environ = external constant ptr\n"
        + SIGNATURE.format("  %a = load ptr, ptr @environ"),
        "function 'f' uses the variable 'environ', which ir does not define",
    ),
    "start-up code": (
        "@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }] "
        "[{ i32, ptr, ptr } { i32 0, ptr @g, ptr null }]\n"
        "define void @g() {\n  ret void\n}\n" + SIGNATURE.format(""),
        "ir asks for code that runs when it is loaded: llvm.global_ctors",
    ),
    "another name for a function": (
        "@h = alias void (), ptr @g\n"
        "define void @g() {\n  ret void\n}\n"
        + SIGNATURE.format("  call void @h()"),
        "function 'f' (uses a function or variable by another name|calls)",
    ),
    "a write to an input": (
        SIGNATURE.format(
            "  %p = getelementptr float, ptr %x, i64 1\n"
            "  store float 1.0, ptr %p"
        ),
        "function 'f' writes to its input 0",
    ),
    "a wide type": (
        SIGNATURE.format("  %a = load fp128, ptr %x\n  store fp128 %a, ptr %y"),
        "function 'f' uses the type fp128",
    ),
    "vectors of any length": (
        SIGNATURE.format("  %a = load <vscale x 4 x float>, ptr %x"),
        "function 'f' uses the type <vscale x 4 x float>",
    ),
    "another address space": (
        SIGNATURE.format(
            "  %p = addrspacecast ptr %x to ptr addrspace(3)\n"
            "  %a = load float, ptr addrspace(3) %p"
        ),
        r"function 'f' uses the type ptr addrspace\(3\)",
    ),
    "a wide division": (
        SIGNATURE.format(
            "  %a = load i128, ptr %x\n  %b = udiv i128 %a, 3\n"
            "  store i128 %b, ptr %y"
        ),
        "function 'f' has udiv of i128.*of up to 64 bits",
    ),
    "rounding to bfloat": (
        SIGNATURE.format(
            "  %a = load float, ptr %x\n  %b = fptrunc float %a to bfloat\n"
            "  store bfloat %b, ptr %y"
        ),
        "function 'f' has fptrunc to bfloat.*arithmetic in float",
    ),
    "exceptions": (
        "declare i32 @personality(...)\n"
        "define void @f(ptr %x, ptr %y) personality ptr @personality {\n"
        "  ret void\n}",
        "function 'f' needs the run-time library of a language",
    ),
    "a list of arguments": (
        "define internal void @g(i32 %n, ...) {\n  ret void\n}\n"
        + SIGNATURE.format("  call void (i32, ...) @g(i32 1)"),
        "function 'g' takes variable arguments",
    ),
}
