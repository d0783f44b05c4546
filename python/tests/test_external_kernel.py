"""opc.external_kernel: LLVM IR that came with a graph, beside numpy."""

import re
import shutil
import subprocess

import numpy as np
import opc
import pytest
from external_refusals import REFUSALS, SIGNATURE
from support import BUILD, TARGETS, integers, normal

SAXPY = """
define void @saxpy(ptr noalias readonly %a, ptr %x, ptr %y, ptr %out, i64 %n) {
entry:
  %scale = load float, ptr %a
  %some = icmp sgt i64 %n, 0
  br i1 %some, label %loop, label %end
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %px = getelementptr float, ptr %x, i64 %i
  %py = getelementptr float, ptr %y, i64 %i
  %po = getelementptr float, ptr %out, i64 %i
  %vx = load float, ptr %px
  %vy = load float, ptr %py
  %product = fmul float %scale, %vx
  %sum = fadd float %product, %vy
  store float %sum, ptr %po
  %next = add nuw nsw i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %end
end:
  ret void
}
"""

# Each element of the inside is the sum of its four neighbours, edges are 0.
# The output is cleared first: it may not be the input's memory.
STENCIL = """
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
define internal float @at(ptr %x, i64 %i, i64 %j, i64 %columns) {
  %row = mul i64 %i, %columns
  %k = add i64 %row, %j
  %p = getelementptr float, ptr %x, i64 %k
  %v = load float, ptr %p
  ret float %v
}
define void @stencil(ptr %x, ptr %y, i64 %rows, i64 %columns) {
entry:
  %count = mul i64 %rows, %columns
  %bytes = mul i64 %count, 4
  call void @llvm.memset.p0.i64(ptr %y, i8 0, i64 %bytes, i1 false)
  %lastrow = sub i64 %rows, 1
  %lastcolumn = sub i64 %columns, 1
  br label %rowhead
rowhead:
  %i = phi i64 [ 1, %entry ], [ %nexti, %rowend ]
  %moreRows = icmp slt i64 %i, %lastrow
  br i1 %moreRows, label %columnhead, label %end
columnhead:
  %j = phi i64 [ 1, %rowhead ], [ %nextj, %body ]
  %moreColumns = icmp slt i64 %j, %lastcolumn
  br i1 %moreColumns, label %body, label %rowend
body:
  %up = sub i64 %i, 1
  %down = add i64 %i, 1
  %left = sub i64 %j, 1
  %right = add i64 %j, 1
  %a = call float @at(ptr %x, i64 %up, i64 %j, i64 %columns)
  %b = call float @at(ptr %x, i64 %down, i64 %j, i64 %columns)
  %c = call float @at(ptr %x, i64 %i, i64 %left, i64 %columns)
  %d = call float @at(ptr %x, i64 %i, i64 %right, i64 %columns)
  %ab = fadd float %a, %b
  %cd = fadd float %c, %d
  %s = fadd float %ab, %cd
  %row = mul i64 %i, %columns
  %k = add i64 %row, %j
  %py = getelementptr float, ptr %y, i64 %k
  store float %s, ptr %py
  %nextj = add i64 %j, 1
  br label %columnhead
rowend:
  %nexti = add i64 %i, 1
  br label %rowhead
end:
  ret void
}
"""

LOOKUP = """
@squares = private constant [256 x i8] c"%s"
define void @lookup(ptr %%x, ptr %%y, i64 %%n) {
entry:
  br label %%head
head:
  %%i = phi i64 [ 0, %%entry ], [ %%next, %%body ]
  %%more = icmp slt i64 %%i, %%n
  br i1 %%more, label %%body, label %%end
body:
  %%px = getelementptr i8, ptr %%x, i64 %%i
  %%v = load i8, ptr %%px
  %%k = zext i8 %%v to i64
  %%pt = getelementptr [256 x i8], ptr @squares, i64 0, i64 %%k
  %%t = load i8, ptr %%pt
  %%py = getelementptr i8, ptr %%y, i64 %%i
  store i8 %%t, ptr %%py
  %%next = add i64 %%i, 1
  br label %%head
end:
  ret void
}
""" % "".join(f"\\{(k * k) % 256:02x}" for k in range(256))

