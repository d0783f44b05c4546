"""Results in arrays of the caller: m.run(inputs, out=...)."""

import gc

import ml_dtypes
import numpy as np
import opc
import pytest
from onnx import helper
from support import BF16, TARGETS, graph_model, integers, normal
from test_api import DTYPES, Foreign, transposition


@pytest.fixture(scope="module", params=TARGETS)
def model(request):
    """s[n] = a + b, d[n] = a - b."""
    nodes = [
        helper.make_node("Add", ["a", "b"], ["s"]),
        helper.make_node("Sub", ["a", "b"], ["d"]),
    ]
    tensors = [helper.make_tensor_value_info(name, 1, ["n"]) for name in "absd"]
    graph = helper.make_graph(nodes, "graph", tensors[:2], tensors[2:])
    opsets = [helper.make_opsetid("", 18)]
    proto = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    return opc.compile(proto, target=request.param, cache=False)


def feeds(n=5):
    return {"a": normal(n), "b": normal(n, seed=1)}


def check(outputs, given):
    np.testing.assert_array_equal(outputs[0], given["a"] + given["b"])
    np.testing.assert_array_equal(outputs[1], given["a"] - given["b"])


def test_results_are_written_to_what_is_given(model):
    given = feeds()
    s, d = np.empty(5, "f"), np.empty(5, "f")
    for out in ([s, d], (s, d), {"d": d, "s": s}):
        s[:], d[:] = 7, 8
        outputs = model.run(given, out=out)
        assert outputs[0] is s and outputs[1] is d
        check(outputs, given)


def test_what_is_not_given_is_new(model):
    given = feeds()
    d = np.empty(5, "f")
    for out in ([None, d], {"d": d}, {"d": d, "s": None}):
        d[:] = 8
        outputs = model.run(given, out=out)
        assert outputs[1] is d and outputs[0].flags.owndata is False
        check(outputs, given)
    kept = outputs[0]
    model.run(feeds(), out={"d": d})
    gc.collect()
    np.testing.assert_array_equal(kept, given["a"] + given["b"])
    check(model.run(given, out={}), given)
    check(model.run(given, out=None), given)


def test_one_output_needs_no_list():
    compiled = opc.compile(transposition(), cache=False)
    x, y = normal(3, 4), np.empty((4, 3), "f")
    outputs = compiled.run([x], out=y)
    assert outputs[0] is y
    np.testing.assert_array_equal(y, x.T)
    assert compiled.run({"x": x}, [y])[0] is y


@pytest.mark.parametrize("dtype", DTYPES, ids=DTYPES.values())
def test_every_dtype_is_written_in_place(dtype):
    x = integers(0, 2, 3, 4).astype(dtype)
    compiled = opc.compile(transposition(dtype), cache=False)
    y = np.zeros((4, 3), dtype)
    assert compiled.run([x], out=y)[0] is y
    np.testing.assert_array_equal(y, x.T)
    # Through DLPack, which knows bfloat16 and numpy does not.
    if dtype != BF16:
        foreign = Foreign(np.zeros((4, 3), dtype))
        assert compiled.run([x], out=foreign)[0] is foreign
        np.testing.assert_array_equal(foreign.array, x.T)


def test_a_result_may_be_the_next_ones_place():
    compiled = opc.compile(transposition(BF16), cache=False)
    x = normal(3, 4).astype(BF16)
    (y,) = compiled.run([x])
    y[:] = 0
    assert compiled.run([x], out=y)[0] is y
    assert y.dtype == ml_dtypes.bfloat16
    np.testing.assert_array_equal(y, x.T)


def test_parts_of_an_array_are_places(model):
    """Rows of one array touch and do not overlap."""
    given = feeds()
    both = np.full((4, 5), 9, "f")
    outputs = model.run(given, out=[both[1], both[2]])
    check(both[1:3], given)
    assert (both[[0, 3]] == 9).all() and outputs[0].base is both
    # An input that is copied first may be what is written.
    strided = np.repeat(given["a"], 2)
    outputs = model.run([strided[::2], given["b"]], out=[strided[:5], None])
    check(outputs, given)


