"""Slices of which only the run knows the axes, the steps or how many there are.

One program for many lists and extents, beside onnxruntime; what that refuses,
the run refuses in words that name the numbers.
"""

import ml_dtypes
import numpy as np
import opc
import pytest
from onnx import helper, numpy_helper
from support import TARGETS, onnx_type, onnxruntime_session

LISTS = ("starts", "ends", "axes", "steps")
FAR = (2**31 - 1, -(2**31), 2**63 - 1, -(2**63))


def model_of(x, lists, fixed=(), open_lists=True, symbolic=True, opset=13):
    """A Slice of x; lists that are `fixed` are weights of the model."""
    shape = [f"d{i}" for i in range(x.ndim)] if symbolic else x.shape
    inputs = [helper.make_tensor_value_info("x", onnx_type(x), shape)]
    for name, array in lists.items():
        length = f"n_{name}" if open_lists else array.size
        info = helper.make_tensor_value_info(name, onnx_type(array), [length])
        inputs += [info] if name not in fixed else []
    names = ["x", *(name if name in lists else "" for name in LISTS)]
    graph = helper.make_graph(
        [helper.make_node("Slice", names, ["y"], name="here")],
        "graph",
        inputs,
        [helper.make_tensor_value_info("y", onnx_type(x), None)],
        [numpy_helper.from_array(lists[name], name) for name in fixed],
    )
    opsets = [helper.make_opsetid("", opset)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def data(shape, dtype):
    count = int(np.prod(shape))
    return (np.arange(count) * 37 % 101).reshape(shape).astype(dtype)


def random_lists(random, shape, index, names=LISTS, count=None, step=None):
    """Entries for some axes, from either side, within them or far outside."""
    rank = len(shape)
    count = int(random.integers(0, rank + 1)) if count is None else count
    axes = random.permutation(rank)[:count]
    if "axes" not in names:
        axes = np.arange(count)
    far = [f for f in FAR if abs(f) <= np.iinfo(index).max]

    def place(axis):
        extent = shape[axis]
        near = random.integers(-extent - 3, extent + 4)
        return random.choice(far) if random.random() < 0.15 else near

    steps = [step or random.choice([1, 2, 3, 7, -1, -2, -5]) for _ in axes]
    if steps and not step and random.random() < 0.1:
        steps[0] = random.choice(far)
    signs = [random.choice([0, -rank]) for _ in axes]
    lists = {
        "starts": [place(axis) for axis in axes],
        "ends": [place(axis) for axis in axes],
        "axes": [a + s for a, s in zip(axes, signs, strict=True)],
        "steps": steps,
    }
    return {name: np.array(lists[name], index) for name in names}


def by_numpy(x, lists):
    """What Slice is, by Python's own slices."""
    index = [slice(None)] * x.ndim
    count = len(lists["starts"])
    axes = lists.get("axes", np.arange(count)).tolist()
    steps = lists.get("steps", np.ones(count, np.int64)).tolist()
    for i, (axis, step) in enumerate(zip(axes, steps, strict=True)):
        start, end = int(lists["starts"][i]), int(lists["ends"][i])
        extent = x.shape[axis]
        # A start before the first element is moved to it, as ONNX says.
        start = 0 if start < -extent else start
        whole = step < 0 and end < -extent
        index[axis] = slice(start, None if whole else end, step)
    return x[tuple(index)]


def is_plain(lists):
    """Backwards, onnxruntime takes the greatest end for the first element."""
    greatest = np.iinfo(np.int32).max
    back = lists.get("steps", np.ones(1)) < 0
    return not np.any((lists["ends"] >= greatest) & back)


FORMS = [
    # Which lists are given and which of these are known, and their type.
    (LISTS, (), np.int64, 13),
    (LISTS, (), np.int32, 10),
    (("starts", "ends", "axes"), (), np.int64, 11),
    (LISTS, ("starts", "ends"), np.int64, 13),
    (LISTS, ("axes",), np.int32, 13),
    (LISTS, ("steps",), np.int64, 12),
    (("starts", "ends", "steps"), (), np.int64, 13),
    (("starts", "ends"), (), np.int64, 18),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("symbolic", [True, False], ids=["open", "closed"])
@pytest.mark.parametrize("form", range(len(FORMS)))
def test_random_lists(form, symbolic, target):
    names, fixed, index, opset = FORMS[form]
    random = np.random.default_rng(form)
    for rank in (1, 3):
        shape = tuple(random.integers(1, 9, rank).tolist())
        dtype = random.choice([np.float32, np.int8, np.int64, np.float16, bool])
        count = int(random.integers(1, rank + 1)) if fixed else None
        first = random_lists(random, shape, index, names, count)
        model = model_of(
            data(shape, dtype), first, fixed, not fixed, symbolic, opset
        )
        session = onnxruntime_session(model)
        program = opc.compile(model, target=target, cache=False)
        for _ in range(10):
            if symbolic:
                shape = tuple(random.integers(0, 9, rank).tolist())
            lists = random_lists(random, shape, index, names, count)
            lists |= {name: first[name] for name in fixed}
            feeds = {k: v for k, v in lists.items() if k not in fixed}
            feeds = {"x": data(shape, dtype), **feeds}
            (y,) = program.run(feeds)
            expected = by_numpy(feeds["x"], lists)
            np.testing.assert_array_equal(y, expected, f"{shape} {lists}")
            if is_plain(lists):
                (expected,) = session.run(None, feeds)
                np.testing.assert_array_equal(y, expected, f"{shape} {lists}")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "dtype", [np.uint16, np.float64, ml_dtypes.bfloat16, np.uint64]
)
def test_what_onnxruntime_may_not_take(dtype, target):
    x = data((3, 0, 5), dtype)
    lists = {name: np.zeros(0, np.int64) for name in LISTS}
    program = opc.compile(model_of(x, lists), target=target, cache=False)
    random = np.random.default_rng(7)
    for shape in ((3, 0, 5), (0, 2, 3), (4, 3, 2), (1, 1, 1)):
        x = data(shape, dtype)
        for _ in range(5):
            lists = random_lists(random, shape, np.int64)
            (y,) = program.run({"x": x, **lists})
            np.testing.assert_array_equal(y, by_numpy(x, lists), str(lists))


def test_a_scalar_has_no_axis():
    x = np.array(3.5, np.float32)
    lists = {name: np.zeros(0, np.int64) for name in LISTS}
    program = opc.compile(model_of(x, lists), cache=False)
    assert program.run({"x": x, **lists})[0] == x
    with pytest.raises(opc.InputError, match="axis 1 is outside of rank 0"):
        program.run({"x": x, **{k: np.ones(1, np.int64) for k in LISTS}})


WRONG = [
    ("axis 2 is outside of rank 2", [0, 0], [1, 1], [0, 2], [1, 1]),
    ("axis -3 is outside of rank 2", [0, 0], [1, 1], [-3, 0], [1, 1]),
    ("axis 1 is given twice", [0, 0], [1, 1], [1, -1], [1, 1]),
    ("a step is 0", [0, 0], [1, 1], [0, 1], [1, 0]),
    ("axis 1 is given twice", [0] * 4, [1] * 4, [0, 1, 1, 0], [1] * 4),
    ("ends has 1 entries, starts 2", [0, 0], [1], [0, 1], [1, 1]),
    ("axes has 1 entries, starts 2", [0, 0], [1, 1], [0], [1, 1]),
    ("steps has 3 entries, starts 2", [0, 0], [1, 1], [0, 1], [1, 1, 1]),
    ("ends has 2 entries, starts 1", [0], [1, 1], [0], [1]),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("row", WRONG, ids=lambda row: row[0])
def test_the_run_says_what_is_wrong(row, target):
    """In the words of the compiler, where it knows the lists."""
    message, *values = row
    x = data((3, 4), np.float32)
    lists = {name: np.array(v) for name, v in zip(LISTS, values, strict=True)}
    for fixed in ((), ("axes",), ("steps",), ("starts", "axes")):
        uneven = "entries" in message
        model = model_of(x, lists, fixed, open_lists=True)
        feeds = {k: v for k, v in lists.items() if k not in fixed}
        if not uneven:
            with pytest.raises(Exception, match="axes|step|Step"):
                onnxruntime_session(model).run(None, {"x": x, **feeds})
        with pytest.raises(opc.InputError, match=message):
            opc.compile(model, target=target, cache=False).run(
                {"x": x, **feeds}
            )
    with pytest.raises(opc.InputError, match=message):
        opc.compile(model_of(x, lists, LISTS), target=target, cache=False)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("fixed", [(), LISTS])
def test_lists_of_reals(name, fixed):
    x = data((3, 4), np.float32)
    lists = {name: np.array([0, 1]) for name in LISTS}
    lists[name] = lists[name].astype(np.float32)
    with pytest.raises(
        opc.InputError, match=f"input '{name}' is f32, not i32 or i64"
    ):
        opc.compile(model_of(x, lists, fixed), cache=False)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("fixed", [(), LISTS])
def test_lists_of_other_integers(fixed, target):
    """Which the schema does not list, but whose meaning nobody doubts."""
    x = data((3, 4), np.float32)
    values = {"starts": [-1, 3], "ends": [-3, 0], "axes": [0, -1]}
    values |= {"steps": [-1, -2]}
    lists = {name: np.array(v, np.int8) for name, v in values.items()}
    model = opc.compile(model_of(x, lists, fixed), target=target, cache=False)
    feeds = {} if fixed else lists
    (y,) = model.run({"x": x, **feeds})
    np.testing.assert_array_equal(y, x[-1:-3:-1, 3:0:-2])