# Written for memory that is aligned to whole vectors.
WIDE = """
define void @twice(ptr align 32 dereferenceable(64) %x, ptr align 32 %y) {
  %a = load <8 x float>, ptr %x, align 32
  %px = getelementptr float, ptr %x, i64 8
  %b = load <8 x float>, ptr %px, align 32
  %c = fadd <8 x float> %a, %a
  %d = fadd <8 x float> %b, %b
  store <8 x float> %c, ptr %y, align 32
  %py = getelementptr float, ptr %y, i64 8
  store <8 x float> %d, ptr %py, align 32
  ret void
}
"""

BOTH = """
declare float @expf(float)
define void @both(ptr %x, ptr %sum, ptr %flag) {
  %p = getelementptr float, ptr %x, i64 1
  %a = load float, ptr %x
  %b = load float, ptr %p
  %e = call float @expf(float %a)
  %s = fadd float %e, %b
  store float %s, ptr %sum
  %c = fcmp olt float %a, %b
  %z = zext i1 %c to i8
  store i8 %z, ptr %flag
  ret void
}
"""


def text(ir):
    """As MLIR writes a string: JSON's way, but for what it escapes."""
    data = ir if isinstance(ir, bytes) else ir.encode()
    plain = set(range(32, 127)) - set(b'"\\')
    return '"%s"' % "".join(
        chr(b) if b in plain else f"\\{b:02X}" for b in data
    )


def program(body, function, target, **options):
    """A module whose @main is `body`."""
    return opc.compile(
        f"func.func @main{body.replace('IR_', function)}".encode(),
        target=target,
        cache=False,
        **options,
    )


def unary(ir, function, extents="", kind="f32", shape="37", **more):
    """A graph of one kernel from x to y."""
    target = more.pop("target", "cpu")
    dims = ", ".join(shape.split("x"))
    given = f", extents = affine_map<() -> ({extents})>" if extents else ""
    body = f"""(%x: tensor<{shape}x{kind}> {{opc.name = "x"}})
    -> (tensor<{shape}x{kind}> {{opc.name = "y"}}) {{
  %0 = opc.external_kernel %x {{function = "{function}", ir = IR_,
      dims = [affine_map<() -> ({dims})>]{given}}}
      : (tensor<{shape}x{kind}>) -> tensor<{shape}x{kind}>
  return %0 : tensor<{shape}x{kind}>
}}"""
    return program(body, text(ir), target, **more)


CALLS = """(%x: tensor<?xf32> {opc.name = "x",
      opc.dims = affine_map<()[s0] -> (s0)>},
    %y: tensor<?xf32> {opc.name = "y", opc.dims = affine_map<()[s0] -> (s0)>})
    -> (tensor<?xf32> {opc.name = "z"}, tensor<?xf32> {opc.name = "again"})
    attributes {opc.symbols = [""]} {
  %a = opc.constant {value = dense<2.5> : tensor<f32>} : tensor<f32>
  %0 = opc.neg %x : (tensor<?xf32>) -> tensor<?xf32>
  %1 = opc.external_kernel %a, %0, %y {function = "saxpy", ir = IR_,
      extents = affine_map<()[s0] -> (s0)>, dims = [affine_map<()[s0] -> (s0)>]}
      : (tensor<f32>, tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %2 = opc.exp %1 : (tensor<?xf32>) -> tensor<?xf32>
  %3 = opc.external_kernel %a, %2, %y {function = "saxpy", ir = IR_,
      extents = affine_map<()[s0] -> (s0)>, dims = [affine_map<()[s0] -> (s0)>]}
      : (tensor<f32>, tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %4 = opc.external_kernel %a, %2, %y {function = "saxpy", ir = IR_,
      extents = affine_map<()[s0] -> (s0)>, dims = [affine_map<()[s0] -> (s0)>]}
      : (tensor<f32>, tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %5 = opc.abs %3 : (tensor<?xf32>) -> tensor<?xf32>
  %6 = opc.relu %4 : (tensor<?xf32>) -> tensor<?xf32>
  return %5, %6 : tensor<?xf32>, tensor<?xf32>
}"""


