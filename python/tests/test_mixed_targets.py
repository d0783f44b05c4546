"""One program with ops of several targets, each beside numpy."""

import ml_dtypes
import numpy as np
import opc
import pytest
from support import TARGETS, normal

# Every part has an op of another target (PLACE) between ops of the program's (no
# mark), extents that only the run knows, and a product with constant weights.
MODEL = """
func.func @main(%x: tensor<?x37xf32> {opc.name = "x", opc.dims = affine_map<()[s0] -> (s0, 37)>},
                %i: tensor<1x3x9x9xf32> {opc.name = "i"},
                %c: tensor<i1> {opc.name = "c"})
    -> (tensor<?x37xf32> {opc.name = "soft"}, tensor<?x20xf32> {opc.name = "product"},
        tensor<1x8x9x9xf32> {opc.name = "conv"}, tensor<?x37xf32> {opc.name = "branch"},
        tensor<37xf32> {opc.name = "folded"}, tensor<?x20xbf16> {opc.name = "half"})
    attributes {opc.symbols = ["n"]} {
  %step = opc.iota {axis = 0 : i64, dims = affine_map<() -> (37, 20)>} : () -> tensor<37x20xi32>
  %w0 = opc.cast %step {saturate = false} : (tensor<37x20xi32>) -> tensor<37x20xf32>
  %d = opc.constant {value = dense<0.03125> : tensor<f32>} : tensor<f32>
  %w = opc.mul %w0, %d : (tensor<37x20xf32>, tensor<f32>) -> tensor<37x20xf32>
  %k = opc.constant {value = dense<0.25> : tensor<8x3x3x3xf32>} : tensor<8x3x3x3xf32>
  %0 = opc.exp %x : (tensor<?x37xf32>) -> tensor<?x37xf32>
  %1 = opc.softmax %0 {axis = 1 : i64, PLACE} : (tensor<?x37xf32>) -> tensor<?x37xf32>
  %2 = opc.neg %1 : (tensor<?x37xf32>) -> tensor<?x37xf32>
  %3 = opc.matmul %x, %w {PLACE} : (tensor<?x37xf32>, tensor<37x20xf32>) -> tensor<?x20xf32>
  %4 = opc.relu %3 : (tensor<?x20xf32>) -> tensor<?x20xf32>
  %5 = opc.conv %i, %k {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>, group = 1 : i64, PLACE} : (tensor<1x3x9x9xf32>, tensor<8x3x3x3xf32>) -> tensor<1x8x9x9xf32>
  %6 = opc.abs %5 {PLACE} : (tensor<1x8x9x9xf32>) -> tensor<1x8x9x9xf32>
  %7 = opc.neg %6 : (tensor<1x8x9x9xf32>) -> tensor<1x8x9x9xf32>
  %8 = opc.if %c {dims = [affine_map<()[s0] -> (s0, 37)>], PLACE} : (tensor<i1>) -> tensor<?x37xf32> {
    %a = opc.tanh %x : (tensor<?x37xf32>) -> tensor<?x37xf32>
    opc.yield %a : tensor<?x37xf32>
  } else {
    %a = opc.neg %x : (tensor<?x37xf32>) -> tensor<?x37xf32>
    opc.yield %a : tensor<?x37xf32>
  }
  %r = opc.reduce %w {kind = "sum", axes = array<i64: 1>, keepdims = false, PLACE} : (tensor<37x20xf32>) -> tensor<37xf32>
  %h = opc.cast %x {saturate = false} : (tensor<?x37xf32>) -> tensor<?x37xbf16>
  %wh = opc.cast %w {saturate = false} : (tensor<37x20xf32>) -> tensor<37x20xbf16>
  %9 = opc.matmul %h, %wh {PLACE} : (tensor<?x37xbf16>, tensor<37x20xbf16>) -> tensor<?x20xbf16>
  return %2, %4, %7, %8, %r, %9 : tensor<?x37xf32>, tensor<?x20xf32>, tensor<1x8x9x9xf32>, tensor<?x37xf32>, tensor<37xf32>, tensor<?x20xbf16>
}
"""


