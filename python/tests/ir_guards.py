"""Graphs as text that claim what only a run can show."""

import numpy as np
from ir_extents import OPEN, dims_of, graph, on_two

INTS = "tensor<?xi64>"
ROWS = "tensor<?x2xf32>"


def ones(*shape):
    return np.ones(shape, np.float32)


def indices(*values):
    return np.array(values, np.int64)


def unary(op, attributes, kind=OPEN):
    """An op on x whose result has the extent of y, which nothing ties to x."""
    return on_two(f"%r = opc.{op} %x {{{attributes}}} : ({OPEN}) -> {kind}")


def sliced(start, step=1):
    return unary(
        "slice",
        f"starts = {dims_of(3, start)}, steps = array<i64: {step}>,"
        f" dims = {dims_of(3, 's1')}",
    )


def padded():
    return on_two(
        "%v = opc.constant {value = dense<0.0> : tensor<f32>} : tensor<f32>\n"
        f"%r = opc.pad %x, %v {{low = {dims_of(3, '0')},"
        f' dims = {dims_of(3, "s1")}, mode = "edge"}}'
        f" : ({OPEN}, tensor<f32>) -> {OPEN}"
    )


WINDOW = (
    "strides = array<i64: 1>, dilations = array<i64: 1>,"
    " pad_low = array<i64: 0>, pad_high = array<i64: 0>"
)


def convolved(op, channels):
    image, filters = "tensor<1x?x8xf32>", "tensor<?x?x1xf32>"
    return graph(
        {
            "x": ("1", "s0", "8", "f32"),
            "y": (*channels, "1", "f32"),
        },
        f"%r = opc.{op} %x, %y {{{WINDOW}}} : ({image}, {filters}) -> {image}",
        {"r": image},
        3,
    )


def pooled():
    image = "tensor<1x1x?xf32>"
    return graph(
        {"x": ("1", "1", "s0", "f32"), "y": ("s1", "f32")},
        f'%r = opc.pool %x {{kind = "max", kernel = array<i64: 1>, {WINDOW},'
        f" count_padding = false, dims = {dims_of(3, '1', '1', 's1')}}}"
        f" : ({image}) -> {image}",
        {"r": image},
        3,
    )


def picked(op, kind, more="", operands="%x, %i"):
    """An op on rows x [s0, 2] and indices i [s1, 2] (and updates y [s2, 2])."""
    table = "tensor<?x2xi64>"
    inputs = {"x": ("s0", "2", "f32"), "i": ("s1", "2", "i64")}
    kinds = [ROWS, table]
    if "%y" in operands:
        inputs["y"] = ("s2", "2", "f32")
        kinds.append(ROWS)
    return graph(
        inputs,
        f"%r = opc.{op} {operands} {{{more}}} : ({', '.join(kinds)}) -> {kind}",
        {"r": kind},
        3,
    )


def with_sink(symbol):
    """Attention of 4 queries to 4 keys, with a denominator that is no key's."""
    four, sink = "tensor<1x1x4x8xf32>", "tensor<1x1x4x?xf32>"
    return graph(
        {
            "q": ("1", "1", "4", "8", "f32"),
            "y": ("1", "1", "4", symbol, "f32"),
        },
        "%r = opc.attention %q, %q, %q, %y {operandSegmentSizes ="
        " array<i32: 1, 1, 1, 0, 0, 1, 0, 0>} :"
        f" ({four}, {four}, {four}, {sink}) -> {four}",
        {"r": four},
        1,
    )


def first_of(count):
    return on_two(
        f"%r, %i = opc.topk %x {{count = {dims_of(3, count)}, axis = 0 : i64,"
        f" largest = true}} : ({OPEN}) -> ({OPEN}, {INTS})"
    )


def reversed_by(lengths):
    return graph(
        {"x": ("s0", "2", "f32"), "y": (lengths, "i64")},
        "%r = opc.reverse_sequence %x, %y {batch_axis = 0 : i64,"
        f" time_axis = 1 : i64}} : ({ROWS}, {INTS}) -> {ROWS}",
        {"r": ROWS},
        3,
    )