@pytest.mark.parametrize("target", TARGETS)
def test_two_calls_between_named_ops(target):
    module = program(CALLS, text(SAXPY), target)
    for n in (0, 1, 37, 4096):
        x, y = normal(n), normal(n, seed=1)
        z, again = module.run({"x": x, "y": y})
        a = np.float32(2.5)
        first = np.exp(a * -x + y)
        second = a * first + y
        np.testing.assert_allclose(z, np.abs(second), rtol=2e-6, atol=1e-6)
        np.testing.assert_allclose(
            again, np.maximum(second, 0), rtol=2e-6, atol=1e-6
        )


@pytest.mark.parametrize("target", TARGETS)
def test_equal_calls_are_one(target):
    manifest = program(CALLS, text(SAXPY), target).manifest
    ops = [kernel["ops"] for kernel in manifest["kernels"]]
    assert ops.count(["opc.external_kernel"]) == 2, ops


@pytest.mark.parametrize("target", TARGETS)
def test_stencil(target):
    body = """(%x: tensor<?x?xf32> {opc.name = "x",
      opc.dims = affine_map<()[s0, s1] -> (s0, s1)>})
    -> (tensor<?x?xf32> {opc.name = "y"})
    attributes {opc.symbols = ["rows", "columns"]} {
  %0 = opc.neg %x : (tensor<?x?xf32>) -> tensor<?x?xf32>
  %1 = opc.external_kernel %0 {function = "stencil", ir = IR_,
      extents = affine_map<()[s0, s1] -> (s0, s1)>,
      dims = [affine_map<()[s0, s1] -> (s0, s1)>]}
      : (tensor<?x?xf32>) -> tensor<?x?xf32>
  %2 = opc.external_kernel %1 {function = "stencil", ir = IR_,
      extents = affine_map<()[s0, s1] -> (s0, s1)>,
      dims = [affine_map<()[s0, s1] -> (s0, s1)>]}
      : (tensor<?x?xf32>) -> tensor<?x?xf32>
  return %2 : tensor<?x?xf32>
}"""

    def stencil(x):
        y = np.zeros_like(x)
        y[1:-1, 1:-1] = (x[:-2, 1:-1] + x[2:, 1:-1]) + (
            x[1:-1, :-2] + x[1:-1, 2:]
        )
        return y

    module = program(body, text(STENCIL), target)
    for shape in ((12, 37), (3, 129), (1, 1)):
        x = normal(*shape)
        np.testing.assert_array_equal(module.run([x])[0], stencil(stencil(-x)))


@pytest.mark.parametrize("target", TARGETS)
def test_lookup_of_bytes(target):
    module = unary(LOOKUP, "lookup", "129", "ui8", "129", target=target)
    x = integers(0, 256, 129, dtype=np.uint8)
    expected = (x.astype(np.int64) ** 2 % 256).astype(np.uint8)
    np.testing.assert_array_equal(module.run([x])[0], expected)


@pytest.mark.parametrize("target", TARGETS)
def test_buffers_need_no_more_alignment_than_elements(target):
    module = unary(WIDE, "twice", shape="16", target=target)
    for offset in range(8):
        x = normal(24)[offset : offset + 16]
        out = np.empty(24, np.float32)[offset : offset + 16]
        module.run([x], out=out)
        np.testing.assert_array_equal(out, 2 * x)


