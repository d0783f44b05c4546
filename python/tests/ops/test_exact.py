"""Operators where onnxruntime is no oracle: exact integers, halves whose steps leave
their range, tails, lengths of ranges.

Expected values are Python's integers and numpy's float64, rounded once.
"""

import itertools
import math

import numpy as np
import opc
import pytest
from support import (
    BF16,
    INTS,
    TARGETS,
    Case,
    edges,
    graph_model,
    run_together,
    wrapped,
)
from onnx import helper

HALVES = (np.dtype(np.float16), BF16)


def run(case, target, symbolic=False):
    compiled = opc.compile(case.model(symbolic), target=target, cache=False)
    return compiled.run(case.feeds)


# Powers.


def integer_power(base, exponent):
    """Exact; a fraction is truncated, of 0 it is 0."""
    if exponent >= 0:
        return base**exponent
    return base ** (exponent % 2) if base in (1, -1) else 0


EXPONENTS = [*range(-4, 12), 16, 22, 39, 63, 64, 65, 127]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("exponent_type", ["i1", "i4", "i8", "u8", "f4", "f8"])
def test_integer_power(exponent_type, target):
    exponent_type = np.dtype(exponent_type)
    exponents = [e for e in EXPONENTS if e >= 0 or exponent_type.kind != "u"]
    cases, wanted = [], []
    for dtype in INTS:
        pairs = list(itertools.product(edges(dtype), exponents))
        a, b = zip(*pairs, strict=True)
        operands = np.array(a, dtype), np.array(b, exponent_type)
        cases.append(Case("Pow", *operands, opset=15))
        wanted.append([wrapped(integer_power(*pair), dtype) for pair in pairs])
    results = run_together(cases, target)
    for dtype, y, want in zip(INTS, results, wanted, strict=True):
        assert y.tolist() == want, dtype


@pytest.mark.parametrize("target", TARGETS)
def test_integer_power_of_constant_exponent(target):
    exponents = (-3, -2, 0, 1, 2, 3, 5, 39, 64, 2.0, -1.0)
    cases, wanted = [], []
    for dtype, exponent in itertools.product(INTS, exponents):
        base = edges(dtype)
        operands = np.array(base, dtype), np.array(exponent)
        cases.append(Case("Pow", *operands, fixed=(1,), opset=15))
        powers = (integer_power(x, int(exponent)) for x in base)
        wanted.append([wrapped(power, dtype) for power in powers])
    results = run_together(cases, target)
    for case, y, want in zip(cases, results, wanted, strict=True):
        assert y.tolist() == want, str(case)


@pytest.mark.parametrize("target", TARGETS)
def test_power_of_float_has_the_exponent_as_given(target):
    """Not rounded to the type of the base: the sign of -1 and what is left of a
    fraction depend on its last digit."""
    cases = [
        (np.float16([-1, -1, 2, -2]), np.int64([70001, 70000, 3, 3])),
        (
            np.float32([-1, -1, 1.0000001]),
            np.int32([2**24 + 1, 2**24, 2**24 + 1]),
        ),
        (np.float64([-1, -1, -1]), np.int64([2**53 + 1, 2**53, -(2**53) - 1])),
        (np.float16([2.0]), np.float32([0.0001])),
        (np.float32([2.0]), np.float64([1e-12 + 20])),
    ]
    for a, b in cases:
        with np.errstate(all="ignore"):
            want = np.array(
                [
                    math.copysign(math.pow(abs(x), e), x if e % 2 == 1 else 1)
                    for x, e in zip(a.tolist(), b.tolist(), strict=True)
                ]
            ).astype(a.dtype)
        y = run(Case("Pow", a, b, opset=15), target)[0]
        np.testing.assert_allclose(y, want, rtol=2 * np.finfo(a.dtype).eps)


SPECIAL = np.float32(
    [0.0, -0.0, np.inf, -np.inf, np.nan, 1, -1, -2, 1e20, 1e-20]
)


