"""Operators that move elements: reshape, transpose, slice, gather, pad, tile."""

import itertools

import numpy as np
from support import Case, integers, normal, ops_test

SIZES = (12, 37, 129)
DTYPES = (np.float32, np.float64, np.float16, np.int8, np.int64, np.uint8, bool)


def ints(*values):
    return np.array(values, np.int64)


def shapes():
    for size, dtype in itertools.product(SIZES, DTYPES):
        x = integers(0, 99, size, 3, size + 2).astype(dtype)
        yield Case("Transpose", x, perm=(2, 0, 1))
    for perm in itertools.permutations(range(4)):
        yield Case("Transpose", normal(2, 3, 5, 4), perm=perm)
    for perm in ((1, 0, 2), (2, 1, 0), (0, 2, 1), (2, 0, 1)):
        yield Case("Transpose", normal(3, 5, 33), perm=perm)
    yield Case("Transpose", normal(4, 1, 7))
    for dtype in DTYPES:
        yield Case("Transpose", integers(0, 2, 5, 9).astype(dtype))
    for target in ((6, 10), (-1, 4), (0, -1), (3, 0, 2, 2), (60,)):
        yield Case("Reshape", normal(3, 5, 4), ints(*target), fixed=(1,))
    yield Case("Reshape", normal(0, 3), ints(3, 0), fixed=(1,), allowzero=1)
    yield Case("Flatten", normal(2, 3, 4, 5), axis=2)
    yield Case("Flatten", normal(2, 3, 4), axis=0)
    yield Case("Flatten", normal(2, 3, 4), axis=-1)
    yield Case("Squeeze", normal(3, 1, 4, 1), ints(1, -1), fixed=(1,))
    yield Case("Squeeze", normal(3, 4), ints(), dynamic=False)
    yield Case("Unsqueeze", normal(3, 4), ints(0, -1), fixed=(1,))
    yield Case("Unsqueeze", normal(3, 4), opset=11, axes=[1])
    for target in ((3, 4), (2, 3, 4), (2, 1, 4)):
        yield Case("Expand", normal(3, 1), ints(*target), fixed=(1,))
    yield Case("Tile", normal(2, 3), ints(2, 3), fixed=(1,))
    yield Case("Identity", integers(0, 9, 3, 4))
    yield Case("DepthToSpace", normal(2, 8, 3, 4), blocksize=2, mode="DCR")
    yield Case("DepthToSpace", normal(2, 8, 3, 4), blocksize=2, mode="CRD")
    yield Case("SpaceToDepth", normal(2, 3, 4, 6), blocksize=2)
    yield Case("Shape", normal(2, 3, 4))
    yield Case("Shape", normal(2, 3, 4), start=1, end=-1)
    yield Case("Size", normal(2, 3, 4))


def slices():
    x = normal(5, 7, 6)
    rows = [
        (ints(1), ints(4), None, None),
        (ints(0, 2), ints(3, -1), ints(0, 1), None),
        (ints(-3), ints(2**40), ints(1), None),
        (ints(5, -1), ints(0, -(2**40)), ints(0, 2), ints(-2, -1)),
        (ints(1, 0), ints(9, 6), ints(1, 2), ints(2, 3)),
        (ints(4), ints(2), ints(0), None),
    ]
    for row in rows:
        fixed = [i + 1 for i, value in enumerate(row) if value is not None]
        while row and row[-1] is None:
            row = row[:-1]
        yield Case("Slice", x, *row, fixed=fixed)
    yield Case("Slice", x, opset=9, starts=[1], ends=[-1], axes=[2])
    for dtype in DTYPES:
        parts = [integers(0, 2, 3, n, seed=n).astype(dtype) for n in (2, 5, 1)]
        yield Case("Concat", *parts, axis=1)
    yield Case("Concat", normal(2, 3), axis=0)
    yield Case("Concat", normal(2, 3, 4), normal(2, 3, 0), axis=-1)
    yield Case("Split", x, ints(2, 4, 1), fixed=(1,), outputs=3, axis=1)
    # More sizes than shapes have axes.
    for n in (65, 1000):
        many, ones = normal(2 * n, 2), np.full(n, 2)
        yield Case("Split", many, ones, fixed=(1,), outputs=n, opset=13)
    yield Case("Split", x, outputs=3, axis=2, num_outputs=3)
    yield Case("Split", x, outputs=2, axis=1, num_outputs=2, label="uneven")
    yield Case("Split", x, opset=11, outputs=2, axis=0, split=[1, 4])


def gathers():
    x = normal(5, 7, 6)
    for axis in (0, 1, -1):
        yield Case("Gather", x, integers(-5, 5, 3, 2), axis=axis)
    yield Case("Gather", x, np.array(2), axis=1)
    yield Case("Gather", x, ints(0, 2, 4), fixed=(1,), axis=0)
    yield Case("Gather", x, np.array([1, -1], np.int32), axis=2)
    for axis in (0, 2):
        yield Case("GatherElements", x, integers(-5, 5, 5, 7, 6), axis=axis)
    # The last extent of the indices is a rank.
    known = {"dynamic": False}
    yield Case("GatherND", x, integers(0, 5, 4, 2), **known)
    yield Case("GatherND", x, integers(0, 6, 5, 3, 1), batch_dims=1, **known)
    # Rows as vectors, with a rest.
    for size in SIZES:
        table = normal(size, size)
        for axis in (0, 1):
            yield Case("Gather", table, integers(-size, size, 2, 3), axis=axis)
            most = integers(-size, size, size, size)
            yield Case("GatherElements", table, most, axis=axis)
        pairs = integers(-size, size, 5, 2)
        yield Case("GatherND", table, pairs, **known)
    batches = normal(2, 3, 5, 4)
    for count, depth in ((1, 2), (2, 1), (2, 2)):
        where = (
            integers(-3, 3, 2, 3, depth)
            if count == 2
            else integers(0, 3, 2, 5, depth)
        )
        yield Case("GatherND", batches, where, batch_dims=count, **known)