def test_empty_results_have_places(model):
    none = np.empty(0, "f")
    (s, _) = model.run([none, none], out=[np.empty(0, "f")] * 2)
    assert s.shape == (0,)
    with pytest.raises(opc.InputError, match=r"'s': the result is f32\[5\]"):
        model.run(feeds(), out=[np.empty(0, "f"), None])


READ_ONLY = np.zeros(5, "f")
READ_ONLY.flags.writeable = False
ODD = np.frombuffer(bytearray(21), np.uint8)[1:].view("f4")

REFUSED = {
    "dtype": (np.empty(5), r"expected f32\[n\], got f64\[5\]"),
    "rank": (np.empty((5, 1), "f"), r"expected f32\[n\], got f32\[5, 1\]"),
    "extent": (
        np.empty(4, "f"),
        r"the result is f32\[5\], the given buffer f32\[4\]",
    ),
    "strided": (
        np.empty(10, "f")[::2],
        r"expected f32\[n\], got f32\[5\] with strides \[2\] to write to",
    ),
    "reversed": (np.empty(5, "f")[::-1], r"f32\[5\] with strides \[-1\]"),
    "read-only": (READ_ONLY, r"got a read-only f32\[5\] to write to"),
    "byte-swapped": (np.empty(5, ">f4"), r"got a byte-swapped f32\[5\]"),
    "unaligned": (ODD, r"f32\[5\] that is not aligned to its elements"),
    "masked": (np.ma.zeros(5, "f"), "got a masked array"),
    "list": ([1.0] * 5, "got an object of type list that is no numpy"),
    "scalar": (np.float32(1), "got a scalar of numpy to write to"),
    "foreign-dtype": (Foreign(np.empty(5)), r"f32\[n\], got f64\[5\]"),
    "foreign-strided": (Foreign(np.empty(10, "f")[::2]), r"strides \[2\]"),
    "foreign-read-only": (Foreign(READ_ONLY), r"a read-only f32\[5\]"),
    "foreign-extent": (Foreign(np.empty(4, "f")), r"given buffer f32\[4\]"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_written_to_is_named(model, case):
    place, message = REFUSED[case]
    with pytest.raises(opc.InputError, match=message) as caught:
        model.run(feeds(), out={"s": place})
    assert str(caught.value).startswith("output 's': ")
    assert "\n" not in str(caught.value)


def test_places_share_no_memory(model):
    given, s = feeds(), np.empty(9, "f")
    before = given["b"].copy()
    for out, message in (
        ([s[:5], s[:5]], "output 'd': .*overlaps that of output 's'"),
        ([s[:5], s[4:]], "output 'd': .*overlaps that of output 's'"),
        ({"d": given["b"]}, "output 'd': .*overlaps input 'b'"),
    ):
        with pytest.raises(opc.InputError, match=message):
            model.run(given, out=out)
    np.testing.assert_array_equal(given["b"], before)


def test_the_form_of_out_is_checked(model):
    s = np.empty(5, "f")
    for out, error, message in (
        (s, opc.UsageError, "out: expected a dict, list or tuple for 2 outputs"),
        ([s], opc.InputError, "out: expected 2 arrays, got 1"),
        ({"z": s}, opc.InputError, "no output is named 'z': .* 2 outputs"),
        (7, opc.UsageError, "for 2 outputs, got int"),
    ):  # fmt: skip
        with pytest.raises(error, match=message):
            model.run(feeds(), out=out)


def test_extents_that_only_the_run_knows():
    node = helper.make_node("NonZero", ["x"], ["y"])
    x = np.array([0, 1, 0, 1, 1], np.int64)
    proto = graph_model([node], {"x": x}, ["y"], symbolic=True)
    compiled = opc.compile(proto, cache=False)
    y = np.zeros((1, 3), np.int64)
    assert compiled.run([x], out=y)[0] is y
    np.testing.assert_array_equal(y, [[1, 3, 4]])
    with pytest.raises(
        opc.InputError,
        match=r"'y': the result is i64\[1, 3\], the given buffer i64\[1, 4\]",
    ):
        compiled.run([x], out=np.zeros((1, 4), np.int64))
    (rest,) = compiled.run([x])
    np.testing.assert_array_equal(rest, y)