@pytest.mark.parametrize("target", TARGETS)
def test_constant_powers_of_special_numbers(target):
    exponents = np.arange(-8, 9, dtype=np.float32) / 2
    cases = [
        Case("Pow", SPECIAL, np.array(exponent), fixed=(1,), opset=15)
        for exponent in exponents
    ]
    results = run_together(cases, target)
    for exponent, y in zip(exponents, results, strict=True):
        with np.errstate(all="ignore"):
            # Of arrays: with one exponent numpy takes the root, which gives -0.
            base = SPECIAL.astype(np.float64)
            want = np.power(base, np.full_like(base, exponent))
            want = want.astype(np.float32)
        np.testing.assert_allclose(y, want, rtol=4e-7, err_msg=str(exponent))
        number = ~np.isnan(want)
        np.testing.assert_array_equal(
            np.signbit(y)[number], np.signbit(want)[number]
        )


# Halves: an op rounds its result, not its steps.


def many(value, *shape):
    return np.full(shape, value)


ROW = many(300.0, 1, 256)
IMAGE = many(300.0, 1, 1, 8, 8)
CHANNELS = np.stack([many(1000.0, 4), many(-2000.0, 4)])[None]

# op, operands (floats become halves), attributes, exact result.
STEPS = [
    ("ReduceL2", (ROW,), dict(opset=13, axes=[1]), [[4800]]),
    ("ReduceSumSquare", (many(0.0117, 1, 300),), dict(opset=13, axes=[1]), None),
    ("ReduceLogSum", (ROW,), dict(opset=13, axes=[1]), [[np.log(76800)]]),
    ("ReduceLogSumExp", (many(11.0, 1, 9),), dict(opset=13, axes=[1]), [[11 + np.log(9)]]),
    ("ReduceMean", (many(60000.0, 1, 9),), dict(opset=13, axes=[1]), [[60000]]),
    ("GlobalLpPool", (IMAGE,), {}, [[[[2400]]]]),
    ("LpPool", (IMAGE,), dict(kernel_shape=[8, 8]), [[[[2400]]]]),
    ("GlobalAveragePool", (many(60000.0, 1, 1, 8, 8),), {}, [[[[60000]]]]),
    ("AveragePool", (many(60000.0, 1, 1, 8, 8),), dict(kernel_shape=[8, 8]), [[[[60000]]]]),
    ("LpNormalization", (ROW,), dict(opset=1), many(1 / 16, 1, 256)),
    ("LpNormalization", (many(300.0, 1, 256),), dict(opset=1, p=1), many(1 / 256, 1, 256)),
    ("LRN", (many(600.0, 1, 4, 1, 1),), dict(size=1, alpha=1.0, beta=0.5, bias=1.0), many(600 / np.sqrt(360001), 1, 4, 1, 1)),
    ("MeanVarianceNormalization", (CHANNELS[..., None],), dict(axes=[1]), None),
    ("MeanVarianceNormalization", (many(7.0, 1, 2, 2, 2),), {}, many(0.0, 1, 2, 2, 2)),
    ("BatchNormalization", (many(1000.0, 1, 2, 3), many(100.0, 2), many(5.0, 2), many(1000.0, 2), many(0.0001, 2)), dict(opset=15, epsilon=0.0), many(5.0, 1, 2, 3)),
    ("InstanceNormalization", (np.array([[[-1.0, 1.0, -1, 1]]]), many(60000.0, 1), many(-30000.0, 1)), dict(epsilon=0.0), [[[-np.inf, 30000, -np.inf, 30000]]]),
    ("Gemm", (many(300.0, 1, 64), many(300.0, 64, 1)), dict(alpha=1 / 32768), [[175.78125]]),
    ("Gemm", (many(300.0, 1, 1), many(300.0, 1, 1), many(-40000.0, 1)), {}, [[50000]]),
    ("Conv", (many(300.0, 1, 1, 1), many(300.0, 1, 1, 1), many(-40000.0, 1)), {}, [[[50000]]]),
    ("ConvTranspose", (many(300.0, 1, 1, 1), many(300.0, 1, 1, 1), many(-40000.0, 1)), {}, [[[50000]]]),
    ("Einsum", (many(300.0, 1), many(300.0, 1), many(0.5, 1)), dict(equation="i,i,i->i"), [45000]),
    ("Sum", (many(40000.0, 2), many(40000.0, 2), many(-40000.0, 2)), {}, [40000, 40000]),
    ("Mean", (many(40000.0, 2), many(40000.0, 2)), {}, [40000, 40000]),
    ("CumSum", (np.array([60000.0, 60000, -60000]), np.array(0)), dict(fixed=(1,)), [60000, np.inf, 60000]),
    ("NegativeLogLikelihoodLoss", (many(-500.0, 300, 2), np.zeros(300, np.int64)), {}, 500),
    ("SoftmaxCrossEntropyLoss", (many(0.0, 300, 2) + [0, 500], np.zeros(300, np.int64)), {}, 500),
    ("Range", (np.array(0.0), np.array(30.0), np.array(0.015625)), {}, np.arange(1920) / 64),
]  # fmt: skip