def scatters():
    x, known = normal(5, 7, 6), {"dynamic": False}
    rows = np.array([[3], [0], [4]])
    yield Case("ScatterND", x, rows, normal(3, 7, 6, seed=1), **known)
    for kind in ("add", "mul", "max", "min"):
        twice = np.array([[3], [0], [3]])
        updates = normal(3, 7, 6, seed=1)
        options = {"reduction": kind, "scale": 2, **known}
        yield Case("ScatterND", x, twice, updates, **options)
    where = np.array([[0, 2, 1], [4, 3, 0]])
    for axis in (0, 1):
        updates = normal(2, 3, seed=1)
        yield Case("ScatterElements", normal(5, 5), where, updates, axis=axis)
        for kind in ("add", "mul", "max", "min"):
            options = {"reduction": kind, "axis": axis, "scale": 2}
            twice = integers(-5, 5, 3, 4, seed=7)
            updates = normal(3, 4, seed=1)
            yield Case(
                "ScatterElements", normal(5, 5), twice, updates, **options
            )
            updates = integers(-9, 9, 3, 4, seed=1)
            whole = integers(-9, 9, 5, 5)
            yield Case("ScatterElements", whole, twice, updates, **options)
        yield Case(
            "Scatter", normal(5, 5), where, normal(2, 3), opset=9, axis=axis
        )
    flags = integers(0, 2, 5, 5).astype(bool)
    yield Case("ScatterElements", flags, where, ~flags[:2, :3])
    for kind in ("add", "mul"):  # or, and
        again = np.array([[0, 2, 0], [4, 2, 0]])
        updates = np.array([[True, True, False], [False, True, True]])
        yield Case(
            "ScatterElements", flags, again, updates, reduction=kind, opset=18
        )
        yield Case(
            "ScatterND",
            *(flags, again[:, :1], flags[3:]),
            reduction=kind,
            opset=18,
            dynamic=False,
        )
    for kind in ("none", "add", "mul", "max", "min"):
        twice = np.array([[[3, 1], [0, 2]], [[3, 1], [4, -7]]])
        updates = integers(-9, 9, 2, 2, 6, seed=1)
        whole = integers(-9, 9, 5, 7, 6)
        if kind == "none":
            twice[1, 0, 0] = 2  # no two updates of one place
        options = {"reduction": kind, **known}
        yield Case("ScatterND", whole, twice, updates, **options)
    for size in SIZES:
        table, row = normal(size, size), np.array([[size // 2]])
        yield Case("ScatterND", table, row, table[:1], **known)


def selections():
    x = normal(5, 7, 6)
    yield Case(
        "OneHot", integers(-3, 3, 4), np.array(4), ints(0, 1), fixed=(1,)
    )
    yield Case("NonZero", integers(0, 2, 5, 4).astype(np.float32))
    yield Case("Compress", x, np.array([1, 0, 1, 1, 0], bool), axis=0)
    yield Case("Trilu", normal(3, 5, 6), upper=0)
    yield Case("Trilu", normal(5, 4), np.array(1), fixed=(1,))
    lengths = ints(3, 5)
    yield Case("ReverseSequence", normal(6, 2, 3), lengths)
    for size in SIZES:
        lengths = ints(size, 1, size // 2)
        options = {"batch_axis": 0, "time_axis": 1}
        yield Case("ReverseSequence", normal(3, size, 2), lengths, **options)
        yield Case("ReverseSequence", integers(0, 9, size, 3), lengths)
    for upper in (0, 1):
        for k in (-40, -2, 0, 3, 40):
            options = {"upper": upper, "label": f"k{k}", "fixed": (1,)}
            yield Case("Trilu", normal(2, 12, 37), np.array(k), **options)
    fewer = ints(2, 9)
    yield Case("CenterCropPad", normal(5, 4), fewer, fixed=(1,))
    yield Case("CenterCropPad", normal(5, 4, 3), ints(8), fixed=(1,), axes=[-2])
    yield Case("Range", np.array(2), np.array(11), np.array(3))
    yield Case("Range", *(np.float32(v) for v in (1.5, -2, -0.5)))
    yield Case("EyeLike", normal(4, 6), k=1)
    yield Case("ConstantOfShape", ints(3, 2), fixed=(0,))


def pads():
    x = normal(3, 4, 5)
    for mode in ("constant", "edge", "reflect", "wrap"):
        opset = 19 if mode == "wrap" else 18
        wide = ints(0, 1, 2, 0, 2, 1)
        yield Case("Pad", x, wide, fixed=(1,), mode=mode, opset=opset)
    yield Case("Pad", x, ints(0, -1, 0, 1, 0, -2), fixed=(1,), label="negative")
    value = np.float32(3.5)
    yield Case("Pad", x, ints(1, 1), value, ints(-1), fixed=(1, 3))
    yield Case("Pad", x, opset=10, pads=[0, 0, 1, 0, 0, 2], value=1.0)
    fill = np.array(7)
    yield Case("Pad", integers(0, 9, 2, 3), ints(1, 0, 0, 1), fill, fixed=(1,))


test_shape = ops_test(shapes())
test_slice = ops_test(slices())
test_gather = ops_test(gathers())
test_scatter = ops_test(scatters())
test_selection = ops_test(selections())
test_pad = ops_test(pads())