def weights():
    steps = np.arange(37, dtype=np.float64)[:, None] / 32
    return np.broadcast_to(steps, (37, 20))


def expected(x, image, branch):
    """In f64."""
    x, image = x.astype(np.float64), image.astype(np.float64)
    e = np.exp(np.exp(x) - np.exp(x).max(1, keepdims=True))
    padded = np.pad(image, ((0, 0), (0, 0), (1, 1), (1, 1)))
    total = sum(
        padded[:, :, i : i + 9, j : j + 9].sum(1)
        for i in range(3)
        for j in range(3)
    )
    bf16 = x.astype(ml_dtypes.bfloat16).astype(np.float64)
    w16 = weights().astype(ml_dtypes.bfloat16).astype(np.float64)
    return {
        "soft": -e / e.sum(1, keepdims=True),
        "product": np.maximum(x @ weights(), 0),
        "conv": -np.abs(np.repeat(total[:, None] / 4, 8, 1)),
        "branch": np.tanh(x) if branch else -x,
        "folded": weights().sum(1),
        "half": bf16 @ w16,
    }


def model(target):
    return MODEL.replace("PLACE", f'opc.target = "{target}"')


@pytest.mark.parametrize("whole", TARGETS)
@pytest.mark.parametrize("part", TARGETS)
def test_it_computes_what_numpy_does(whole, part):
    program = opc.compile(model(part), target=whole, cache=False)
    for rows, branch in [(1, True), (5, False), (17, True)]:
        feeds = {
            "x": normal(rows, 37),
            "i": normal(1, 3, 9, 9),
            "c": np.array(branch),
        }
        results = program.run(feeds)
        wanted = expected(feeds["x"], feeds["i"], branch)
        for value, (name, right) in zip(results, wanted.items(), strict=True):
            scale = np.abs(right).max()
            bound = 2.0**-7 if name == "half" else 1e-5
            error = np.abs(np.asarray(value, np.float64) - right).max()
            assert error <= bound * scale, (name, rows)


@pytest.mark.parametrize("part", ["cpu:x86-64-v3", "reference:plain"])
def test_kernels_are_scheduled_by_their_own_target(part):
    whole = {
        "cpu:x86-64-v3": "reference:plain",
        "reference:plain": "cpu:x86-64-v3",
    }[part]
    kernels = opc.explain(model(part), target=whole)
    seen = set()
    for each in kernels:
        own = part if f'opc.target = "{part}"' in each["after"] else whole
        is_plain = each["schedule"] == "plain-loops"
        # The CPU has a schedule for all of them.
        assert is_plain == own.startswith("reference"), each["name"]
        seen.add((own, each["ops"][0]))
    assert {(part, "opc.tanh"), (whole, "opc.relu")} <= seen
    # The layout of weights is what the convolution's own target wants.
    packed, plain = (part, "opc.packed_conv"), (part, "opc.conv")
    assert (packed if part.startswith("cpu") else plain) in seen
    assert (plain if part.startswith("cpu") else packed) not in seen


def test_a_machine_that_lacks_what_a_kernel_needs_is_told():
    if "cpu:x86-64-amx" in TARGETS:
        pytest.skip("this machine has all that any chip needs")
    with pytest.raises(
        opc.InputError, match="needs CPU features: .*avx512fp16"
    ):
        opc.compile(model("cpu:x86-64-amx"), target="reference", cache=False)


def test_a_target_that_is_none_is_named_at_its_op():
    with pytest.raises(opc.InputError, match="unknown target 'zx81'") as caught:
        opc.compile(model("zx81"), target="reference", cache=False)
    (found,) = caught.value.diagnostics
    line = MODEL.splitlines()[int(found["place"].split(":")[1]) - 1]
    assert "opc.softmax" in line