def bound_element(index):
    return graph(
        {"x": ("s0", "f32"), "i": ("s1", "i64")},
        f"opc.bind_element %i {{index = {index} : i64, symbol = 2 : i64}} :"
        f" {INTS}\n%r = opc.broadcast %x {{dims = {dims_of(3, 's2', 's0')}}} :"
        f" ({OPEN}) -> tensor<?x?xf32>",
        {"r": "tensor<?x?xf32>"},
        3,
    )


ELEMENTS = "axis = 1 : i64"
SCATTER = 'axis = 1 : i64, reduction = "none"'
PAIR = indices([0, 1])

# A text, inputs that fit, the result's extents, inputs that do not, and what
# the run says of those.
GUARDED = {
    "reshape": (
        unary("reshape", f"dims = {dims_of(3, 's1')}"),
        [ones(5), ones(5)],
        (5,),
        [ones(3), ones(5)],
        "extents 3 and 5 differ",
    ),
    "slice to beyond": (
        sliced("0"),
        [ones(5), ones(3)],
        (3,),
        [ones(3), ones(5)],
        "5 is more than 3",
    ),
    "slice from before": (
        sliced("s0 - s1"),
        [ones(5), ones(3)],
        (3,),
        [ones(3), ones(5)],
        "0 is more than -2",
    ),
    "slice backwards": (
        sliced("s0 - 1", -1),
        [ones(5), ones(3)],
        (3,),
        [ones(3), ones(5)],
        "0 is more than -2",
    ),
    "slice of nothing": (
        sliced("0"),
        [ones(0), ones(0)],
        (0,),
        [ones(0), ones(1)],
        "1 is more than 0",
    ),
    "tile of nothing": (
        unary("tile", f"dims = {dims_of(3, 's1')}"),
        [ones(2), ones(5)],
        (5,),
        [ones(0), ones(5)],
        "1 is more than 0",
    ),
    "pad of nothing": (
        padded(),
        [ones(2), ones(5)],
        (5,),
        [ones(0), ones(5)],
        "1 is more than 0",
    ),
    "conv": (
        convolved("conv", ("s2", "s1")),
        [ones(1, 3, 8), ones(4, 3, 1)],
        (1, 4, 8),
        [ones(1, 3, 8), ones(4, 5, 1)],
        "extents 3 and 5 differ",
    ),
    "conv_transpose": (
        convolved("conv_transpose", ("s1", "s2")),
        [ones(1, 3, 8), ones(3, 4, 1)],
        (1, 4, 8),
        [ones(1, 3, 8), ones(5, 4, 1)],
        "extents 3 and 5 differ",
    ),
    "pool": (
        pooled(),
        [ones(1, 1, 5), ones(4)],
        (1, 1, 4),
        [ones(1, 1, 5), ones(6)],
        "6 is more than 5",
    ),
    "gather_elements": (
        picked("gather_elements", ROWS, ELEMENTS),
        [ones(3, 2), PAIR],
        (1, 2),
        [ones(0, 2), PAIR],
        "1 is more than 0",
    ),
    "scatter_elements, indices": (
        picked("scatter_elements", ROWS, SCATTER, "%x, %i, %y"),
        [ones(3, 2), PAIR, ones(1, 2)],
        (3, 2),
        [ones(0, 2), PAIR, ones(1, 2)],
        "1 is more than 0",
    ),
    "scatter_elements, updates": (
        picked("scatter_elements", ROWS, SCATTER, "%x, %i, %y"),
        [ones(3, 2), PAIR, ones(1, 2)],
        (3, 2),
        [ones(3, 2), PAIR, ones(2, 2)],
        "extents 2 and 1 differ",
    ),
    "sink": (
        with_sink("s0"),
        [ones(1, 1, 4, 8), ones(1, 1, 4, 1)],
        (1, 1, 4, 8),
        [ones(1, 1, 4, 8), ones(1, 1, 4, 4)],
        "extents 4 and 1 differ",
    ),
    "topk": (
        first_of("s1"),
        [ones(5), ones(3)],
        (3,),
        [ones(3), ones(5)],
        "5 is more than 3",
    ),
    "reverse_sequence": (
        reversed_by("s1"),
        [ones(3, 2), indices(1, 2, 0)],
        (3, 2),
        [ones(3, 2), indices(1)],
        "extents 1 and 3 differ",
    ),
    "an element": (
        bound_element(2),
        [ones(2), indices(1, 2, 3)],
        (3, 2),
        [ones(2), indices(1, 2)],
        "3 is more than 2",
    ),
}