@pytest.mark.parametrize("target", TARGETS)
def test_several_outputs_and_libm(target):
    body = """(%x: tensor<2xf32> {opc.name = "x"})
    -> (tensor<f32> {opc.name = "sum"}, tensor<i1> {opc.name = "flag"},
        tensor<2xf32> {opc.name = "e"}) {
  %0:2 = opc.external_kernel %x {function = "both", ir = IR_,
      dims = [affine_map<() -> ()>, affine_map<() -> ()>]}
      : (tensor<2xf32>) -> (tensor<f32>, tensor<i1>)
  %1 = opc.exp %x : (tensor<2xf32>) -> tensor<2xf32>
  return %0#0, %0#1, %1 : tensor<f32>, tensor<i1>, tensor<2xf32>
}"""
    module = program(body, text(BOTH), target)
    for x in (np.float32([0.5, 2]), np.float32([3, -1])):
        total, flag, e = module.run([x])
        np.testing.assert_allclose(total, np.exp(x[0]) + x[1], rtol=1e-6)
        assert flag == (x[0] < x[1])
        np.testing.assert_allclose(e, np.exp(x), rtol=1e-6)


# It reads its input after it wrote its output.
REVERSE = """
define void @reverse(ptr %x, ptr %y, i64 %n) {
entry:
  br label %head
head:
  %i = phi i64 [ 0, %entry ], [ %next, %body ]
  %more = icmp slt i64 %i, %n
  br i1 %more, label %body, label %end
body:
  %py = getelementptr i32, ptr %y, i64 %i
  store i32 0, ptr %py
  %next = add i64 %i, 1
  %k = sub i64 %n, %next
  %px = getelementptr i32, ptr %x, i64 %k
  %v = load i32, ptr %px
  store i32 %v, ptr %py
  br label %head
end:
  ret void
}
"""


@pytest.mark.parametrize("target", TARGETS)
def test_no_output_is_an_input(target):
    body = """(%x: tensor<129xi32> {opc.name = "x"})
    -> (tensor<129xi32> {opc.name = "y"}) {
  %0 = opc.neg %x : (tensor<129xi32>) -> tensor<129xi32>
  %1 = opc.external_kernel %0 {function = "reverse", ir = IR_,
      extents = affine_map<() -> (129)>, dims = [affine_map<() -> (129)>]}
      : (tensor<129xi32>) -> tensor<129xi32>
  %2 = opc.neg %1 : (tensor<129xi32>) -> tensor<129xi32>
  return %2 : tensor<129xi32>
}"""
    module = program(body, text(REVERSE), target)
    x = integers(-100, 100, 129, dtype=np.int32)
    np.testing.assert_array_equal(module.run([x])[0], x[::-1])


@pytest.mark.parametrize("target", TARGETS)
def test_donated_input_is_apart(target):
    module = unary(REVERSE, "reverse", "37", "i32", target=target, donate=["x"])
    x = integers(-100, 100, 37, dtype=np.int32)
    expected = x[::-1].copy()
    np.testing.assert_array_equal(module.run([x])[0], expected)


C = """
#include <stddef.h>
#include <stdint.h>
static int clamp(int v, int low, int high) {
  return v < low ? low : v > high ? high : v;
}
void requantise(const int8_t *x, const int32_t *bias, int8_t *y, int64_t rows,
                int64_t columns) {
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      y[i * columns + j] =
          clamp((x[i * columns + j] * 3 + bias[j]) >> 2, -128, 127);
}
"""