def half(array, dtype):
    return array.astype(dtype) if array.dtype.kind == "f" else array


# At these opsets ONNX has no Range of bf16.
HALF_STEPS = [
    pytest.param(row, dtype, id=f"{row[0]}-{dtype}")
    for row in STEPS
    for dtype in HALVES
    if not (row[0] == "Range" and dtype == BF16)
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("row, dtype", HALF_STEPS)
def test_steps_are_wider_than_halves(row, dtype, target):
    op, operands, attributes, want = row
    operands = [half(np.asarray(x), dtype) for x in operands]
    options = dict(attributes)
    case = Case(op, *operands, opset=options.pop("opset", 18), **options)
    (y,) = run(case, target)
    wide = [x.astype(np.float64) if x.dtype == dtype else x for x in operands]
    if op == "ReduceSumSquare":
        want = [[(wide[0] ** 2).sum()]]
    elif want is None:
        spread = wide[0].std(axis=1, keepdims=True)
        want = (wide[0] - wide[0].mean(axis=1, keepdims=True)) / spread
    elif dtype == BF16 and np.isinf(want).any():
        want = np.where(np.isinf(want), y, want)  # in reach of bf16
    assert y.dtype == dtype
    step = 2.0**-8 if dtype == BF16 else 2.0**-11
    with np.errstate(over="ignore"):
        want = np.asarray(want).astype(dtype).astype(np.float64)
    # The operands themselves are rounded: constants of the table need not be
    # halves.
    np.testing.assert_allclose(
        y.astype(np.float64), want, rtol=3 * step, atol=1e-6
    )


# Lengths of ranges.

RANGES = [
    (np.float32(0), np.float32(0.3), np.float32(0.1), 4),
    (np.float32(1), np.float32(2.2), np.float32(0.2), 7),
    (np.float32(0), np.float32(1), np.float32(0.1), 10),
    (np.float64(0), np.float64(0.3), np.float64(0.1), 3),
    (np.float32(5), np.float32(5), np.float32(1), 0),
    (np.float32(5), np.float32(1), np.float32(1), 0),
    (np.float32(1e30), np.float32(1), np.float32(1), 0),
    (np.float32(5), np.float32(-1), np.float32(-2.5), 3),
    (np.int64(2**63 - 5), np.int64(2**63 - 1), np.int64(2), 2),
    (np.int64(-(2**63)), np.int64(2**63 - 1), np.int64(2**62), 4),
    (np.int64(2**63 - 1), np.int64(-(2**63)), np.int64(-(2**63)), 2),
    (np.int16(-32768), np.int16(32767), np.int16(32767), 3),
    (np.int32(7), np.int32(-2**31), np.int32(2), 0),
]  # fmt: skip


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("known", [True, False], ids=["constants", "inputs"])
@pytest.mark.parametrize("row", RANGES, ids=str)
def test_range(row, known, target):
    *operands, count = row
    case = Case("Range", *operands, fixed=(0, 1, 2) if known else ())
    (y,) = run(case, target)
    start, _, delta = (x.item() for x in operands)
    assert y.dtype == operands[0].dtype
    want = [start + i * delta for i in range(count)]
    assert len(y) == count
    np.testing.assert_allclose(y, np.array(want, y.dtype), rtol=2e-7)


ENDLESS = [
    (np.int64(0), np.int64(5), np.int64(0)),
    (np.int64(-(2**63)), np.int64(2**63 - 1), np.int64(1)),
    (np.float32(0), np.float32(5), np.float32(0)),
    (np.float32(5), np.float32(0), np.float32(0)),
    (np.float32(0), np.float32(1e30), np.float32(1)),
    (np.float32(0), np.float32(np.nan), np.float32(1)),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("operands", ENDLESS, ids=str)
def test_range_without_a_length(operands, target):
    known = Case("Range", *operands, fixed=(0, 1, 2))
    wrong = "delta is 0|length is out of range"
    for case in (known, Case("Range", *operands)):
        with pytest.raises(opc.InputError, match=wrong) as caught:
            run(case, target)
        assert "Range" in str(caught.value)


# Other lines of the kind.


def shrunk(x, lambd, bias):
    bias = int(bias) if bias == int(bias) else bias  # Python's, exact
    if x < -lambd:
        return math.trunc(x + bias)
    return math.trunc(x - bias) if x > lambd else 0


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "lambd, bias",
    [
        (-1.0, 0.0),
        (0.5, 0.0),
        (2.5, 1.0),
        (-2.5, 2.0),
        (300.0, 0.0),
        (1e30, 1.0),
        (-1e30, 1.0),
        (1.0, 1.5),
    ],
)
def test_shrink_of_integers(lambd, bias, target):
    cases = []
    for dtype in INTS:
        x = np.array(edges(dtype), dtype)
        if bias != int(bias):  # through float64
            x = x[np.abs(x.astype(np.float64)) < 100]
            x = x[x >= 2] if dtype.kind == "u" else x
        cases.append(Case("Shrink", x, lambd=lambd, bias=bias))
    for case, y in zip(cases, run_together(cases, target), strict=True):
        (x,) = case.inputs
        want = [wrapped(shrunk(v, lambd, bias), x.dtype) for v in x.tolist()]
        assert y.tolist() == want, x.dtype


@pytest.mark.parametrize("target", TARGETS)
def test_mean_of_integers_does_not_wrap(target):
    for dtype in (np.int32, np.uint32, np.int64, np.uint64):
        info = np.iinfo(dtype)
        rows = [[info.max] * 3, [info.min] * 3, [info.max, info.max, info.min],
                [info.max, 1, 1], [5, 5, 6], [info.max - 1, info.max, 0]]  # fmt: skip
        if info.min:
            rows += [
                [-5, -5, -6],
                [info.min, 1, 0],
                [-7, 3, 3],
                [7, -3, -3],
                [-1, 1, 1],
            ]
        x = np.array(rows, dtype)
        (y,) = run(
            Case("ReduceMean", x, np.array([1]), fixed=(1,), keepdims=0), target
        )
        want = [
            abs(sum(r)) // 3 * (1 if sum(r) >= 0 else -1) for r in x.tolist()
        ]
        assert y.tolist() == want, dtype


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("precision", [0, 1, 10])
def test_precision_of_quantisation(precision, target):
    x, s = np.float16([7.7, 300.5, 1000.25]), np.float16(0.0371)
    attributes = {"precision": precision} if precision else {}
    case = Case(
        "QuantizeLinear",
        x,
        s,
        np.int16(0),
        fixed=(1, 2),
        opset=23,
        **attributes,
    )
    dtype = np.float32 if precision == 1 else np.float16
    want = np.rint(x.astype(dtype) / s.astype(dtype)).astype(np.int16)
    np.testing.assert_array_equal(run(case, target)[0], want)


REFUSED = [
    ({"precision": 7}, "precision is no float type"),
    (
        {"output_dtype": 3},
        "output_dtype i8 is not the type of the zero point, i16",
    ),
]


@pytest.mark.parametrize("attributes, message", REFUSED)
def test_quantisation_that_contradicts_itself(attributes, message):
    operands = np.float32([1]), np.float32(1), np.int16(0)
    case = Case("QuantizeLinear", *operands, opset=23, **attributes)
    with pytest.raises(opc.InputError, match=message):
        run(case, "cpu")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("size", [[1, 1, 1, 2, 3], [1, 1, 1, 3], [1, 1, 2, 1]])
def test_affine_grid_of_one_element(size, target):
    n = len(size) - 2
    theta = np.eye(n, n + 1, dtype=np.float32)[None]
    case = Case(
        "AffineGrid",
        theta,
        np.array(size),
        fixed=(1,),
        opset=20,
        align_corners=1,
    )
    (y,) = run(case, target)
    lines = [
        np.linspace(-1, 1, extent) if extent > 1 else [-1.0]
        for extent in size[2:]
    ]
    want = np.stack(np.meshgrid(*lines, indexing="ij")[::-1], -1)
    np.testing.assert_allclose(y[0], want, atol=1e-6)


# Tails of functions that graphs spell with 1.

TAIL = np.float32(
    [-3e38, -1e6, -100, -6, -4.2, -1, -0.5, -1e-7, 0, 1e-9, 0.5, 1, 6, 100, 3e38]
)  # fmt: skip


def nodes_of(text):
    """Nodes of a text like `e = Erf z; y = Neg e`."""
    for line in text.split(";"):
        y, _, op, *xs = line.split()
        yield helper.make_node(op, xs, [y])


def expit(x):
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def gelu(x):
    return x / 2 * math.erfc(-x / math.sqrt(2))


def gelu_by_tanh(x):
    return x * expit(1.5957691216057308 * (x + 0.044715 * x**3))


def log_expit(x):
    return min(x, 0) - math.log1p(math.exp(-abs(x)))


# Nodes, and what they mean.
SPELT = {
    "gelu": (
        "z = Div x root2; e = Erf z; s = Add e one; p = Mul x s; y = Mul p half",
        gelu,
    ),
    "gelu, halved first": (
        "h = Mul half x; z = Mul x root; e = Erf z; s = Add one e; y = Mul h s",
        gelu,
    ),
    "gelu by tanh": (
        "c = Pow x three; k = Mul c cubic; i = Add x k; u = Mul i slope;"
        "e = Tanh u; s = Add one e; h = Mul x half; y = Mul h s",
        gelu_by_tanh,
    ),
    "1 + tanh": ("e = Tanh x; y = Add e one", lambda x: 2 * expit(2 * x)),
    "1 - tanh": ("e = Tanh x; y = Sub one e", lambda x: 2 * expit(-2 * x)),
    "tanh - 1": (
        "e = Tanh x; y = Sub e one",
        lambda x: -2 * expit(-2 * x),
    ),
    "-1 - tanh": (
        "e = Tanh x; y = Sub minus e",
        lambda x: -2 * expit(2 * x),
    ),
    "1 + erf": ("e = Erf x; y = Add one e", lambda x: math.erfc(-x)),
    "1 - erf": ("e = Erf x; y = Sub one e", math.erfc),
    "1 + erf of -x": ("n = Neg x; e = Erf n; y = Add e one", math.erfc),
    "erf - 1": ("e = Erf x; y = Add minus e", lambda x: -math.erfc(x)),
    "exp - 1": ("e = Exp x; y = Sub e one", np.expm1),
    "1 - exp": ("e = Exp x; y = Sub one e", lambda x: -np.expm1(x)),
    "log of 1 +": ("s = Add one x; y = Log s", np.log1p),
    "log of 1 -": ("s = Sub one x; y = Log s", lambda x: np.log1p(-x)),
    "log of + 1": ("s = Sub x minus; y = Log s", np.log1p),
    "log of x - 1": ("s = Sub x one; y = Log s", lambda x: np.log(x - 1)),
    "sigmoid - 1": ("e = Sigmoid x; y = Sub e one", lambda x: -expit(-x)),
    "1 - sigmoid": ("e = Sigmoid x; y = Sub one e", lambda x: expit(-x)),
    "log sigmoid": ("e = Sigmoid x; y = Log e", log_expit),
    "softplus": (
        "e = Exp x; s = Add e one; y = Log s",
        lambda x: -log_expit(-x),
    ),
}
CONSTANTS = {
    "one": 1,
    "minus": -1,
    "half": 0.5,
    "root2": math.sqrt(2),
    "three": 3,
}
CONSTANTS |= {"root": math.sqrt(0.5), "cubic": 0.044715, "slope": 0.7978845608}


def rounded(values, dtype=np.float32):
    with np.errstate(over="ignore"):
        return np.array(values).astype(dtype)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", SPELT)
def test_tails_of_spelt_functions(name, target):
    text, exact = SPELT[name]
    nodes = list(nodes_of(text))
    used = {name for node in nodes for name in node.input}
    weights = {k: np.float32(v) for k, v in CONSTANTS.items() if k in used}
    model = graph_model(nodes, {"x": TAIL}, ["y"], weights)
    (y,) = opc.compile(model, target=target, cache=False).run([TAIL])
    with np.errstate(all="ignore"):
        want = rounded([exact(x) for x in TAIL.tolist()])
    np.testing.assert_allclose(y, want, rtol=4e-6, atol=1e-36)


@pytest.mark.parametrize("target", TARGETS)
def test_erf_ends_at_1(target):
    x = np.array([3.95, 4, 6, 20, 1e30, np.inf, np.nan], np.float32)
    for side in (1, -1):
        (y,) = run(Case("Erf", side * x), target)
        np.testing.assert_array_equal(y[:-1], np.full(6, side, np.float32))
        assert np.isnan(y[-1])


# Rows of which one number is far above the others, or two or all are alike.
LOGITS = [[0, -5, -9], [0, -15, -20], [3, -27, -60], [0, -80, -87], [0, -np.inf, -np.inf],
          [30, 30, 0], [0, 0, -25], [7, 7, 7], [1e4, 0, -1e4], [-1e-3, 1e-3, 0]]  # fmt: skip


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_log_softmax_near_0(dtype, axis, target):
    """Of the greatest number it is the others' share, however small that is."""
    x = np.array(LOGITS, dtype)
    shifted = x.astype(np.float64) - x.max(axis=1, keepdims=True)
    # One maximum is 1; log1p takes the rest.
    rest = [math.fsum(sorted(map(math.exp, row))[:-1]) for row in shifted]
    want = shifted - np.log1p(rest)[:, None]
    x, want = (x.T.copy(), want.T) if axis == 0 else (x, want)
    (y,) = run(Case("LogSoftmax", x, axis=axis), target)
    rtol = 1e-6 if dtype == "f4" else 1e-14
    np.testing.assert_allclose(y, want, rtol=rtol, atol=1e-37)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("form", ["none", "tanh"])
def test_gelu_tail(form, target):
    (y,) = run(Case("Gelu", TAIL, opset=20, approximate=form), target)
    exact = gelu if form == "none" else gelu_by_tanh
    want = rounded([exact(x) for x in TAIL.tolist()])
    np.testing.assert_allclose(y, want, rtol=2e-6, atol=1e-36)
    assert np.signbit(y[:3]).all()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype", [np.int64, np.float64, np.float32, np.int8])
def test_padding_around_few_elements(dtype, target):
    """More lanes outside of x than one register has."""
    x = np.array([[1, -2, 3, 4]], dtype)
    pads = np.array([5, 5, 2, 4])
    case = Case("Pad", x, pads, np.array(2, dtype), fixed=(1, 2), opset=20)
    want = np.pad(x, [(5, 2), (5, 4)], constant_values=2)
    np.testing.assert_array_equal(run(case, target)[0], want)