def compiled(tmp_path, *flags):
    clang = shutil.which("clang-22")
    if not clang:
        pytest.skip("clang-22 is not installed")
    source, output = tmp_path / "kernel.c", tmp_path / "kernel.out"
    source.write_text(C)
    subprocess.run(
        [clang, "-emit-llvm", "-c", *flags, source, "-o", output], check=True
    )
    return output.read_bytes()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "flags",
    [
        ["-O0", "-S"],
        ["-O2", "-g", "-fstack-protector-all"],
        ["-O3", "-march=x86-64-v3", "-fPIC"],
    ],
    ids=["text", "bitcode", "vectors"],
)
def test_compiled_c(target, flags, tmp_path):
    body = """(%x: tensor<?x37xi8> {opc.name = "x",
      opc.dims = affine_map<()[s0] -> (s0, 37)>},
    %b: tensor<37xi32> {opc.name = "b"})
    -> (tensor<?x37xi8> {opc.name = "y"}) attributes {opc.symbols = ["n"]} {
  %0 = opc.external_kernel %x, %b {function = "requantise", ir = IR_,
      extents = affine_map<()[s0] -> (s0, 37)>,
      dims = [affine_map<()[s0] -> (s0, 37)>]}
      : (tensor<?x37xi8>, tensor<37xi32>) -> tensor<?x37xi8>
  return %0 : tensor<?x37xi8>
}"""
    module = program(body, text(compiled(tmp_path, *flags)), target)
    for n in (1, 12):
        x = integers(-128, 128, n, 37, dtype=np.int8)
        b = integers(-500, 500, 37, dtype=np.int32)
        wide = (x.astype(np.int64) * 3 + b) >> 2
        expected = np.clip(wide, -128, 127).astype(np.int8)
        np.testing.assert_array_equal(module.run([x, b])[0], expected)


def test_what_is_printed_compiles_again(tmp_path):
    """The IR after import holds the function."""
    source, printed = tmp_path / "a.mlir", tmp_path / "b.mlir"
    source.write_text(f"func.func @main{CALLS.replace('IR_', text(SAXPY))}")
    command = [BUILD / "bin/opc", "compile", source, "-o", printed]
    subprocess.run([*command, "--stop-after", "import"], check=True)
    module = opc.compile(str(printed), target="cpu", cache=False)
    x = normal(5)
    expected = np.abs(np.float32(2.5) * np.exp(np.float32(-1.5) * x) + x)
    np.testing.assert_allclose(
        module.run([x, x])[0], expected, rtol=2e-6, atol=1e-6
    )


def refused(ir, function="f", extents="", target="cpu"):
    with pytest.raises(opc.Error) as caught:
        unary(ir, function, extents, target=target)
    line = str(caught.value)
    assert "\n" not in line
    assert "'opc.external_kernel' op " in line
    return line.split("'opc.external_kernel' op ")[1]


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals_name_their_reason(name):
    ir, reason = REFUSALS[name]
    assert re.search(reason, refused(ir)), refused(ir)


def test_what_nobody_needs_is_not_looked_at():
    unused = (
        "@count = internal global i32 0\n"
        "define void @g() {\n"
        '  store i32 1, ptr @count\n  call void asm "nop", ""()\n'
        "  ret void\n}\n"
    )
    module = unary(WIDE + unused, "twice", shape="16")
    x = normal(16)
    np.testing.assert_array_equal(module.run([x])[0], 2 * x)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ((", dims = [affine_map<() -> (37)>]", ", dims = []"),
         "dims has 0 maps, not 1"),
        (('function = "f"', 'function = ""'), "names no function"),
        (("-> (37)>]", "-> (36)>]"), "has a value of 'tensor<37xf32>' whose"),
        (("dims =", "extents = affine_map<(d0) -> (d0)>, dims ="),
         "extents is no map over symbols alone"),
        (("dims =", "extents = affine_map<()[s0] -> (s0)>, dims ="),
         "uses a symbol that opc.symbols does not have"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_graph_is_named(change, reason):
    body = """(%x: tensor<37xf32>) -> tensor<37xf32> {
  %0 = opc.external_kernel %x {function = "f", ir = IR_, dims = [affine_map<() -> (37)>]}
      : (tensor<37xf32>) -> tensor<37xf32>
  return %0 : tensor<37xf32>
}"""
    assert change[0] in body
    with pytest.raises(opc.InputError, match=re.escape(reason)):
        program(body.replace(*change), text(SIGNATURE.format("")), "cpu")


def test_no_outputs_are_named():
    body = """(%x: tensor<37xf32>) -> tensor<37xf32> {
  opc.external_kernel %x {function = "f", ir = IR_, dims = []}
      : (tensor<37xf32>) -> ()
  return %x : tensor<37xf32>
}"""
    with pytest.raises(opc.InputError, match="has no outputs"):
        program(body, text(SIGNATURE.format("")), "cpu")
